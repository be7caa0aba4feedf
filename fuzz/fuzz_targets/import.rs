//! Any bytes in the place of a notebook, a track's settings or an exercise's end as an import or an error, and every file
//! is accounted for.
#![no_main]

use etude_import::{Kind, Source, import};
use libfuzzer_sys::fuzz_target;

const PATHS: [&str; 5] =
    ["homework.ipynb", "config.json", ".meta/config.json", "learn.json", "labs/tea.py"];

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let mut source = Source { name: "tea".to_owned(), ..Source::default() };
    source.files.insert(PATHS[usize::from(first) % PATHS.len()].to_owned(), rest.to_vec());
    source.files.insert("README.md".to_owned(), rest.to_vec());
    source.files.insert("tea.py".to_owned(), rest.to_vec());
    for kind in [None, Some(Kind::ALL[usize::from(first) % Kind::ALL.len()])] {
        let Ok(imported) = import(&source, kind) else { continue };
        for path in source.files.keys() {
            let carried = imported.report.carried.iter().any(|carried| carried.from == *path);
            assert!(carried || imported.report.notes.iter().any(|note| note.file == *path), "nothing is said of `{path}`");
        }
    }
});
