//! A Python program and the modules beside it that it imports: what a run of it needs to see.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use etude_python::parse;

use crate::copy::{Bounds, Copies};
use crate::find::Input;
use crate::{Error, read};

/// A program, read together with what it imports. Nothing of it is executed to find that out.
#[derive(Debug)]
pub struct Program {
    /// Where it belongs in the folder it runs in, with `/`.
    pub path: String,
    pub source: Vec<u8>,
    /// The modules beside it that it imports, directly or through others, by path in the same folder.
    pub modules: Copies,
    /// What else it needs to be able to import: `asyncio`, `google.cloud.storage`. Sorted. Imports whose absence the
    /// code copes with are not among them.
    pub imports: Vec<String>,
    /// The folder on the disk that the folder it runs in stands for.
    pub root: PathBuf,
    /// The folder it lies in.
    pub folder: PathBuf,
}

impl Program {
    /// Reads the program in a file. Below the current folder it keeps its path, as it would with `python sub/a.py`.
    pub fn read(file: &Path, bounds: Bounds) -> Result<Self, Error> {
        let current = current_folder()?;
        let input = Input::locate(file)?;
        let shown = file.display().to_string();
        let source = read::read(&input.location, &shown)?;
        must_be_python(&source, &shown)?;
        let folder = input.folder().to_owned();
        let root = if folder.starts_with(&current) { current } else { folder.clone() };
        let path = input.location.strip_prefix(&root).unwrap_or(&input.location);
        let path = path.to_str().ok_or(Error::OddName { path: shown })?.to_owned();
        Self::with_modules(path, source, root, folder, bounds)
    }

    /// A program that came through standard input, as if it lay in the current folder.
    pub fn from_stdin(source: Vec<u8>, bounds: Bounds) -> Result<Self, Error> {
        must_be_python(&source, "<stdin>")?;
        let current = current_folder()?;
        Self::with_modules("stdin.py".to_owned(), source, current.clone(), current, bounds)
    }

    fn with_modules(
        path: String,
        source: Vec<u8>,
        root: PathBuf,
        folder: PathBuf,
        bounds: Bounds,
    ) -> Result<Self, Error> {
        let mut search =
            Search { folder: &folder, modules: BTreeMap::new(), waiting: Vec::new(), missing: BTreeSet::new(), bounds };
        search.follow(&source, None)?;
        while let Some((package, source)) = search.waiting.pop() {
            search.follow(&source, Some(&package))?;
        }
        let Search { modules, missing, .. } = search;
        let prefix = folder.strip_prefix(&root).unwrap_or(Path::new(""));
        let place = |name: String| prefix.join(name).to_string_lossy().into_owned();
        let mut copies = Copies::new(bounds);
        for (name, bytes) in modules {
            let name = place(name);
            // A program may be imported by its own modules; it is there already.
            if name != path {
                copies.add(name, bytes)?;
            }
        }
        Ok(Self { path, source, modules: copies, imports: missing.into_iter().collect(), root, folder })
    }

    /// Whether something beside the program answers to a top-level module name.
    pub fn is_local(&self, module: &str) -> bool {
        self.folder.join(format!("{module}.py")).is_file() || self.folder.join(module).is_dir()
    }
}

pub(crate) fn current_folder() -> Result<PathBuf, Error> {
    std::env::current_dir().and_then(|current| current.canonicalize()).map_err(|source| Error::CurrentFolder { source })
}

struct Search<'a> {
    folder: &'a Path,
    /// By path from the folder.
    modules: BTreeMap<String, Vec<u8>>,
    /// Modules whose own imports are still to be followed, with the package they are in.
    waiting: Vec<(Vec<String>, Vec<u8>)>,
    missing: BTreeSet<String>,
    bounds: Bounds,
}

impl Search<'_> {
    fn follow(&mut self, source: &[u8], package: Option<&[String]>) -> Result<(), Error> {
        for import in parse(&String::from_utf8_lossy(source)).imports {
            if import.type_checking {
                continue;
            }
            let mut name = Vec::new();
            if import.level > 0 {
                // Outside a package it fails when it is executed, and says so better than we could.
                let Some(above) = package.and_then(|it| it.len().checked_sub(import.level as usize - 1)) else {
                    continue;
                };
                name.extend(package.into_iter().flatten().take(above).cloned());
            }
            name.extend(import.module.split('.').filter(|part| !part.is_empty()).map(str::to_owned));
            let mut found = self.bring(&name)?;
            for inner in import.names.iter().filter(|inner| *inner != "*") {
                let inner: Vec<String> = name.iter().cloned().chain([inner.clone()]).collect();
                found |= self.bring(&inner)?;
            }
            if !found && import.level == 0 && !import.optional {
                self.missing.insert(import.module);
            }
        }
        Ok(())
    }

    /// Brings a module and the packages around it; says whether any of them is there.
    fn bring(&mut self, name: &[String]) -> Result<bool, Error> {
        let mut found = false;
        for depth in 1..=name.len() {
            let path = name[..depth].join("/");
            let init = format!("{path}/__init__.py");
            if self.bring_file(&init, &name[..depth])? {
                found = true;
            } else if self.bring_file(&format!("{path}.py"), &name[..depth - 1])? {
                return Ok(true);
            } else if !self.folder.join(&path).is_dir() {
                return Ok(found);
            }
        }
        Ok(found)
    }

    fn bring_file(&mut self, path: &str, package: &[String]) -> Result<bool, Error> {
        if self.modules.contains_key(path) {
            return Ok(true);
        }
        let location = self.folder.join(path);
        // A link in a folder somebody sent must not fetch what lies elsewhere.
        let inside = location.canonicalize().is_ok_and(|target| target.starts_with(self.folder) && target.is_file());
        if !inside {
            return Ok(false);
        }
        let bytes = read::read(&location, path)?;
        self.bounds.hold(self.modules.len() + 1, self.modules.values().map(Vec::len).sum::<usize>() + bytes.len())?;
        self.waiting.push((package.to_vec(), bytes.clone()));
        self.modules.insert(path.to_owned(), bytes);
        Ok(true)
    }
}

/// Python reads UTF-8 unless one of the first two lines names another encoding.
fn must_be_python(source: &[u8], shown: &str) -> Result<(), Error> {
    if source.contains(&0) {
        return Err(Error::Binary { path: shown.to_owned() });
    }
    let Err(error) = std::str::from_utf8(source) else { return Ok(()) };
    let named = source.split(|byte| *byte == b'\n').take(2).any(|line| {
        line.trim_ascii_start().starts_with(b"#") && line.windows(7).any(|it| it == b"coding:" || it == b"coding=")
    });
    if named {
        return Ok(());
    }
    let line = 1 + source[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
    Err(Error::NotUtf8 { path: shown.to_owned(), line })
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_testing::TempFolder;

    const BOUNDS: Bounds = Bounds { files: 100, bytes: 1 << 20 };

    #[track_caller]
    fn check(folder: &TempFolder, file: &str, modules: &[&str], imports: &[&str]) {
        let program = Program::read(&folder.join(file), BOUNDS).expect("a program");
        let found: Vec<&str> = program.modules.files().iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!((found, program.imports), (modules.to_vec(), imports.iter().map(|it| it.to_string()).collect()));
    }

    #[test]
    fn imports_are_followed_through_modules_and_packages() {
        let folder = TempFolder::new()
            .file("a.py", "import b, asyncio\nfrom pkg.deep import one\n")
            .file("b.py", "import c.x\nimport a\n")
            .file("c/x.py", "")
            .file("c/y.py", "")
            .file("pkg/__init__.py", "from . import near\n")
            .file("pkg/near.py", "from .deep.two import *\n")
            .file("pkg/deep/__init__.py", "")
            .file("pkg/deep/one.py", "from ..other import thing\nimport httpx\n")
            .file("pkg/deep/two.py", "")
            .file("pkg/other.py", "from ....far import x\n")
            .file("unused.py", "");
        let modules = [
            "b.py",
            "c/x.py",
            "pkg/__init__.py",
            "pkg/deep/__init__.py",
            "pkg/deep/one.py",
            "pkg/deep/two.py",
            "pkg/near.py",
            "pkg/other.py",
        ];
        check(&folder, "a.py", &modules, &["asyncio", "httpx"]);
    }

    #[test]
    fn what_code_can_do_without_is_not_asked_for() {
        let source = "try:\n    import fast\nexcept ImportError:\n    pass\nfrom typing import TYPE_CHECKING\n\
                      if TYPE_CHECKING:\n    import hints\n";
        check(&TempFolder::new().file("a.py", source).file("hints.py", ""), "a.py", &[], &["typing"]);
    }

    #[test]
    fn a_broken_program_is_read_as_far_as_it_can_be() {
        check(&TempFolder::new().file("a.py", "import b\ndef (:\n").file("b.py", ""), "a.py", &["b.py"], &[]);
    }

    #[cfg(unix)]
    #[test]
    fn a_module_that_links_out_of_the_folder_is_not_brought() {
        let folder = TempFolder::new().file("p/a.py", "import b\n").file("secret.py", "");
        std::os::unix::fs::symlink("../secret.py", folder.join("p/b.py")).expect("a link");
        check(&folder, "p/a.py", &[], &["b"]);
    }

    #[test]
    fn what_is_no_python_text_is_told_apart() {
        let check = |source: &[u8], expected: &str| {
            let result = must_be_python(source, "a.py").map_err(|error| error.to_string());
            assert_eq!(result.err().unwrap_or_default(), expected);
        };
        check(b"print(1)", "");
        check(b"\xef\xbb\xbfprint(1)", "");
        check(b"# -*- coding: latin-1 -*-\nx = '\xe9'", "");
        check(b"x = 1\n\ny = '\xe9'", "`a.py` is not UTF-8: line 3 has other bytes");
        check(b"\x7fELF\0", "`a.py` is no text: it has NUL bytes");
    }
}
