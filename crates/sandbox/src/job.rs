//! What is to be run.

use crate::area::SIZE;
use crate::clock::Clock;
use crate::environment::Environment;
use crate::limits::Limits;
use crate::stand_ins::{self, StandIn};
use crate::warm::Places;
use crate::wire::{MAX_JOB, Order, Start};
use crate::{Error, Result};
use std::fmt;

/// One program with everything it needs.
#[derive(Clone, Debug)]
pub struct Job {
    pub environment: Environment,
    pub program: Program,
    /// Arguments after the program's name; for a command the rest of its words.
    pub argv: Vec<String>,
    pub stdin: Vec<u8>,
    /// Further files of the work folder.
    pub files: Vec<(RelativePath, Vec<u8>)>,
    pub profile: Profile,
    pub limits: Limits,
    /// Added to, and winning over, the few variables every run has.
    pub env: Vec<(String, String)>,
    /// Bring the files of the work folder back in [`crate::Transcript::files`].
    pub keep: bool,
    /// How its time goes, where the machine can do that.
    pub clock: Clock,
    /// Shuffles the order in which those are woken who wait for the same moment.
    pub seed: Option<u64>,
    /// Bring what its tasks and threads did back in [`crate::Transcript::events`].
    pub trace: bool,
    /// Who answers in place of hosts outside. Needs [`Profile::Server`] or more, and namespaces.
    pub stand_ins: Vec<StandIn>,
    /// Who judges it from beside.
    pub judge: Option<Judge>,
}

/// A Python program beside the job's own, in the same time and under the same limits, but with files, memory and a
/// standard output of its own, which the job's program cannot reach. The two share descriptor 3, a connected stream
/// socket; the run is over when the judge ends. What the job's program writes to its streams comes as stderr.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judge {
    pub path: RelativePath,
    pub source: Vec<u8>,
    /// Further files of its work folder.
    pub files: Vec<(RelativePath, Vec<u8>)>,
}

/// The code of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// Runs as `python PATH` would; the source is put at that path of the work folder.
    Python { path: RelativePath, source: Vec<u8> },
    /// A program of the read-only root, by name or path. Needs [`Profile::Process`] or more.
    Command(String),
}

/// What a run may do, least privilege first; each profile includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub enum Profile {
    /// Python alone: threads and forks, but no other program and no network socket.
    #[default]
    Python,
    /// May start the environment's Python.
    Process,
    /// May use network sockets, which reach nothing but the run's own loopback.
    Server,
    /// May start every program of the read-only root, such as `bash`, `curl`, `jq`, and files it made itself.
    Shell,
}

impl Profile {
    pub const ALL: [Profile; 4] = [Profile::Python, Profile::Process, Profile::Server, Profile::Shell];

    /// The word for it in settings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Python => "python",
            Profile::Process => "process",
            Profile::Server => "server",
            Profile::Shell => "shell",
        }
    }

    pub fn from_name(name: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.name() == name)
    }

    pub(crate) fn index(self) -> u32 {
        self as u32
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A path below the work folder: relative, without `..`, no empty parts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RelativePath(String);

impl RelativePath {
    pub fn new(path: impl Into<String>) -> Result<RelativePath> {
        let path = path.into();
        let fine = path.len() < 4096
            && !path.contains('\0')
            && path.split('/').all(|part| !matches!(part, "" | "." | "..") && part.len() < 256);
        if fine { Ok(RelativePath(path)) } else { Err(Error::Path { path }) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Job {
    /// A Python program under the least profile and the usual limits.
    pub fn python(environment: Environment, path: RelativePath, source: impl Into<Vec<u8>>) -> Job {
        Job::new(environment, Program::Python { path, source: source.into() }, Profile::Python)
    }

    /// A command line under the shell profile and the usual limits.
    pub fn command<S: Into<String>>(environment: Environment, words: impl IntoIterator<Item = S>) -> Job {
        let mut words = words.into_iter().map(Into::into);
        let program = words.next().unwrap_or_default();
        let mut job = Job::new(environment, Program::Command(program), Profile::Shell);
        job.argv = words.collect();
        job
    }

    pub(crate) fn new(environment: Environment, program: Program, profile: Profile) -> Job {
        Job {
            environment,
            program,
            argv: Vec::new(),
            stdin: Vec::new(),
            files: Vec::new(),
            profile,
            limits: Limits::default(),
            env: Vec::new(),
            keep: false,
            clock: Clock::Real,
            seed: None,
            trace: false,
            stand_ins: Vec::new(),
            judge: None,
        }
    }

    /// The source of a file of the work folder, by the name a traceback gives it.
    pub(crate) fn source(&self, name: &str) -> Option<&[u8]> {
        match &self.program {
            Program::Python { path, source } if path.as_str() == name => Some(source),
            _ => self.files.iter().find(|(path, _)| path.as_str() == name).map(|(_, content)| &content[..]),
        }
    }

    /// What is fixed about a run before it knows its program. `mapped` is the size of the warm interpreter.
    pub(crate) fn start(&self, proc: bool, mapped: u64) -> Start {
        let room = if self.trace { mapped.saturating_add(SIZE as u64) } else { mapped };
        let limits = self.limits.start(self.profile, proc, room);
        let (trace, judge, stand_ins) = (self.trace, self.judge.is_some(), !self.stand_ins.is_empty());
        Start { clock: self.clock.wire(), seed: self.seed, trace, judge, stand_ins, ..limits }
    }

    /// The job as the guest reads it.
    pub(crate) fn order(&self, places: &Places) -> Result<Vec<u8>> {
        let argv = match &self.program {
            Program::Python { path, .. } => path.0.clone(),
            Program::Command(program) => program.clone(),
        };
        let script = match &self.program {
            Program::Python { path, source } => Some((path.0.clone(), source.clone())),
            Program::Command(_) => None,
        };
        let argv = std::iter::once(argv).chain(self.argv.iter().cloned()).map(String::into_bytes).collect();
        bounded(Order {
            script,
            argv,
            env: self.env(places),
            stdin: self.stdin.clone(),
            files: plain(&self.files),
            hosts: stand_ins::names(&self.stand_ins).join(" "),
            stand_ins: if self.stand_ins.is_empty() { Vec::new() } else { stand_ins::told(&self.stand_ins)? },
        })
    }

    /// The judge's part of the job.
    pub(crate) fn judge_order(&self, places: &Places) -> Result<Option<Vec<u8>>> {
        let Some(judge) = &self.judge else { return Ok(None) };
        let order = Order {
            script: Some((judge.path.0.clone(), judge.source.clone())),
            argv: vec![judge.path.0.clone().into_bytes()],
            env: self.env(places),
            files: plain(&judge.files),
            ..Order::default()
        };
        bounded(order).map(Some)
    }

    /// How many processes of ours are in the run.
    pub(crate) fn sides(&self) -> u32 {
        1 + u32::from(self.judge.is_some())
    }

    fn env(&self, places: &Places) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut env = vec![
            ("HOME".to_string(), places.work.clone()),
            ("LANG".into(), "C.UTF-8".into()),
            ("PATH".into(), self.environment.search_path()),
            ("PYTHONDONTWRITEBYTECODE".into(), "1".into()),
            ("USER".into(), "learner".into()),
        ];
        if let Some(temporary) = &places.temporary {
            env.push(("TMPDIR".into(), temporary.clone()));
        }
        let variables = [("PYTHONPATH", &places.site), ("PYTHONPYCACHEPREFIX", &places.pycache)];
        let given = variables.into_iter().filter(|(_, place)| !place.is_empty());
        env.extend(given.map(|(name, place)| (name.to_string(), place.clone())));
        let trust = stand_ins::TRUST.into_iter().filter(|_| !self.stand_ins.is_empty());
        env.extend(trust.map(|name| (name.to_string(), stand_ins::CERTIFICATES.into())));
        for (name, value) in &self.env {
            env.retain(|(taken, _)| taken != name);
            env.push((name.clone(), value.clone()));
        }
        env.into_iter().map(|(name, value)| (name.into_bytes(), value.into_bytes())).collect()
    }
}

fn plain(files: &[(RelativePath, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(path, content)| (path.0.clone(), content.clone())).collect()
}

fn bounded(order: Order) -> Result<Vec<u8>> {
    let bytes = order.encode();
    if bytes.len() > MAX_JOB {
        return Err(Error::JobSize { bytes: bytes.len(), most: MAX_JOB });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_inside_the_work_folder_are_accepted() {
        for good in ["a.py", "pkg/__init__.py", "data/a b.txt", "..a"] {
            assert_eq!(RelativePath::new(good).expect(good).as_str(), good);
        }
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a\0b"] {
            assert!(matches!(RelativePath::new(bad), Err(Error::Path { path }) if path == bad), "{bad:?}");
        }
    }

    #[test]
    fn profiles_are_ordered_and_named() {
        assert!(Profile::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(Profile::ALL.iter().all(|profile| Profile::from_name(profile.name()) == Some(*profile)));
    }
}
