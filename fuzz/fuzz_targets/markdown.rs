//! Any bytes are a lesson: reading them gives a tree whose spans lie in the text, and never panics.
#![no_main]

use etude_course::Lesson;
use etude_text::{FileId, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = Source::decode("lesson.md", bytes.to_vec());
    let text = source.text();
    assert_eq!(text.len(), bytes.len(), "offsets into the text are offsets into the bytes");
    let lesson = Lesson::read(FileId(0), "lesson.md", &source);
    for block in &lesson.document.blocks {
        assert!(text.get(block.span.range()).is_some(), "{:?} of {block:?}", block.span);
        for inline in &block.inlines {
            assert!(text.get(inline.span.range()).is_some(), "{inline:?}");
        }
    }
    for claim in &lesson.claims {
        assert!(text.get(claim.span.range()).is_some(), "{claim:?}");
    }
});
