//! Event streams as text: one table entry or record a line, so that recordings can be read and reviewed.
//!
//! An entry is its JSON. A record is its op, then time, amount, task, site, a, b, c, and `kept` if that is not 0:
//! `Step 1200 35 2 4 1 1 0 2`. Empty lines and lines that begin with `#` are left out.

use std::path::{Path, PathBuf};

use etude_trace::events::{Op, Record};

/// The bytes the guest would have written.
pub(crate) fn stream(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            block(&mut bytes, b'T', format!("[{line}]").as_bytes());
        } else {
            block(&mut bytes, b'E', &record(line).write());
        }
    }
    bytes
}

pub(crate) fn block(bytes: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    bytes.push(kind);
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(payload);
}

fn record(line: &str) -> Record {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap();
    let op = Op::ALL.into_iter().find(|op| format!("{op:?}") == name).unwrap_or_else(|| panic!("no op `{name}`"));
    let mut numbers = words.map(|word| word.parse::<i64>().unwrap_or_else(|_| panic!("no number: `{word}`")));
    let mut next = || numbers.next().unwrap_or(0);
    let (time, amount) = (next(), next());
    let mut small = || next() as i32;
    let (task, site, a, b, c) = (small(), small(), small(), small(), small());
    Record { op, kept: small() as u8, time, amount, task, site, a, b, c }
}

/// A program and what was recorded of it.
pub(crate) struct Recording {
    /// `blocked-loop/sleep`.
    pub(crate) name: String,
    pub(crate) program: String,
    pub(crate) events: Vec<u8>,
}

/// All recordings in a folder of `tests`, in order.
pub(crate) fn recordings(folder: &str) -> Vec<Recording> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut programs: Vec<PathBuf> = files(&root).into_iter().filter(|path| has_extension(path, "py")).collect();
    programs.sort();
    let recording = |path: PathBuf| Recording {
        name: path.strip_prefix(&root).unwrap().with_extension("").to_str().unwrap().to_owned(),
        program: std::fs::read_to_string(&path).unwrap(),
        events: stream(&std::fs::read_to_string(path.with_extension("events")).unwrap()),
    };
    programs.into_iter().map(recording).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|it| it == extension)
}
