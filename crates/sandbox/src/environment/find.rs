//! Where interpreters are, and which one is taken.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::host::{Host, is_executable};
use super::interpreter::Interpreter;
use super::probes::Probes;
use super::version::{NEWEST_BY_DEFAULT, OLDEST, Version, Wanted};

/// The interpreters of this machine that can be used, best placed first.
#[derive(Debug, Clone)]
pub struct Interpreters {
    all: Vec<Interpreter>,
}

impl Interpreters {
    /// Looks on PATH, under pyenv, among those uv manages, and where systems and Homebrew put them.
    /// What they answered is kept in `cache`.
    pub fn find(host: &Host, cache: &Path) -> Self {
        let mut probes = Probes::open(cache);
        let answers = probes.ask(host, &candidates(host));
        probes.save();
        let mut all: Vec<Interpreter> = Vec::new();
        for facts in answers.into_iter().flatten() {
            let interpreter = Interpreter::from(facts);
            let known = all.iter().any(|other| other.executable == interpreter.executable);
            if interpreter.version >= OLDEST && !known {
                all.push(interpreter);
            }
        }
        Self { all }
    }

    pub fn all(&self) -> &[Interpreter] {
        &self.all
    }

    /// The one to use: of the minor version asked for the newest release, else the newest up to 3.13.
    pub fn choose(&self, wanted: Option<Wanted>) -> Result<&Interpreter, Error> {
        if let Some(wanted) = wanted.filter(|wanted| wanted.is_too_old()) {
            return Err(Error::TooOld { wanted });
        }
        // Of equal ones the first found wins, hence the reversal: `max_by_key` answers the last.
        let fit = |interpreter: &&Interpreter| wanted.is_none_or(|wanted| wanted.admits(interpreter.version));
        self.all.iter().rev().filter(fit).max_by_key(|one| preference(one, wanted)).ok_or_else(|| {
            let mut found: Vec<Version> = self.all.iter().map(|interpreter| interpreter.version).collect();
            found.sort_unstable();
            found.dedup();
            Error::NotInstalled { wanted, found }
        })
    }

    /// The interpreter at a path somebody named; also a virtual environment's, a shim's or a wrapper's.
    pub fn at(host: &Host, cache: &Path, path: &Path) -> Result<Interpreter, Error> {
        let unusable = |reason: String| Error::Unusable { path: path.to_owned(), reason };
        if !is_executable(path) {
            return Err(unusable("it is no program".to_owned()));
        }
        let path = std::path::absolute(path).map_err(Error::disk("find", path))?;
        let mut probes = Probes::open(cache);
        let answer = probes.ask(host, &[path]).pop();
        probes.save();
        let facts = answer.unwrap_or_else(|| Err("it was not asked".to_owned())).map_err(unusable)?;
        let interpreter = Interpreter::from(facts);
        if interpreter.version < OLDEST {
            return Err(unusable(format!("it is Python {}", interpreter.version)));
        }
        Ok(interpreter)
    }
}

/// Greater is better. A course is about CPython as most have it; anything else is taken when nothing else is there.
fn preference(one: &Interpreter, wanted: Option<Wanted>) -> (bool, bool, bool, bool, Version) {
    let usual = one.version.minor() <= NEWEST_BY_DEFAULT;
    let named = matches!(wanted, Some(Wanted::Minor(..) | Wanted::Exact(_)));
    (one.implementation == "cpython", !one.free_threaded, one.stable, named || usual, one.version)
}

fn candidates(host: &Host) -> Vec<PathBuf> {
    let home = host.folder("HOME");
    let mut pyenv_roots: Vec<PathBuf> = host.folder("PYENV_ROOT").into_iter().collect();
    let mut folders = Vec::new();
    for folder in host.path() {
        // pyenv's shims start a shell script each; the interpreters they stand for are listed below it.
        match pyenv_of_shims(&folder) {
            Some(root) => pyenv_roots.push(root),
            None => folders.push(folder),
        }
    }
    pyenv_roots.extend(home.iter().map(|home| home.join(".pyenv")));
    for root in pyenv_roots {
        folders.extend(subfolders(&root.join("versions")).into_iter().map(|version| version.join("bin")));
    }
    folders.extend(subfolders(&uv_pythons(host)).into_iter().map(|version| version.join("bin")));
    folders.extend(
        ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin"].map(PathBuf::from),
    );

    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for path in folders.iter().flat_map(|folder| names().map(|name| folder.join(name))) {
        if is_executable(&path) && seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            found.push(path);
        }
    }
    found
}

fn names() -> impl Iterator<Item = String> {
    let numbered = (OLDEST.minor..=NEWEST_BY_DEFAULT.1 + 3).rev().map(|minor| format!("python3.{minor}"));
    numbered.chain(["python3".to_owned(), "python".to_owned()])
}

/// What `uv python dir` prints, by the rules uv documents: asking it would cost a process at every start.
fn uv_pythons(host: &Host) -> PathBuf {
    host.folder("UV_PYTHON_INSTALL_DIR")
        .or_else(|| host.folder("XDG_DATA_HOME").map(|data| data.join("uv/python")))
        .or_else(|| host.folder("HOME").map(|home| home.join(".local/share/uv/python")))
        .unwrap_or_default()
}

/// In a fixed order: which of two equal interpreters is taken must not depend on the file system.
fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// The root of pyenv, where `folder` is its folder of shims.
fn pyenv_of_shims(folder: &Path) -> Option<PathBuf> {
    let root = folder.parent().filter(|_| folder.ends_with("shims"))?;
    // pyenv-virtualenv has shims of its own, two folders further down.
    root.ancestors().take(3).find(|root| root.join("versions").is_dir()).map(Path::to_owned)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::environment) fn interpreter(version: (u16, u16, u16), path: &str) -> Interpreter {
        let (major, minor, patch) = version;
        Interpreter {
            executable: PathBuf::from(path),
            version: Version { major, minor, patch },
            stable: true,
            implementation: "cpython".to_owned(),
            prefix: PathBuf::new(),
            base_prefix: PathBuf::new(),
            stdlib: PathBuf::new(),
            site_folders: Vec::new(),
            libpython: None,
            abi: String::new(),
            abi_flags: String::new(),
            free_threaded: false,
            platform: String::new(),
            cache_tag: String::new(),
            magic: Vec::new(),
            stdlib_modules: BTreeSet::new().into(),
        }
    }

    fn check(all: &Interpreters, wanted: Option<&str>, expected: Result<&str, &str>) {
        let chosen = all.choose(wanted.map(|text| text.parse().unwrap()));
        let chosen = chosen.map(|one| one.executable.to_str().unwrap()).map_err(|error| error.to_string());
        assert_eq!(chosen, expected.map_err(str::to_owned), "{wanted:?}");
    }

    #[test]
    fn the_choice_is_the_newest_usual_one_unless_another_is_named() {
        let mut all = vec![
            interpreter((3, 12, 1), "first"),
            interpreter((3, 12, 1), "second"),
            interpreter((3, 12, 0), "older"),
            interpreter((3, 14, 0), "newer"),
            interpreter((3, 10, 13), "old"),
        ];
        all.push(Interpreter { free_threaded: true, ..interpreter((3, 13, 0), "free") });
        all.push(Interpreter { stable: false, ..interpreter((3, 13, 0), "beta") });
        all.push(Interpreter { implementation: "pypy".to_owned(), ..interpreter((3, 11, 9), "pypy") });
        let all = Interpreters { all };
        check(&all, None, Ok("first"));
        check(&all, Some("3.12"), Ok("first"));
        check(&all, Some("3.12.0"), Ok("older"));
        check(&all, Some("3.14"), Ok("newer"));
        check(&all, Some(">=3.11"), Ok("first"));
        check(&all, Some(">=3.14"), Ok("newer"));
        check(&all, Some("3.13"), Ok("beta"));
        check(&all, Some("3.11"), Ok("pypy"));
        let found = "Python 3.9 is not installed; found 3.10.13, 3.11.9, 3.12.0, 3.12.1, 3.13.0, 3.14.0";
        check(&all, Some("3.9"), Err(found));
        check(&all, Some("3.7"), Err("Python 3.7 is not supported: 3.8 is the oldest that is"));
        let none = Interpreters { all: Vec::new() };
        check(&none, None, Err("no Python is installed that can be used (3.8 or newer)"));
    }
}
