//! What a watched run lets see: who did what when, and what that shows to be wrong.

use std::collections::BTreeMap;

use etude_sandbox::{Job, Outcome, Program, Transcript};
use etude_text::{Diagnostic, FileId, Source, Sources};
use etude_trace::{Ending, Finding, Note, Timeline, Trace, findings};

/// The Python files of a run, by the names they have in it.
pub(crate) struct Texts(BTreeMap<String, Source>);

impl Texts {
    pub(super) fn of(job: &Job) -> Self {
        let program = match &job.program {
            Program::Python { path, source } => Some((path.as_str(), source)),
            Program::Command(_) => None,
        };
        Self::of_files(program.into_iter().chain(job.files.iter().map(|(path, content)| (path.as_str(), content))))
    }

    pub(crate) fn of_files<'a>(files: impl Iterator<Item = (&'a str, &'a Vec<u8>)>) -> Self {
        let modules = files.filter(|(path, _)| path.ends_with(".py"));
        let read = |(path, content): (&str, &Vec<u8>)| (path.to_owned(), Source::decode(path, content.clone()));
        Self(modules.map(read).collect())
    }

    /// What a finding is, and the outermost function or class around its place.
    pub(crate) fn shown(&self, finding: &Finding) -> (&'static str, Option<String>) {
        let around = finding.place.as_ref().and_then(|place| {
            let source = self.0.get(&place.file)?;
            let module = etude_python::parse(source.text());
            let lines = source.lines();
            let line = (1..=lines.count()).contains(&place.line).then(|| lines.span(place.line))?;
            let symbol = module.symbols.iter().find(|symbol| symbol.span.range().contains(&(line.start as usize)))?;
            symbol.qualified.split('.').next().map(str::to_owned)
        });
        (finding.code, around)
    }

    fn text(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(Source::text)
    }
}

pub(crate) struct Seen {
    pub(crate) timeline: Timeline,
    pub(crate) findings: Vec<Finding>,
}

impl Seen {
    pub(super) fn of(transcript: &Transcript, job: &Job, texts: &Texts) -> Self {
        let why = match job.program {
            Program::Command(_) => Some("it is a command, and only Python programs can be watched"),
            Program::Python { .. } => None,
        };
        Self::in_events(transcript.events.as_deref(), transcript.outcome, why, texts)
    }

    /// What events let see; without any there is a reason for it.
    pub(crate) fn in_events(events: Option<&[u8]>, outcome: Outcome, why: Option<&str>, texts: &Texts) -> Self {
        let mut trace = Trace::decode(events.unwrap_or_default());
        let why = why.or_else(|| events.is_none().then_some("the run handed back no events"));
        trace.notes.extend(why.map(|why| Note::Untraced(why.to_owned())));
        let ending = ending(outcome);
        let findings = findings::findings(&trace, ending, &|file| texts.text(file));
        Self { timeline: Timeline::new(&trace, ending), findings }
    }

    /// Whether there is anything to draw, or to find fault with.
    pub(super) fn is_watched(&self) -> bool {
        !self.timeline.notes.iter().any(|note| matches!(note, Note::Untraced(_) | Note::Version(_)))
    }
}

fn ending(outcome: Outcome) -> Ending {
    match outcome {
        Outcome::Ok | Outcome::Failed => Ending::Exited,
        Outcome::Deadlock => Ending::Deadlock,
        Outcome::Timeout
        | Outcome::Memory
        | Outcome::Output
        | Outcome::Disk
        | Outcome::Processes
        | Outcome::Killed
        | Outcome::Idle => Ending::Stopped,
    }
}

/// Findings as the rest of the tool says what it finds.
pub(crate) fn diagnostics<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
    texts: &Texts,
) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    // For what has no place, and for code that no file of the run holds.
    let nowhere = sources.add(Source::new("", ""));
    let mut known: BTreeMap<&str, FileId> = BTreeMap::new();
    for (path, source) in &texts.0 {
        known.insert(path, sources.add(source.clone()));
    }
    let told = |finding: &Finding| {
        let place = finding.place.as_ref();
        if let Some(&file) = place.and_then(|place| known.get(place.file.as_str())) {
            return finding.diagnostic(file, sources.get(file));
        }
        let mut diagnostic = finding.diagnostic(nowhere, sources.get(nowhere));
        if let Some(place) = place {
            diagnostic.message.push_str(&format!(", in `{}` line {}", place.file, place.line));
        }
        diagnostic
    };
    let diagnostics = findings.into_iter().map(told).collect();
    (sources, diagnostics)
}

#[cfg(test)]
mod tests {
    use etude_text::render::{Terminal, terminal};
    use insta::assert_snapshot;

    use super::*;

    const PROGRAM: &str = "\
import asyncio


async def save():
    pass


async def main():
    save()


asyncio.run(main())
";

    fn texts() -> Texts {
        Texts([("a.py".to_owned(), Source::new("a.py", PROGRAM))].into())
    }

    /// `save` was dropped at line 9 of `file`.
    fn never_awaited(file: &str) -> Vec<Finding> {
        use etude_trace::events::{Op, Record};

        let table = format!(
            r#"[["v", 1], ["s", 1, "save"], ["l", 1, "{file}", 4, "save", 4], ["l", 2, "{file}", 9, "main", 8]]"#
        );
        let record =
            Record { op: Op::NeverAwaited, kept: 0, time: 5, amount: 0, task: 0, site: 2, a: 1, b: 1, c: 0 }.write();
        let blocks = [(b'T', table.as_bytes()), (b'E', &record[..])];
        let bytes: Vec<u8> = blocks
            .into_iter()
            .flat_map(|(kind, payload)| {
                let length = (payload.len() as u32).to_le_bytes();
                [&[kind][..], &length[..], payload].concat()
            })
            .collect();
        let texts = texts();
        findings::findings(&Trace::decode(&bytes), Ending::Exited, &|file| texts.text(file))
    }

    fn shown(findings: &[Finding]) -> String {
        let (sources, diagnostics) = diagnostics(findings, &texts());
        let mut out = Vec::new();
        terminal(&mut out, &sources, &diagnostics, Terminal::default()).expect("memory takes everything");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_finding_is_told_like_everything_else_that_is_found() {
        assert_snapshot!(shown(&never_awaited("a.py")), @"
        error[never-awaited]: this call of `save` only makes a coroutine, and nobody
                              awaits it: none of it ran
         --> a.py:9:5
          |
        9 |     save()
          |     ^^^^^^
          |
          = hint: await it
                  + await save()
        ");
    }

    #[test]
    fn a_finding_in_code_that_is_no_file_is_told_without_its_lines() {
        assert_snapshot!(shown(&never_awaited("made.py")), @"
        error[never-awaited]: this call of `save` only makes a coroutine, and nobody
                              awaits it: none of it ran, in `made.py` line 9
         |
         = hint: write `await save(…)`; `await` is allowed in `async def` only, so the
                 function around it has to be one
        ");
    }

    #[test]
    fn a_stopped_run_has_not_come_to_its_own_end() {
        assert_eq!(
            [Outcome::Failed, Outcome::Timeout, Outcome::Deadlock].map(ending),
            [Ending::Exited, Ending::Stopped, Ending::Deadlock]
        );
    }
}
