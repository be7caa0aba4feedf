//! One interpreter: what it is, found out by running it once.

use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::host::Host;
use super::version::Version;

/// An interpreter that works here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The real file: no shim, no symbolic link, not the copy in a virtual environment.
    pub executable: PathBuf,
    pub version: Version,
    /// Not an alpha, beta or release candidate.
    pub stable: bool,
    /// `cpython`, `pypy`.
    pub implementation: String,
    pub prefix: PathBuf,
    pub base_prefix: PathBuf,
    pub stdlib: PathBuf,
    /// Where packages of the host lie, which no run is to see.
    pub site_folders: Vec<PathBuf>,
    /// The shared library it runs on, where it is not linked in.
    pub libpython: Option<PathBuf>,
    /// Which binary extensions fit: `cpython-312-x86_64-linux-gnu`.
    pub abi: String,
    pub abi_flags: String,
    /// Built without the global interpreter lock.
    pub free_threaded: bool,
    /// `linux-x86_64`.
    pub platform: String,
    /// The middle of its `.pyc` names: `cpython-312`.
    pub cache_tag: String,
    pub(super) magic: Vec<u8>,
    pub(super) stdlib_modules: Arc<BTreeSet<String>>,
}

/// What `probe.py` prints, and what the cache of probes keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    release: (u16, u16, u16),
    stable: bool,
    implementation: String,
    pub(super) executable: PathBuf,
    prefix: PathBuf,
    base_prefix: PathBuf,
    stdlib: PathBuf,
    site_folders: Vec<PathBuf>,
    libpython: Option<PathBuf>,
    abi: String,
    abi_flags: String,
    free_threaded: bool,
    platform: String,
    cache_tag: String,
    magic: Vec<u8>,
    stdlib_modules: Option<BTreeSet<String>>,
}

impl From<Facts> for Interpreter {
    fn from(facts: Facts) -> Self {
        let (major, minor, patch) = facts.release;
        Self {
            executable: facts.executable,
            version: Version { major, minor, patch },
            stable: facts.stable,
            implementation: facts.implementation,
            prefix: facts.prefix,
            base_prefix: facts.base_prefix,
            stdlib: facts.stdlib,
            site_folders: facts.site_folders,
            libpython: facts.libpython,
            abi: facts.abi,
            abi_flags: facts.abi_flags,
            free_threaded: facts.free_threaded,
            platform: facts.platform,
            cache_tag: facts.cache_tag,
            magic: facts.magic,
            stdlib_modules: Arc::new(facts.stdlib_modules.unwrap_or_else(stdlib_before_3_10)),
        }
    }
}

impl Interpreter {
    /// Whether the top-level module `name` is part of this interpreter's standard library.
    pub fn is_stdlib(&self, name: &str) -> bool {
        self.stdlib_modules.contains(name)
    }
}

fn stdlib_before_3_10() -> BTreeSet<String> {
    let list = include_str!("data/stdlib_before_3_10.txt");
    list.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// Why a probe has no answer. Only what will be the same next time may be remembered.
#[derive(Debug)]
pub(super) enum NoAnswer {
    Lasting(String),
    Passing(String),
}

/// A cold disk can take seconds; an endless wrapper script must not hold up the start.
const LIMIT: Duration = Duration::from_secs(15);

/// Far more than the answer, so that a program that is no Python cannot fill the memory.
const LONGEST_ANSWER: u64 = 256 * 1024;

pub(super) fn probe(host: &Host, path: &Path) -> Result<Facts, NoAnswer> {
    probe_within(host, path, LIMIT)
}

fn probe_within(host: &Host, path: &Path, limit: Duration) -> Result<Facts, NoAnswer> {
    let passing = |error: std::io::Error| NoAnswer::Passing(error.to_string());
    let mut child = host
        .plain(path)
        // `-B`: looking at an interpreter must not write bytecode into its folder.
        .args(["-I", "-S", "-B", "-c", include_str!("data/probe.py")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Its own group, so that what a wrapper script started ends with it.
        .process_group(0)
        .spawn()
        .map_err(passing)?;
    let group = Pid::from_raw(child.id().cast_signed());
    let stdout = child.stdout.take();
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut answer = Vec::new();
        let read = stdout.map(|pipe| pipe.take(LONGEST_ANSWER).read_to_end(&mut answer));
        // The receiver is gone when the limit has passed.
        let _ = send.send(read.transpose().map(|_| answer));
    });
    let answer = receive.recv_timeout(limit);
    // Whoever closed its output and stays would make `wait` endless; the group is still ours, as nobody was reaped.
    if answer.is_err() {
        let _ = killpg(group, Signal::SIGKILL);
    }
    let exit = wait_or_kill(&mut child, group).map_err(passing)?;
    let answer = match answer {
        Ok(answer) => answer.map_err(passing)?,
        Err(_) => return Err(NoAnswer::Passing(format!("no answer within {} s", limit.as_secs()))),
    };
    if !exit.success() {
        return Err(NoAnswer::Lasting(format!("it ended with {exit}")));
    }
    serde_json::from_slice(&answer).map_err(|_| NoAnswer::Lasting("it does not answer as Python does".to_owned()))
}

/// The output is at its end, so the process is about to be: a moment later it is no interpreter of ours.
fn wait_or_kill(child: &mut std::process::Child, group: Pid) -> std::io::Result<std::process::ExitStatus> {
    for _ in 0..500 {
        if let Some(exit) = child.try_wait()? {
            return Ok(exit);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = killpg(group, Signal::SIGKILL);
    child.wait()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn script(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("python3");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn a_program_that_never_answers_is_given_up_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let path = script(folder.path(), &format!("echo $$ > {}/pid; sleep 1000; true", folder.path().display()));
        let answer = probe_within(&Host::default(), &path, Duration::from_secs(1));
        assert!(matches!(&answer, Err(NoAnswer::Passing(reason)) if reason == "no answer within 1 s"), "{answer:?}");
        let pid: i32 = std::fs::read_to_string(folder.path().join("pid")).unwrap().trim().parse().unwrap();
        // What the script left is reaped by init, which may take a moment.
        let gone = || nix::sys::signal::killpg(Pid::from_raw(pid), None).is_err();
        assert!((0..500).any(|_| gone() || (std::thread::sleep(Duration::from_millis(10)), false).1));
    }

    #[test]
    fn a_program_that_is_no_python_is_remembered_as_such() {
        let folder = tempfile::tempdir().unwrap();
        for (text, expected) in
            [("echo hello", "it does not answer as Python does"), ("exit 3", "it ended with exit status: 3")]
        {
            let answer = probe(&Host::default(), &script(folder.path(), text));
            assert!(matches!(&answer, Err(NoAnswer::Lasting(reason)) if reason == expected), "{answer:?}");
        }
    }
}
