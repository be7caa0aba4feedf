//! A fresh cache, the session's variables, and this test binary as another process that prepares.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use etude_sandbox::environment::{Environment, Error, Host, Interpreter, Interpreters, Progress, Requirement, prepare};
use tempfile::TempDir;

pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    variables: BTreeMap<OsString, OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum By {
    Pip,
    Uv,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
        // Whether uv is used is for a test to say.
        let path = variables.get(&OsString::from("PATH")).cloned().unwrap_or_default();
        let path = std::env::split_paths(&path).filter(|folder| !folder.join("uv").exists());
        variables.insert("PATH".into(), std::env::join_paths(path).unwrap());
        variables.insert("PIP_CACHE_DIR".into(), folder.path().join("pip-cache").into());
        variables.insert("UV_CACHE_DIR".into(), folder.path().join("uv-cache").into());
        Self { folder, variables }
    }

    /// With uv on PATH, as the package of that name brings it.
    pub(crate) fn by(by: By) -> Self {
        let mut fixture = Self::new();
        if by == By::Uv {
            // Once for all tests and runs of them, if we may write there: it is large.
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uv");
            let make = |cache: &Path| prepare(&fixture.host(), cache, &python("3.13"), &wishes(&["uv"]), &mut |_| ());
            let site = make(&kept).or_else(|_| make(&fixture.folder.path().join("uv"))).unwrap().site;
            let path = fixture.variables.get(&OsString::from("PATH")).cloned().unwrap_or_default();
            let path = [site.unwrap().join("bin")].into_iter().chain(std::env::split_paths(&path));
            let path = std::env::join_paths(path).unwrap();
            fixture.variables.insert("PATH".into(), path);
        }
        fixture
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Nothing listens there.
    pub(crate) fn offline(self) -> Self {
        let nowhere = "http://127.0.0.1:9/simple";
        let this = self.with("PIP_INDEX_URL", nowhere).with("UV_DEFAULT_INDEX", nowhere).with("UV_INDEX_URL", nowhere);
        this.with("PIP_RETRIES", "0").with("UV_HTTP_RETRIES", "0").with("PIP_FIND_LINKS", "")
    }

    pub(crate) fn host(&self) -> Host {
        self.variables.clone().into_iter().collect()
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    pub(crate) fn prepare(&self, python: &Interpreter, requirements: &[&str]) -> Result<Environment, Error> {
        prepare(&self.host(), &self.cache(), python, &wishes(requirements), &mut |_| ())
    }

    /// As `prepare`, also telling what progress there was, in short.
    pub(crate) fn watch(
        &self,
        python: &Interpreter,
        requirements: &[&str],
    ) -> (Result<Environment, Error>, Vec<String>) {
        let mut seen = Vec::new();
        let mut progress = |progress: Progress| seen.push(short(&progress));
        let environment = prepare(&self.host(), &self.cache(), python, &wishes(requirements), &mut progress);
        (environment, seen)
    }

    /// Temporary folders in the cache.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let entries = fs::read_dir(self.cache().join("environments")).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| name.starts_with('.')).collect()
    }

    /// This test binary, about to prepare `requirement` in a process of its own. It prints its progress.
    pub(crate) fn another_process(&self, before: &[&str], python: &str, requirement: &str) -> Command {
        let mut words: Vec<OsString> = before.iter().map(OsString::from).collect();
        words.push(std::env::current_exe().unwrap().into());
        words.extend(["fixture::another_process", "--exact", "--ignored", "--nocapture"].map(OsString::from));
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().envs(&self.variables);
        command.env("ETUDE_TEST_CACHE", self.cache()).env("ETUDE_TEST_PYTHON", python);
        command.env("ETUDE_TEST_WISH", requirement).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }
}

pub(crate) fn short(progress: &Progress) -> String {
    match progress {
        Progress::Downloading { name } => format!("downloading {name}"),
        Progress::Done { packages, .. } => format!("done {packages}"),
        other => format!("{other:?}").to_lowercase(),
    }
}

#[test]
#[ignore = "what other tests start as another process"]
fn another_process() {
    let variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    let text = |name: &str| variables[&OsString::from(name)].to_str().unwrap().to_owned();
    let cache = PathBuf::from(text("ETUDE_TEST_CACHE"));
    let host: Host = variables.clone().into_iter().collect();
    let python = Interpreters::at(&host, &cache, Path::new(&text("ETUDE_TEST_PYTHON"))).unwrap();
    let mut progress = |progress: Progress| eprintln!("{}", short(&progress));
    match prepare(&host, &cache, &python, &wishes(&[&text("ETUDE_TEST_WISH")]), &mut progress) {
        Ok(environment) => eprintln!("ready {}", environment.digest),
        Err(error) => eprintln!("error {error}"),
    }
}

pub(crate) fn wishes(requirements: &[&str]) -> Vec<Requirement> {
    requirements.iter().map(|text| text.parse().unwrap()).collect()
}

/// The interpreters of this machine, asked once.
pub(crate) static ALL: LazyLock<Interpreters> = LazyLock::new(|| {
    let cache = tempfile::tempdir().unwrap();
    Interpreters::find(&std::env::vars_os().collect(), cache.path())
});

pub(crate) fn python(version: &str) -> Interpreter {
    ALL.choose(Some(version.parse().unwrap())).unwrap().clone()
}

/// Past the capturing of output, which would hide it as the test passes.
pub(crate) fn skipped(reason: &str) {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let mut stderr = std::io::stderr();
    writeln!(stderr, "\n**** SKIPPED: {name}: {reason}\n").unwrap();
}

/// Whether a test that needs `versions` of Python and the package index can run; says loudly if not.
pub(crate) fn can_run(versions: &[&str]) -> bool {
    static REACHABLE: LazyLock<Result<(), String>> = LazyLock::new(|| {
        let python = ALL.choose(None).map_err(|error| error.to_string())?;
        // Each test is a process of its own: what one found out a moment ago the next need not.
        let mark = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-index-was-reached");
        let age = mark.metadata().and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age.as_secs() < 300) {
            return Ok(());
        }
        match Fixture::new().prepare(python, &["sniffio"]) {
            Ok(_) => {
                // Where we may not write, every process asks.
                let _ = fs::write(mark, []);
                Ok(())
            }
            Err(Error::Unreachable { detail }) => Err(format!("the package index cannot be reached: {detail}")),
            Err(error) => panic!("the probe of the package index failed: {error}: {:?}", error.detail()),
        }
    });
    let missing = versions.iter().find_map(|version| ALL.choose(Some(version.parse().unwrap())).err());
    let reason = missing.map(|error| error.to_string()).or_else(|| REACHABLE.clone().err());
    if let Some(reason) = &reason {
        skipped(reason);
    }
    reason.is_none()
}

/// What `code` prints in `environment`, with nothing else on the path.
pub(crate) fn run(environment: &Environment, code: &str) -> String {
    let mut command = Command::new(&environment.interpreter.executable);
    command.args(["-I", "-S", "-B"]);
    if let Some(prefix) = &environment.pycache_prefix {
        command.arg("-X").arg(format!("pycache_prefix={}", prefix.display()));
    }
    let site = environment.site.as_ref().map(|site| site.display().to_string()).unwrap_or_default();
    let output = command.arg("-c").arg(format!("import sys; sys.path.insert(0, sys.argv[1])\n{code}")).arg(site);
    let output = output.env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
