//! `cargo xtask acceptance DIR`: how `etude` reads documents that are not the project's own.
//!
//! The documents stay where they are. What is kept of them in `acceptance/` is where things are and what they were
//! taken for: line numbers, kinds, codes and counts, never a word of theirs.

mod reduced;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::de::DeserializeOwned;

use crate::cargo::{Profile, build_etude, root};
use crate::tool::shown;
use reduced::{Check, Show, reduce};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder with the documents
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Rewrite the snapshots
    #[arg(long)]
    bless: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let acceptance = Acceptance::of_workspace()?;
    if arguments.bless { acceptance.bless(&arguments.folder) } else { acceptance.compare(&arguments.folder) }
}

/// Fails if `etude` reads a document of the folder otherwise than its snapshot says.
pub(crate) fn compare(folder: &Path) -> Result<()> {
    Acceptance::of_workspace()?.compare(folder)
}

struct Acceptance {
    etude: PathBuf,
    snapshots: PathBuf,
}

/// What became of one document.
struct Reading {
    /// Says which document it is without saying its name.
    name: String,
    text: String,
}

impl Acceptance {
    fn of_workspace() -> Result<Self> {
        Ok(Self { etude: build_etude(Profile::Dev)?, snapshots: root().join("acceptance") })
    }

    fn compare(&self, folder: &Path) -> Result<()> {
        let mut wrong = Vec::new();
        let mut names = BTreeSet::new();
        for reading in self.read(folder)? {
            let expected = fs::read_to_string(self.snapshot(&reading.name)).unwrap_or_default();
            if expected != reading.text {
                wrong.push(format!("{}\n{}", reading.name, difference(&expected, &reading.text)));
            }
            names.insert(reading.name);
        }
        for name in self.snapshot_names()?.difference(&names) {
            wrong.push(format!("{name}\n  there is no such document"));
        }
        if !wrong.is_empty() {
            bail!("what is read differs from what `acceptance/` says:\n{}", wrong.join("\n"));
        }
        println!("{} documents are read as their snapshots say", names.len());
        Ok(())
    }

    fn bless(&self, folder: &Path) -> Result<()> {
        let readings = self.read(folder)?;
        fs::create_dir_all(&self.snapshots)?;
        for Reading { name, text } in &readings {
            let path = self.snapshot(name);
            fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        println!("wrote {} snapshots", readings.len());
        Ok(())
    }

    fn read(&self, folder: &Path) -> Result<Vec<Reading>> {
        let paths = files(folder)?;
        if paths.is_empty() {
            bail!("no documents in `{}`", folder.display());
        }
        paths
            .iter()
            .enumerate()
            .map(|(index, path)| {
                let show: Show = ask(&self.etude, &["show", "--json"], path)?;
                let check: Check = ask(&self.etude, &["check", "--no-run", "--json"], path)?;
                Ok(Reading { name: ordinal(path, index), text: reduce(&show, &check)? })
            })
            .collect()
    }

    fn snapshot(&self, name: &str) -> PathBuf {
        self.snapshots.join(format!("{name}.json"))
    }

    fn snapshot_names(&self) -> Result<BTreeSet<String>> {
        if !self.snapshots.is_dir() {
            return Ok(BTreeSet::new());
        }
        let paths = files(&self.snapshots)?;
        Ok(paths
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned()))
            .collect())
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file() && !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// The number that a document's name starts with, or its place in the folder.
fn ordinal(path: &Path, index: usize) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() { format!("{index:03}") } else { digits }
}

/// What a command says about a document. Findings are an answer; anything but 0 and 1 is not.
fn ask<T: DeserializeOwned>(etude: &Path, arguments: &[&str], path: &Path) -> Result<T> {
    let mut command = Command::new(etude);
    command.args(arguments).arg(path);
    let output = command.output().with_context(|| format!("cannot start {}", shown(&command)))?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}\n{}", shown(&command), output.status, said.trim());
    }
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("what {} printed is not as the contract has it", shown(&command)))
}

/// The lines of either text that the other has not, a screenful of them at most.
fn difference(expected: &str, actual: &str) -> String {
    const SHOWN: usize = 30;
    if expected.is_empty() {
        return "  has no snapshot".to_owned();
    }
    let only = |sign: char, a: &str, b: &str| -> Vec<String> {
        let known: BTreeSet<&str> = b.lines().collect();
        a.lines().filter(|line| !known.contains(line)).map(|line| format!("  {sign} {}", line.trim())).collect()
    };
    let mut lines = only('-', expected, actual);
    lines.extend(only('+', actual, expected));
    if lines.is_empty() {
        return "  the same lines in another order or number".to_owned();
    }
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        lines.push(format!("  and {more} lines more"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds one diagnostic, in the last line of the document it is given.
    const FAKE_ETUDE: &str = r#"#!/bin/sh
for document; do :; done
case "$1" in
    show) echo '{"files": [{"path": "x", "snippets": [], "prompts": []}]}' ;;
    check) echo '{"diagnostics": [{"code": "c", "severity": "note", "line": '$(wc -l < "$document")'}]}'; exit 1 ;;
esac
"#;

    #[test]
    #[cfg(unix)]
    fn documents_are_held_against_what_was_blessed() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let documents = folder.path().join("documents");
        let acceptance = Acceptance { etude: folder.path().join("etude"), snapshots: folder.path().join("acceptance") };
        fs::create_dir(&documents).expect("documents");
        fs::write(&acceptance.etude, FAKE_ETUDE).expect("a script");
        fs::set_permissions(&acceptance.etude, fs::Permissions::from_mode(0o755)).expect("a program");
        let complaint = || acceptance.compare(&documents).expect_err("a difference").to_string();

        fs::write(documents.join("000_secret.txt"), "a\nb\n").expect("a document");
        fs::write(documents.join("001_secret.txt"), "a\n").expect("a document");
        assert!(complaint().contains("000\n  has no snapshot\n001\n  has no snapshot"));

        acceptance.bless(&documents).expect("snapshots");
        acceptance.compare(&documents).expect("no difference");

        fs::write(documents.join("000_secret.txt"), "a\n").expect("a document");
        fs::remove_file(documents.join("001_secret.txt")).expect("no document");
        let said = complaint();
        assert!(said.contains("000\n  - \"note c@2\"\n  + \"note c@1\"\n001\n  there is no such document"), "{said}");
    }

    #[test]
    fn a_document_is_known_by_its_number() {
        assert_eq!(ordinal(Path::new("a/003_abc.txt"), 7), "003");
        assert_eq!(ordinal(Path::new("a/private name.md"), 7), "007");
    }

    #[test]
    fn a_difference_shows_both_sides() {
        assert_eq!(difference("a\n  b\nc\n", "a\n  d\nc\n"), "  - b\n  + d");
        assert_eq!(difference("a\nb\n", "b\na\n"), "  the same lines in another order or number");
        assert_eq!(difference("", "b\n"), "  has no snapshot");
    }
}
