//! The Pythons of this machine, and the folder where what was made for them is kept.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use etude_sandbox::environment::{self, Host, NotAVersion, Progress, Requirement, Wanted};
use etude_sandbox::{Environment, Interpreter, Interpreters};

use crate::printer::Printer;
use crate::progress::watched;

/// Which Python somebody asked for.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    Version(Wanted),
    At(PathBuf),
}

impl FromStr for Choice {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        if text.contains('/') { Ok(Choice::At(PathBuf::from(text))) } else { text.parse().map(Choice::Version) }
    }
}

pub(crate) struct Pythons {
    host: Host,
    pub(crate) cache: PathBuf,
    pub(crate) interpreters: Interpreters,
}

impl Pythons {
    pub(crate) fn find() -> anyhow::Result<Self> {
        let cache = cache_folder()?;
        let host: Host = std::env::vars_os().collect();
        let interpreters = Interpreters::find(&host, &cache);
        Ok(Self { host, cache, interpreters })
    }

    pub(crate) fn choose(&self, choice: Option<&Choice>) -> anyhow::Result<Interpreter> {
        Ok(match choice {
            Some(Choice::At(path)) => Interpreters::at(&self.host, &self.cache, path)?,
            Some(Choice::Version(wanted)) => self.interpreters.choose(Some(*wanted))?.clone(),
            None => self.interpreters.choose(None)?.clone(),
        })
    }

    /// The environment with these packages, made now if it has never been. Tells a person who watches.
    pub(crate) fn environment(
        &self,
        interpreter: &Interpreter,
        requirements: &[Requirement],
        printer: &Printer,
    ) -> anyhow::Result<Environment> {
        let prepare = |tell: &mut (dyn FnMut(String) + Send)| {
            let mut progress = |progress| tell(phrase(&progress));
            environment::prepare(&self.host, &self.cache, interpreter, requirements, &mut progress)
        };
        Ok(watched(printer, prepare)?)
    }

    /// A program on the search path of the person's session.
    #[expect(clippy::disallowed_methods, reason = "settings come in here")]
    pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
    }
}

/// Where what can be made again is kept: packages, and what came out of runs.
#[expect(clippy::disallowed_methods, reason = "settings come in here")]
pub(crate) fn cache_folder() -> anyhow::Result<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // Without `HOME`, as under some services, the user's own folder is the one that the machine knows.
    let home = || folder("HOME").or_else(std::env::home_dir).filter(|home| home.is_absolute());
    let cache = folder("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")));
    Ok(cache.context("there is no folder to keep things in: set HOME or XDG_CACHE_HOME")?.join("etude"))
}

/// Whether packages can be installed with an interpreter's own means.
pub(crate) fn has_pip(interpreter: &Interpreter) -> bool {
    let library = &interpreter.stdlib;
    let there = |path: &Path| path.is_dir();
    there(&library.join("ensurepip")) || there(&library.join("site-packages/pip"))
}

fn phrase(progress: &Progress) -> String {
    match progress {
        Progress::Waiting => "waiting for another etude that makes the same environment".to_owned(),
        Progress::Resolving => "choosing versions of packages".to_owned(),
        Progress::Downloading { name } => format!("downloading {name}"),
        Progress::Installing => "installing packages".to_owned(),
        Progress::Compiling => "preparing bytecode".to_owned(),
        Progress::Done { packages, seconds, .. } => format!("{packages} packages in {seconds:.1} s"),
    }
}
