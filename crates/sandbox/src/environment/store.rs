//! Where environments are kept.
//!
//! ```text
//! environments/
//!   KEY/environment.json   what is in it; site/: the packages, read-only; in-use: locked, shared, by its users
//!   locks/KEY.txt          the versions and hashes, which outlive the environment
//!   guards/KEY             locked by who makes or deletes it
//!   pycache/ID/…           bytecode of a standard library that came without
//!   .building-KEY-…        being made; .removing-…: being deleted
//! ```
//! `KEY/` appears by a rename when all in it is on the disk, so that what is there is whole.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::imports::Provided;
use super::interpreter::Interpreter;
use super::lock::{Lock, sha256};
use super::making::ALIVE;
use super::requirement::Requirement;
use super::tree;

/// Part of every key: goes up when environments are made differently.
const FORMAT: u32 = 2;

const BUILDING: &str = ".building-";
const REMOVING: &str = ".removing-";
const MANIFEST: &str = "environment.json";
const IN_USE: &str = "in-use";

/// A folder without an owner younger than this may be one whose owner is about to lock it.
const GRACE: Duration = Duration::from_secs(60 * 60);

/// What an environment depends on. Patch releases of Python share it: their bytecode and extensions fit each other.
pub(super) fn key(interpreter: &Interpreter, wishes: &BTreeSet<Requirement>) -> String {
    let Interpreter { version, implementation, abi, platform, .. } = interpreter;
    let mut text = format!("{FORMAT}\n{implementation} {}.{}\n{abi}\n{platform}\n", version.major, version.minor);
    for wish in wishes {
        text.push_str(&format!("{wish}\n"));
    }
    sha256(text.as_bytes())[..32].to_owned()
}

/// A distribution and its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) python: String,
    pub(super) requirements: Vec<String>,
    pub(super) packages: Vec<Package>,
    pub(super) provided: Provided,
    pub(super) lock_digest: String,
    pub(super) bytes: u64,
}

/// An environment that is there, and stays there as long as `lease` is held.
pub(super) struct Ready {
    pub(super) folder: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) lease: File,
}

pub(super) struct Store {
    root: PathBuf,
}

impl Store {
    pub(super) fn of(cache: &Path) -> Result<Self, Error> {
        // Commands run in folders of their own, and compiled files name theirs.
        let cache = std::path::absolute(cache).map_err(Error::disk("find", cache))?;
        Ok(Self { root: cache.join("environments") })
    }

    pub(super) fn folder(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// Opens a finished environment. It takes no guard: what has its name is whole.
    pub(super) fn open(&self, key: &str) -> Option<Ready> {
        let folder = self.folder(key);
        let lease = File::open(folder.join(IN_USE)).ok()?;
        // Only who deletes it holds the lock against us.
        lease.try_lock_shared().ok()?;
        let manifest = serde_json::from_slice(&fs::read(folder.join(MANIFEST)).ok()?).ok()?;
        // For `list`; a cache that belongs to someone else can be used all the same.
        let _ = lease.set_modified(SystemTime::now());
        Some(Ready { folder, manifest, lease })
    }

    /// Takes the right to make or delete `key`; `waiting` is called if another process has it.
    pub(super) fn guard(&self, key: &str, waiting: impl FnOnce()) -> Result<File, Error> {
        let path = self.root.join("guards").join(key);
        let open = || {
            fs::create_dir_all(self.root.join("guards"))?;
            fs::create_dir_all(self.root.join("locks"))?;
            File::options().create(true).write(true).truncate(false).open(&path)
        };
        let guard = open().map_err(Error::disk("create", &path))?;
        if guard.try_lock().is_err() {
            waiting();
            guard.lock().map_err(Error::disk("lock", &path))?;
        }
        Ok(guard)
    }

    /// Where to make `key`. Call it with the guard in hand: it clears away what killed predecessors left.
    pub(super) fn building(&self, key: &str) -> PathBuf {
        self.clean(key);
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        self.root.join(format!("{BUILDING}{key}-{}-{since}", std::process::id()))
    }

    fn clean(&self, key: &str) {
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(REMOVING) {
                tree::remove(&entry.path());
            } else if let Some(rest) = name.strip_prefix(BUILDING) {
                let old = || {
                    entry
                        .metadata()
                        .and_then(|meta| meta.modified())
                        .is_ok_and(|t| t.elapsed().is_ok_and(|age| age > GRACE))
                };
                // Nobody else is making this key: its folders are left over, unless an orphaned tool is busy there.
                if (rest.starts_with(key) || old()) && !is_alive(&entry.path()) {
                    tree::remove(&entry.path());
                }
            }
        }
    }

    /// The lock that an earlier environment of this key was made from.
    pub(super) fn lock(&self, key: &str) -> Option<Lock> {
        Lock::parse(&fs::read_to_string(self.lock_file(key)).ok()?)
    }

    pub(super) fn lock_file(&self, key: &str) -> PathBuf {
        self.root.join("locks").join(format!("{key}.txt"))
    }

    /// Gives the finished folder its name.
    pub(super) fn publish(&self, key: &str, result: &Path, manifest: &Manifest, lock: &Lock) -> Result<(), Error> {
        let folder = self.folder(key);
        let steps = || -> io::Result<()> {
            let text = format!("# Python {}: {}\n{lock}", manifest.python, manifest.requirements.join(", "));
            fs::write(result.join("lock.txt"), &text)?;
            File::create(result.join(IN_USE))?;
            let mut file = File::create(result.join(MANIFEST))?;
            file.write_all(&serde_json::to_vec(manifest)?)?;
            file.sync_all()?;
            // Whatever the umask: runs have another user id.
            fs::set_permissions(result, Permissions::from_mode(0o755))?;
            tree::sync(result)?;
            let mut lock_file = tempfile::NamedTempFile::new_in(self.root.join("locks"))?;
            lock_file.write_all(text.as_bytes())?;
            lock_file.as_file().sync_all()?;
            lock_file.persist(self.lock_file(key))?;
            // Something damaged may be there, which `open` refused.
            if folder.symlink_metadata().is_ok() {
                self.retire(key)?;
            }
            fs::rename(result, &folder)?;
            File::open(&self.root)?.sync_all()
        };
        steps().map_err(Error::disk("write", &folder))
    }

    /// Takes the name from a folder, then deletes it: killed in between, no half of it can be found.
    fn retire(&self, key: &str) -> io::Result<()> {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        let away = self.root.join(format!("{REMOVING}{key}-{since}"));
        fs::rename(self.folder(key), &away)?;
        tree::remove(&away);
        Ok(())
    }

    pub(super) fn pycache(&self) -> PathBuf {
        self.root.join("pycache")
    }
}

fn is_alive(folder: &Path) -> bool {
    File::open(folder.join(ALIVE)).is_ok_and(|alive| alive.try_lock().is_err())
}

/// An environment in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub key: String,
    /// `3.12`.
    pub python: String,
    pub requirements: Vec<String>,
    pub packages: Vec<Package>,
    pub bytes: u64,
    pub last_use: SystemTime,
}

/// Whether the versions chosen for an environment are chosen anew when it is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locks {
    Keep,
    Forget,
}

/// The environments in `cache`, the one used last first.
pub fn list(cache: &Path) -> Result<Vec<Stored>, Error> {
    let store = Store::of(cache)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(&store.root).into_iter().flatten().flatten() {
        let read = || {
            let manifest: Manifest = serde_json::from_slice(&fs::read(entry.path().join(MANIFEST)).ok()?).ok()?;
            let last_use = entry.path().join(IN_USE).metadata().and_then(|meta| meta.modified()).ok()?;
            let Manifest { python, requirements, packages, bytes, .. } = manifest;
            Some(Stored { key: entry.file_name().into_string().ok()?, python, requirements, packages, bytes, last_use })
        };
        // What is being made has no manifest in its place yet.
        found.extend(read());
    }
    found.sort_by(|a, b| b.last_use.cmp(&a.last_use).then_with(|| a.key.cmp(&b.key)));
    Ok(found)
}

/// Deletes the environments that `keep` does not want and nobody is using, and answers which.
pub fn remove(cache: &Path, locks: Locks, keep: &dyn Fn(&Stored) -> bool) -> Result<Vec<Stored>, Error> {
    let store = Store::of(cache)?;
    let mut removed = Vec::new();
    for stored in list(cache)?.into_iter().filter(|stored| !keep(stored)) {
        let _guard = store.guard(&stored.key, || ())?;
        let folder = store.folder(&stored.key);
        // Held until it is gone, so that `open` refuses it from here on.
        let Ok(lease) = File::open(folder.join(IN_USE)) else { continue };
        if lease.try_lock().is_err() {
            continue;
        }
        store.retire(&stored.key).map_err(Error::disk("delete", &folder))?;
        for tree in fs::read_dir(store.pycache()).into_iter().flatten().flatten() {
            tree::remove(&tree.path().join(&stored.key));
        }
        if locks == Locks::Forget {
            let path = store.lock_file(&stored.key);
            fs::remove_file(&path).map_err(Error::disk("delete", &path))?;
        }
        removed.push(stored);
    }
    Ok(removed)
}
