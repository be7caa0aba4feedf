//! What the surrounding process was started with, handed in by the caller: this crate reads no environment variables.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The environment variables of the person's session.
#[derive(Debug, Clone, Default)]
pub struct Host {
    variables: BTreeMap<OsString, OsString>,
}

impl FromIterator<(OsString, OsString)> for Host {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().collect() }
    }
}

impl Host {
    pub(super) fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A folder named by a variable; a relative one would depend on where we happen to stand.
    pub(super) fn folder(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The folders of PATH. Relative ones (`.`, an empty entry) would let a course's folder supply the interpreter.
    pub(super) fn path(&self) -> Vec<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect()
    }

    pub(super) fn find_on_path(&self, program: &str) -> Option<PathBuf> {
        self.path().into_iter().map(|folder| folder.join(program)).find(|path| is_executable(path))
    }

    /// A command that sees what the person's own pip or uv would see (index, proxy, certificates, credentials),
    /// without what would bend the interpreter or the place things are installed to.
    pub(super) fn tool(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        for (name, value) in &self.variables {
            let shown = name.to_string_lossy();
            let bends = shown.starts_with("PYTHON")
                || matches!(
                    &*shown,
                    "VIRTUAL_ENV" | "CONDA_PREFIX" | "UV_PYTHON" | "UV_SYSTEM_PYTHON" | "UV_LINK_MODE" | "UV_PROJECT"
                )
                || matches!(&*shown, "LD_PRELOAD" | "LANGUAGE" | "FORCE_COLOR" | "__PYVENV_LAUNCHER__");
            if !bends {
                command.env(name, value);
            }
        }
        // Messages are parsed: in English, without colour.
        command.env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
        // pip prefers these to its configuration files: a `user = true` there cannot redirect us.
        for (name, value) in
            [("USER", "0"), ("REQUIRE_VIRTUALENV", "0"), ("QUIET", "0"), ("VERBOSE", "0"), ("REQUIRE_HASHES", "0")]
        {
            command.env(format!("PIP_{name}"), value);
        }
        // These cannot be turned off in its files, only in the variables.
        for name in ["TARGET", "PREFIX", "ROOT", "PYTHON", "LOG", "DRY_RUN", "REPORT"] {
            command.env(format!("PIP_{name}"), "");
        }
        command
    }

    /// A command that sees nothing of the session but where programs are and whose home it is.
    pub(super) fn plain(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        for name in ["PATH", "HOME", "PYENV_ROOT", "TMPDIR"] {
            if let Some(value) = self.get(name) {
                command.env(name, value);
            }
        }
        command
    }
}

pub(super) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
