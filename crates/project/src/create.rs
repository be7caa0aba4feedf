use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use crate::{Error, write};

/// Makes a folder with these files, by their paths with `/`, as a whole or not at all. A folder that has anything in it
/// is refused.
pub fn create(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), Error> {
    can_create(folder)?;
    let failed = |source| Error::Write { path: folder.display().to_string(), source };
    let exists = folder.exists();
    // Whoever stands in a folder that is there would be left in one that is gone if another took its place.
    let place =
        if exists { folder } else { folder.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new(".")) };
    fs::create_dir_all(place).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".etude-");
    write::usual_folder_permissions(&mut builder);
    let beside = builder.tempdir_in(place).map_err(failed)?;
    write_all(beside.path(), files)?;
    if exists {
        for entry in beside.path().read_dir().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            fs::rename(entry.path(), folder.join(entry.file_name())).map_err(failed)?;
        }
        return Ok(());
    }
    fs::rename(beside.path(), folder).map_err(failed)?;
    // It has another name now: there is nothing to clear away.
    let _ = beside.keep();
    write::sync_folder(place).map_err(failed)
}

fn write_all(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), Error> {
    files.par_iter().try_for_each(|(path, bytes)| {
        let failed = |source| Error::Write { path: (*path).to_owned(), source };
        let place = folder.join(path);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        write::create(&place, bytes).map_err(failed)
    })
}

/// Puts files into a folder, by their paths with `/`, each as a whole, in the places of those that may be there.
pub fn fill(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Error> {
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            let failed = |source| Error::Write { path: parent.display().to_string(), source };
            fs::create_dir_all(parent).map_err(failed)?;
        }
        write::put(&path, bytes)?;
    }
    Ok(())
}

/// Whether [`fill`] can be expected to work.
pub fn can_fill(folder: &Path) -> Result<(), Error> {
    match folder.metadata() {
        Ok(metadata) if !metadata.is_dir() => Err(Error::NotAFolder { path: folder.display().to_string() }),
        _ => Ok(()),
    }
}

/// Whether a folder is empty, or not there yet: whoever works long for it wants to know that before.
pub fn can_create(folder: &Path) -> Result<(), Error> {
    let shown = folder.display().to_string();
    match folder.read_dir().map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Error::NotEmpty { path: shown }),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(Error::NotAFolder { path: shown }),
        Err(source) => Err(Error::List { path: shown, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    #[test]
    fn a_folder_is_made_as_a_whole_or_not_at_all() {
        let folder = TempFolder::new().file("full/a.md", "a");
        let check = |name: &str, files: &[(&str, &[u8])], expected: Result<(), &str>, tree: &str| {
            let made = create(&folder.join(name), files).map_err(|error| match error {
                Error::NotEmpty { .. } => "not empty",
                _ => "cannot be written",
            });
            assert_eq!((made, folder.tree().as_str()), (expected, tree));
        };
        // A file is no folder: nothing is left of what came before it.
        check("one", &[("a", b""), ("a/b", b"")], Err("cannot be written"), "full/\nfull/a.md\n");
        check("full", &[("b", b"")], Err("not empty"), "full/\nfull/a.md\n");
        check("two", &[("b/c", b"")], Ok(()), "full/\nfull/a.md\ntwo/\ntwo/b/\ntwo/b/c\n");
        fs::remove_dir_all(folder.join("two/b")).expect("it goes");
        check("two", &[("d", b"")], Ok(()), "full/\nfull/a.md\ntwo/\ntwo/d\n");
    }
}
