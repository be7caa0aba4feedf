//! Puts what a program left behind into a folder of the person who ran it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::{Error, create};

/// Whether `folder` can take what is to be kept: it is empty, or not there yet.
pub fn can_keep(folder: &Path) -> Result<(), Error> {
    create::can_create(folder)
}

/// Writes files into a folder that was empty. Names that would confuse whoever lists them are left out; how many is
/// the answer. The folder is fresh and only plain files go into it, so that no link can be on the way.
pub fn keep(folder: &Path, files: &[(&str, &[u8])]) -> Result<usize, Error> {
    can_keep(folder)?;
    let mut left_out = 0;
    make_folder(folder)?;
    for (path, bytes) in files {
        let parts = path.split('/');
        if parts.clone().any(|part| matches!(part, "" | "." | "..")) || path.chars().any(char::is_control) {
            left_out += 1;
            continue;
        }
        let place = folder.join(path);
        if let Some(parent) = place.parent() {
            make_folder(parent)?;
        }
        let write = || -> io::Result<()> { File::create_new(&place)?.write_all(bytes) };
        write().map_err(|source| Error::Write { path: place.display().to_string(), source })?;
    }
    Ok(left_out)
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    #[test]
    fn only_what_stays_inside_and_can_be_read_is_written() {
        let folder = TempFolder::new();
        let files: [(&str, &[u8]); 5] =
            [("a.txt", b"a"), ("sub/b", b"b"), ("../out", b"x"), ("/abs", b"x"), ("red\u{1b}[31m", b"x")];
        assert_eq!(keep(&folder.join("kept"), &files).expect("kept"), 3);
        assert_eq!(folder.tree(), "kept/\nkept/a.txt\nkept/sub/\nkept/sub/b\n");
        let error = keep(&folder.join("kept"), &files).expect_err("it is not empty");
        assert!(matches!(error, Error::NotEmpty { .. }));
    }
}
