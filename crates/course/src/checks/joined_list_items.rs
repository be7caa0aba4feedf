use etude_markdown::{BlockKind, InlineKind};
use etude_text::{Edit, Fix, Severity, Span};

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "joined-list-items",
    severity: Severity::Warning,
    summary: "Several list items on one line",
    documentation: r#"
Finds lines in which three or more list items run into each other: each but the first follows the one before it without
a line break.

They are shown as one item, or as a paragraph full of hyphens. It happens when a program joins items without putting a
line end between them.

Wrong:

```markdown
- Start a task- Wait for it- Cancel it
```

Right:

```markdown
- Start a task
- Wait for it
- Cancel it
```

Put each item on a line of its own. `--fix` does where the line is a list item itself; in a paragraph you have to say
where the list starts.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    let document = &ctx.lesson.document;
    for block in &document.blocks {
        let source = block.span.slice(text);
        if !matches!(block.kind, BlockKind::Paragraph) || !source.contains("- ") {
            continue;
        }
        let mut start = 0;
        for line in source.split_inclusive('\n') {
            let line_start = block.span.start + start as u32;
            start += line.len();
            let joints: Vec<u32> =
                joints(line).map(|at| line_start + at as u32).filter(|&at| !marked_up(block, at)).collect();
            if joints.len() < 2 {
                continue;
            }
            let end = line_start + line.trim_end().len() as u32;
            let item = block.parent.map(|parent| document.block(parent)).filter(|_| start == line.len());
            let marker = item.and_then(|item| item_marker(text, item.span.start, line_start));
            let message = format!("{} list items are joined on one line", joints.len() + 1);
            let Some(marker) = marker else {
                let hint = "put each item on a line of its own, with an empty line before the first";
                report.add(report.at(Span::new(line_start, end), message).hint(hint));
                continue;
            };
            let edits = joints.iter().map(|&at| Edit::new(Span::new(at, at + 2), marker.clone())).collect();
            let diagnostic = report.at(Span::new(line_start, end), message).hint("put each item on a line of its own");
            report.add(diagnostic.fix(Fix::new("put each item on a line of its own", edits)));
        }
    }
}

/// Where items are joined in a line: at a `- ` behind the end of a word and before a capital or code.
fn joints(line: &str) -> impl Iterator<Item = usize> {
    line.match_indices("- ").map(|(at, _)| at).filter(|&at| {
        let before = line[..at].chars().next_back();
        let after = line[at + 2..].chars().next();
        before.is_some_and(|c| c.is_alphanumeric() || ".!?:)`\"”*_".contains(c))
            && after.is_some_and(|c| c.is_uppercase() || "`*\"“[".contains(c))
    })
}

/// Whether `offset` lies in code, a link or a tag of `block`.
fn marked_up(block: &etude_markdown::Block, offset: u32) -> bool {
    block.inlines.iter().any(|inline| {
        let solid = matches!(inline.kind, InlineKind::Code(_) | InlineKind::Link { .. } | InlineKind::Html);
        solid && inline.span.start <= offset && offset < inline.span.end
    })
}

/// What has to stand between two items of the list: a line end, what the line starts with, and the marker `- `.
fn item_marker(text: &str, item: u32, content: u32) -> Option<String> {
    let marker = &text[item as usize..content as usize];
    if marker.trim_end() != "-" || marker.contains(['\n', '\r']) {
        return None;
    }
    let line_start = text[..item as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = &text[line_start..item as usize];
    // In a quote the new lines would need its marks; an item right behind another marker has no line to copy.
    if !indent.bytes().all(|byte| byte == b' ' || byte == b'\t') {
        return None;
    }
    let rest = &text[content as usize..];
    let line_end = if rest.find('\n').is_some_and(|at| rest[..at].ends_with('\r')) { "\r\n" } else { "\n" };
    Some(format!("{line_end}{indent}{marker}"))
}

#[cfg(test)]
mod tests {
    use super::joints;

    #[test]
    fn joints_are_not_dashes_or_compounds() {
        let check = |line: &str, count| assert_eq!(joints(line).count(), count, "{line}");
        check("Start a task- Wait for it- `cancel` it", 2);
        check("pre- and post-conditions, first- and second-class", 0);
        check("a grade of A - B or C - D", 0);
        check("pages 3- 5, 7- 9", 0);
        check("well-known- but", 0);
    }
}
