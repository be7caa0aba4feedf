//! Makes environments with uv, and understands what it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;
use super::host::Host;
use super::interpreter::Interpreter;
use super::lock::Lock;
use super::making::{Making, Progress};
use super::requirement::Requirement;
use super::tool::{Finished, Printed};

pub(super) struct Uv {
    program: PathBuf,
    python: PathBuf,
}

impl Uv {
    pub(super) fn on(host: &Host, interpreter: &Interpreter) -> Option<Self> {
        let program = host.find_on_path("uv")?;
        Some(Self { program, python: interpreter.executable.clone() })
    }

    pub(super) fn resolve(&self, wishes: &BTreeSet<Requirement>, making: &mut Making<'_>) -> Result<Lock, Error> {
        let lock = making.work().join("lock.out");
        let finished = self.compile(making.write_wishes(wishes)?, &lock, making)?;
        if !finished.success {
            return Err(self.explain(&finished.printed, Some(wishes), making));
        }
        let text = fs::read_to_string(&lock).map_err(Error::disk("read", &lock))?;
        Lock::parse(&text).ok_or(Error::ToolFailed { tool: "uv", detail: text })
    }

    pub(super) fn install(&self, lock: &Path, making: &mut Making<'_>) -> Result<(), Error> {
        let mut install = self.uv("install", making);
        // Copies: a hard link would have us make files in uv's own cache read-only.
        install.args(["--link-mode", "copy", "--no-deps", "--require-hashes", "--target"]).arg(making.site());
        install.arg("-r").arg(lock);
        let finished = self.run(install, making)?;
        if finished.success { Ok(()) } else { Err(self.explain(&finished.printed, None, making)) }
    }

    fn compile(&self, wishes: PathBuf, lock: &Path, making: &mut Making<'_>) -> Result<Finished, Error> {
        let mut compile = self.uv("compile", making);
        compile.args(["--generate-hashes", "--no-header", "--no-annotate", "--quiet", "-o"]).arg(lock).arg(wishes);
        self.run(compile, making)
    }

    fn uv(&self, verb: &str, making: &Making<'_>) -> Command {
        let mut command = making.command(&self.program);
        command.args(["pip", verb, "--color", "never", "--no-progress", "--python"]).arg(&self.python);
        // A source distribution would run its setup code, out here.
        command.args(["--only-binary", ":all:"]);
        command
    }

    fn run(&self, command: Command, making: &mut Making<'_>) -> Result<Finished, Error> {
        making.run(command, &self.program, |line, progress| {
            let name = line.trim_start().strip_prefix("Downloading ").and_then(|rest| rest.split(' ').next());
            if let Some(name) = name {
                progress(Progress::Downloading { name: name.to_owned() });
            }
        })
    }

    fn explain(&self, printed: &Printed, wishes: Option<&BTreeSet<Requirement>>, making: &mut Making<'_>) -> Error {
        if let Some(cause) = making.common_cause(printed) {
            return cause;
        }
        let detail = printed.detail();
        match Reason::read(printed) {
            Reason::NoSuchPackage(package) => Error::NoSuchPackage { package, detail },
            Reason::NoWheel(requirement) => Error::NoWheel { requirement, python: making.python(), detail },
            Reason::NoSuchVersion(requirement) => {
                let newest = wishes.and_then(|_| self.newest(&requirement, making));
                Error::NoSuchVersion { requirement, newest, detail }
            }
            Reason::Conflict(lines) => Error::Conflict { lines, detail },
            Reason::Unreachable => Error::Unreachable { detail },
            Reason::Other => Error::ToolFailed { tool: "uv", detail },
        }
    }

    /// uv does not say which versions there are; asked for the bare name, it takes the newest.
    fn newest(&self, requirement: &str, making: &mut Making<'_>) -> Option<String> {
        let name = requirement.parse::<Requirement>().ok()?.name;
        let lock = making.work().join("newest.out");
        let wish = BTreeSet::from([name.parse().ok()?]);
        let wishes = making.write_wishes(&wish).ok()?;
        let finished = self.compile(wishes, &lock, making).ok()?;
        let lock = finished.success.then(|| fs::read_to_string(&lock).ok()).flatten()?;
        Lock::parse(&lock)?.packages.into_iter().find(|locked| locked.name == name).map(|locked| locked.version)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Reason {
    NoSuchPackage(String),
    NoSuchVersion(String),
    NoWheel(String),
    Conflict(Vec<String>),
    Unreachable,
    Other,
}

impl Reason {
    fn read(printed: &Printed) -> Self {
        let essential: Vec<&str> = printed
            .lines()
            .skip_while(|line| !line.contains("Because "))
            .take_while(|line| !line.starts_with("hint:") && !line.trim_start().starts_with("hint:"))
            .collect();
        if essential.is_empty() {
            let network =
                ["Failed to fetch", "error sending request", "dns error", "network was disabled", "Failed to download"];
            return if printed.contains_any(&network) { Self::Unreachable } else { Self::Other };
        }
        // Wrapped over lines, with a frame in some versions.
        let text = essential.join(" ");
        let text = text[text.find("Because ").unwrap_or_default()..].split_whitespace().collect::<Vec<_>>().join(" ");
        // One fact about one wish; with more of them it takes the whole argument to see why.
        if text.matches("ecause ").count() == 1 && !text.contains("all of:") {
            let before = |marker: &str| text.split_once(marker)?.0.rsplit(' ').next().map(str::to_owned);
            let after = |marker: &str| {
                let rest = text.split_once(marker)?.1;
                rest.split([' ', '\n']).next().map(|word| word.trim_end_matches(',').to_owned())
            };
            if let Some(package) = before(" was not found in the package registry") {
                return Self::NoSuchPackage(package);
            }
            if let Some(requirement) =
                before(" has no usable wheels").or_else(|| before(" has no wheels with a matching"))
            {
                return Self::NoWheel(requirement);
            }
            if let Some(requirement) = after("there is no version of ").or_else(|| after("there are no versions of ")) {
                return Self::NoSuchVersion(requirement);
            }
            if text.contains("does not satisfy Python") {
                return Self::NoWheel(after("you require ").unwrap_or_else(|| text.clone()));
            }
            // `Because only x<=2 is available and you require x>3`
            if text.starts_with("Because only ") && text.contains(" is available and you require ") {
                return Self::NoSuchVersion(after("you require ").unwrap_or_else(|| text.clone()));
            }
        }
        let mut lines: Vec<String> = essential
            .iter()
            .map(|line| {
                line.find("Because ")
                    .filter(|_| line.contains("cause:") || line.contains('╰'))
                    .map_or(*line, |at| &line[at..])
            })
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        // The conclusion comes last.
        lines.drain(..lines.len().saturating_sub(12));
        Self::Conflict(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Reason) {
        let text = format!(
            "error: No solution found when resolving dependencies\n  cause: {text}\n\nhint: Wheels are required"
        );
        assert_eq!(Reason::read(&Printed::of(&text)), expected);
    }

    #[test]
    fn the_resolver_is_understood() {
        let end = "we can conclude that your requirements are unsatisfiable.";
        check(
            &format!("Because x was not found in the package registry and you require x, {end}"),
            Reason::NoSuchPackage("x".to_owned()),
        );
        check(
            &format!("Because there is no version of x==99 and you require x==99, {end}"),
            Reason::NoSuchVersion("x==99".to_owned()),
        );
        check(
            &format!("Because only x<=2 is available and you require x>3, {end}"),
            Reason::NoSuchVersion("x>3".to_owned()),
        );
        check(
            &format!("Because x==1 has no usable wheels and you require\n         x==1, {end}"),
            Reason::NoWheel("x==1".to_owned()),
        );
        check(
            &format!("Because a depends on b>=3 and you require b<3,\n         {end}"),
            Reason::Conflict(vec!["Because a depends on b>=3 and you require b<3,".to_owned(), end.to_owned()]),
        );
        let offline = "error: Failed to fetch: http://h/x/\n  cause: error sending request";
        assert_eq!(Reason::read(&Printed::of(offline)), Reason::Unreachable);
        assert_eq!(Reason::read(&Printed::of("error: unexpected argument")), Reason::Other);
    }
}
