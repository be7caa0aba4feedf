//! Every lesson in `tests/lessons` is read; the snapshot beside it shows what was understood.

#![expect(clippy::disallowed_methods, reason = "tests read their inputs themselves")]

use std::fmt::Write as _;
use std::path::Path;

use etude_course::{Bound, ClaimKind, Lesson, Pair, Scope, Subject};
use etude_text::{FileId, Source};

#[test]
fn lessons() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lessons");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = Source::decode(name, std::fs::read(&path).unwrap());
        let lesson = Lesson::read(FileId(0), name, &source);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.trim_end_matches(".md"), dump(&lesson, &source)));
    }
}

fn dump(lesson: &Lesson, source: &Source) -> String {
    let mut out = String::new();
    writeln!(out, "title: {:?}", lesson.title()).unwrap();
    for snippet in &lesson.snippets {
        let lines = (source.line(snippet.span.start), source.line(snippet.span.end));
        writeln!(
            out,
            "\n[{}] {} `{}` lines {}-{}",
            snippet.index,
            snippet.kind.as_str(),
            snippet.info.lang,
            lines.0,
            lines.1
        )
        .unwrap();
        writeln!(out, "    id {}", snippet.id).unwrap();
        if let Some(title) = &snippet.title {
            writeln!(out, "    title {} ({:?})", title.name, title.source).unwrap();
        }
        if let Some(session) = &snippet.session {
            writeln!(out, "    session {session}").unwrap();
        }
        match snippet.pair {
            Some(Pair::Platform(other)) => writeln!(out, "    same for another platform: [{other}]").unwrap(),
            Some(Pair::Before(other)) => writeln!(out, "    before [{other}]").unwrap(),
            Some(Pair::After(other)) => writeln!(out, "    after [{other}]").unwrap(),
            None => {}
        }
        if !snippet.needs().is_empty() {
            writeln!(out, "    needs {}", snippet.needs().join(" ")).unwrap();
        }
        if !snippet.provides().is_empty() {
            writeln!(out, "    provides {}", snippet.provides().join(" ")).unwrap();
        }
    }
    out.push('\n');
    for claim in &lesson.claims {
        let place = source.position(claim.span.start);
        let about = match claim.about {
            Subject::Snippet(index) => format!("[{index}]"),
            Subject::Lesson => "the lesson".to_owned(),
        };
        let how = if claim.inferred { "inferred" } else { "explicit" };
        let detail = match &claim.kind {
            ClaimKind::Elapsed { seconds, about, within, bound, scope } => {
                let part = match scope {
                    Scope::Total => "in all".to_owned(),
                    Scope::Each => "each".to_owned(),
                    Scope::Part(name) => format!("for {name}"),
                    Scope::Within => "within it".to_owned(),
                };
                let within = within.map(|within| format!(" within {within:.3} s")).unwrap_or_default();
                let bound = match bound {
                    Bound::Near => "",
                    Bound::AtLeast => "at least ",
                    Bound::AtMost => "at most ",
                };
                format!(" = {bound}{}{seconds} s{within} {part}", if *about { "about " } else { "" })
            }
            ClaimKind::Output { whole, parts } => {
                format!(" = {} {parts:?}", if *whole { "all of" } else { "among it" })
            }
            ClaimKind::Response { statuses, .. } if !statuses.is_empty() => format!(" = {statuses:?}"),
            ClaimKind::Line { first, last, says } => {
                let says = says.as_ref().map(|it| format!(" {} {}", it.deed.as_str(), it.name));
                format!(" = {first}-{last}{}", says.unwrap_or_default())
            }
            ClaimKind::Version { major, minor } => format!(" = {major}.{minor}"),
            _ => String::new(),
        };
        writeln!(
            out,
            "{}:{} {} about {about}, {how} by {}: {:?}{detail}",
            place.line,
            place.column,
            claim.kind.as_str(),
            claim.found.as_str(),
            claim.text
        )
        .unwrap();
    }
    for prompt in &lesson.prompts {
        let place = source.position(prompt.span.start);
        writeln!(out, "{}:{} prompt, {}: {}", place.line, place.column, prompt.form.as_str(), prompt.text).unwrap();
    }
    out
}
