//! Whole folders: made read-only, measured, brought to the disk, deleted.

use std::fs::{self, DirEntry, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Everything below `folder`, what is inside a folder before the folder itself. Symbolic links are not followed.
pub(super) fn walk(folder: &Path, visit: &mut dyn FnMut(&DirEntry) -> io::Result<()>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), visit)?;
        }
        visit(&entry)?;
    }
    Ok(())
}

/// For everybody to read and nobody to write, whatever the umask was: a run has another user id than we have.
/// Answers how many bytes the files have.
pub(super) fn make_read_only(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    walk(folder, &mut |entry| {
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            return Ok(());
        }
        let meta = entry.metadata()?;
        if kind.is_file() {
            bytes += meta.len();
        }
        let executable = kind.is_dir() || meta.permissions().mode() & 0o111 != 0;
        fs::set_permissions(entry.path(), Permissions::from_mode(if executable { 0o555 } else { 0o444 }))
    })?;
    fs::set_permissions(folder, Permissions::from_mode(0o555))?;
    Ok(bytes)
}

/// Deletes what can be deleted; what is left (another process may be writing still) goes at a later start.
pub(super) fn remove(folder: &Path) {
    // A file is deleted through its folder, and ours may be read-only.
    fn open_up(folder: &Path) -> io::Result<()> {
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open_up(&entry.path())?;
            }
        }
        Ok(())
    }
    if fs::remove_dir_all(folder).is_err() {
        let _ = open_up(folder);
        let _ = fs::remove_dir_all(folder);
    }
}

/// Brings a folder and all in it to the disk, so that a name given to it afterwards never stands for half of it.
#[cfg(target_os = "linux")]
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    // One call for thousands of files.
    Ok(nix::unistd::syncfs(fs::File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    walk(folder, &mut |entry| match entry.file_type()?.is_symlink() {
        true => Ok(()),
        false => fs::File::open(entry.path())?.sync_all(),
    })?;
    fs::File::open(folder)?.sync_all()
}
