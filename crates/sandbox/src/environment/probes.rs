//! Remembers what interpreters said, so that a later start runs none of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::host::Host;
use super::interpreter::{Facts, NoAnswer, probe};

/// Goes up when `probe.py` says more than it used to.
const FORMAT: u32 = 2;

/// How many interpreters are started at once.
const AT_ONCE: usize = 4;

/// Which file it was that answered: another one at the same path is asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    modified: (i64, i64),
    size: u64,
    inode: u64,
    device: u64,
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let meta = path.metadata().ok()?;
        Some(Self {
            modified: (meta.mtime(), meta.mtime_nsec()),
            size: meta.size(),
            inode: meta.ino(),
            device: meta.dev(),
        })
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    identity: Identity,
    answer: Result<Facts, String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    format: u32,
    entries: BTreeMap<PathBuf, Entry>,
}

pub(super) struct Probes {
    file: PathBuf,
    entries: BTreeMap<PathBuf, Entry>,
    changed: bool,
}

impl Probes {
    /// A damaged file is as good as none: everything in it can be asked again.
    pub(super) fn open(cache: &Path) -> Self {
        let file = cache.join("interpreters.json");
        let stored = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<Stored>(&bytes).ok());
        let entries = stored.filter(|stored| stored.format == FORMAT).map(|stored| stored.entries).unwrap_or_default();
        Self { file, entries, changed: false }
    }

    /// What each of `paths` says it is, in their order.
    pub(super) fn ask(&mut self, host: &Host, paths: &[PathBuf]) -> Vec<Result<Facts, String>> {
        let mut answers: Vec<Option<Result<Facts, String>>> = paths.iter().map(|path| self.remembered(path)).collect();
        let missing: Vec<usize> = (0..paths.len()).filter(|&index| answers[index].is_none()).collect();
        for group in missing.chunks(AT_ONCE) {
            let asked: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = group
                    .iter()
                    .map(|&index| {
                        // Before the run: a file replaced meanwhile must not get the old one's answer.
                        let identity = Identity::of(&paths[index]);
                        (index, identity, scope.spawn(move || probe(host, &paths[index])))
                    })
                    .collect();
                let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                    thread.join().unwrap_or_else(|_| Err(NoAnswer::Passing("the probe failed".to_owned())))
                };
                threads.into_iter().map(|(index, identity, thread)| (index, identity, join(thread))).collect()
            });
            for (index, identity, answer) in asked {
                answers[index] = Some(self.remember(&paths[index], identity, answer));
            }
        }
        answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err("it was not asked".to_owned()))).collect()
    }

    fn remembered(&self, path: &Path) -> Option<Result<Facts, String>> {
        let entry = self.entries.get(path)?;
        (Identity::of(path)? == entry.identity).then(|| entry.answer.clone())
    }

    fn remember(
        &mut self,
        path: &Path,
        identity: Option<Identity>,
        answer: Result<Facts, NoAnswer>,
    ) -> Result<Facts, String> {
        let (answer, lasting) = match answer {
            // A wrapper (a shim of pyenv, mise, asdf) may start another interpreter tomorrow without changing itself.
            Ok(facts) => {
                let itself = path.canonicalize().ok().as_deref() == Some(&*facts.executable);
                (Ok(facts), itself)
            }
            Err(NoAnswer::Lasting(reason)) => (Err(reason), true),
            Err(NoAnswer::Passing(reason)) => (Err(reason), false),
        };
        if let (Some(identity), true) = (identity, lasting) {
            self.entries.insert(path.to_owned(), Entry { identity, answer: answer.clone() });
            self.changed = true;
        }
        answer
    }

    /// Not being able to remember costs time at the next start and nothing else, so that is no error.
    pub(super) fn save(mut self) {
        if !self.changed {
            return;
        }
        self.entries.retain(|path, _| path.exists());
        let Some(folder) = self.file.parent() else { return };
        let stored = Stored { format: FORMAT, entries: self.entries };
        let _ = fs::create_dir_all(folder).and_then(|()| {
            let mut new = tempfile::NamedTempFile::new_in(folder)?;
            new.write_all(&serde_json::to_vec(&stored)?)?;
            new.persist(&self.file)?;
            Ok(())
        });
    }
}
