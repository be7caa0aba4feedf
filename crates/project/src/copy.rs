//! Copies of what lies on the disk, for a folder that is not on it.

use std::path::{Component, Path, PathBuf};

use crate::find::{self, Input};
use crate::program::current_folder;
use crate::{Error, read};

/// How much is copied at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub files: usize,
    pub bytes: u64,
}

impl Bounds {
    pub(crate) fn hold(self, files: usize, bytes: usize) -> Result<(), Error> {
        if files > self.files {
            return Err(Error::TooManyFiles { most: self.files });
        }
        if bytes as u64 > self.bytes {
            return Err(Error::TooManyBytes { most: self.bytes });
        }
        Ok(())
    }
}

/// Files by the paths they get, in the order they came.
#[derive(Debug)]
pub struct Copies {
    files: Vec<(String, Vec<u8>)>,
    bytes: usize,
    bounds: Bounds,
    /// What could not be copied: links that lead out of the folder, pipes, names that are not UTF-8.
    pub left_out: usize,
}

impl Copies {
    pub fn new(bounds: Bounds) -> Self {
        Self { files: Vec::new(), bytes: 0, bounds, left_out: 0 }
    }

    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }

    pub fn into_files(self) -> Vec<(String, Vec<u8>)> {
        self.files
    }

    /// Whether this file is among them. It is an error if another one has its path.
    pub fn has(&self, path: &str, content: &[u8]) -> Result<bool, Error> {
        match self.files.iter().find(|(taken, _)| taken == path) {
            Some((_, other)) if other != content => Err(Error::Clash { path: path.to_owned() }),
            found => Ok(found.is_some()),
        }
    }

    pub(crate) fn add(&mut self, path: String, content: Vec<u8>) -> Result<(), Error> {
        if self.has(&path, &content)? {
            return Ok(());
        }
        self.bounds.hold(self.files.len() + 1, self.bytes + content.len())?;
        self.bytes += content.len();
        self.files.push((path, content));
        Ok(())
    }

    /// Adds a file, or what is neither hidden nor ignored in a folder. Below `root` it keeps its path from there;
    /// anything else goes by its own name.
    pub fn add_path(&mut self, given: &Path, root: &Path) -> Result<(), Error> {
        let input = Input::locate(given)?;
        let place = match input.location.strip_prefix(root) {
            Ok(path) => path.to_owned(),
            Err(_) => PathBuf::from(input.location.file_name().unwrap_or_default()),
        };
        if input.is_folder {
            return self.add_folder(&input, &place);
        }
        let shown = given.display().to_string();
        let path = slashed(&place).ok_or_else(|| Error::OddName { path: shown.clone() })?;
        self.add(path, read::read(&input.location, &shown)?)
    }

    /// Adds what is neither hidden nor ignored in the current folder.
    pub fn add_current_folder(&mut self) -> Result<(), Error> {
        let current = current_folder()?;
        self.add_path(Path::new("."), &current)
    }

    fn add_folder(&mut self, input: &Input, place: &Path) -> Result<(), Error> {
        for entry in find::walker(&input.location).sort_by_file_name(Ord::cmp).build() {
            let entry = entry.map_err(|error| find::listing_error(error, input))?;
            let Some(file_type) = entry.file_type().filter(|it| !it.is_dir()) else { continue };
            let target = entry.path().canonicalize();
            let copied = file_type.is_file()
                || target.is_ok_and(|target| target.is_file() && target.starts_with(&input.location));
            let inner = entry.path().strip_prefix(&input.location).unwrap_or(entry.path());
            match slashed(&place.join(inner)).filter(|_| copied) {
                Some(path) => {
                    let size = entry.path().metadata().map_or(0, |metadata| metadata.len());
                    // Before it is read: it may be a disk image.
                    self.bounds.hold(self.files.len() + 1, self.bytes.saturating_add(size as usize))?;
                    let shown = input.show(entry.path()).unwrap_or_else(|| path.clone());
                    self.add(path, read::read(entry.path(), &shown)?)?;
                }
                None => self.left_out += 1,
            }
        }
        Ok(())
    }
}

pub(crate) fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.components().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/")).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    #[track_caller]
    fn check(folder: &TempFolder, given: &str, bounds: (usize, u64), expected: &str) {
        let root = folder.path().canonicalize().expect("a folder").join("root");
        let mut copies = Copies::new(Bounds { files: bounds.0, bytes: bounds.1 });
        let result = match copies.add_path(&folder.join(given), &root) {
            Ok(()) => copies.files().iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(result, expected);
    }

    #[test]
    fn paths_are_kept_below_the_root_and_ignored_files_left_out() {
        let folder = TempFolder::new()
            .file("root/.gitignore", "*.log\n")
            .file("root/.env", "SECRET=1")
            .file("root/a.txt", "a")
            .file("root/x.log", "x")
            .file("root/sub/b.txt", "bb")
            .file("other/c.txt", "c");
        let most = (10, 100);
        check(&folder, "root/sub/b.txt", most, "sub/b.txt");
        check(&folder, "root", most, "a.txt sub/b.txt");
        check(&folder, "other", most, "other/c.txt");
        check(&folder, "other/c.txt", most, "c.txt");
        check(&folder, "root", (1, 100), "more than 1 file is to be copied");
        check(&folder, "root", (10, 2), "more than 2 bytes are to be copied");
    }

    #[test]
    fn two_files_cannot_have_one_path() {
        let folder = TempFolder::new().file("a/x.txt", "1").file("b/x.txt", "2").file("c/x.txt", "1");
        let mut copies = Copies::new(Bounds { files: 10, bytes: 100 });
        let mut add =
            |file: &str| copies.add_path(&folder.join(file), Path::new("/nowhere")).map_err(|it| it.to_string());
        let clash = Err("two different files would be `x.txt` in the folder of the run".to_owned());
        assert_eq!(["a/x.txt", "b/x.txt", "c/x.txt"].map(&mut add), [Ok(()), clash, Ok(())]);
    }

    #[cfg(unix)]
    #[test]
    fn links_count_only_inside() {
        use std::os::unix::fs::symlink;

        let folder = TempFolder::new().file("root/a.txt", "a").file("secret", "s");
        symlink("a.txt", folder.join("root/in")).expect("a link");
        symlink("../secret", folder.join("root/out")).expect("a link");
        symlink("nowhere", folder.join("root/broken")).expect("a link");
        check(&folder, "root", (10, 100), "a.txt in");
    }
}
