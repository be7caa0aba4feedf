//! The folder of the `course.toml` that counts for a path.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(crate) const NAME: &str = "course.toml";

/// Looks upwards for `course.toml`, once for every folder.
#[derive(Default)]
pub(crate) struct Upwards {
    known: HashMap<PathBuf, Option<PathBuf>>,
    home: Option<PathBuf>,
}

impl Upwards {
    pub(crate) fn new() -> Self {
        let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
        Self { known: HashMap::new(), home }
    }

    /// The nearest folder with a `course.toml`, from `folder` (canonical) up to the repository's root.
    ///
    /// A `course.toml` in the home folder or in `/` counts only for that folder itself: it is there by accident more
    /// often than as the course of everything below.
    pub(crate) fn course(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let found = if folder.join(NAME).is_file() {
            Some(folder.to_owned())
        } else if folder.join(".git").exists() {
            None
        } else {
            folder.parent().filter(|parent| !self.ends_at(parent)).and_then(|parent| self.course(parent))
        };
        self.known.insert(folder.to_owned(), found.clone());
        found
    }

    fn ends_at(&self, folder: &Path) -> bool {
        folder.parent().is_none() || self.home.as_deref() == Some(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    #[track_caller]
    fn check(folder: &TempFolder, home: Option<&str>, from: &str, expected: Option<&str>) {
        let root = folder.path().canonicalize().expect("a folder");
        let home = home.map(|home| root.join(home));
        let found = Upwards { home, known: HashMap::new() }.course(&root.join(from));
        assert_eq!(found, expected.map(|expected| root.join(expected)));
    }

    #[test]
    fn the_nearest_counts() {
        let folder = TempFolder::new().file("a/course.toml", "").file("a/b/course.toml", "").file("a/b/c/d.md", "");
        check(&folder, None, "a/b/c", Some("a/b"));
        check(&folder, None, "a/b", Some("a/b"));
        check(&folder, None, "a", Some("a"));
    }

    #[test]
    fn the_search_ends_at_the_root_of_the_repository() {
        let folder = TempFolder::new().file("course.toml", "").file("a/.git/HEAD", "").file("a/b/c.md", "");
        check(&folder, None, "a/b", None);
        let folder = TempFolder::new().file("a/course.toml", "").file("a/.git/HEAD", "").file("a/b/c.md", "");
        check(&folder, None, "a/b", Some("a"));
    }

    #[test]
    fn the_home_folder_is_no_course_for_what_is_below() {
        let folder = TempFolder::new().file("home/course.toml", "").file("home/a/b.md", "");
        check(&folder, Some("home"), "home/a", None);
        check(&folder, Some("home"), "home", Some("home"));
    }
}
