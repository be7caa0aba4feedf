//! From the paths somebody gave to the files that lie there.

use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use crate::Error;
use crate::natural;
use crate::read::{is_absent, special};
use crate::upwards;

/// A file or folder somebody named.
pub(crate) struct Input {
    /// As given.
    shown: PathBuf,
    /// Absolute; every folder on the way is a real one, the file itself may be a symbolic link.
    pub(crate) location: PathBuf,
    pub(crate) is_folder: bool,
}

impl Input {
    pub(crate) fn locate(given: &Path) -> Result<Self, Error> {
        let shown = given.display().to_string();
        let failed = |source| Error::Read { path: shown.clone(), source };
        let metadata = match given.metadata() {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) && !given.is_symlink() => {
                return Err(Error::Missing { nearest: neighbour(given), path: shown });
            }
            Err(error) => return Err(failed(error)),
        };
        if metadata.is_dir() {
            let location = given.canonicalize().map_err(failed)?;
            return Ok(Self { shown: given.to_owned(), location, is_folder: true });
        }
        if let Some(error) = special(&metadata, &shown) {
            return Err(error);
        }
        let folder = given.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut location = folder.canonicalize().map_err(failed)?;
        location.extend(given.file_name());
        Ok(Self { shown: given.to_owned(), location, is_folder: false })
    }

    /// The folder itself, or the one the file is in.
    pub(crate) fn folder(&self) -> &Path {
        if self.is_folder { &self.location } else { self.location.parent().unwrap_or(&self.location) }
    }

    /// How to show a path at or below this one.
    pub(crate) fn show(&self, location: &Path) -> Option<String> {
        let rest = location.strip_prefix(&self.location).ok()?;
        let whole: PathBuf =
            self.shown.components().chain(rest.components()).filter(|it| *it != Component::CurDir).collect();
        Some(whole.display().to_string())
    }
}

/// Something with nearly the same name in the same folder.
fn neighbour(missing: &Path) -> Option<String> {
    let folder = missing.parent()?;
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut names: Vec<String> =
        listed.read_dir().ok()?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_by(|a, b| natural::compare(a, b));
    let name = etude_course::nearest(&missing.file_name()?.to_string_lossy(), names.iter().map(String::as_str))?;
    Some(folder.join(name).display().to_string())
}

/// How to show a path nobody gave: from the current folder, upwards too where `upwards` allows it.
pub(crate) fn show_from(current: &Path, location: &Path, upwards: bool) -> String {
    let shared = current.components().zip(location.components()).take_while(|(a, b)| a == b).count();
    let up = current.components().count() - shared;
    if up > 0 && (!upwards || shared <= 1) {
        return location.display().to_string();
    }
    let down = location.components().skip(shared);
    let path: PathBuf = std::iter::repeat_n(Component::ParentDir, up).chain(down).collect();
    path.display().to_string()
}

/// A Markdown file in a folder.
pub(crate) struct Found {
    pub(crate) location: PathBuf,
    /// A symbolic link.
    pub(crate) is_link: bool,
}

/// What lies in a folder, at any depth.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<Found>,
    /// Folders below with a `course.toml` of their own.
    pub(crate) courses: Vec<PathBuf>,
    pub(crate) errors: Vec<Error>,
    /// Links that lead nowhere: nothing is lost without them.
    pub(crate) skipped: Vec<Error>,
}

/// Lists the Markdown files in a folder, without what is hidden or ignored.
///
/// Links to files count as files. Links to folders are not followed: what they lead to is either listed anyway or not
/// part of this folder, and so no walk can go in circles.
pub(crate) fn list(input: &Input) -> Listing {
    let mut listing = Listing::default();
    let shown = |path: &Path| input.show(path).unwrap_or_else(|| path.display().to_string());
    for entry in walker(&input.location).build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                listing.errors.push(listing_error(error, input));
                continue;
            }
        };
        let Some(file_type) = entry.file_type().filter(|it| !it.is_dir()) else { continue };
        if entry.file_name() == OsStr::new(upwards::NAME) && entry.depth() > 1 {
            listing.courses.extend(entry.path().parent().map(Path::to_owned));
            continue;
        }
        if !is_markdown(entry.path()) {
            continue;
        }
        if !file_type.is_file() {
            match entry.path().metadata() {
                Ok(metadata) if metadata.is_dir() => continue,
                Ok(metadata) => {
                    if let Some(error) = special(&metadata, &shown(entry.path())) {
                        listing.errors.push(error);
                        continue;
                    }
                }
                Err(_) if file_type.is_symlink() => {
                    listing.skipped.push(Error::DeadEnd { path: shown(entry.path()) });
                    continue;
                }
                Err(source) => {
                    listing.errors.push(Error::Read { path: shown(entry.path()), source });
                    continue;
                }
            }
        }
        listing.files.push(Found { is_link: file_type.is_symlink(), location: entry.into_path() });
    }
    listing
}

/// Walks a folder past what is hidden or ignored.
pub(crate) fn walker(folder: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(folder);
    // The same files on every machine: `.gitignore` counts without a repository too, personal rules never do.
    walk.require_git(false)
        .git_global(false)
        .git_exclude(false)
        .add_custom_ignore_filename(".etudeignore")
        .filter_entry(|entry| {
            let left_out = ["target", "node_modules", ".venv"].iter().any(|name| entry.file_name() == *name);
            entry.depth() == 0 || !(left_out && entry.file_type().is_some_and(|it| it.is_dir()))
        });
    walk
}

pub(crate) fn listing_error(error: ignore::Error, input: &Input) -> Error {
    let location = path_of(&error).unwrap_or(&input.location);
    let path = input.show(location).unwrap_or_else(|| location.display().to_string());
    let source = error.into_io_error().unwrap_or_else(|| io::Error::other("the walk failed"));
    Error::List { path, source }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

pub(crate) fn is_markdown(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("markdown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(current: &str, location: &str, expected: &str) {
        assert_eq!(show_from(Path::new(current), Path::new(location), true), expected);
    }

    #[test]
    fn paths_nobody_gave_are_shown_from_the_current_folder() {
        check("/home/ann/course", "/home/ann/course/a/b.md", "a/b.md");
        check("/home/ann/course/a", "/home/ann/course/course.toml", "../course.toml");
        check("/home/ann/course/a", "/home/ann/course/b/c.md", "../b/c.md");
    }

    #[test]
    fn paths_with_nothing_in_common_are_shown_whole() {
        check("/home/ann", "/srv/course.toml", "/srv/course.toml");
        assert_eq!(show_from(Path::new("/a/b"), Path::new("/a/c.md"), false), "/a/c.md");
    }
}
