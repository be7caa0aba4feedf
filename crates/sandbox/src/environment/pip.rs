//! Makes environments with an interpreter's own pip, and understands what it says.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::error::Error;
use super::interpreter::Interpreter;
use super::lock::{Lock, Locked, hex};
use super::making::{Making, Progress};
use super::requirement::{Requirement, normalise};
use super::tool::{Finished, Printed};

pub(super) struct Pip {
    python: PathBuf,
}

const HAS_PIP: &str = "\
from importlib.util import find_spec
print('pip' if find_spec('pip') else 'ensurepip' if find_spec('ensurepip') and find_spec('venv') else 'none')";

impl Pip {
    /// The pip of `interpreter`, or one that its ensurepip puts into a virtual environment of our own.
    pub(super) fn of(interpreter: &Interpreter, making: &mut Making<'_>) -> Result<Self, Error> {
        let python = interpreter.executable.clone();
        let mut ask = making.command(&python);
        ask.args(["-I", "-B", "-c", HAS_PIP]);
        let asked = making.run(ask, &python, |_, _| ())?;
        let has = |what: &str| asked.printed.lines().any(|line| line == what);
        if has("pip") {
            return Ok(Self { python });
        }
        let no_installer =
            |printed: &Printed| Error::NoInstaller { interpreter: python.clone(), detail: printed.detail() };
        if !has("ensurepip") {
            return Err(no_installer(&asked.printed));
        }
        let venv = making.work().join("venv");
        let mut make = making.command(&python);
        make.args(["-I", "-B", "-m", "venv"]).arg(&venv);
        let made = making.run(make, &python, |_, _| ())?;
        if !made.success {
            return Err(making.common_cause(&made.printed).unwrap_or_else(|| no_installer(&made.printed)));
        }
        Ok(Self { python: venv.join("bin/python") })
    }

    /// Brings the wheels of `wishes` into the work folder, and says exactly which.
    pub(super) fn resolve(&self, wishes: &BTreeSet<Requirement>, making: &mut Making<'_>) -> Result<Lock, Error> {
        let mut download = self.download(making);
        download.arg("-r").arg(making.write_wishes(wishes)?);
        let finished = self.run(download, making)?;
        if !finished.success {
            return Err(self.explain(&finished.printed, wishes, making));
        }
        lock_of(&making.wheels()?)
    }

    /// Brings the wheels that `lock` names into the work folder.
    pub(super) fn fetch(&self, lock: &Path, making: &mut Making<'_>) -> Result<(), Error> {
        let mut download = self.download(making);
        download.args(["--no-deps", "--require-hashes", "-r"]).arg(lock);
        let finished = self.run(download, making)?;
        if finished.success { Ok(()) } else { Err(self.explain(&finished.printed, &BTreeSet::new(), making)) }
    }

    /// Unpacks the wheels in the work folder; of their code nothing runs.
    pub(super) fn install(&self, making: &mut Making<'_>) -> Result<(), Error> {
        let mut install = self.pip("install", making);
        install.args(["--no-index", "--no-deps", "--no-compile", "--no-warn-script-location", "--target"]);
        install.arg(making.site());
        // A `prefix` in a configuration file is undone by an empty option, not by an empty variable.
        install.arg("--prefix=").args(making.wheels()?);
        let finished = self.run(install, making)?;
        if finished.success { Ok(()) } else { Err(self.explain(&finished.printed, &BTreeSet::new(), making)) }
    }

    fn download(&self, making: &Making<'_>) -> Command {
        let mut download = self.pip("download", making);
        download.arg("--dest").arg(making.wheel_folder());
        download
    }

    fn pip(&self, verb: &str, making: &Making<'_>) -> Command {
        let mut command = making.command(&self.python);
        // Unbuffered: a line tells of progress only when it comes at once.
        command.args(["-I", "-B", "-u", "-m", "pip", verb, "--disable-pip-version-check", "--no-input"]);
        // A source distribution would run its setup code, out here.
        command.args(["--progress-bar", "off", "--only-binary", ":all:"]);
        command
    }

    fn run(&self, command: Command, making: &mut Making<'_>) -> Result<Finished, Error> {
        making.run(command, &self.python, |line, progress| {
            let file = line.trim_start().strip_prefix("Downloading ").and_then(|rest| rest.split(' ').next());
            let file = file.map(|url| url.rsplit('/').next().unwrap_or(url));
            if let Some((name, _)) = file.and_then(wheel_name) {
                progress(Progress::Downloading { name });
            }
        })
    }

    fn explain(&self, printed: &Printed, wishes: &BTreeSet<Requirement>, making: &mut Making<'_>) -> Error {
        if let Some(cause) = making.common_cause(printed) {
            return cause;
        }
        let detail = printed.detail();
        if printed.contains_any(&["ResolutionImpossible", "conflicting dependencies"]) {
            return Error::Conflict { lines: conflict(printed), detail };
        }
        let Some(missing) = Missing::read(printed) else {
            return if printed.contains_any(NETWORK) {
                Error::Unreachable { detail }
            } else {
                Error::ToolFailed { tool: "pip", detail }
            };
        };
        if missing.versions.is_empty() && printed.contains_any(NETWORK) {
            return Error::Unreachable { detail };
        }
        // In these words pip reports an unknown name, an index out of reach and a package without wheels alike.
        // Its talkative form tells which; it is asked for the one package only.
        let mut again = self.download(making);
        again.args(["-v", "-v", "--no-deps"]).arg(&missing.requirement);
        match self.run(again, making) {
            Ok(finished) => missing.explain(&finished.printed, wishes, making.python(), detail),
            Err(error) => error,
        }
    }
}

const NETWORK: &[&str] = &[
    "connection error:",
    "Connection to ",
    "Failed to establish a new connection",
    "NewConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "SSLError",
    "Max retries exceeded",
    "Temporary failure in name resolution",
    "Network is unreachable",
];

/// The package a wheel's file name speaks of: `Foo_Bar-1.0-py3-none-any.whl` is `foo-bar` 1.0.
fn wheel_name(file: &str) -> Option<(String, &str)> {
    let mut parts = file.strip_suffix(".whl")?.split('-');
    let (name, version) = (parts.next()?, parts.next()?);
    (parts.count() >= 3).then(|| (normalise(name), version))
}

fn lock_of(wheels: &[PathBuf]) -> Result<Lock, Error> {
    let mut packages = BTreeSet::new();
    for wheel in wheels {
        let hash = || -> io::Result<String> {
            let mut hasher = Sha256::new();
            let mut file = File::open(wheel)?;
            let mut buffer = vec![0; 64 * 1024];
            loop {
                match io::Read::read(&mut file, &mut buffer)? {
                    0 => return Ok(format!("sha256:{}", hex(hasher.finalize().as_slice()))),
                    read => hasher.update(&buffer[..read]),
                }
            }
        };
        let file = wheel.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (name, version) = wheel_name(file)
            .ok_or_else(|| Error::ToolFailed { tool: "pip", detail: format!("`{file}` is no wheel") })?;
        let hashes = BTreeSet::from([hash().map_err(Error::disk("read", wheel))?]);
        packages.insert(Locked { name, version: version.to_owned(), hashes });
    }
    Ok(Lock { packages })
}

/// The first reason pip gives: it goes on to list every version it tried.
fn conflict(printed: &Printed) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in printed.lines().skip_while(|line| !line.contains("The conflict is caused by")).skip(1) {
        let line = line.trim();
        if line.is_empty() || lines.iter().any(|known| known == line) {
            break;
        }
        lines.push(line.to_owned());
    }
    lines.truncate(12);
    lines
}

/// `Could not find a version that satisfies the requirement REQUIREMENT (from …) (from versions: …)`
#[derive(Debug, PartialEq, Eq)]
struct Missing {
    requirement: String,
    versions: Vec<String>,
}

impl Missing {
    fn read(printed: &Printed) -> Option<Self> {
        let said = "Could not find a version that satisfies the requirement ";
        let rest = printed.lines().find_map(|line| line.split_once(said).map(|(_, rest)| rest))?;
        let requirement = rest.split(" (from").next().unwrap_or(rest).trim().to_owned();
        let versions = rest.rsplit_once("(from versions: ").map_or("none", |(_, list)| list.trim_end_matches(')'));
        let versions = match versions {
            "none" => Vec::new(),
            list => list.split(", ").map(str::to_owned).collect(),
        };
        Some(Self { requirement, versions })
    }

    fn explain(
        self,
        talk: &Printed,
        wishes: &BTreeSet<Requirement>,
        python: super::version::Version,
        detail: String,
    ) -> Error {
        let wish = self.requirement.parse::<Requirement>().ok();
        let package = wish.as_ref().map_or_else(|| self.requirement.clone(), |wish| wish.name.clone());
        // As the person wrote it, where it is theirs.
        let requirement = wishes
            .iter()
            .find(|wish| wish.name == package)
            .map_or_else(|| self.requirement.clone(), ToString::to_string);
        let skipped =
            |what: &dyn Fn(&str) -> bool| talk.lines().any(|line| line.contains("Skipping link:") && what(line));
        let exists_without_wheel = match wish.as_ref().and_then(Requirement::pinned) {
            Some(pin) => skipped(&|line| is_file_of(line, &package, pin)),
            None => self.versions.is_empty() && skipped(&|line| line.contains("wheel's tags") || is_source(line)),
        };
        let other_python = self.versions.is_empty() && talk.contains_any(&["require a different python version"]);
        if exists_without_wheel || other_python {
            return Error::NoWheel { requirement, python, detail };
        }
        if !self.versions.is_empty() {
            return Error::NoSuchVersion { requirement, newest: newest(&self.versions), detail };
        }
        // The talk ends in pip's own traceback, which tells nobody anything.
        if let Some(line) = talk.lines().find(|line| NETWORK.iter().any(|text| line.contains(text))) {
            return Error::Unreachable { detail: format!("{}\n{detail}", line.trim()) };
        }
        if skipped(&|line| line.contains("wheel's tags") || is_source(line)) {
            return Error::NoSuchVersion { requirement, newest: None, detail };
        }
        Error::NoSuchPackage { package, detail }
    }
}

fn is_source(line: &str) -> bool {
    line.contains("No sources permitted") || line.contains("No binaries permitted")
}

/// Whether a link to a file, in pip's talk, is one of this version: `…/Foo-1.0.tar.gz#…`, `…/foo-1.0-cp38-….whl`.
fn is_file_of(line: &str, package: &str, version: &str) -> bool {
    line.split(['/', ' ', '#', '&', '=']).any(|part| {
        let Some((at, _)) = part.match_indices('-').nth(package.matches('-').count()).or_else(|| {
            // Wheels write `foo_bar`, source distributions mostly `foo-bar`.
            part.match_indices('-').next()
        }) else {
            return false;
        };
        let after = |at: usize| {
            let rest = part[at + 1..].strip_prefix(version);
            rest.is_some_and(|rest| rest.starts_with('-') || rest.starts_with(".tar") || rest.starts_with(".zip"))
                && normalise(&part[..at]) == package
        };
        after(at) || part.find('-').is_some_and(after)
    })
}

/// The last one that is no trial release; pip lists them in order.
fn newest(versions: &[String]) -> Option<String> {
    let released = |version: &&String| {
        version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') || version.contains(".post")
    };
    versions.iter().rev().find(released).or(versions.last()).cloned()
}

impl Making<'_> {
    fn wheel_folder(&self) -> PathBuf {
        self.work().join("wheels")
    }

    fn wheels(&self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.wheel_folder();
        let read = || -> io::Result<Vec<PathBuf>> {
            let mut wheels =
                fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
            wheels.sort();
            Ok(wheels)
        };
        match read() {
            // Markers may leave nothing to install.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(Error::disk("read", &folder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_could_not_find_is_read() {
        let check = |text: &str, requirement: &str, versions: &[&str]| {
            let printed = Printed::of(&format!("Looking in links\nERROR: {text}\nERROR: No matching distribution"));
            let versions = versions.iter().map(|&version| version.to_owned()).collect();
            assert_eq!(Missing::read(&printed), Some(Missing { requirement: requirement.to_owned(), versions }));
        };
        let said = "Could not find a version that satisfies the requirement";
        check(&format!("{said} x==9 (from versions: 1.0, 2.0rc1)"), "x==9", &["1.0", "2.0rc1"]);
        check(&format!("{said} x (from versions: none)"), "x", &[]);
        check(&format!("{said} x<2,>=1 (from y) (from versions: none)"), "x<2,>=1", &[]);
        assert_eq!(Missing::read(&Printed::of("ERROR: something else")), None);
    }

    #[test]
    fn the_newest_is_a_release_where_there_is_one() {
        let newest = |list: &[&str]| newest(&list.iter().map(|&version| version.to_owned()).collect::<Vec<_>>());
        assert_eq!(newest(&["0.9", "1.0", "1.1rc1"]).as_deref(), Some("1.0"));
        assert_eq!(newest(&["1.0.dev1"]).as_deref(), Some("1.0.dev1"));
        assert_eq!(newest(&[]), None);
    }

    #[test]
    fn files_are_told_by_name_and_version() {
        let check = |file: &str, package: &str, version: &str, expected: bool| {
            let line = format!("  Skipping link: No sources permitted for {package}: https://h/a/b/{file}#sha256=0");
            assert_eq!(is_file_of(&line, package, version), expected, "{file}");
        };
        check("docopt-0.6.2.tar.gz", "docopt", "0.6.2", true);
        check("docopt-0.6.21.tar.gz", "docopt", "0.6.2", false);
        check("numpy-1.19.0-cp36-cp36m-win32.whl", "numpy", "1.19.0", true);
        check("foo_bar-1.0.zip", "foo-bar", "1.0", true);
        check("foo-bar-1.0.zip", "foo-bar", "1.0", true);
        check("foo-bar-1.0.zip", "foo", "1.0", false);
    }

    #[test]
    fn the_first_conflict_is_the_one_shown() {
        let text = "The conflict is caused by:\n    The user requested a<3\n    b 1 depends on a>=3\n    \
                    The user requested a<3\n    b 2 depends on a>=3\n\nTo fix this";
        assert_eq!(conflict(&Printed::of(text)), ["The user requested a<3", "b 1 depends on a>=3"]);
    }
}
