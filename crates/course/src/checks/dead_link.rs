use std::collections::BTreeSet;

use etude_markdown::{BlockKind, InlineKind};
use etude_text::{Severity, Span};

use super::{Check, Context, Report};
use crate::spelling;
use crate::verdict::{self, Lead};

pub(super) static CHECK: Check = Check {
    code: "dead-link",
    severity: Severity::Error,
    summary: "A link to a file or a page that is not there",
    documentation: r#"
Finds links and images whose relative path leads to no file of the course. Paths that start with `/` and paths that
lead out of the course are not judged, and links to other hosts only with `etude check --online`: those that are
answered with "not found" or "gone", or whose host does not exist.

A reader who follows such a link is stopped in the middle of a lesson.

Wrong, in a folder that holds `tasks.md`:

```markdown
First read [about tasks](task.md).
```

Right:

```markdown
First read [about tasks](tasks.md).
```

Write the path as it is from the folder of the lesson, upper and lower case included. Where the file is made later by
another tool, silence the check with a comment in front of the paragraph.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for Dead { span, lead } in dead(ctx) {
        if let Lead::Gone(why) = &lead {
            report.add(report.at(span, why.clone()).hint("find where it has gone, or leave the link out"));
        }
        let Lead::NoFile { path } = lead else { continue };
        if path.is_empty() {
            report.add(report.at(span, "this link leads nowhere").hint("write where it leads, or leave only its text"));
            continue;
        }
        let hint = match near(ctx, &path) {
            Some(near) => format!("did you mean `{}`?", relative(&ctx.lesson.path, &near)),
            None => "correct the path, or add the file to the course".to_owned(),
        };
        report.add(report.at(span, format!("there is no `{path}`")).hint(hint));
    }
}

/// A lesson that is probably meant: of the same name in another folder, else of nearly the same path.
fn near(ctx: &Context<'_>, path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let mut same_name = ctx.course.paths().filter(|known| known.rsplit('/').next() == Some(name));
    let elsewhere = same_name.next().filter(|_| same_name.next().is_none());
    if let Some(found) = elsewhere.or_else(|| spelling::nearest(path, ctx.course.paths())) {
        return Some(found.to_owned());
    }
    let forms = [format!("{path}.md"), path.to_lowercase(), format!("{}.md", path.trim_end_matches(".markdown"))];
    forms.into_iter().find(|form| (ctx.around.exists)(form))
}

/// `to` as written from the folder of `from`; both from the course's root.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = &from[..from.len() - 1];
    let shared = folders.iter().zip(&to[..to.len() - 1]).take_while(|(one, two)| one == two).count();
    let mut parts = vec![".."; folders.len() - shared];
    parts.extend(&to[shared..]);
    parts.join("/")
}

/// A link that leads nowhere.
pub(super) struct Dead {
    /// The destination, in the link itself or in the definition it refers to.
    pub(super) span: Span,
    pub(super) lead: Lead,
}

/// All links and images that lead nowhere. One that is made by reference counts once, at its definition.
pub(super) fn dead(ctx: &Context<'_>) -> Vec<Dead> {
    let document = &ctx.lesson.document;
    let mut seen = BTreeSet::new();
    let mut dead = Vec::new();
    let inlines =
        document.blocks.iter().filter(|block| !matches!(block.kind, BlockKind::Html)).flat_map(|block| &block.inlines);
    for inline in inlines {
        let (url, url_span, reference) = match &inline.kind {
            InlineKind::Link { url, url_span, reference, .. } => (url, url_span, reference.is_some()),
            InlineKind::Image { url, url_span, .. } => (url, url_span, false),
            _ => continue,
        };
        let lead = verdict::follow(ctx.course, ctx.lesson, url, ctx.around);
        if !matches!(lead, Lead::NoFile { .. } | Lead::NoAnchor { .. } | Lead::Gone(_)) {
            continue;
        }
        let defined = || document.definitions.iter().find(|definition| definition.url == *url);
        let span = match (url_span, reference) {
            (Some(span), false) => *span,
            _ => defined().map_or(inline.span, |definition| definition.url_span),
        };
        let span = if span.is_empty() { inline.span } else { span };
        if seen.insert(span) {
            dead.push(Dead { span, lead });
        }
    }
    dead
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_are_written_from_the_folder_of_the_lesson() {
        let check = |from, to, expected| assert_eq!(relative(from, to), expected);
        check("a.md", "b.md", "b.md");
        check("01/a.md", "b.md", "../b.md");
        check("01/a.md", "01/b.md", "b.md");
        check("01/x/a.md", "02/b.md", "../../02/b.md");
    }
}
