//! Which package an import comes from, or would come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::requirement::normalise;

/// The modules of an environment's packages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Provided {
    /// Modules and packages with their distribution: `yaml`, `google.cloud.storage`.
    modules: BTreeMap<String, String>,
    /// Folders without `__init__.py`, which several distributions may share: `google`, `google.cloud`.
    namespaces: BTreeMap<String, String>,
}

/// An import nothing provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownImport {
    pub import: String,
    /// What to install for it.
    pub package: String,
    /// Whether the package is known to provide it, or just has the same name.
    pub known: bool,
}

impl Provided {
    /// Reads what the installed distributions of a site folder say they brought.
    pub(super) fn read(site: &Path) -> io::Result<Self> {
        let mut provided = Self::default();
        for entry in fs::read_dir(site)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some((distribution, _)) = name.strip_suffix(".dist-info").and_then(|name| name.split_once('-')) else {
                continue;
            };
            let distribution = normalise(distribution);
            match fs::read_to_string(entry.path().join("RECORD")) {
                Ok(record) => provided.add_record(&record, &distribution),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let names = fs::read_to_string(entry.path().join("top_level.txt")).unwrap_or_default();
                    for name in names.lines().filter(|name| !name.is_empty()) {
                        provided.modules.insert(name.replace('/', "."), distribution.clone());
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(provided)
    }

    fn add_record(&mut self, record: &str, distribution: &str) {
        let files: Vec<&str> = record.lines().map(recorded_path).filter_map(without_suffix).collect();
        let packages: BTreeSet<&str> = files.iter().filter_map(|file| file.strip_suffix("/__init__")).collect();
        for file in &files {
            let ends = file.match_indices('/').map(|(at, _)| at).chain([file.len()]);
            for end in ends {
                let part = &file[..end];
                let module = part.replace('/', ".");
                // Below a package everything is its own.
                if end == file.len() || packages.contains(part) {
                    self.modules.entry(module).or_insert_with(|| distribution.to_owned());
                    break;
                }
                self.namespaces.entry(module).or_insert_with(|| distribution.to_owned());
            }
        }
    }

    /// The distribution that `import` comes from.
    pub(super) fn by(&self, import: &str) -> Option<&str> {
        let mut parents = std::iter::successors(Some(import), |name| name.rsplit_once('.').map(|(parent, _)| parent));
        let found = parents.find_map(|name| self.modules.get(name)).or_else(|| self.namespaces.get(import));
        found.map(String::as_str)
    }
}

/// The first field of a line of RECORD, which is a CSV file; a name with a comma or a quote is no module's.
fn recorded_path(line: &str) -> &str {
    line.split(',').next().unwrap_or(line)
}

/// `a/b` for `a/b.py` and `a/b.cpython-312-x86_64-linux-gnu.so`; none for what cannot be imported.
fn without_suffix(path: &str) -> Option<&str> {
    let stem = match path.strip_suffix(".py") {
        Some(stem) => stem,
        None => {
            let whole = path.strip_suffix(".so").or_else(|| path.strip_suffix(".pyd"))?;
            let file = whole.rfind('/').map_or(0, |at| at + 1);
            &whole[..whole[file..].find('.').map_or(whole.len(), |at| file + at)]
        }
    };
    let named = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let scripts = stem.starts_with("bin/");
    (!scripts && stem.split('/').all(named)).then_some(stem)
}

/// What to install for `import`.
pub(super) fn suggest(import: &str) -> UnknownImport {
    let table = include_str!("data/imports.txt").lines().filter(|line| !line.starts_with('#'));
    let table: BTreeMap<&str, &str> = table.filter_map(|line| line.split_once(' ')).collect();
    let mut parents = std::iter::successors(Some(import), |name| name.rsplit_once('.').map(|(parent, _)| parent));
    let top = import.split('.').next().unwrap_or(import);
    match parents.find_map(|name| table.get(name)) {
        Some(package) => UnknownImport { import: import.to_owned(), package: (*package).to_owned(), known: true },
        None => UnknownImport { import: import.to_owned(), package: top.replace('_', "-"), known: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provided(record: &str) -> Provided {
        let mut provided = Provided::default();
        provided.add_record(record, "dist");
        provided
    }

    #[test]
    fn a_record_tells_modules_packages_and_namespaces() {
        let record = "one.py,sha256=x,1\nfast.cpython-312-x86_64-linux-gnu.so,,\npkg/__init__.py,,\npkg/deep/x.py,,\n\
                      google/cloud/storage/__init__.py,,\ngoogle/cloud/storage/a.py,,\nbin/tool.py,,\n\
                      ../../bin/x.py,,\ndist-1.0.dist-info/x.py,,\nns/_speed.abi3.so,,\n\"a,b.py\",,\n";
        let provided = provided(record);
        let modules: Vec<&str> = provided.modules.keys().map(String::as_str).collect();
        assert_eq!(modules, ["fast", "google.cloud.storage", "ns._speed", "one", "pkg"]);
        let namespaces: Vec<&str> = provided.namespaces.keys().map(String::as_str).collect();
        assert_eq!(namespaces, ["google", "google.cloud", "ns"]);
        let check = |import: &str, expected: bool| assert_eq!(provided.by(import).is_some(), expected, "{import}");
        for import in ["one", "pkg.deep.x", "google", "google.cloud", "google.cloud.storage.blob", "ns._speed"] {
            check(import, true);
        }
        for import in ["google.cloud.bigquery", "googl", "bin", "p"] {
            check(import, false);
        }
    }

    #[test]
    fn a_package_is_suggested_by_what_it_is_known_to_provide() {
        let check = |import: &str, package: &str, known: bool| {
            let suggested = suggest(import);
            assert_eq!((suggested.package.as_str(), suggested.known), (package, known), "{import}");
        };
        check("yaml", "PyYAML", true);
        check("bs4.element", "beautifulsoup4", true);
        check("google.cloud.storage.blob", "google-cloud-storage", true);
        check("some_thing.inner", "some-thing", false);
    }

    #[test]
    fn the_table_is_sorted_and_every_package_a_requirement() {
        let lines: Vec<&str> = include_str!("data/imports.txt").lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.is_sorted());
        for line in lines {
            let (_, package) = line.split_once(' ').unwrap();
            assert_eq!(package.parse::<crate::environment::Requirement>().unwrap().name, normalise(package));
        }
    }
}
