//! Everything below a folder, whatever it is, for whoever reads what other tools have written.

use std::collections::BTreeMap;
use std::path::Path;

use ignore::WalkBuilder;

use crate::copy::slashed;
use crate::find::{self, Input};
use crate::{Bounds, Error, read};

/// What tools leave behind that can be had again.
const MADE: [&str; 9] =
    [".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".mypy_cache", ".pytest_cache"];

/// The files of a folder, or one file.
#[derive(Debug)]
pub struct Tree {
    /// Of the folder, or of the file without its ending.
    pub name: String,
    /// By their paths with `/`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What was not read, and why.
    pub left_out: Vec<(String, &'static str)>,
}

impl Tree {
    /// Reads a folder with all that is hidden in it, or a file and what it names of the files beside it. No link is
    /// followed.
    pub fn read(path: &Path, bounds: Bounds) -> Result<Self, Error> {
        let input = Input::locate(path)?;
        let last = input.location.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut tree = Self { name: last.clone(), files: BTreeMap::new(), left_out: Vec::new() };
        if !input.is_folder {
            let content = read::read(&input.location, &path.display().to_string())?;
            tree.add_named(&input, &last, &String::from_utf8_lossy(&content), bounds)?;
            tree.files.insert(last, content);
            tree.name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            return Ok(tree);
        }
        let mut walk = WalkBuilder::new(&input.location);
        let wanted = |name: &str| !MADE.contains(&name);
        walk.standard_filters(false).filter_entry(move |entry| entry.file_name().to_str().is_none_or(wanted));
        let mut bytes = 0;
        for entry in walk.build() {
            let entry = entry.map_err(|error| find::listing_error(error, &input))?;
            let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { continue };
            let inner = entry.path().strip_prefix(&input.location).unwrap_or(entry.path());
            let Some(path) = slashed(inner) else {
                tree.left_out.push((inner.display().to_string(), "its name is not UTF-8"));
                continue;
            };
            if !kind.is_file() {
                let why = if kind.is_symlink() { "it is a link" } else { "it is neither a file nor a folder" };
                tree.left_out.push((path, why));
                continue;
            }
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            bounds.hold(tree.files.len() + 1, (bytes + size).try_into().unwrap_or(usize::MAX))?;
            let shown = input.show(entry.path()).unwrap_or_else(|| path.clone());
            let content = read::read(entry.path(), &shown)?;
            bytes += content.len() as u64;
            tree.files.insert(path, content);
        }
        tree.left_out.sort();
        Ok(tree)
    }

    fn add_named(&mut self, input: &Input, own: &str, text: &str, bounds: Bounds) -> Result<(), Error> {
        let entries = input.folder().read_dir().into_iter().flatten().flatten();
        let mut bytes = 0;
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())) {
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Code names a module, not its file.
            let named = text.contains(name.strip_suffix(".py").unwrap_or(&name));
            let same_sort = Path::new(&name).extension() == Path::new(own).extension();
            if !named || same_sort || name.starts_with('.') {
                continue;
            }
            bytes += entry.metadata().map_or(0, |metadata| metadata.len());
            bounds.hold(self.files.len() + 1, bytes.try_into().unwrap_or(usize::MAX))?;
            let content = read::read(&entry.path(), &name)?;
            self.files.insert(name, content);
        }
        Ok(())
    }
}
