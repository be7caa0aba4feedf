//! What `show --json` prints. Lines count from 1, indexes from 0.

use std::collections::BTreeMap;

use etude_course::{Claim, ClaimKind, Lesson, Pair, Prompt, Scope, Section, Snippet, Subject};
use etude_text::{Source, Sources, Span};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Report<'a> {
    files: Vec<FileReport<'a>>,
}

#[derive(Serialize)]
struct FileReport<'a> {
    path: &'a str,
    title: Option<&'a str>,
    /// The names of the fields.
    front_matter: Vec<&'a str>,
    headings: Vec<HeadingReport<'a>>,
    snippets: Vec<SnippetReport<'a>>,
    /// The claims that are about no snippet.
    claims: Vec<ClaimReport<'a>>,
    prompts: Vec<PromptReport<'a>>,
}

#[derive(Serialize)]
struct HeadingReport<'a> {
    level: u8,
    text: &'a str,
    slug: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct SnippetReport<'a> {
    index: usize,
    lang: &'a str,
    kind: &'static str,
    /// Of the opening and of the closing fence.
    line_start: u32,
    line_end: u32,
    indent: u32,
    title: Option<&'a str>,
    id: &'a str,
    session: Option<&'a str>,
    pair: Option<PairReport>,
    attributes: BTreeMap<&'a str, &'a str>,
    flags: Vec<&'a str>,
    needs: Vec<&'a str>,
    provides: Vec<&'a str>,
    code: &'a str,
    claims: Vec<ClaimReport<'a>>,
}

#[derive(Serialize)]
struct PairReport {
    kind: &'static str,
    /// The index of the other one.
    snippet: usize,
}

#[derive(Serialize)]
struct ClaimReport<'a> {
    kind: &'static str,
    text: &'a str,
    line: u32,
    inferred: bool,
    found: &'static str,
    /// What a time is the time of: `total`, `each`, or the words that name a part.
    scope: Option<&'a str>,
    seconds: Option<f64>,
}

#[derive(Serialize)]
struct PromptReport<'a> {
    line: u32,
    form: &'static str,
    text: &'a str,
}

impl<'a> Report<'a> {
    pub(super) fn new(sources: &'a Sources, lessons: impl Iterator<Item = &'a Lesson>) -> Self {
        Self { files: lessons.map(|lesson| file(sources.get(lesson.file), lesson)).collect() }
    }
}

fn file<'a>(source: &'a Source, lesson: &'a Lesson) -> FileReport<'a> {
    let mut snippets: Vec<SnippetReport<'a>> = lesson.snippets.iter().map(|it| snippet(source, it)).collect();
    let mut claims = Vec::new();
    for it in &lesson.claims {
        match it.about {
            Subject::Snippet(index) => snippets[index].claims.push(claim(source, it)),
            Subject::Lesson => claims.push(claim(source, it)),
        }
    }
    let fields = lesson.document.front_matter.iter().flat_map(|front| &front.fields);
    FileReport {
        path: &source.path,
        title: lesson.title(),
        front_matter: fields.map(|field| field.name.as_str()).collect(),
        headings: lesson.sections.iter().filter(|it| it.heading.is_some()).map(|it| heading(source, it)).collect(),
        snippets,
        claims,
        prompts: lesson.prompts.iter().map(|it| prompt(source, it)).collect(),
    }
}

fn heading<'a>(source: &Source, section: &'a Section) -> HeadingReport<'a> {
    HeadingReport {
        level: section.level,
        text: &section.title,
        slug: &section.slug,
        line: source.line(section.span.start),
    }
}

fn snippet<'a>(source: &Source, snippet: &'a Snippet) -> SnippetReport<'a> {
    let mut attributes = BTreeMap::new();
    for (key, value) in snippet.info.attributes.iter().chain(&snippet.options) {
        attributes.entry(key.as_str()).or_insert(value.as_str());
    }
    SnippetReport {
        index: snippet.index,
        lang: &snippet.info.lang,
        kind: snippet.kind.as_str(),
        line_start: source.line(snippet.span.start),
        line_end: last_line(source, snippet.span),
        indent: snippet.indent,
        title: snippet.title.as_ref().map(|title| title.name.as_str()),
        id: &snippet.id,
        session: snippet.session.as_deref(),
        pair: snippet.pair.map(|pair| match pair {
            Pair::Platform(snippet) => PairReport { kind: "platform", snippet },
            Pair::Before(snippet) => PairReport { kind: "before", snippet },
            Pair::After(snippet) => PairReport { kind: "after", snippet },
        }),
        attributes,
        flags: snippet.info.flags.iter().map(String::as_str).collect(),
        needs: snippet.needs(),
        provides: snippet.provides(),
        code: &snippet.code,
        claims: Vec::new(),
    }
}

fn claim<'a>(source: &Source, claim: &'a Claim) -> ClaimReport<'a> {
    let (seconds, scope) = match &claim.kind {
        ClaimKind::Elapsed { seconds, scope, .. } => (Some(*seconds), Some(scope)),
        _ => (None, None),
    };
    ClaimReport {
        kind: claim.kind.as_str(),
        text: &claim.text,
        line: source.line(claim.span.start),
        inferred: claim.inferred,
        found: claim.found.as_str(),
        scope: scope.map(|scope| match scope {
            Scope::Total => "total",
            Scope::Each => "each",
            Scope::Part(name) => name,
            Scope::Within => "within",
        }),
        seconds,
    }
}

fn prompt<'a>(source: &Source, prompt: &'a Prompt) -> PromptReport<'a> {
    PromptReport { line: source.line(prompt.span.start), form: prompt.form.as_str(), text: &prompt.text }
}

/// The line of the last byte, which is not the line a final line end leads to.
pub(super) fn last_line(source: &Source, span: Span) -> u32 {
    source.line(span.end.saturating_sub(1).max(span.start))
}
