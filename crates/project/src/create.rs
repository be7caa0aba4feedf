use std::fs;
use std::io;
use std::path::Path;

use crate::{Error, write};

/// Makes a folder with these files, by their paths with `/`. A folder that has anything in it is refused.
pub fn create(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), Error> {
    must_be_empty(folder)?;
    for (path, bytes) in files {
        let path = folder.join(path);
        let failed = |source| Error::Write { path: path.display().to_string(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        write::create(&path, bytes).map_err(failed)?;
    }
    Ok(())
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

/// Whether a folder is empty, or not there yet.
pub(crate) fn must_be_empty(folder: &Path) -> Result<(), Error> {
    let shown = folder.display().to_string();
    match folder.read_dir().map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Error::NotEmpty { path: shown }),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(Error::NotAFolder { path: shown }),
        Err(source) => Err(Error::List { path: shown, source }),
    }
}
