//! Whether files have changed since they were read, found out by looking again.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ignore::WalkBuilder;

use crate::Workspace;

/// How far below a lesson's folder the files lie that its snippets may use.
const DEPTH: usize = 3;
/// More than these are not a course, but somebody's home.
const MOST: usize = 10_000;

/// What files look like from outside: whoever writes one changes it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stamp(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Workspace {
    /// Of everything that was read, and of what lies beside it, but for the pictures in a folder where each look at the
    /// files puts new ones.
    pub fn stamp(&self, pictures: Option<&Path>) -> Stamp {
        let pictures = pictures.and_then(|folder| folder.canonicalize().ok());
        let drawn = |path: &Path| {
            let picture = path.extension().is_some_and(|ending| ending == "svg");
            let place = || pictures.as_ref().zip(path.canonicalize().ok());
            picture && place().is_some_and(|(folder, path)| path.starts_with(folder))
        };
        let read = self.places.iter().flatten().map(PathBuf::as_path);
        let mut folders: Vec<&Path> = read.clone().filter_map(Path::parent).collect();
        folders.extend(self.folders.iter().map(PathBuf::as_path));
        folders.sort_unstable();
        folders.dedup();
        let mut stamp = Stamp::default();
        read.for_each(|path| stamp.add(path));
        let own = own_output();
        for folder in folders {
            let walk = WalkBuilder::new(folder).max_depth(Some(DEPTH)).require_git(false).build();
            for entry in walk.flatten().take(MOST).filter(|entry| !drawn(entry.path())) {
                if !entry.metadata().is_ok_and(|it| own.contains(&(it.dev(), it.ino()))) {
                    stamp.add(entry.path());
                }
            }
        }
        stamp
    }
}

/// The files that the watcher itself writes, if its output is redirected to some: each look at them would change them.
fn own_output() -> Vec<(u64, u64)> {
    let streams = ["/dev/stdout", "/dev/stderr"].map(|stream| std::fs::metadata(stream).ok());
    streams.into_iter().flatten().filter(|it| it.is_file()).map(|it| (it.dev(), it.ino())).collect()
}

impl Stamp {
    pub(crate) fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut stamp = Self::default();
        paths.into_iter().for_each(|path| stamp.add(&path));
        stamp
    }

    /// A folder changes with the names in it, and these are looked at themselves.
    fn add(&mut self, path: &Path) {
        if let Ok(metadata) = path.metadata()
            && metadata.is_file()
        {
            self.0.insert(path.to_owned(), (metadata.modified().ok(), metadata.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;
    use etude_testing::TempFolder;

    #[test]
    fn lessons_and_what_lies_beside_them_are_looked_at() {
        let folder = TempFolder::new().file("course.toml", "").file("01/a.md", "# A\n").file("01/data/x.csv", "1");
        let request = Request { paths: vec![folder.path().to_owned()], ..Request::default() };
        let workspace = Workspace::read(request).expect("a course");
        let pictures = folder.join("01/pictures");
        let stamp = || workspace.stamp(Some(&pictures));
        let mut before = stamp();
        assert_eq!(stamp(), before);
        folder.write("01/pictures/a.svg", "<svg/>");
        assert_eq!(stamp(), before);
        for (path, text) in [
            ("01/a.md", "# AB\n"),
            ("course.toml", "\n"),
            ("01/data/x.csv", "12"),
            ("01/b.svg", "<svg/>"),
            ("02/b.md", "# B\n"),
        ] {
            folder.write(path, text);
            let after = stamp();
            assert_ne!(after, before, "{path}");
            before = after;
        }
    }

    #[test]
    fn a_folder_without_lessons_is_looked_at_too() {
        let folder = TempFolder::new();
        let request = Request { paths: vec![folder.path().to_owned()], ..Request::default() };
        let workspace = Workspace::read(request).expect("a folder");
        let before = workspace.stamp(None);
        folder.write("a.md", "# A\n");
        assert_ne!(workspace.stamp(None), before);
    }
}
