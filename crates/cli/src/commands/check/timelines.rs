//! Pictures of what the sessions of lessons did.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use etude_course::Lesson;
use etude_practice::plan::{Action, Plan, Session};
use etude_practice::run::{End, Ran};
use etude_sandbox::Outcome;
use etude_text::Source;
use etude_trace::{Ending, Timeline, Trace, draw, findings};

use super::execute::Decided;
use crate::printer::{Printer, count};

/// What one session did.
pub(super) struct Picture {
    /// Of the lesson from its course's root, without an ending, and the line of the session's first snippet.
    name: String,
    svg: String,
}

/// Of the sessions of a lesson in which there is something to see.
pub(super) fn pictures(lesson: &Lesson, source: &Source, plan: &Plan, ran: &[Ran]) -> Vec<Picture> {
    let drawn = |(session, ran): (&Session, &Ran)| {
        let mut trace = Trace::decode(ran.events.as_deref()?);
        trace.move_sites(|file, line| session.in_lesson(file, line).map(|(file, line)| (file.to_owned(), line)));
        let ending = ending(ran);
        let timeline = Timeline::new(&trace, ending);
        if !timeline.is_worth_drawing() {
            return None;
        }
        let texts = session.texts();
        let findings = findings::findings(&trace, ending, &|file| texts.get(file).map(String::as_str));
        let first = session
            .steps
            .iter()
            .find(|step| !matches!(step.action, Action::Context { .. }))
            .or(session.steps.first())?;
        let line = source.line(lesson.snippets[first.snippet].span.start);
        let title = format!("{} line {line}", lesson.path);
        let parts = Path::new(&lesson.path).with_extension("");
        let parts = parts.components().filter(|part| matches!(part, Component::Normal(_)));
        let parts: Vec<String> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        Some(Picture { name: format!("{}-{line}", parts.join("/")), svg: draw::svg(&timeline, &title, &findings) })
    };
    plan.sessions.iter().zip(ran).filter_map(drawn).collect()
}

fn ending(ran: &Ran) -> Ending {
    match ran.steps.iter().filter_map(|runs| runs.first()).next_back().map(|evidence| &evidence.end) {
        Some(End::Stopped { outcome: Outcome::Deadlock, .. }) => Ending::Deadlock,
        Some(End::Stopped { .. }) => Ending::Stopped,
        _ => Ending::Exited,
    }
}

/// Puts all pictures into a folder. `all`: every session has run.
pub(super) fn write(decided: &[Decided], folder: &Path, all: bool, printer: &Printer) -> anyhow::Result<()> {
    let mut taken = BTreeSet::new();
    let mut files = Vec::new();
    for Picture { name, svg } in decided.iter().flat_map(|decided| &decided.pictures) {
        // Lessons of two courses may have one name.
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
        files.extend(free.map(|name| (format!("{name}.svg"), svg.clone().into_bytes())));
    }
    etude_project::fill(folder, &files)?;
    printer.say(&match files.len() {
        0 if !all => "there is no timeline to draw yet: the check was stopped".to_owned(),
        0 => "there is no timeline to draw: no snippet made tasks, threads or processes".to_owned(),
        number => format!("{} in `{}`", count(number, "timeline"), folder.display()),
    });
    Ok(())
}
