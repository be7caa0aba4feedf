//! A learner's own files: made once from what a course gives, read as they are now, and never written over.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::watch::Stamp;
use crate::{Error, read, write};

/// Work that was put aside lies here, under the part it is from.
const KEPT: &str = "kept";
/// A learner's file that is larger is no program.
const LARGEST: u64 = 1 << 20;
/// More of their own than these are not handed in.
const MOST: usize = 50;

/// The folder of one learner for one course. Parts are named by their paths in the course.
#[derive(Clone, Debug)]
pub struct Desk {
    folder: PathBuf,
}

impl Desk {
    /// It need not be there yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the files of a part lie.
    pub fn part(&self, part: &str) -> PathBuf {
        if part.is_empty() { self.folder.clone() } else { self.folder.join(part) }
    }

    /// Makes those of the files that are not there, and says which these were.
    pub fn give<'a>(
        &self,
        part: &str,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Vec<&'a str>, Error> {
        let mut made = Vec::new();
        for (path, bytes) in files {
            let place = self.part(part).join(path);
            if place.is_symlink() || place.exists() {
                continue;
            }
            let failed = |source| Error::Write { path: place.display().to_string(), source };
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent).map_err(failed)?;
            }
            match write::create(&place, bytes) {
                Ok(()) => made.push(path),
                // Another session was faster, and gave the same.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(made)
    }

    /// What the learner has of a part: these files, and modules of their own beside them.
    pub fn read<'a>(
        &self,
        part: &str,
        files: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let folder = self.part(part);
        let mut paths: Vec<String> = files.into_iter().map(str::to_owned).collect();
        paths.extend(self.own(&folder));
        let mut found = BTreeMap::new();
        for path in paths {
            let place = folder.join(&path);
            let shown = place.display().to_string();
            if !place.exists() {
                continue;
            }
            if let Some(bytes) = place.metadata().ok().map(|metadata| metadata.len()).filter(|bytes| *bytes > LARGEST) {
                return Err(Error::TooLarge { path: shown, bytes });
            }
            found.insert(path, read::read(&place, &shown)?);
        }
        Ok(found)
    }

    /// The modules that lie in the folder itself.
    fn own(&self, folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let names = entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_file()));
        let names = names.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".py") && !name.starts_with('.')).collect();
        names.sort();
        names.truncate(MOST);
        names
    }

    /// Puts the files of a part aside and gives others in their place. The answer is where the old ones are.
    pub fn replace<'a>(
        &self,
        part: &str,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])> + Clone,
    ) -> Result<PathBuf, Error> {
        let old = self.read(part, files.clone().into_iter().map(|(path, _)| path))?;
        let kept = self.folder.join(KEPT).join(part);
        let copy = (1..).map(|number: u32| kept.join(number.to_string())).find(|copy| !copy.exists());
        let copy = copy.unwrap_or(kept);
        let list: Vec<(&str, &[u8])> = old.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        crate::create(&copy, &list)?;
        for path in old.keys() {
            let place = self.part(part).join(path);
            // It is in the copy now.
            fs::remove_file(&place).map_err(|source| Error::Delete { path: place.display().to_string(), source })?;
        }
        self.give(part, files)?;
        Ok(copy)
    }

    /// By which a change of the learner's files is noticed.
    pub fn stamp<'a>(&self, part: &str, files: impl IntoIterator<Item = &'a str>) -> Stamp {
        let folder = self.part(part);
        let files = files.into_iter().map(str::to_owned);
        Stamp::of(files.chain(self.own(&folder)).map(|path| folder.join(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    const FILES: [(&str, &[u8]); 2] = [("tea.py", b"stub"), ("lib/pot.py", b"stub")];

    #[test]
    fn what_is_there_is_never_written_over() {
        let folder = TempFolder::new().file("work/01/tea.py", "mine");
        let desk = Desk::at(folder.join("work"));
        assert_eq!(desk.give("01", FILES).expect("given"), ["lib/pot.py"]);
        assert_eq!(desk.give("01", FILES).expect("given"), [""; 0]);
        assert_eq!(folder.read("work/01/tea.py"), "mine");
    }

    #[test]
    fn modules_beside_the_files_belong_to_them() {
        let folder = TempFolder::new().file("work/01/cups.py", "x").file("work/01/notes.txt", "x");
        let desk = Desk::at(folder.join("work"));
        desk.give("01", FILES).expect("given");
        let names = FILES.map(|(path, _)| path);
        let before = desk.stamp("01", names);
        let read = desk.read("01", names).expect("read");
        assert_eq!(read.keys().map(String::as_str).collect::<Vec<_>>(), ["cups.py", "lib/pot.py", "tea.py"]);
        assert_eq!(desk.stamp("01", names), before);
        folder.write("work/01/cups.py", "xy");
        assert_ne!(desk.stamp("01", names), before);
    }

    #[test]
    fn work_that_is_replaced_is_kept() {
        let folder = TempFolder::new().file("work/01/tea.py", "mine").file("work/01/own.py", "mine too");
        let desk = Desk::at(folder.join("work"));
        assert_eq!(desk.replace("01", FILES).expect("replaced"), folder.join("work/kept/01/1"));
        assert_eq!(desk.replace("01", FILES).expect("replaced"), folder.join("work/kept/01/2"));
        assert_eq!(folder.read("work/kept/01/1/tea.py") + &folder.read("work/kept/01/1/own.py"), "minemine too");
        assert_eq!(folder.read("work/01/tea.py"), "stub");
        assert!(!folder.join("work/01/own.py").exists());
    }
}
