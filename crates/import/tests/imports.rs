//! Every folder in `tests/inputs` is imported; the snapshot beside it shows all that was made, and the report.

#![expect(clippy::disallowed_methods, reason = "tests read their inputs themselves")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use etude_import::{Imported, Kind, Place, Source, import};

/// Files by their paths below a folder.
fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(inner) = open.pop() {
        for path in inner.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs");
    let mut inputs: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.retain(|path| path.is_dir());
    inputs.sort();
    assert!(!inputs.is_empty());
    for input in inputs {
        let name = input.file_name().unwrap().to_str().unwrap();
        let source = Source { name: name.to_owned(), files: read(&input) };
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| match import(&source, None) {
            Ok(imported) => insta::assert_snapshot!(name, shown(&imported)),
            Err(error) => insta::assert_snapshot!(name, format!("{error}\nhint: {:?}\n", error.hint())),
        });
    }
}

fn shown(imported: &Imported) -> String {
    let Imported { kind, files, report } = imported;
    let mut out = format!("kind: {kind}\nexercises: {:?}\nlessons: {:?}\n\n", report.exercises, report.lessons);
    for note in &report.notes {
        let place = match note.place {
            Place::Whole => String::new(),
            Place::Line(line) => format!(":{line}"),
            Place::Cell(cell, line) => format!(" [{cell}]{}", line.map_or(String::new(), |line| format!(":{line}"))),
        };
        writeln!(out, "{}: {}{place}: {}", note.outcome.name(), note.file, note.what).unwrap();
    }
    for carried in &report.carried {
        writeln!(out, "carried: {} -> {}", carried.from, carried.to.join(", ")).unwrap();
    }
    for (path, content) in files {
        let content = String::from_utf8(content.clone()).unwrap_or_else(|_| format!("{} bytes", content.len()));
        write!(out, "\n=== {path}\n{content}").unwrap();
    }
    out
}

/// What every import keeps to, whatever it was given.
fn sound(source: &Source, kind: Option<Kind>) {
    let Ok(imported) = import(source, kind) else { return };
    let told = |path: &String| {
        imported.report.carried.iter().any(|carried| carried.from == *path)
            || imported.report.notes.iter().any(|note| note.file == *path)
    };
    for path in source.files.keys() {
        assert!(told(path), "nothing is said of `{path}`");
    }
    for path in imported.files.keys() {
        let inside = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        assert!(inside && !path.starts_with('/'), "`{path}` leads out");
        let above = |(at, _): (usize, &str)| imported.files.contains_key(&path[..at]);
        assert!(!path.match_indices('/').any(above), "`{path}` is below a file");
    }
}

/// Numbers that look random, the same ones every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Whatever is cut out, doubled, moved or broken, an import ends, and says of every file what has become of it.
#[test]
fn nothing_makes_it_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs");
    let inputs: Vec<_> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|it| it.is_dir()).collect();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for input in inputs {
        let whole = read(&input);
        for round in 0..60 {
            let mut files = whole.clone();
            for _ in 0..=round % 4 {
                let paths: Vec<String> = files.keys().cloned().collect();
                let path = &paths[chance.below(paths.len())];
                let content = files.get_mut(path).unwrap();
                let (one, other) = (chance.below(content.len()), chance.below(content.len()));
                let (from, to) = (one.min(other), one.max(other));
                match chance.below(6) {
                    0 => drop(content.drain(from..to)),
                    1 => content.truncate(from),
                    2 => content.extend_from_within(from..to),
                    3 if !content.is_empty() => content[from] = [0xff, b'"', b'{', b'#', b'\n', 0][chance.below(6)],
                    4 => drop(files.remove(path)),
                    _ => {
                        let content = content.clone();
                        let other = paths[chance.below(paths.len())].clone();
                        files.insert(other, content);
                    }
                }
                if files.is_empty() {
                    break;
                }
            }
            let kind = Some(Kind::ALL[chance.below(Kind::ALL.len())]).filter(|_| round % 3 == 0);
            sound(&Source { name: "broken".to_owned(), files }, kind);
        }
    }
}

#[test]
fn paths_that_lead_out_are_not_written() {
    let config = r#"{"files": {"solution": ["../../tea.py", "/tea.py", "a:b.py"], "test": ["tea_test.py"]}}"#;
    let files = [
        (".meta/config.json", config),
        ("../../tea.py", "x = 1\n"),
        ("/tea.py", "x = 1\n"),
        ("a:b.py", "x = 1\n"),
        ("tea_test.py", "import tea\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
    let source = Source { name: "tea".to_owned(), files };
    sound(&source, None);
    let made: Vec<String> = import(&source, None).unwrap().files.into_keys().collect();
    assert_eq!(made, ["instructions.md", "lab.toml", "tests/tea_test.py"]);
}
