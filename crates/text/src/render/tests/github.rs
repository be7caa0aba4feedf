use insta::assert_snapshot;

use super::{marked, written};
use crate::render::github;
use crate::{Diagnostic, Severity, Source, Sources, Span};

fn show((sources, diagnostic): (Sources, Diagnostic)) -> String {
    written(|out| github(out, &sources, &[diagnostic]))
}

#[test]
fn a_span_in_one_line_has_columns() {
    assert_snapshot!(
        show(marked("one\ntwo «three»\n")),
        @"::warning file=lessons/01-tasks.md,line=2,endLine=2,col=5,endColumn=10,title=code-name::something is odd here"
    );
}

#[test]
fn a_span_over_lines_has_none() {
    assert_snapshot!(
        show(marked("one «two\nthree\n»four\n")),
        @"::warning file=lessons/01-tasks.md,line=1,endLine=2,title=code-name::something is odd here"
    );
}

#[test]
fn columns_count_characters_and_the_end_of_the_file_is_in_its_last_line() {
    assert_snapshot!(
        show(marked("日本 🚀«»\r\n")),
        @"::warning file=lessons/01-tasks.md,line=1,endLine=1,col=5,endColumn=5,title=code-name::something is odd here"
    );
    assert_snapshot!(
        show(marked("日本 🚀\r\n«»")),
        @"::warning file=lessons/01-tasks.md,line=1,endLine=1,col=5,endColumn=5,title=code-name::something is odd here"
    );
}

#[test]
fn severity_hint_and_escapes() {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("a,b:c%.md", "x\n"));
    let note =
        Diagnostic::new("note-code", Severity::Note, file, Span::new(0, 1), "50% of this:\nthat").hint("try, do");
    let error = Diagnostic { severity: Severity::Error, hint: None, ..note.clone() };
    assert_snapshot!(written(|out| github(out, &sources, &[note, error])), @r"
    ::notice file=a%2Cb%3Ac%25.md,line=1,endLine=1,col=1,endColumn=2,title=note-code::50%25 of this:%0Athat%0Ahint: try, do
    ::error file=a%2Cb%3Ac%25.md,line=1,endLine=1,col=1,endColumn=2,title=note-code::50%25 of this:%0Athat
    ");
}
