//! Each format over the same kinds of sources: those people write, and those that break renderers.

mod github;
mod json;
mod sarif;
mod terminal;

use crate::{Diagnostic, Severity, Source, Sources, Span};

/// One source with one diagnostic, whose span stands between `«` and `»` in `marked`.
fn marked(marked: &str) -> (Sources, Diagnostic) {
    let start = marked.find('«').expect("a marked span");
    let text = marked.replacen('«', "", 1);
    let end = text.find('»').expect("the end of the marked span");
    let source = Source::new("lessons/01-tasks.md", text.replacen('»', "", 1));
    single(source, Span::at(start..end))
}

fn single(source: Source, span: Span) -> (Sources, Diagnostic) {
    let mut sources = Sources::default();
    let file = sources.add(source);
    (sources, Diagnostic::new("code-name", Severity::Warning, file, span, "something is odd here"))
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("writing to memory");
    String::from_utf8(out).expect("UTF-8")
}
