//! A folder of entries that can be made again at any time: found by name, bounded, those unused for longest go first.
//!
//! ```text
//! ab/abcdef…     an entry, under the first letters of its name
//! .new-…         being written; an entry gets its name by a rename, when it is whole
//! ```
//! Several processes may use it at once, and any of them may be killed: nothing is locked, and nothing is changed in
//! place. Nothing is forced to the disk either. What a loss of power tears, its reader has to recognise.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::Error;

const BEING_WRITTEN: &str = ".new-";
/// Writing takes milliseconds: what is older was left by somebody who was killed.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// How exactly the last use is known. Noting each would cost a write for every read.
const USE: Duration = Duration::from_secs(60 * 60);
/// What a file takes on the disk, however short it is.
const BLOCK: u64 = 4096;

/// What keeps results that are costly to make again.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// One that is there.
#[derive(Debug)]
struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// What a cache holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub entries: usize,
    /// On the disk.
    pub bytes: u64,
    /// When the one unused for longest was used last, and when the latest was.
    pub used: Option<(SystemTime, SystemTime)>,
}

impl Cache {
    /// It need not be there yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name.get(..2).unwrap_or("xx")).join(name)
    }

    /// What was kept under a name; what cannot be read is as good as nothing.
    #[expect(clippy::disallowed_methods, reason = "an entry was a plain file when we named it, and a short one")]
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let place = self.place(name);
        let bytes = fs::read(&place).ok()?;
        let known = place.metadata().and_then(|metadata| metadata.modified()).ok()?;
        if known.elapsed().is_ok_and(|age| age > USE)
            && let Ok(file) = fs::File::options().append(true).open(&place)
        {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(bytes)
    }

    /// Keeps something, in the place of what the name stood for.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let place = self.place(name);
        let write = || -> io::Result<()> {
            let parent = place.parent().unwrap_or(&self.folder);
            fs::create_dir_all(parent)?;
            let mut new = tempfile::Builder::new().prefix(BEING_WRITTEN).tempfile_in(&self.folder)?;
            new.write_all(bytes)?;
            new.persist(&place)?;
            Ok(())
        };
        write().map_err(|source| Error::Write { path: place.display().to_string(), source })
    }

    /// Lets go of an entry that is of no use.
    pub fn forget(&self, name: &str) {
        // Somebody else may have done so.
        let _ = fs::remove_file(self.place(name));
    }

    /// What is there, and what others are writing or have left.
    fn list(&self) -> Vec<Entry> {
        let mut all = Vec::new();
        for entry in self.folder.read_dir().into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => {
                    let inner = path.read_dir().into_iter().flatten().flatten();
                    all.extend(inner.filter_map(|entry| Entry::of(entry.path(), &entry.metadata().ok()?)));
                }
                Ok(metadata) if is_abandoned(&path, &metadata) => drop(fs::remove_file(&path)),
                Ok(_) | Err(_) => {}
            }
        }
        all.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        all
    }

    pub fn held(&self) -> Held {
        let all = self.list();
        Held {
            entries: all.len(),
            bytes: all.iter().map(|entry| entry.bytes).sum(),
            used: all.first().zip(all.last()).map(|(first, last)| (first.used, last.used)),
        }
    }

    /// Removes entries, those unused for longest first, until no more than `most` bytes are left.
    pub fn bound(&self, most: u64) {
        let all = self.list();
        let mut left: u64 = all.iter().map(|entry| entry.bytes).sum();
        for entry in all {
            if left <= most {
                break;
            }
            left -= entry.bytes;
            // Somebody else may have done so, and what stays is met the next time.
            let _ = fs::remove_file(&entry.path);
        }
    }

    /// Removes what has not been used for so long, and says how much that was.
    pub fn clear(&self, unused: Duration) -> Result<Held, Error> {
        let mut cleared = Held::default();
        for entry in self.list() {
            if unused > Duration::ZERO && entry.used.elapsed().is_ok_and(|age| age < unused) {
                continue;
            }
            match fs::remove_file(&entry.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::Delete { path: entry.path.display().to_string(), source: error });
                }
                Ok(()) | Err(_) => {}
            }
            cleared.entries += 1;
            cleared.bytes += entry.bytes;
        }
        Ok(cleared)
    }
}

impl Entry {
    fn of(path: PathBuf, metadata: &Metadata) -> Option<Self> {
        let bytes = metadata.len().next_multiple_of(BLOCK);
        metadata.is_file().then_some(Self { path, bytes, used: metadata.modified().ok()? })
    }
}

fn is_abandoned(path: &Path, metadata: &Metadata) -> bool {
    let name = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BEING_WRITTEN));
    name && metadata.modified().is_ok_and(|written| written.elapsed().is_ok_and(|age| age > ABANDONED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    fn age(cache: &Cache, name: &str, hours: u64) {
        let file = fs::File::options().append(true).open(cache.place(name)).expect(name);
        file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).expect(name);
    }

    fn three(folder: &TempFolder) -> Cache {
        let cache = Cache::at(folder.join("cache"));
        for (name, hours) in [("aa1", 50), ("aa2", 2), ("bb3", 30)] {
            cache.put(name, name.as_bytes()).expect(name);
            age(&cache, name, hours);
        }
        cache
    }

    #[test]
    fn what_was_put_is_got_and_nothing_else_is_left() {
        let folder = TempFolder::new();
        let cache = three(&folder);
        assert_eq!(cache.get("aa1").as_deref(), Some(&b"aa1"[..]));
        assert_eq!(cache.get("cc4"), None);
        cache.put("aa1", b"new").expect("written");
        assert_eq!(cache.get("aa1").as_deref(), Some(&b"new"[..]));
        cache.forget("bb3");
        assert_eq!(folder.tree(), "cache/\ncache/aa/\ncache/aa/aa1\ncache/aa/aa2\ncache/bb/\n");
        assert_eq!((cache.held().entries, cache.held().bytes), (2, 2 * BLOCK));
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let folder = TempFolder::new();
        let cache = three(&folder);
        assert!(cache.get("aa1").is_some(), "which is a use");
        cache.bound(2 * BLOCK);
        assert_eq!(["aa1", "aa2", "bb3"].map(|name| cache.get(name).is_some()), [true, true, false]);
        cache.bound(0);
        assert_eq!(cache.held(), Held::default());
    }

    #[test]
    fn what_is_old_is_cleared() {
        let folder = TempFolder::new();
        let cache = three(&folder);
        let cleared = cache.clear(Duration::from_secs(24 * 3600)).expect("cleared");
        assert_eq!((cleared.entries, cleared.bytes), (2, 2 * BLOCK));
        assert_eq!(cache.clear(Duration::ZERO).expect("cleared").entries, 1);
        assert_eq!(cache.held(), Held::default());
    }

    #[test]
    fn what_a_killed_writer_left_is_removed_when_it_is_old() {
        let folder = TempFolder::new().file("cache/.new-1", "half").file("cache/.new-2", "half");
        let cache = three(&folder);
        let old = fs::File::options().append(true).open(folder.join("cache/.new-1")).expect("a file");
        old.set_modified(SystemTime::now() - ABANDONED * 2).expect("a time");
        assert_eq!(cache.held().entries, 3);
        assert!(!folder.tree().contains(".new-1") && folder.tree().contains(".new-2"));
    }
}
