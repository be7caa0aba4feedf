use std::collections::BTreeSet;

use etude_text::{Edit, Fix, Severity, Span};

use super::empty_section::{is_bare, is_stub};
use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "doubled-heading",
    severity: Severity::Warning,
    summary: "Two headings where one is meant",
    documentation: r#"
Finds two headings of one level with nothing between them that say the same thing: the same words, most of the same
words, or a name for a kind of part and what that part is ("Explanation", "Understanding the code"). A heading that is
repeated right below itself is found at any level.

It happens when one part of a tool writes a heading and another part writes its own. A reader sees an empty section,
the table of contents lists both, and links lead to the wrong one.

Where the two have nothing to do with each other, or count ("Step 1", "(A)", "2."), the first is an `empty-section`.

Wrong:

```markdown
## Summary

## Summary

You can now start a task and wait for it.
```

Right:

```markdown
## Summary

You can now start a task and wait for it.
```

Remove one of the two, or write what belongs between them. `--fix` removes the second where both are the same.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let sections = &ctx.lesson.sections;
    for index in 1..sections.len() {
        if !is_doubled(ctx, index) {
            continue;
        }
        let (first, second) = (&sections[index], &sections[index + 1]);
        let same = first.title == second.title;
        let (one, two) = (heading_span(ctx, index), heading_span(ctx, index + 1));
        let diagnostic = if same {
            let repeated =
                report.at(two, format!("the heading `{}` is repeated", second.title)).label(one, "here first");
            repeated.hint("remove one of the two")
        } else {
            let message = format!("nothing stands between `{}` and `{}`", first.title, second.title);
            report
                .at(two, message)
                .label(one, "the heading before")
                .hint("keep one of the two headings, or write what belongs under the first")
        };
        let second_goes = same && first.level == second.level && only_blank_between(ctx, one, two);
        let fix = || Fix::new("remove the second heading", vec![Edit::new(Span::new(one.end, two.end), "")]);
        report.add(if second_goes { diagnostic.fix(fix()) } else { diagnostic });
    }
}

/// Whether the heading of this section and the next one are one heading too many.
pub(super) fn is_doubled(ctx: &Context<'_>, section: usize) -> bool {
    let sections = &ctx.lesson.sections;
    let (first, second) = (&sections[section], sections.get(section + 1));
    let Some(second) = second.filter(|_| is_bare(ctx, section)) else { return false };
    let doubled = if first.title == second.title {
        first.level <= second.level
    } else {
        first.level == second.level && related(&first.title, &second.title)
    };
    doubled && !is_stub(ctx, section)
}

/// Names for a kind of part, each with the words that headings begin with which say what the part is. A tool that
/// builds lessons from parts writes the first, and the text it was given brings the second.
static PARTS: [(&[&str], &[&str]); 6] = [
    (
        &["explanation", "overview", "introduction", "background"],
        &["understanding", "how", "what", "why", "about", "introducing"],
    ),
    (&["walkthrough"], &["understanding", "step by step", "line by line", "how"]),
    (&["summary", "conclusion", "recap"], &["summary", "conclusion", "recap", "key takeaway", "what you learned"]),
    (&["exercise", "practice"], &["exercise", "practice", "challenge", "try it", "your turn"]),
    (&["prerequisite", "requirement"], &["prerequisite", "requirement", "before you", "what you need"]),
    (&["reference", "resource", "further reading"], &["reference", "resource", "further reading", "learn more"]),
];

fn related(one: &str, two: &str) -> bool {
    let (one, two) = (words(one), words(two));
    let phrase = |words: &[String]| words.join(" ");
    let begins =
        |text: &str, start: &str| text.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    let (first, second) = (phrase(&one), phrase(&two));
    let part = PARTS
        .iter()
        .any(|(names, starts)| names.contains(&first.as_str()) && starts.iter().any(|start| begins(&second, start)));
    let significant = |words: Vec<String>| words.into_iter().filter(|word| !SMALL.contains(&word.as_str())).collect();
    let (one, two): (BTreeSet<String>, BTreeSet<String>) = (significant(one), significant(two));
    let fewest = one.len().min(two.len());
    part || fewest > 0 && 2 * one.intersection(&two).count() > fewest
}

/// Words that say nothing of what a section is about.
const SMALL: [&str; 18] = [
    "a", "an", "and", "for", "from", "how", "in", "is", "it", "of", "on", "or", "the", "this", "to", "what", "with",
    "your",
];

/// In lower case, plurals without their `s`.
fn words(title: &str) -> Vec<String> {
    let words = title.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let word = word.to_lowercase();
            let singular = word.strip_suffix('s').filter(|stem| stem.len() > 3 && !stem.ends_with('s'));
            singular.map(str::to_owned).unwrap_or(word)
        })
        .collect()
}

fn heading_span(ctx: &Context<'_>, section: usize) -> Span {
    let section = &ctx.lesson.sections[section];
    section.heading.map_or(Span::empty(section.own.start), |heading| ctx.lesson.document.block(heading).span)
}

/// Comments and link definitions are no content, but they are not to be lost either.
fn only_blank_between(ctx: &Context<'_>, one: Span, two: Span) -> bool {
    let same_look = |span: Span| {
        let text = span.slice(ctx.source.text());
        matches!(text.bytes().next(), Some(b'#')).then(|| text.trim_end_matches(['#', ' ']))
    };
    Span::new(one.end, two.start).slice(ctx.source.text()).trim().is_empty()
        && same_look(one).is_some()
        && same_look(one) == same_look(two)
}

#[cfg(test)]
mod tests {
    use super::related;

    #[test]
    fn related_titles() {
        let check = |one, two, expected| assert_eq!(related(one, two), expected, "{one} / {two}");
        check("Walkthrough", "Code Walkthrough", true);
        check("Explanation", "Understanding the Code", true);
        check("Explanation", "How tasks work", true);
        check("Exercises", "Exercise", true);
        check("Summary", "Key takeaways", true);
        check("The event loop", "Event loops", true);
        check("Explanation", "Exercises", false);
        check("Installation", "Usage", false);
        check("Install on Linux", "Install on Windows", false);
        check("How to wait", "How to cancel", false);
        check("Summary", "Exercises", false);
        check("", "", false);
        check("日本", "日本語", false);
    }
}
