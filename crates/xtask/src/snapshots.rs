//! Snapshots that no test looks at: leftovers of a test that was renamed or removed, which would pass for ever.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cargo::root;

/// Asks insta to append the path of every snapshot it compares to the file that this names.
pub(crate) const REFERENCES: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// Fails if there is a snapshot in the tree that is not among those a full run of the tests referred to.
pub(crate) fn check(references: &Path) -> Result<()> {
    let referred = match fs::read_to_string(references) {
        Ok(referred) => referred,
        // insta makes the file with the first snapshot.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", references.display())),
    };
    let referred: BTreeSet<PathBuf> = referred.lines().filter_map(|line| Path::new(line).canonicalize().ok()).collect();
    let root = root().canonicalize().context("cannot find the workspace")?;
    let mut found = Vec::new();
    collect(&root, &mut found)?;
    let unreferenced: Vec<String> = found
        .iter()
        .filter(|path| !referred.contains(*path))
        .map(|path| path.strip_prefix(&root).unwrap_or(path).display().to_string())
        .collect();
    if !unreferenced.is_empty() {
        bail!("no test refers to\n  {}", unreferenced.join("\n  "));
    }
    println!("{} snapshots, each of them referred to by a test", found.len());
    Ok(())
}

/// All `*.snap` below a folder, but not in what cargo builds nor in hidden folders.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if name != "target" && name != "node_modules" && !name.starts_with('.') {
                collect(&path, found)?;
            }
        } else if name.ends_with(".snap") {
            found.push(path);
        }
    }
    Ok(())
}
