//! An environment that is being made: its folder beside the finished ones, and the tools at work in it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;
use super::host::Host;
use super::requirement::Requirement;
use super::tool::{self, Finished, Printed};
use super::tree;
use super::version::Version;

/// How far making an environment is. The caller shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Another process makes the same environment; this one waits for it.
    Waiting,
    Resolving,
    Downloading {
        name: String,
    },
    Installing,
    Compiling,
    Done {
        packages: usize,
        bytes: u64,
        seconds: f64,
    },
}

/// A folder that is deleted when this is dropped, and by a later start when we are killed before that.
pub(super) struct Making<'a> {
    host: &'a Host,
    folder: PathBuf,
    /// Locked as long as we, or a tool that outlived us, may write here.
    alive: File,
    python: Version,
    progress: &'a mut dyn FnMut(Progress),
}

/// The file in such a folder that is locked while somebody works there.
pub(super) const ALIVE: &str = "alive";

impl<'a> Making<'a> {
    pub(super) fn start(
        host: &'a Host,
        folder: PathBuf,
        python: Version,
        progress: &'a mut dyn FnMut(Progress),
    ) -> Result<Self, Error> {
        let create = |folder: &Path| {
            fs::create_dir(folder)?;
            let alive = File::create(folder.join(ALIVE))?;
            alive.try_lock()?;
            fs::create_dir(folder.join("result"))?;
            fs::create_dir(folder.join("work"))?;
            fs::create_dir(folder.join("work/tmp"))?;
            Ok(alive)
        };
        let alive = create(&folder).map_err(Error::disk("create", &folder))?;
        Ok(Self { host, folder, alive, python, progress })
    }

    pub(super) fn tell(&mut self, progress: Progress) {
        (self.progress)(progress);
    }

    pub(super) fn python(&self) -> Version {
        self.python
    }

    /// What becomes the environment.
    pub(super) fn result(&self) -> PathBuf {
        self.folder.join("result")
    }

    pub(super) fn site(&self) -> PathBuf {
        self.result().join("site")
    }

    /// What is gone afterwards.
    pub(super) fn work(&self) -> PathBuf {
        self.folder.join("work")
    }

    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = self.host.tool(program);
        // What a killed tool leaves in its temporary folder is cleaned up with ours.
        command.env("TMPDIR", self.work().join("tmp")).current_dir(self.work());
        command
    }

    pub(super) fn run(
        &mut self,
        command: Command,
        program: &Path,
        mut on_line: impl FnMut(&str, &mut dyn FnMut(Progress)),
    ) -> Result<Finished, Error> {
        let progress = &mut *self.progress;
        tool::run(command, &self.alive, &mut |line| on_line(line, progress)).map_err(Error::disk("run", program))
    }

    /// The requirements, for a tool to read: in a file none of them can pass for an option.
    pub(super) fn write_wishes(&self, wishes: &BTreeSet<Requirement>) -> Result<PathBuf, Error> {
        let path = self.work().join("requirements.in");
        let text: String = wishes.iter().map(|wish| format!("{wish}\n")).collect();
        fs::write(&path, text).map_err(Error::disk("write", &path))?;
        Ok(path)
    }

    /// What pip and uv fail of alike.
    pub(super) fn common_cause(&self, printed: &Printed) -> Option<Error> {
        let detail = || printed.detail();
        if printed.contains_any(&["No space left on device", "Disk quota exceeded"]) {
            return Some(Error::DiskFull {
                folder: self.folder.parent().unwrap_or(&self.folder).to_owned(),
                detail: detail(),
            });
        }
        if printed.contains_any(&["DO NOT MATCH THE HASHES", "Hash mismatch for"]) {
            return Some(Error::NotWhatWasLocked { lock: PathBuf::new(), detail: detail() });
        }
        None
    }
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        tree::remove(&self.folder);
    }
}
