//! Whether files have changed since they were read, found out by looking again.

use std::collections::BTreeMap;
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
    /// Of everything that was read, and of what lies beside it.
    pub fn stamp(&self) -> Stamp {
        let read = self.places.iter().flatten().map(PathBuf::as_path);
        let mut folders: Vec<&Path> = read.clone().filter_map(Path::parent).collect();
        folders.sort_unstable();
        folders.dedup();
        let mut stamp = Stamp::default();
        read.for_each(|path| stamp.add(path));
        for folder in folders {
            let walk = WalkBuilder::new(folder).max_depth(Some(DEPTH)).require_git(false).build();
            walk.flatten().take(MOST).for_each(|entry| stamp.add(entry.path()));
        }
        stamp
    }
}

impl Stamp {
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
        let mut before = workspace.stamp();
        assert_eq!(workspace.stamp(), before);
        for (path, text) in
            [("01/a.md", "# AB\n"), ("course.toml", "\n"), ("01/data/x.csv", "12"), ("02/b.md", "# B\n")]
        {
            folder.write(path, text);
            let after = workspace.stamp();
            assert_ne!(after, before, "{path}");
            before = after;
        }
    }
}
