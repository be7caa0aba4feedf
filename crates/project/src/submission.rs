//! What learners hand in, read as it lies there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::copy::{Bounds, Copies};
use crate::find::Input;
use crate::program::current_folder;
use crate::{Error, natural};

/// More than anybody writes for an exercise.
const MOST: Bounds = Bounds { files: 200, bytes: 4 << 20 };

/// The files of a submission by their names: one file, or what is neither hidden nor ignored in a folder.
pub fn submission(given: &[PathBuf]) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut copies = Copies::new(MOST);
    for path in given {
        let input = Input::locate(path)?;
        copies.add_path(path, input.folder())?;
    }
    let files = copies.into_files().into_iter().filter(|(path, _)| !path.contains("__pycache__"));
    Ok(files.collect())
}

/// The files of one of many submissions. Whoever hands in a link could hand in what others have written.
pub fn one_of_many(path: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    if path.is_symlink() {
        return Err(Error::Link { path: path.display().to_string() });
    }
    submission(&[path.to_owned()])
}

/// The submissions in a folder, each a Python file or a folder, by name and in natural order.
pub fn submissions(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let input = Input::locate(folder)?;
    let shown = folder.display().to_string();
    if !input.is_folder {
        return Err(Error::NotAFolder { path: shown });
    }
    let entries = input.location.read_dir().map_err(|source| Error::List { path: shown, source })?;
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.path().is_dir();
        if name.starts_with(['.', '_']) || !(is_folder || name.ends_with(".py")) {
            continue;
        }
        found.push((name.strip_suffix(".py").filter(|_| !is_folder).unwrap_or(&name).to_owned(), folder.join(&name)));
    }
    found.sort_by(|(a, _), (b, _)| natural::compare(a, b));
    Ok(found)
}

/// Those of some files that lie in the current folder, unless that is within `elsewhere`.
pub fn own_files<'a>(names: impl Iterator<Item = &'a str>, elsewhere: &Path) -> Result<Vec<PathBuf>, Error> {
    let current = current_folder()?;
    if elsewhere.canonicalize().is_ok_and(|elsewhere| current.starts_with(elsewhere)) {
        return Ok(Vec::new());
    }
    Ok(names.map(PathBuf::from).filter(|path| path.is_file()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    #[test]
    fn a_link_is_nobody_s_work() {
        let folder = TempFolder::new().file("solution.py", "a").file("in/ann.py", "b");
        std::os::unix::fs::symlink("../solution.py", folder.join("in/ben.py")).expect("a link");
        let found = submissions(&folder.join("in")).expect("a folder");
        let read = |(_, path): &(String, PathBuf)| one_of_many(path).map(|files| files.len()).ok();
        assert_eq!(found.iter().map(read).collect::<Vec<_>>(), [Some(1), None]);
    }

    #[test]
    fn a_file_or_a_folder_is_a_submission() {
        let folder = TempFolder::new()
            .file("in/ann.py", "a")
            .file("in/ben/tea.py", "b")
            .file("in/ben/__pycache__/tea.pyc", "x")
            .file("in/ben/sub/pot.py", "c")
            .file("in/.hidden/tea.py", "d")
            .file("in/notes.txt", "e");
        let found = submissions(&folder.join("in")).expect("a folder");
        let files = |path: &Path| submission(&[path.to_owned()]).expect("files").into_keys().collect::<Vec<_>>();
        let told: Vec<_> = found.iter().map(|(name, path)| (name.as_str(), files(path))).collect();
        assert_eq!(told, [("ann", vec!["ann.py".to_owned()]), ("ben", vec!["sub/pot.py".into(), "tea.py".into()])]);
        assert!(matches!(submissions(&folder.join("in/ann.py")), Err(Error::NotAFolder { .. })));
    }
}
