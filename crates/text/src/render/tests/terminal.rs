use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::{marked, single, written};
use crate::render::{Terminal, terminal};
use crate::{Diagnostic, Severity, Source, Sources, Span};

fn show((sources, diagnostic): (Sources, Diagnostic)) -> String {
    written(|out| terminal(out, &sources, &[diagnostic], Terminal::default()))
}

fn with(
    (sources, diagnostic): (Sources, Diagnostic),
    change: impl FnOnce(Diagnostic) -> Diagnostic,
) -> (Sources, Diagnostic) {
    (sources, change(diagnostic))
}

fn span_of(sources: &Sources, needle: &str) -> Span {
    let text = sources.iter().next().expect("a source").1.text();
    let start = text.find(needle).expect("the needle");
    Span::at(start..start + needle.len())
}

#[test]
fn a_span_gets_carets_and_the_hint_its_own_line() {
    let case = marked("# Tasks\n\nRun `«asyncio.rum»(main())`.\n");
    assert_snapshot!(show(with(case, |diagnostic| diagnostic.hint("write `asyncio.run`"))));
}

#[test]
fn each_severity_has_its_word() {
    let (sources, warning) = marked("a «b» c\n");
    let note = Diagnostic { severity: Severity::Note, ..warning.clone() };
    let error = Diagnostic { severity: Severity::Error, ..warning.clone() };
    assert_snapshot!(written(|out| terminal(out, &sources, &[note, warning, error], Terminal::default())));
}

#[test]
fn labels_near_share_the_excerpt() {
    let (sources, diagnostic) = marked("## Setup\n\ntext\n\nmore\n\n## «Setup»\n");
    let first = span_of(&sources, "Setup");
    assert_snapshot!(show((sources, diagnostic.label(first, "first used here"))));
}

#[test]
fn a_label_on_the_same_line_hangs_below() {
    let (sources, diagnostic) = marked("total ~6s = «3s» + 2s\n");
    let total = span_of(&sources, "~6s");
    assert_snapshot!(show((sources, diagnostic.label(total, "the total says otherwise"))));
}

#[test]
fn a_label_far_away_gets_an_excerpt_of_its_own() {
    let text = format!("## Setup\n{}## «Setup»\n", "text\n".repeat(1_000));
    let (sources, diagnostic) = marked(&text);
    let first = span_of(&sources, "Setup");
    assert_snapshot!(show((sources, diagnostic.label(first, "first used here").hint("rename one of them"))));
}

#[test]
fn colours_are_escape_sequences_only_when_asked_for() {
    let (sources, diagnostic) = marked("a «b» c\n");
    let colors = Terminal { colors: true, ..Terminal::default() };
    let shown = written(|out| terminal(out, &sources, &[diagnostic.hint("drop it")], colors));
    assert_snapshot!(shown.replace('\u{1b}', "ESC"));
}

#[test]
fn crlf_lines_end_where_they_should() {
    assert_snapshot!(show(marked("one\r\ntwo «three»\r\nfour\r\n")));
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    assert_snapshot!(show(marked("one\rtwo «three»\rfour\r")));
}

#[test]
fn tabs_keep_the_carets_true() {
    assert_snapshot!(show(marked("\tif x:\n\t\treturn\t«await»\tx\n")));
}

#[test]
fn wide_characters_keep_the_carets_true() {
    assert_snapshot!(show(marked("日本語 «课程» 🚀 と\n")));
}

#[test]
fn joined_emoji_are_shown_apart() {
    assert_snapshot!(show(marked("👩\u{200d}🚀 ⚠\u{fe0f} «e\u{301}te» x\n")));
}

#[test]
fn an_empty_span_gets_one_caret() {
    assert_snapshot!(show(marked("before«» after\n")));
}

#[test]
fn a_span_at_the_end_of_the_line_points_after_it() {
    assert_snapshot!(show(marked("print(1«»\nprint(2)\n")));
}

#[test]
fn a_span_on_an_empty_line_is_shown_there() {
    assert_snapshot!(show(marked("one\n«»\nthree\n")));
}

#[test]
fn the_end_of_the_file_is_the_end_of_its_last_line() {
    assert_snapshot!(show(marked("one\ntwo\n«»")));
}

#[test]
fn the_end_of_a_file_without_a_line_end() {
    assert_snapshot!(show(marked("one\ntwo«»")));
}

#[test]
fn an_empty_file_has_one_empty_line() {
    assert_snapshot!(show(marked("«»")));
}

#[test]
fn a_span_with_its_line_end_stays_on_its_line() {
    assert_snapshot!(show(marked("one\n«two\r\n\r\n»three\n")));
}

#[test]
fn a_span_over_two_lines() {
    assert_snapshot!(show(marked("one\n«two\nth»ree\nfour\n")));
}

#[test]
fn a_span_over_many_lines_is_cut_short() {
    let body: String = (1..=40).map(|number| format!("line {number}\n")).collect();
    assert_snapshot!(show(marked(&format!("intro\n«```python\n{body}```»\n"))));
}

#[test]
fn a_span_over_very_many_lines_shows_where_it_starts() {
    let body = "x = 1\n".repeat(5_000);
    assert_snapshot!(show(marked(&format!("intro\n```«python\n{body}```»\n"))));
}

#[test]
fn a_line_too_long_is_cut_around_the_caret() {
    let word = "lorem ipsum ";
    assert_snapshot!(show(marked(&format!("{}«here» it is {}\n", word.repeat(800), word.repeat(800)))));
}

#[test]
fn a_long_line_keeps_its_start_when_the_caret_is_near_it() {
    assert_snapshot!(show(marked(&format!("Near «the start» {}\n", "lorem ipsum ".repeat(800)))));
}

#[test]
fn a_long_line_keeps_its_end_when_the_caret_is_near_it() {
    assert_snapshot!(show(marked(&format!("{}near «the end» of it\n", "lorem ipsum ".repeat(800)))));
}

#[test]
fn a_span_longer_than_the_width_runs_to_the_cut() {
    assert_snapshot!(show(marked(&format!("begin «{}» end\n", "x".repeat(10_000)))));
}

#[test]
fn a_long_line_of_wide_characters_is_cut_by_columns() {
    assert_snapshot!(show(marked(&format!("{}«課題»{}\n", "日本".repeat(2_000), "語".repeat(2_000)))));
}

#[test]
fn an_indent_deeper_than_the_terminal_is_cut_too() {
    assert_snapshot!(show(marked(&format!("{}«x = 1»\n", " ".repeat(300)))));
}

#[test]
fn control_characters_and_bidi_marks_are_visible() {
    assert_snapshot!(show(marked("a\u{1b}[31mb\u{7}\u{9b}\u{202e}c\u{200b} «d\u{2066}e» f\u{feff}\n")));
}

#[test]
fn the_message_hint_and_path_are_harmless_too() {
    let (sources, mut diagnostic) = single(Source::new("a\u{1b}]0;x\u{7}.md", "x\n"), Span::new(0, 1));
    diagnostic.message = "the heading `\u{1b}[2J\u{202e}` is odd".to_owned();
    assert_snapshot!(show((sources, diagnostic.hint("drop `\u{1b}`").label(Span::new(0, 1), "\u{1b}[1m"))));
}

#[test]
fn bytes_that_are_not_utf8_are_question_marks() {
    let source = Source::decode("latin.md", b"caf\xe9 au lait\n".to_vec());
    assert_snapshot!(show(single(source, Span::new(3, 4))));
}

#[test]
fn message_and_hint_wrap_to_the_width() {
    let (sources, mut diagnostic) = marked("a «b» c\n");
    diagnostic.message = "this message has so much to say about the one word below that it does not fit into a single \
                          line of a terminal"
        .to_owned();
    let diagnostic = diagnostic.hint(
        "say it shorter, or say it in two sentences, or leave it to the documentation of the check, which has room",
    );
    let narrow = Terminal { width: 50, ..Terminal::default() };
    assert_snapshot!(written(|out| terminal(out, &sources, &[diagnostic], narrow)));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [1, 40, 60, 80, 200] {
        let (sources, diagnostic) = marked(&format!("{}«課題»{}\n", "日本 x".repeat(200), "語\t".repeat(200)));
        let shown = written(|out| terminal(out, &sources, &[diagnostic], Terminal { width, colors: false }));
        let widest = shown.lines().map(crate::render::visible::width).max().unwrap_or(0);
        assert!(widest <= width.max(40), "{widest} columns in a terminal of {width}:\n{shown}");
    }
}

#[test]
fn a_span_that_cuts_a_character_or_leaves_the_file_still_renders() {
    let source = || Source::new("a.md", "é\n");
    assert_snapshot!(show(single(source(), Span::new(1, 1))), @r"
    warning[code-name]: something is odd here
     --> a.md:1:1
      |
    1 | é
      | ^
    ");
    assert_snapshot!(show(single(source(), Span::new(0, 99))), @r"
    warning[code-name]: something is odd here
     --> a.md:1:1
      |
    1 | é
      | ^
    ");
}

/// Every position and every span of texts full of line ends, tabs and wide characters: nothing panics.
#[test]
fn every_span_of_awkward_texts_renders() {
    for text in ["", "\n", "\r\n\r\n", "a\r\rb", "é\t日\u{202e}\n\n👩\u{200d}🚀", "\u{feff}a\n \n\t\n"] {
        for start in 0..=text.len() as u32 {
            for end in start..=text.len() as u32 {
                let (sources, diagnostic) = single(Source::new("a.md", text), Span::new(start, end));
                let first = Span::new(0, text.len().min(1) as u32);
                let shown = show((sources, diagnostic.label(first, "label")));
                assert!(shown.starts_with("warning[code-name]: "), "{text:?} {start}..{end}");
            }
        }
    }
}

/// A thousand diagnostics in 50 MB: if the whole source were read for each, this would take minutes.
#[test]
fn a_large_source_is_not_read_for_each_diagnostic() {
    let text = "A line of some prose in a lesson, and then more of it.\n".repeat(950_000);
    let middle = text.len() as u32 / 2;
    let (sources, diagnostic) = single(Source::new("large.md", text), Span::new(middle, middle + 1));
    let many = vec![diagnostic; 1_000];
    let start = Instant::now();
    written(|out| terminal(out, &sources, &many, Terminal::default()));
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
}
