//! Outputs that markup states: output fences, responses, `#>` lines and ends of lines, console sessions, comments behind a `print`.

use std::sync::LazyLock;

use etude_text::Span;
use regex::Regex;

use super::bind::Binder;
use super::{Claim, ClaimKind, Found, Subject};
use crate::snippet::{Lang, Snippet, SnippetKind};

pub(super) fn claims(text: &str, snippets: &[Snippet], binder: &Binder<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for snippet in snippets {
        match snippet.kind {
            SnippetKind::Output => claims.push(output_fence(text, snippet, binder)),
            SnippetKind::Response => claims.push(response_fence(snippet, binder)),
            SnippetKind::Console => console(snippet, &mut claims),
            SnippetKind::Shell => shell(snippet, &mut claims),
            _ if snippet.lang == Lang::Python => comments(text, snippet, &mut claims),
            _ => {}
        }
    }
    claims
}

fn output_fence(text: &str, snippet: &Snippet, binder: &Binder<'_>) -> Claim {
    let about = binder.nearest(snippet.span, Snippet::runs).filter(|&code| !for_reader(text, binder, code, snippet));
    let parts = snippet.code.lines().map(str::to_owned).collect();
    Claim {
        kind: ClaimKind::Output { whole: true, parts },
        text: snippet.code.trim_end().to_owned(),
        span: snippet.code_span(),
        // An `output` fence is markup; others are output because of the words before them.
        inferred: !matches!(snippet.lang, Lang::Output | Lang::Text),
        found: Found::Fence,
        about: about.map_or(Subject::Lesson, Subject::Snippet),
    }
}

/// "Use a loop to print ten cups. Expected output:" shows what the reader's own code is to print.
static TASK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^[\s>*_#0-9.)\-]*(?:(?:exercise|task)[^:\n]{0,20}:\s*)?(?:use|write|create|modify|change|implement|build|make|add|define|complete|extend|rewrite)(?-u:\b)")
        .expect("a valid expression")
});

fn for_reader(text: &str, binder: &Binder<'_>, code: usize, output: &Snippet) -> bool {
    let from = binder.snippets[code].span.end;
    from <= output.span.start && TASK.is_match(Span::new(from, output.span.start).slice(text))
}

fn response_fence(snippet: &Snippet, binder: &Binder<'_>) -> Claim {
    let asks = |it: &Snippet| matches!(it.kind, SnippetKind::Shell | SnippetKind::PowerShell);
    let about = binder
        .nearest(snippet.span, asks)
        .or_else(|| binder.nearest(snippet.span, |it| it.kind == SnippetKind::Server))
        .map_or(Subject::Lesson, Subject::Snippet);
    Claim {
        kind: ClaimKind::Response { body: Some(snippet.code.clone()), statuses: Vec::new() },
        text: snippet.code.trim_end().to_owned(),
        span: snippet.code_span(),
        inferred: true,
        found: Found::Fence,
        about,
    }
}

/// `>>>` sessions: each run of lines without a prompt is what the statement before it prints.
fn console(snippet: &Snippet, claims: &mut Vec<Claim>) {
    // Deeper than the first prompt, `  ...` is a traceback that was shortened.
    let first = snippet.code.lines().find(|line| line.trim_start().starts_with(">>>")).unwrap_or_default();
    let indent = &first[..first.len() - first.trim_start().len()];
    let begins = |line: &str, mark: &str| {
        line.strip_prefix(indent)
            .unwrap_or(line)
            .strip_prefix(mark)
            .is_some_and(|it| it.is_empty() || it.starts_with(' '))
    };
    printed_runs(snippet, |line| begins(line, ">>>"), |line| begins(line, "..."), Found::Console, claims);
}

/// A shell snippet in which commands start with `$`: the other lines are what they print.
fn shell(snippet: &Snippet, claims: &mut Vec<Claim>) {
    let prompted = |line: &str| line.starts_with("$ ") || line.starts_with("% ");
    if snippet.code.lines().next().is_some_and(prompted) {
        printed_runs(snippet, prompted, |line| line.starts_with("> "), Found::Console, claims);
    }
    for (span, comment) in lines(&snippet.code).filter_map(|(at, line)| Some((at, line.trim().strip_prefix("# ")?))) {
        if let Some(statuses) = expected_statuses(comment) {
            claims.push(Claim {
                kind: ClaimKind::Response { body: None, statuses },
                text: comment.to_owned(),
                span: snippet.source_span(span),
                inferred: true,
                found: Found::TrailingComment,
                about: Subject::Snippet(snippet.index),
            });
        }
    }
}

fn printed_runs(
    snippet: &Snippet,
    prompts: impl Fn(&str) -> bool,
    continues: impl Fn(&str) -> bool,
    found: Found,
    claims: &mut Vec<Claim>,
) {
    let mut run: Vec<(Span, &str)> = Vec::new();
    let mut flush = |run: &mut Vec<(Span, &str)>| {
        while run.last().is_some_and(|(_, line)| line.trim().is_empty()) {
            run.pop();
        }
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let span = snippet.source_span(Span::new(first.0.start, last.0.end));
            claims.push(whole(snippet, run.iter().map(|(_, line)| (*line).to_owned()).collect(), span, found));
        }
        run.clear();
    };
    let mut asked = false;
    // Below a colon, what is indented is typed, with or without the second prompt.
    let mut open = false;
    for (span, line) in lines(&snippet.code) {
        // Behind something printed, `...` stands for more of it.
        if prompts(line) || run.is_empty() && continues(line) {
            flush(&mut run);
            asked = true;
            open = found == Found::Console && line.trim_end().ends_with(':');
        } else if open && line.starts_with("    ") {
        } else if asked && !(run.is_empty() && line.trim().is_empty()) {
            run.push((span, line));
            open = false;
        }
    }
    flush(&mut run);
}

fn whole(snippet: &Snippet, parts: Vec<String>, span: Span, found: Found) -> Claim {
    Claim {
        text: parts.join("\n"),
        kind: ClaimKind::Output { whole: true, parts },
        span,
        inferred: false,
        found,
        about: Subject::Snippet(snippet.index),
    }
}

/// What looks like something Python prints: a repr, a literal, or words that say "prints".
static PRINTED_VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:(?:->|=>|→|prints?:?|output:?)\s*)?(<.+>|\[.*\]|\{.*\}|\(.*\)|'.*'|".*"|-?[0-9][0-9._]*(?:e-?[0-9]+)?|True|False|None)$"#)
        .expect("a valid expression")
});

/// `# Output: 5`, on the line of a `print` or on its own, or with the lines below it.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^#\s*(?:expected )?(?:outputs?|prints)\s*:\s*(.*)$").expect("a valid expression")
});

/// Comments that say by their label what is printed.
fn labelled(snippet: &Snippet, comments: &[Span], claims: &mut Vec<Claim>) {
    let own_line = |span: Span| {
        let start = snippet.code[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        snippet.code[start..span.start as usize].trim().is_empty()
    };
    for (at, &span) in comments.iter().enumerate() {
        let Some(found) = LABELLED.captures(span.slice(&snippet.code)) else { continue };
        let mut lines = vec![(span, found[1].trim().to_owned())];
        if found[1].trim().is_empty() {
            let below = comments[at..].windows(2).take_while(|pair| {
                let between = &snippet.code[pair[0].end as usize..pair[1].start as usize];
                own_line(pair[1]) && between.matches('\n').count() == 1
            });
            let shown = below.map(|pair| (pair[1], pair[1].slice(&snippet.code)));
            let bare =
                |text: &str| text.strip_prefix("# ").unwrap_or(text.trim_start_matches('#')).trim_end().to_owned();
            lines = shown.map(|(span, text)| (span, bare(text))).collect();
        }
        // "nothing" is no text that is printed, and an error is printed elsewhere.
        let told = |text: &str| {
            let text = text.to_lowercase();
            ["nothing", "none", "no output", "(nothing", "(none"].iter().any(|it| text.starts_with(it))
                || text.contains("error")
        };
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { continue };
        if lines.iter().any(|(_, text)| told(text)) {
            continue;
        }
        let span = snippet.source_span(Span::new(first.0.start, last.0.end));
        let parts = lines.iter().map(|(_, text)| text.clone()).collect();
        claims.push(Claim { inferred: true, ..whole(snippet, parts, span, Found::Comment) });
    }
}

/// `#>` lines, and comments behind a `print` on one line.
fn comments(text: &str, snippet: &Snippet, claims: &mut Vec<Claim>) {
    let Some(module) = &snippet.python else { return };
    let from = claims.len();
    let mut run: Vec<(Span, String)> = Vec::new();
    let flush = |run: &mut Vec<(Span, String)>, claims: &mut Vec<Claim>| {
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let span = snippet.source_span(Span::new(first.0.start, last.0.end));
            let parts = run.iter().map(|(_, line)| line.clone()).collect();
            claims.push(whole(snippet, parts, span, Found::Comment));
        }
        run.clear();
    };
    for &span in &module.comments {
        let line_start = snippet.code[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let before = snippet.code[line_start..span.start as usize].trim();
        let comment = span.slice(&snippet.code);
        // At the end of its own line, a `print` has one to itself.
        let beside = before.contains("print(");
        if let Some(shown) = comment.strip_prefix("#>").filter(|_| before.is_empty() || beside) {
            let adjacent = run.last().is_none_or(|(last, _)| {
                snippet.code[last.end as usize..span.start as usize].matches('\n').count() == 1
            });
            if beside || !adjacent {
                flush(&mut run, claims);
            }
            run.push((span, shown.strip_prefix(' ').unwrap_or(shown).to_owned()));
            continue;
        }
        let value = comment.trim_start_matches('#').trim();
        if before.starts_with("print(")
            && before.ends_with(')')
            && !is_annotation(value)
            && is_one_value(value)
            && let Some(found) = PRINTED_VALUE.captures(value)
        {
            let at = snippet.source_span(span);
            claims.push(Claim {
                kind: ClaimKind::Output { whole: false, parts: vec![found[1].to_owned()] },
                text: at.slice(text).trim_start_matches('#').trim().to_owned(),
                span: at,
                inferred: true,
                found: Found::TrailingComment,
                about: Subject::Snippet(snippet.index),
            });
        }
    }
    flush(&mut run, claims);
    let found: Vec<Span> = claims[from..].iter().map(|claim| claim.span).collect();
    let rest = module.comments.iter().copied().filter(|span| !found.contains(&snippet.source_span(*span)));
    labelled(snippet, &rest.collect::<Vec<_>>(), claims);
}

/// Not `[a] - a remark about it`, and not `[D, B, object]`, which no list of classes looks like.
fn is_one_value(comment: &str) -> bool {
    let Some(at) = comment.find(['[', '(', '{']).filter(|&at| at == 0) else { return true };
    let mut depth = 0;
    let close = comment[at..].find(|char| {
        depth += i32::from(matches!(char, '[' | '(' | '{')) - i32::from(matches!(char, ']' | ')' | '}'));
        depth == 0
    });
    let rest = close.map_or("", |close| &comment[close + 1..]);
    let remark = rest.starts_with(' ') && rest.contains(char::is_alphabetic);
    let names = comment.starts_with('[')
        && comment.split(['[', ']', ',']).map(str::trim).filter(|name| !name.is_empty()).all(|name| {
            !["True", "False", "None", "nan", "inf"].contains(&name)
                && name.starts_with(|char: char| char.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
    !remark && (!names || comment == "[]")
}

/// `# (1)!`: a number that leads to a remark below, in the manner of mkdocs.
fn is_annotation(comment: &str) -> bool {
    let inside = comment.trim_end_matches('!').strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inside.is_some_and(|inside| !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()))
}

static STATUSES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:expect(?:s|ed)?|returns?|responds? with|answers?|status)(?-u:\b)[^0-9]{0,20}([1-5][0-9][0-9])((?:\s*(?:,|or|/)\s*[1-5][0-9][0-9])*)(?-u:\b)")
        .expect("a valid expression")
});

/// "expect 400 or 404" gives 400 and 404.
fn expected_statuses(comment: &str) -> Option<Vec<u16>> {
    let found = STATUSES.captures(comment)?;
    let further = found[2].split(|char: char| !char.is_ascii_digit());
    Some(std::iter::once(&found[1]).chain(further).filter_map(|digits| digits.parse().ok()).collect())
}

fn lines(code: &str) -> impl Iterator<Item = (Span, &str)> {
    let mut at = 0;
    code.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches('\n');
        (Span::at(start..start + line.len()), line)
    })
}
