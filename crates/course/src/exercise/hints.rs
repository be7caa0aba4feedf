//! `hints.md`: each second heading begins a hint.

use std::sync::LazyLock;

use etude_markdown::BlockKind;
use regex::Regex;

/// One hint of an exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    pub title: String,
    /// The task it is about, by its number: of a heading such as `2. Fetch all`.
    pub task: Option<u32>,
    /// Markdown.
    pub text: String,
}

static NUMBERED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:Task\s+)?([0-9]{1,4})[.):]\s+(\S.*)$").expect("a valid expression"));

/// The second headings of a text, each with what stands under it.
pub(super) fn sections(text: &str) -> Vec<Hint> {
    let document = etude_markdown::parse(text);
    let headings = document.iter().filter_map(|(_, block)| match &block.kind {
        BlockKind::Heading(heading) if heading.level == 2 => Some((block.span, heading.text.as_str())),
        _ => None,
    });
    let headings: Vec<_> = headings.collect();
    let ends = headings.iter().skip(1).map(|(span, _)| span.start as usize).chain([text.len()]);
    let made = headings.iter().zip(ends).map(|((span, heading), end)| {
        let number = NUMBERED.captures(heading);
        let task = number.as_ref().and_then(|found| found[1].parse().ok());
        let title = number.and_then(|found| found.get(2)).map_or(*heading, |title| title.as_str());
        Hint { title: title.to_owned(), task, text: text[span.end as usize..end].trim().to_owned() }
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_heading_begins_a_hint() {
        let text = "# Hints\n\n## General\n\n- Read.\n\n## 2. Fetch `all`\n\n- One.\n\n### Deeper\n\n- Two.\n\n```\n## no heading\n```\n";
        let hint = |title: &str, task, text: &str| Hint { title: title.into(), task, text: text.into() };
        let expected = [
            hint("General", None, "- Read."),
            hint("Fetch all", Some(2), "- One.\n\n### Deeper\n\n- Two.\n\n```\n## no heading\n```"),
        ];
        assert_eq!(sections(text), expected);
        assert_eq!(sections("No heading."), []);
    }
}
