//! Why an interpreter or an environment cannot be had. The sentence, what to do next, and what the tool itself said
//! are three things, so that a front end can show each in its place.

use std::io;
use std::path::{Path, PathBuf};

use super::version::{OLDEST, Version, Wanted};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}", not_installed(*.wanted, .found))]
    NotInstalled { wanted: Option<Wanted>, found: Vec<Version> },

    #[error("Python {wanted} is not supported: {}.{} is the oldest that is", OLDEST.major, OLDEST.minor)]
    TooOld { wanted: Wanted },

    #[error("`{}` cannot be used as a Python interpreter: {reason}", path.display())]
    Unusable { path: PathBuf, reason: String },

    #[error("`{package}` is not to be had: the package index has no such package")]
    NoSuchPackage { package: String, detail: String },

    #[error("`{requirement}` is not to be had: no such version{}", newest_is(newest.as_deref()))]
    NoSuchVersion { requirement: String, newest: Option<String>, detail: String },

    #[error("`{requirement}` has no wheel for Python {}.{} on this machine", python.major, python.minor)]
    NoWheel { requirement: String, python: Version, detail: String },

    #[error("the requirements contradict each other:\n{}", .lines.join("\n"))]
    Conflict { lines: Vec<String>, detail: String },

    #[error("could not reach the package index")]
    Unreachable { detail: String },

    #[error("a package is not the one that was locked: its hash differs")]
    NotWhatWasLocked { lock: PathBuf, detail: String },

    #[error("no space left for the environment in `{}`", folder.display())]
    DiskFull { folder: PathBuf, detail: String },

    #[error("`{}` has neither pip nor ensurepip, and uv is not on PATH", interpreter.display())]
    NoInstaller { interpreter: PathBuf, detail: String },

    #[error("{tool} failed")]
    ToolFailed { tool: &'static str, detail: String },

    #[error("cannot {action} `{}`", path.display())]
    Disk {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

fn not_installed(wanted: Option<Wanted>, found: &[Version]) -> String {
    let mut text = match wanted {
        Some(wanted) => format!("Python {wanted} is not installed"),
        None => format!("no Python is installed that can be used ({}.{} or newer)", OLDEST.major, OLDEST.minor),
    };
    for (index, version) in found.iter().enumerate() {
        text.push_str(if index == 0 { "; found " } else { ", " });
        text.push_str(&version.to_string());
    }
    text
}

fn newest_is(newest: Option<&str>) -> String {
    newest.map(|newest| format!("; the newest is {newest}")).unwrap_or_default()
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotInstalled { wanted, .. } => {
                let minor = match wanted {
                    Some(Wanted::Minor(major, minor)) => format!("{major}.{minor}"),
                    Some(Wanted::Exact(version) | Wanted::AtLeast(version)) => version.to_string(),
                    None => "3.13".to_owned(),
                };
                let minor = if matches!(wanted, Some(Wanted::AtLeast(_))) {
                    minor.strip_suffix(".0").unwrap_or(&minor).to_owned()
                } else {
                    minor
                };
                format!(
                    "install it with `uv python install {minor}`, `pyenv install {minor}` or your system's packages"
                )
            }
            Self::TooOld { .. } => "ask for a newer Python".to_owned(),
            Self::Unusable { .. } => "give the path of a working Python 3.8 or newer".to_owned(),
            Self::NoSuchPackage { .. } => {
                "check the spelling; the name to install can differ from the name to import".to_owned()
            }
            Self::NoSuchVersion { .. } => "ask for a version that exists, or for none".to_owned(),
            Self::NoWheel { .. } => "packages are never built here, as that runs their code outside the sandbox: \
                 take another version of the package, or of Python"
                .to_owned(),
            Self::Conflict { .. } => "loosen one of the versions asked for".to_owned(),
            Self::Unreachable { .. } => {
                "already made environments still work; check the network, or the index in your pip or uv configuration"
                    .to_owned()
            }
            Self::NotWhatWasLocked { lock, .. } => {
                format!("if the package was replaced on purpose, delete `{}`", lock.display())
            }
            Self::DiskFull { .. } => "make room, or let the cache be elsewhere".to_owned(),
            Self::NoInstaller { .. } => {
                "install uv, or your system's `python3-venv` or `python3-pip` package".to_owned()
            }
            Self::ToolFailed { .. } | Self::Disk { .. } => return None,
        };
        Some(hint)
    }

    /// The end of what pip or uv printed.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::NoSuchPackage { detail, .. }
            | Self::NoSuchVersion { detail, .. }
            | Self::NoWheel { detail, .. }
            | Self::Conflict { detail, .. }
            | Self::Unreachable { detail }
            | Self::NotWhatWasLocked { detail, .. }
            | Self::DiskFull { detail, .. }
            | Self::NoInstaller { detail, .. }
            | Self::ToolFailed { detail, .. } => Some(detail),
            Self::NotInstalled { .. } | Self::TooOld { .. } | Self::Unusable { .. } | Self::Disk { .. } => None,
        }
    }

    /// For `map_err`: a full disk is told apart whatever was being done.
    pub(super) fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { folder: path, detail: source.to_string() }
            }
            _ => Self::Disk { action, path, source },
        }
    }
}
