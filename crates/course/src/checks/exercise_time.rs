use std::sync::LazyLock;

use etude_markdown::{BlockId, BlockKind, Yaml};
use etude_text::{Severity, Span};
use regex::Regex;

use super::{Check, Context, Report};
use crate::prose::Prose;
use crate::section::SectionId;

pub(super) static CHECK: Check = Check {
    code: "exercise-time",
    severity: Severity::Warning,
    summary: "Exercises that take longer than their lesson",
    documentation: r#"
Finds lessons that state less time for the whole ("**Duration**: 1 hour", `duration: 1 h` in the front matter) than for
their exercises together ("**Estimated Time**: 35 minutes", "Exercise 2 (10 min)"). Of a range, the shorter time counts
for an exercise and the longer one for the lesson.

A learner plans with the time of the lesson. If the exercises alone take longer, the plan fails every time.

Wrong:

```markdown
**Duration**: 1 hour

## Exercise 1
**Estimated Time**: 35 minutes

## Exercise 2
**Estimated Time**: 35 minutes
```

Right:

```markdown
**Duration**: 2 hours
```

State the time that reading and exercises take together, or shorten the exercises.
"#,
    run,
};

static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*(?:about|approximately|approx\.?|around|roughly|up to|~|≈)?\s*(?P<low>[0-9]+(?:[.,][0-9]+)?|an|one|two|three|half an)(?:\s*(?:-|–|—|to)\s*(?P<high>[0-9]+(?:[.,][0-9]+)?|two|three))?\s*-?\s*(?P<unit>[a-z]+)\.?(?:\s*(?:and\s+)?(?P<more>[0-9]+)\s*(?:m|min|mins|minutes?)?\b)?",
    )
    .expect("a valid expression")
});

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[|·•,;(\s])(?P<label>(?:(?:estimated|expected|total|lesson|approximate|required)\s+)*(?:time|duration)(?:\s+(?:needed|required|estimate))?)[^A-Za-z0-9_]*:[^A-Za-z0-9_]*")
        .expect("a valid expression")
});

static EXERCISE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:exercises?|practice|assignments?|labs?|challenges?|homework)(?-u:\b)")
        .expect("a valid expression")
});

/// A stated time, in minutes.
#[derive(Clone, Copy)]
struct Stated {
    shortest: f64,
    longest: f64,
    span: Span,
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    if !["uration", "ime:", "ime**", "ime_"].iter().any(|word| text.contains(word)) {
        return;
    }
    let exercises = exercises(ctx);
    let sum: f64 = exercises.iter().map(|stated| stated.shortest).sum();
    if sum == 0.0 {
        return;
    }
    let Some(lesson) = lesson_time(ctx).filter(|lesson| sum > lesson.longest) else { return };
    let said = lesson.span.slice(ctx.source.text());
    let message = format!("the exercises take {}, the lesson says {said}", spoken(sum));
    let hint = format!("say {} or more, or shorten the exercises", spoken(sum));
    let mut diagnostic = report.at(lesson.span, message).hint(hint);
    for exercise in &exercises {
        diagnostic = diagnostic.label(exercise.span, "an exercise");
    }
    report.add(diagnostic);
}

/// What the front matter or the words before the first subsection say of the whole lesson.
fn lesson_time(ctx: &Context<'_>) -> Option<Stated> {
    let front = ctx.lesson.document.front_matter.iter().flat_map(|front| &front.fields);
    for field in
        front.filter(|field| matches!(field.name.as_str(), "duration" | "time" | "estimated_time" | "lesson_time"))
    {
        if let Yaml::String(value) = &field.value
            && let Some((shortest, longest, _)) = amount(value)
        {
            return Some(Stated { shortest, longest, span: field.value_span });
        }
    }
    let sections = &ctx.lesson.sections;
    let head = sections.iter().enumerate().take_while(|(_, section)| section.level <= 1).take(2);
    head.filter(|(_, section)| !EXERCISE.is_match(&section.title))
        .find_map(|(index, _)| labelled(ctx, SectionId(index as u32)))
}

/// The times of all exercises; where a section and the ones in it both state some, the longer count is taken.
fn exercises(ctx: &Context<'_>) -> Vec<Stated> {
    let sections = &ctx.lesson.sections;
    let mut times: Vec<Vec<Stated>> = vec![Vec::new(); sections.len()];
    let mut practical = vec![false; sections.len()];
    for (index, section) in sections.iter().enumerate() {
        let above = section.parent.is_some_and(|parent| practical[parent.0 as usize]);
        // The title of a whole lesson ("Lab 3") makes it no exercise.
        practical[index] = section.level > 1 && (above || EXERCISE.is_match(&section.title));
        if practical[index] {
            let stated = in_title(ctx, index).or_else(|| labelled(ctx, SectionId(index as u32)));
            times[index].extend(stated);
        }
    }
    for index in (1..sections.len()).rev() {
        let Some(parent) = sections[index].parent else { continue };
        let inner = std::mem::take(&mut times[index]);
        let own =
            times[parent.0 as usize].first().filter(|own| sections[parent.0 as usize].own.contains(own.span)).copied();
        match own {
            Some(own) if total(&inner) <= own.shortest => {}
            _ => times[parent.0 as usize].extend(inner),
        }
    }
    let mut all = times.swap_remove(0);
    all.sort_by_key(|stated| stated.span.start);
    all
}

fn total(times: &[Stated]) -> f64 {
    times.iter().map(|stated| stated.shortest).sum()
}

/// "Exercise 2 (10 min)".
fn in_title(ctx: &Context<'_>, section: usize) -> Option<Stated> {
    let heading = ctx.lesson.document.block(ctx.lesson.sections[section].heading?);
    let words = heading.span.slice(ctx.source.text());
    let (open, close) = (words.rfind('(')?, words.rfind(')')?);
    let inside = words.get(open + 1..close)?;
    let (shortest, longest, len) = amount(inside)?;
    let start = open + 1 + (inside.len() - inside.trim_start().len());
    Some(Stated { shortest, longest, span: Span::at(start..open + 1 + len).shift(heading.span.start) })
}

/// "**Estimated Time**: 35 minutes" in a section's own paragraphs.
fn labelled(ctx: &Context<'_>, section: SectionId) -> Option<Stated> {
    let document = &ctx.lesson.document;
    let own = ctx.lesson.sections[section.0 as usize].own;
    let first = document.blocks.partition_point(|block| block.span.start < own.start);
    let blocks = (first as u32..document.blocks.len() as u32).map(|index| document.block(BlockId(index)));
    for block in blocks.take_while(|block| block.span.start < own.end) {
        let raw = block.span.slice(ctx.source.text());
        if !matches!(block.kind, BlockKind::Paragraph) || !(raw.contains("ime") || raw.contains("uration")) {
            continue;
        }
        let prose = Prose::of(ctx.source.text(), block);
        for found in LABEL.find_iter(&prose.text) {
            let rest = &prose.text[found.end()..];
            if let Some((shortest, longest, len)) = amount(rest) {
                let start = found.end() + (rest.len() - rest.trim_start().len());
                return Some(Stated { shortest, longest, span: prose.span(start..found.end() + len) });
            }
        }
    }
    None
}

/// "1 h 30", "30-45 minutes", "1.5 hours": the shortest and the longest in minutes, and how much of the text says it.
fn amount(text: &str) -> Option<(f64, f64, usize)> {
    let found = AMOUNT.captures(text)?;
    let hours = match found["unit"].to_lowercase().as_str() {
        "h" | "hr" | "hrs" | "hour" | "hours" => true,
        "m" | "min" | "mins" | "minute" | "minutes" => false,
        _ => return None,
    };
    let number = |words: &str| match words.to_lowercase().as_str() {
        "an" | "one" => Some(1.0),
        "half an" => Some(0.5),
        "two" => Some(2.0),
        "three" => Some(3.0),
        digits => digits.replace(',', ".").parse::<f64>().ok(),
    };
    let factor = if hours { 60.0 } else { 1.0 };
    let more = found.name("more").filter(|_| hours);
    let extra = more.and_then(|more| more.as_str().parse::<f64>().ok()).unwrap_or_default();
    let low = number(&found["low"])? * factor + extra;
    let high = match found.name("high") {
        Some(high) => number(high.as_str())? * factor + extra,
        None => low,
    };
    let end = if more.is_some() { found.get(0)?.end() } else { found.name("unit")?.end() };
    Some((low, high, end))
}

fn spoken(minutes: f64) -> String {
    let minutes = minutes.round() as u64;
    match (minutes / 60, minutes % 60) {
        (0, _) | (1, 1..) => format!("{minutes} minutes"),
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(f64, f64, &str)>) {
        let found = amount(text).map(|(low, high, end)| (low, high, text[..end].trim_start()));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn amounts_of_time() {
        check("1 hour", Some((60.0, 60.0, "1 hour")));
        check("1.5 hours of work", Some((90.0, 90.0, "1.5 hours")));
        check(" 30-45 minutes", Some((30.0, 45.0, "30-45 minutes")));
        check("1 h 30", Some((90.0, 90.0, "1 h 30")));
        check("1h30m", Some((90.0, 90.0, "1h30m")));
        check("1 hour and 15 minutes", Some((75.0, 75.0, "1 hour and 15 minutes")));
        check("half an hour", Some((30.0, 30.0, "half an hour")));
        check("~20 min", Some((20.0, 20.0, "~20 min")));
        check("45-minute", Some((45.0, 45.0, "45-minute")));
        check("2 weeks", None);
        check("10:30", None);
    }

    #[test]
    fn times_are_spoken() {
        assert_eq!(
            [20.0, 60.0, 70.0, 120.0, 150.0].map(spoken),
            ["20 minutes", "1 hour", "70 minutes", "2 hours", "2 h 30 min"]
        );
    }
}
