//! What came out of earlier runs, in the cache that all courses share.

use std::sync::{Mutex, PoisonError};

use etude_practice::plan::Session;
use etude_practice::run::{Ran, kept};
use etude_project::Cache;

use crate::printer::Printer;
use crate::python::cache_folder;

/// The most that is kept, on the disk.
pub(crate) const MOST: u64 = 256 << 20;

/// The cache of all that ran on behalf of a `check`.
pub(crate) fn cache() -> anyhow::Result<Cache> {
    Ok(Cache::at(cache_folder()?.join("sessions")))
}

/// The cache as one `check` uses it.
pub(super) struct Kept {
    cache: Cache,
    seeds: Vec<u64>,
    /// Why something could not be kept.
    trouble: Mutex<Option<etude_project::Error>>,
}

impl Kept {
    /// Of sessions that are run once more for each seed.
    pub(super) fn open(seeds: &[u64]) -> anyhow::Result<Self> {
        Ok(Self { cache: cache()?, seeds: seeds.to_vec(), trouble: Mutex::default() })
    }

    pub(super) fn find(&self, session: &Session, world: &str) -> Option<Ran> {
        let key = kept::key(session, &self.seeds, world);
        let bytes = self.cache.get(&key)?;
        let found = kept::decode(session, &bytes);
        if found.is_none() {
            self.cache.forget(&key);
        }
        found
    }

    pub(super) fn keep(&self, session: &Session, world: &str, ran: &Ran) {
        if !ran.lasting {
            return;
        }
        let put = self.cache.put(&kept::key(session, &self.seeds, world), &kept::encode(session, ran));
        if let Err(error) = put {
            self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// After something was kept: makes room for what comes next. That it could not be kept costs the next run its time,
    /// and is no failure of this one.
    pub(super) fn close(self, printer: &Printer) {
        match self.trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
            None => self.cache.bound(MOST),
            Some(error) => printer.say(&format!("note: {error}, so that the next check runs all of it again")),
        }
    }
}

/// What else a session can start: a program that is installed, taken away or replaced changes its folder.
const PROGRAMS: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// What a session runs in, in words: this very program, the interpreter and the packages, the machine's other programs.
pub(super) fn world(environment: &str) -> String {
    // Its version does not change with every change to it.
    let program = std::env::current_exe().and_then(|path| path.metadata()).ok();
    let built = program.map(|program| (program.len(), program.modified().ok()));
    let others = PROGRAMS.map(|folder| std::path::Path::new(folder).metadata().and_then(|it| it.modified()).ok());
    format!("{} {built:?}\n{others:?}\n{environment}", env!("CARGO_PKG_VERSION"))
}
