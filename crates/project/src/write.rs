//! Writes that happen as a whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    rename_over(&target, Some(&metadata), new).map_err(failed)
}

/// Whether [`put`] can be expected to work: whoever works long for a file wants to know that before.
pub fn can_put(path: &Path) -> Result<(), Error> {
    there(path).map(drop)
}

/// Writes a file somebody named, as a whole or not at all, in the place of the one that may be there.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (target, metadata) = there(path)?;
    let failed = |source| Error::Write { path: path.display().to_string(), source };
    rename_over(&target, metadata.as_ref(), bytes).map_err(failed)
}

/// What `path` leads to, which may be nothing yet.
fn there(path: &Path) -> Result<(PathBuf, Option<Metadata>), Error> {
    let shown = path.display().to_string();
    let failed = |source| Error::Write { path: shown.clone(), source };
    match path.metadata() {
        Ok(metadata) if !metadata.is_file() => {
            Err(failed(io::Error::other(format!("it is {}", read::kind(metadata.file_type())))))
        }
        Ok(metadata) if metadata.permissions().readonly() => Err(Error::ReadOnly { path: shown }),
        Ok(metadata) => Ok((path.canonicalize().map_err(failed)?, Some(metadata))),
        Err(_) if path.is_symlink() => Err(Error::DeadEnd { path: shown }),
        Err(error) if read::is_absent(&error) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = folder.canonicalize().map_err(failed)?;
            let name = path.file_name().ok_or(error).map_err(failed)?;
            Ok((folder.join(name), None))
        }
        Err(error) => Err(failed(error)),
    }
}

/// `old` is what is there now, and what it may do stays.
fn rename_over(target: &Path, old: Option<&Metadata>, new: &[u8]) -> io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".etude-");
    if old.is_none() {
        usual_permissions(&mut builder);
    }
    let mut temporary = builder.tempfile_in(folder)?;
    temporary.write_all(new)?;
    if let Some(old) = old {
        keep_owner(temporary.as_file(), old);
        temporary.as_file().set_permissions(old.permissions())?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(target)?;
    sync_folder(folder)
}

/// Those of any new file, of which the session takes away what it does not want.
#[cfg(unix)]
fn usual_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;

    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn usual_permissions(_: &mut tempfile::Builder<'_, '_>) {}

/// The same for a folder.
#[cfg(unix)]
pub(crate) fn usual_folder_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;

    builder.permissions(fs::Permissions::from_mode(0o777));
}

#[cfg(not(unix))]
pub(crate) fn usual_folder_permissions(_: &mut tempfile::Builder<'_, '_>) {}

/// Makes a file that was not there before.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Somebody who may write a file they do not own cannot always give it back to its owner; then it becomes theirs.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let Ok(new) = file.metadata() else { return };
    let owner = (old.uid() != new.uid()).then(|| old.uid());
    let group = (old.gid() != new.gid()).then(|| old.gid());
    if owner.is_some() || group.is_some() {
        let _ = fchown(file, owner, group);
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Makes the new name itself survive a crash.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
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

    #[cfg(unix)]
    #[test]
    fn a_named_file_is_put_whether_it_is_there_or_not() {
        use std::os::unix::fs::PermissionsExt;

        let folder = TempFolder::new().file("old.svg", "old").file("real/x.svg", "old");
        std::os::unix::fs::symlink("real/x.svg", folder.join("link.svg")).expect("a link");
        fs::set_permissions(folder.join("old.svg"), fs::Permissions::from_mode(0o640)).expect("permissions");
        for name in ["old.svg", "new.svg", "link.svg"] {
            can_put(&folder.join(name)).expect(name);
            put(&folder.join(name), b"new").expect(name);
            assert_eq!(folder.read(name), "new");
        }
        let mode = |name| folder.join(name).metadata().expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode("old.svg"), 0o640);
        assert_eq!(mode("new.svg") & 0o600, 0o600);
        assert!(folder.join("link.svg").is_symlink());
        assert_eq!(folder.tree(), "link.svg\nnew.svg\nold.svg\nreal/\nreal/x.svg\n");
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_put_is_known_before() {
        let folder = TempFolder::new().file("folder/a.svg", "").file("locked.svg", "");
        std::os::unix::fs::symlink("nowhere", folder.join("dead.svg")).expect("a link");
        let mut permissions = folder.join("locked.svg").metadata().expect("a file").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(folder.join("locked.svg"), permissions).expect("permissions");
        let said = |name: &str| {
            let error = can_put(&folder.join(name)).expect_err(name);
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{error}{cause}").replace(&folder.path().display().to_string(), "[folder]")
        };
        assert_eq!(said("folder"), "cannot write `[folder]/folder`: it is a folder");
        assert_eq!(
            said("missing/a.svg"),
            "cannot write `[folder]/missing/a.svg`: No such file or directory (os error 2)"
        );
        assert_eq!(said("locked.svg"), "`[folder]/locked.svg` is read-only, and is left as it is");
        assert_eq!(said("dead.svg"), "the link `[folder]/dead.svg` leads nowhere");
    }
}
