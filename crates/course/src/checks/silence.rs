//! Comments that silence checks: `<!-- etude: ignore CODE -->` for the next block, `ignore-file` for all of the file.

use etude_markdown::{BlockId, BlockKind, InlineKind};
use etude_text::{Diagnostic, Edit, Fix, Source, Span};

use super::runs::RUN_CHECKS;
use super::{CHECKS, Context, Report, find, unused_ignore};
use crate::lesson::Lesson;
use crate::spelling;

/// A comment that silences.
struct Comment<'a> {
    span: Span,
    /// What it is for: `None` if nothing follows it.
    scope: Option<Span>,
    codes: Vec<Code<'a>>,
}

struct Code<'a> {
    name: &'a str,
    span: Span,
    used: bool,
}

/// Takes out of `diagnostics` what the comments of the lesson silence, and reports comments that silence nothing.
pub(super) fn apply(ctx: &Context<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let text = ctx.source.text();
    if !text.contains("etude:") {
        return;
    }
    let mut comments = comments(ctx.lesson, ctx.source);
    comments.silence(diagnostics);
    let Some(mut report) = Report::of(&unused_ignore::CHECK, ctx, diagnostics) else { return };
    for comment in &comments.0 {
        tell(ctx, comment, &mut report);
    }
}

/// All comments of a lesson that silence.
pub(super) struct Comments<'a>(Vec<Comment<'a>>);

impl Comments<'_> {
    /// Takes out what is silenced, and remembers by which comment.
    pub(super) fn silence(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain(|diagnostic| {
            let mut silenced = false;
            for comment in &mut self.0 {
                if !comment.scope.is_some_and(|scope| scope.touches(diagnostic.span.start)) {
                    continue;
                }
                for code in comment.codes.iter_mut().filter(|code| code.name == diagnostic.code) {
                    code.used = true;
                    silenced = true;
                }
            }
            !silenced
        });
    }
}

fn tell(ctx: &Context<'_>, comment: &Comment<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    if comment.codes.is_empty() {
        let hint = "name the check to silence, as in `<!-- etude: ignore dead-link -->`";
        report.add(report.at(comment.span, "this comment names no check").hint(hint));
        return;
    }
    // What the course has switched off says nothing anyway: the comment is right to be there if it is switched on.
    let off = |code: &Code<'_>| matches!(ctx.course.config.checks.get(code.name), Some(None));
    // Nor does reading tell what a run would find.
    let by_run = |code: &Code<'_>| RUN_CHECKS.iter().any(|check| check.code == code.name);
    let idle = |code: &Code<'_>| !code.used && !off(code) && !by_run(code);
    let known = |code: &Code<'_>| find(code.name).is_some();
    let kept: Vec<&str> =
        comment.codes.iter().filter(|code| !idle(code) || !known(code)).map(|code| code.name).collect();
    let edit = match (kept.is_empty(), comment.codes.first(), comment.codes.last()) {
        (false, Some(first), Some(last)) => Edit::new(Span::new(first.span.start, last.span.end), kept.join(", ")),
        _ => Edit::new(whole_line(text, comment.span), ""),
    };
    for code in comment.codes.iter().filter(|code| idle(code)) {
        if known(code) {
            let hint = if kept.is_empty() { "remove the comment" } else { "remove it from the comment" };
            let message = format!("`{}` has nothing to say here", code.name);
            report.add(report.at(code.span, message).hint(hint).fix(Fix::new(hint, vec![edit.clone()])));
            continue;
        }
        let hint = match spelling::nearest(code.name, CHECKS.iter().map(|check| check.code)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`etude explain` lists the checks there are".to_owned(),
        };
        report.add(report.at(code.span, format!("there is no check called `{}`", code.name)).hint(hint));
    }
}

pub(super) fn comments<'a>(lesson: &Lesson, source: &'a Source) -> Comments<'a> {
    let text = source.text();
    let document = &lesson.document;
    let mut comments = Vec::new();
    for (id, block) in document.iter() {
        if matches!(block.kind, BlockKind::Html) {
            read(text, block.span, || scope_behind(lesson, text, id), &mut comments);
        }
        for inline in block.inlines.iter().filter(|inline| matches!(inline.kind, InlineKind::Html)) {
            read(text, inline.span, || Some(block.span), &mut comments);
        }
    }
    Comments(comments)
}

/// The comments that silence among the HTML at `html`.
fn read<'a>(text: &'a str, html: Span, next: impl Fn() -> Option<Span>, comments: &mut Vec<Comment<'a>>) {
    let mut at = html.start as usize;
    let end = html.end as usize;
    while let Some(found) = text[at..end].find("<!--") {
        let start = at + found;
        // `<!-->` and `<!--->` are whole comments, with nothing inside.
        let Some(close) = text[start + 2..end].find("-->").map(|len| start + 2 + len) else { return };
        let inside = start + 4..close.max(start + 4);
        at = close + 3;
        let words: Vec<(usize, &str)> = words(&text[inside.clone()]);
        let (["etude:", verb] | ["etude:", verb, ..]) = words.iter().map(|(_, word)| *word).collect::<Vec<_>>()[..]
        else {
            continue;
        };
        let scope = match verb {
            "ignore" => next(),
            "ignore-file" => Some(Span::at(0..text.len())),
            _ => continue,
        };
        let code = |&(offset, name): &(usize, &'a str)| {
            let start = inside.start + offset;
            Code { name, span: Span::at(start..start + name.len()), used: false }
        };
        let codes = words[2..].iter().map(code).collect();
        comments.push(Comment { span: Span::at(start..at), scope, codes });
    }
}

fn words(text: &str) -> Vec<(usize, &str)> {
    let parted = text.split(|c: char| c.is_whitespace() || c == ',');
    parted.filter(|word| !word.is_empty()).map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word)).collect()
}

/// The block behind the comment `id`, further comments stepped over; a heading stands for its own section.
fn scope_behind(lesson: &Lesson, text: &str, id: BlockId) -> Option<Span> {
    let document = &lesson.document;
    let parent = document.block(id).parent;
    // Raw HTML holds no blocks, so what stands behind it is the very next block or nothing.
    for (index, block) in document.blocks.iter().enumerate().skip(id.0 as usize + 1) {
        if block.parent != parent {
            return None;
        }
        if matches!(block.kind, BlockKind::Html) && block.span.slice(text).trim_start().starts_with("<!--") {
            continue;
        }
        let sections = &lesson.sections;
        let own = sections.iter().find(|section| section.heading == Some(BlockId(index as u32)));
        return Some(own.map_or(block.span, |section| section.own));
    }
    None
}

/// The line of `span` with its line end, if nothing else stands in it.
fn whole_line(text: &str, span: Span) -> Span {
    let start = text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let rest = &text[span.end as usize..];
    let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let alone = text[start..span.start as usize].trim().is_empty() && rest[..end].trim().is_empty();
    if !alone {
        return span;
    }
    let line_end = if rest[end..].starts_with("\r\n") { 2 } else { (rest.len() - end).min(1) };
    Span::at(start..span.end as usize + end + line_end)
}
