//! One file from the disk, whatever lies at its path.

use std::fs::{File, FileType, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::Error;

/// Spans are 32 bits wide.
const LIMIT: u64 = u32::MAX as u64;

/// The bytes of the file at `path`, called `shown` in errors.
pub(crate) fn read(path: &Path, shown: &str) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: shown.to_owned(), source };
    let metadata = path.metadata().map_err(failed)?;
    // Asked before it is opened: opening a named pipe waits for somebody to write into it.
    if let Some(error) = special(&metadata, shown) {
        return Err(error);
    }
    let too_large = |bytes| Error::TooLarge { path: shown.to_owned(), bytes };
    if metadata.len() >= LIMIT {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
    // The file may grow while it is read, and files in `/proc` say that they are empty.
    File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 >= LIMIT {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// The bytes of a file somebody named.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let shown = path.display().to_string();
    if !path.exists() && !path.is_symlink() {
        return Err(Error::Missing { path: shown, nearest: None });
    }
    read(path, &shown)
}

/// How many bytes the files below a folder have; what cannot be looked at counts as nothing.
pub fn folder_size(folder: &Path) -> u64 {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folder_size(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// The error for what can be opened but is no file.
pub(crate) fn special(metadata: &Metadata, shown: &str) -> Option<Error> {
    if metadata.is_file() {
        return None;
    }
    Some(Error::Special { path: shown.to_owned(), kind: kind(metadata.file_type()) })
}

#[cfg(unix)]
pub(crate) fn kind(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    if file_type.is_dir() {
        "a folder"
    } else if file_type.is_fifo() {
        "a named pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
pub(crate) fn kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() { "a folder" } else { "a device" }
}

/// Whether `error` only says that nothing is there.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
