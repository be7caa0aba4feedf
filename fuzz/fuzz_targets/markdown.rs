//! Any bytes are a lesson: reading, judging, showing and repairing it never panics, its spans lie in the text, and
//! repairing comes to an end.
#![no_main]

use etude_course::checks::check;
use etude_course::{Config, Course, Lesson, Surroundings, decide};
use etude_text::render::{Terminal, json, terminal};
use etude_text::{Diagnostic, Edit, Source, Sources, apply_edits};
use libfuzzer_sys::fuzz_target;

/// As many as `etude check --fix` takes.
const ROUNDS: usize = 10;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    for _ in 0..ROUNDS {
        match round(bytes) {
            Some(fixed) => bytes = fixed,
            None => return,
        }
    }
    panic!("{ROUNDS} rounds of fixes leave something to fix");
});

/// All that is done with one lesson. What its fixes make of it, if there are any.
fn round(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut sources = Sources::default();
    let file = sources.add(Source::decode("lesson.md", bytes));
    let source = sources.get(file);
    let text = source.text();
    assert_eq!(text.len(), source.bytes().len(), "offsets into the text are offsets into the bytes");

    let lesson = Lesson::read(file, "lesson.md", source);
    for block in &lesson.document.blocks {
        assert!(text.get(block.span.range()).is_some(), "{:?} of {block:?}", block.span);
        for inline in &block.inlines {
            assert!(text.get(inline.span.range()).is_some(), "{inline:?}");
        }
    }
    for claim in &lesson.claims {
        assert!(text.get(claim.span.range()).is_some(), "{claim:?}");
    }

    let course = Course::new(Config::default(), vec![lesson]);
    let lesson = &course.lessons[0];
    let around = Surroundings { exists: &|path| path.len() % 2 == 0 };
    for claim in &lesson.claims {
        decide(&course, lesson, claim, &around);
    }
    let diagnostics = check(&course, lesson, &sources, &around);
    for diagnostic in &diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some(), "{diagnostic:?}");
    }
    terminal(&mut Vec::new(), &sources, &diagnostics, Terminal::default()).expect("memory takes everything");
    json(&sources, &diagnostics);

    let edits = edits(source, &diagnostics);
    let fixed = apply_edits(source.bytes(), &edits).expect("edits that leave each other alone");
    (fixed != source.bytes()).then_some(fixed)
}

/// The edits of all fixes, without those that are in the way of an earlier one.
fn edits(source: &Source, diagnostics: &[Diagnostic]) -> Vec<Edit> {
    let mut accepted: Vec<Edit> = Vec::new();
    for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
        for edit in &fix.edits {
            assert!(source.text().get(edit.span.range()).is_some(), "{edit:?}");
        }
        apply_edits(source.bytes(), &fix.edits).expect("the edits of one fix leave each other alone");
        let in_the_way = |edit: &Edit| {
            accepted.iter().any(|other| {
                other != edit
                    && (edit.span.start < other.span.end && other.span.start < edit.span.end
                        || edit.span.start == other.span.start
                        || other.span.contains(edit.span)
                        || edit.span.contains(other.span))
            })
        };
        if !fix.edits.iter().any(in_the_way) {
            accepted.extend(fix.edits.iter().cloned());
        }
    }
    accepted
}
