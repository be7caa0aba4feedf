//! Folders that exist for one test.
//!
//! For tests only: every function panics where it cannot do its job, so that a test says what it means and no more.

#![expect(clippy::disallowed_methods, reason = "a test writes the files it is about, past the crate it tests")]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A fresh folder that is gone when this is dropped.
///
/// ```
/// let course = etude_testing::TempFolder::new().file("course.toml", "title = \"Tasks\"\n").file("01/tasks.md", "# Tasks\n");
/// assert_eq!(course.read("01/tasks.md"), "# Tasks\n");
/// assert_eq!(course.tree(), "01/\n01/tasks.md\ncourse.toml\n");
/// ```
#[derive(Debug)]
pub struct TempFolder {
    folder: TempDir,
}

impl TempFolder {
    #[expect(clippy::new_without_default, reason = "making a folder on the disk is no default")]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("etude-").tempdir().expect("a temporary folder");
        Self { folder }
    }

    /// Writes a file, with the folders above it.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file while the test runs.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.join(path);
        let parent = path.parent().expect("a file in the folder");
        fs::create_dir_all(parent).unwrap_or_else(|error| panic!("cannot create `{}`: {error}", parent.display()));
        fs::write(&path, content).unwrap_or_else(|error| panic!("cannot write `{}`: {error}", path.display()));
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of something in the folder, there or not.
    pub fn join(&self, path: &str) -> PathBuf {
        assert!(Path::new(path).is_relative(), "`{path}` is not relative to the folder");
        self.path().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        String::from_utf8(self.read_bytes(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
    }

    pub fn read_bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.join(path)).unwrap_or_else(|error| panic!("cannot read `{path}`: {error}"))
    }

    /// Everything in the folder, sorted, a path per line; folders end with `/`. Links are listed, not followed.
    pub fn tree(&self) -> String {
        let mut paths = Vec::new();
        list(self.path(), "", &mut paths);
        paths.sort();
        paths.iter().map(|path| format!("{path}\n")).collect()
    }
}

fn list(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot list `{}`: {error}", folder.display()));
    for entry in entries {
        let entry = entry.expect("an entry of the folder");
        let path = format!("{prefix}{}", entry.file_name().display());
        if entry.file_type().expect("the type of an entry").is_dir() {
            let path = format!("{path}/");
            list(&entry.path(), &path, paths);
            paths.push(path);
        } else {
            paths.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_sorted_and_shows_folders() {
        let folder = TempFolder::new().file("b/c/d.md", "").file("a.md", "x").file("b/a.md", [0xff]);
        assert_eq!(folder.tree(), "a.md\nb/\nb/a.md\nb/c/\nb/c/d.md\n");
        assert_eq!(folder.read("a.md"), "x");
        assert_eq!(folder.read_bytes("b/a.md"), [0xff]);
    }

    #[test]
    fn the_folder_goes_when_it_is_dropped() {
        let folder = TempFolder::new().file("a.md", "");
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    #[should_panic(expected = "is not relative to the folder")]
    fn paths_stay_in_the_folder() {
        TempFolder::new().join("/etc");
    }
}
