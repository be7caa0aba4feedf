//! Writes that happen as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::{Error, read};

/// Puts `new` in the place of `old` in the file at `path`, called `shown` in errors.
///
/// A reader sees the old file or the new one, whenever it looks and whenever this process ends. A symbolic link stays
/// one: what it leads to is written. Permissions stay, and the owner does where the system lets us; other hard links to
/// the file keep the old content. Nothing is written if nothing would change.
pub(crate) fn replace(path: &Path, shown: &str, old: &[u8], new: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Write { path: shown.to_owned(), source };
    let target = path.canonicalize().map_err(failed)?;
    if read::read(&target, shown)? != old {
        return Err(Error::Changed { path: shown.to_owned() });
    }
    if old == new {
        return Ok(());
    }
    let metadata = target.metadata().map_err(failed)?;
    // Renaming over it would work, but whoever made it read-only meant it.
    if metadata.permissions().readonly() {
        return Err(Error::ReadOnly { path: shown.to_owned() });
    }
    let folder = target.parent().unwrap_or(Path::new("/"));
    let write = || -> io::Result<()> {
        let mut temporary = tempfile::Builder::new().prefix(".etude-").tempfile_in(folder)?;
        temporary.write_all(new)?;
        keep_owner(temporary.as_file(), &metadata);
        temporary.as_file().set_permissions(metadata.permissions())?;
        temporary.as_file().sync_all()?;
        temporary.persist(&target)?;
        sync_folder(folder)
    };
    write().map_err(failed)
}

/// Makes a file that was not there before.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Somebody who may write a file they do not own cannot always give it back to its owner; then it becomes theirs.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let Ok(new) = file.metadata() else { return };
    let owner = (old.uid() != new.uid()).then(|| old.uid());
    let group = (old.gid() != new.gid()).then(|| old.gid());
    if owner.is_some() || group.is_some() {
        let _ = fchown(file, owner, group);
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// Makes the new name itself survive a crash.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    #[track_caller]
    fn check(folder: &TempFolder, old: &str, new: &str, expected: &str) -> String {
        let result = replace(&folder.join("a.md"), "a.md", old.as_bytes(), new.as_bytes());
        assert_eq!(folder.read("a.md"), expected);
        result.map_or_else(|error| error.to_string(), |()| "written".to_owned())
    }

    #[test]
    fn the_file_is_replaced_and_nothing_is_left_behind() {
        let folder = TempFolder::new().file("a.md", "old");
        assert_eq!(check(&folder, "old", "new", "new"), "written");
        assert_eq!(folder.tree(), "a.md\n");
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_is_kept() {
        let folder = TempFolder::new().file("a.md", "theirs");
        let said = check(&folder, "old", "new", "theirs");
        assert_eq!(said, "`a.md` was changed by somebody else while it was worked on, and is left as it is");
        assert_eq!(folder.tree(), "a.md\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_would_not_change_is_not_touched() {
        use std::os::unix::fs::MetadataExt;

        let folder = TempFolder::new().file("a.md", "same");
        let inode = || folder.join("a.md").metadata().expect("a file").ino();
        let before = inode();
        assert_eq!(check(&folder, "same", "same", "same"), "written");
        assert_eq!(inode(), before);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_read_only_is_obeyed() {
        use std::os::unix::fs::PermissionsExt;

        let folder = TempFolder::new().file("a.md", "old");
        let path = folder.join("a.md");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
        assert_eq!(check(&folder, "old", "new", "new"), "written");
        assert_eq!(path.metadata().expect("a file").permissions().mode() & 0o7777, 0o640);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("permissions");
        assert_eq!(check(&folder, "new", "newer", "new"), "`a.md` is read-only, and is left as it is");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_one() {
        let folder = TempFolder::new().file("real/b.md", "old");
        std::os::unix::fs::symlink("real/b.md", folder.join("a.md")).expect("a link");
        assert_eq!(check(&folder, "old", "new", "new"), "written");
        assert!(folder.join("a.md").is_symlink());
        assert_eq!(folder.read("real/b.md"), "new");
        assert_eq!(folder.tree(), "a.md\nreal/\nreal/b.md\n");
    }
}
