//! Python interpreters and the folders that belong to them.
#![expect(clippy::disallowed_methods, reason = "this crate owns the starting of interpreters")]

use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// One interpreter with, perhaps, a folder of extra packages. Cheap to clone; equal ones share warm interpreters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Environment(Arc<Inner>);

#[derive(PartialEq, Eq, Hash, Debug)]
struct Inner {
    python: PathBuf,
    version: String,
    prefix: PathBuf,
    site_folders: Vec<PathBuf>,
    site: Option<PathBuf>,
    warm: Vec<String>,
}

/// What an interpreter says about itself, a line each.
const QUESTION: &str = "import sys, os, site
print('%d.%d.%d' % sys.version_info[:3])
print(os.path.realpath(sys.executable))
print(os.path.realpath(sys.base_prefix))
for folder in site.getsitepackages(): print(folder)";

impl Environment {
    /// The newest installed interpreter of a version such as `3.12` or `3.12.1`, from pyenv's folder or the search
    /// path. `search_path` and `pyenv_root` come from the caller's settings.
    pub fn find(version: &str, search_path: &str, pyenv_root: Option<&Path>) -> Result<Environment> {
        let wanted = |found: &str| found == version || found.starts_with(&format!("{version}."));
        let mut installed: Vec<Environment> = Environment::installed(search_path, pyenv_root);
        installed.retain(|environment| wanted(environment.version()));
        installed.pop().ok_or_else(|| Error::NoInterpreter { wanted: version.into() })
    }

    /// Every usable interpreter, oldest version first, one for each version.
    pub fn installed(search_path: &str, pyenv_root: Option<&Path>) -> Vec<Environment> {
        let mut candidates = BTreeSet::new();
        for folder in std::env::split_paths(search_path).filter(|folder| !folder.ends_with("shims")) {
            candidates.extend((8..=15).map(|minor| folder.join(format!("python3.{minor}"))));
            candidates.insert(folder.join("python3"));
        }
        if let Some(versions) = pyenv_root.and_then(|root| std::fs::read_dir(root.join("versions")).ok()) {
            candidates.extend(versions.flatten().map(|entry| entry.path().join("bin/python3")));
        }
        let real: BTreeSet<PathBuf> = candidates.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut found: Vec<Environment> = real.iter().filter_map(|path| Environment::at(path).ok()).collect();
        found.sort_by_key(|environment| environment.numbers());
        found.dedup_by_key(|environment| environment.numbers());
        found
    }

    /// The interpreter at a path. It is started once, to ask it where its folders are.
    pub fn at(python: &Path) -> Result<Environment> {
        let failed = |reason: String| Error::Interpreter { path: python.into(), reason };
        let output = Command::new(python)
            .args(["-I", "-c", QUESTION])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = text.lines().map(str::to_string);
        let (Some(version), Some(python), Some(prefix)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(failed("it does not start".into()));
        };
        let inner = Inner {
            python: python.into(),
            prefix: prefix.into(),
            site_folders: lines.map(PathBuf::from).filter(|folder| folder.is_dir()).collect(),
            site: None,
            warm: Vec::new(),
            version,
        };
        let environment = Environment(Arc::new(inner));
        if environment.numbers() < vec![3, 8] {
            return Err(failed(format!("version {} is older than 3.8", environment.version())));
        }
        Ok(environment)
    }

    /// The same interpreter with a folder of packages. `warm` names modules of it to import beforehand: they run in
    /// the warm interpreter, so only packages all runs of this environment trust belong there.
    pub fn with_packages(&self, site: &Path, warm: &[&str]) -> Environment {
        Environment(Arc::new(Inner {
            python: self.0.python.clone(),
            version: self.0.version.clone(),
            prefix: self.0.prefix.clone(),
            site_folders: self.0.site_folders.clone(),
            site: Some(site.into()),
            warm: warm.iter().map(|name| name.to_string()).collect(),
        }))
    }

    pub fn version(&self) -> &str {
        &self.0.version
    }

    pub fn python(&self) -> &Path {
        &self.0.python
    }

    pub fn site(&self) -> Option<&Path> {
        self.0.site.as_deref()
    }

    pub(crate) fn prefix(&self) -> &Path {
        &self.0.prefix
    }

    /// Folders of packages that belong to the host's installation and are hidden from runs.
    pub(crate) fn host_packages(&self) -> &[PathBuf] {
        &self.0.site_folders
    }

    pub(crate) fn warm(&self) -> &[String] {
        &self.0.warm
    }

    /// Where a run finds the extra packages.
    pub(crate) fn site_inside(&self) -> &str {
        "/packages"
    }

    pub(crate) fn search_path(&self) -> String {
        let own = self.0.python.parent().unwrap_or(Path::new("/usr/bin"));
        format!("{}:/usr/local/bin:/usr/bin:/bin", own.display())
    }

    fn numbers(&self) -> Vec<u32> {
        self.0.version.split('.').filter_map(|part| part.parse().ok()).collect()
    }
}
