//! What `show` prints for people: the outline of a lesson, with its snippets and claims where they stand.

use std::collections::BTreeMap;
use std::io::{self, Write};

use etude_course::{Claim, Lesson, Pair, SectionId, Snippet, Subject};
use etude_text::{Source, Span};

use super::json::last_line;
use crate::printer::{BOLD, DIM, count, one_line};

const COLUMNS: usize = 80;

pub(super) fn write(out: &mut dyn Write, source: &Source, lesson: &Lesson) -> io::Result<()> {
    let size = format!("{}, {}", count(lesson.snippets.len(), "snippet"), count(lesson.claims.len(), "claim"));
    let path = one_line(&source.path, 200);
    writeln!(out, "{BOLD}{path}{BOLD:#}: {size}")?;
    if let Some(front) = &lesson.document.front_matter {
        let names: Vec<&str> = front.fields.iter().map(|field| field.name.as_str()).collect();
        writeln!(out, "  {}", one_line(&format!("front matter: {}", names.join(", ")), COLUMNS - 2))?;
    }
    for (index, section) in lesson.sections.iter().enumerate() {
        let depth = 2 * usize::from(section.level).max(1);
        if section.heading.is_some() {
            let line = source.line(section.span.start);
            let marks = "#".repeat(usize::from(section.level));
            let title = one_line(&section.title, COLUMNS.saturating_sub(depth + marks.len() + 10).max(20));
            writeln!(out, "{:depth$}{BOLD}{marks} {title}{BOLD:#}{DIM}, line {line}{DIM:#}", "")?;
        }
        let id = SectionId(index as u32);
        let depth = depth + 2;
        let general = lesson.claims.iter().filter(|claim| claim.about == Subject::Lesson);
        for claim in general.filter(|claim| section_of(lesson, claim.span) == id) {
            write_claim(out, source, claim, depth)?;
        }
        for snippet in lesson.snippets.iter().filter(|snippet| snippet.section == id) {
            write_snippet(out, source, snippet, depth)?;
            let about = Subject::Snippet(snippet.index);
            for claim in lesson.claims.iter().filter(|claim| claim.about == about) {
                write_claim(out, source, claim, depth + 4)?;
            }
        }
    }
    let mut forms: BTreeMap<&str, usize> = BTreeMap::new();
    for prompt in &lesson.prompts {
        *forms.entry(prompt.form.as_str()).or_default() += 1;
    }
    if !forms.is_empty() {
        let forms: Vec<String> = forms.into_iter().map(|(form, number)| format!("{number} {form}")).collect();
        writeln!(out, "  {}: {}", count(lesson.prompts.len(), "prompt"), forms.join(", "))?;
    }
    Ok(())
}

fn section_of(lesson: &Lesson, span: Span) -> SectionId {
    SectionId(lesson.sections.partition_point(|section| section.own.start <= span.start).max(1) as u32 - 1)
}

/// `[2] script tea.py, python, lines 11-27`, then what ties it to others.
fn write_snippet(out: &mut dyn Write, source: &Source, snippet: &Snippet, depth: usize) -> io::Result<()> {
    let mut facts = vec![match &snippet.title {
        Some(title) => format!("{} {}", snippet.kind.as_str(), title.name),
        None => snippet.kind.as_str().to_owned(),
    }];
    if !snippet.info.lang.is_empty() && snippet.info.lang != snippet.kind.as_str() {
        facts.push(snippet.info.lang.clone());
    }
    facts.push(format!("lines {}-{}", source.line(snippet.span.start), last_line(source, snippet.span)));
    let mut ties = Vec::new();
    ties.extend(snippet.attribute("stand-in").map(|place| format!("what the stand-in answers at {place}")));
    ties.extend(snippet.session.as_ref().map(|session| format!("session {session}")));
    ties.extend(snippet.pair.map(|pair| match pair {
        Pair::Platform(other) => format!("the same as [{other}] for another platform"),
        Pair::Before(other) => format!("becomes [{other}]"),
        Pair::After(other) => format!("was [{other}]"),
    }));
    let needs = snippet.needs();
    if !needs.is_empty() {
        ties.push(format!("needs {}", needs.join(", ")));
    }
    let index = format!("[{}]", snippet.index);
    let room = COLUMNS.saturating_sub(depth + index.len() + 1).max(20);
    writeln!(out, "{:depth$}{index} {}", "", one_line(&facts.join(", "), room))?;
    if !ties.is_empty() {
        let depth = depth + 4;
        let ties = one_line(&ties.join("; "), COLUMNS.saturating_sub(depth).max(20));
        writeln!(out, "{:depth$}{DIM}{ties}{DIM:#}", "")?;
    }
    Ok(())
}

/// `28 output, explicit: green tea steeps green tea is ready…`
fn write_claim(out: &mut dyn Write, source: &Source, claim: &Claim, depth: usize) -> io::Result<()> {
    let how = if claim.inferred { "inferred" } else { "explicit" };
    let head = format!("{} {}, {how}", source.line(claim.span.start), claim.kind.as_str());
    let room = COLUMNS.saturating_sub(depth + head.len() + 2).max(20);
    writeln!(out, "{:depth$}{head}: {}", "", one_line(&claim.text, room))
}
