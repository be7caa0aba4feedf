//! `etude run lesson.md#snippet`: one snippet of a lesson, with all it needs of the rest.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use etude_course::{Lesson, nearest};
use etude_practice::plan::{Action, Plan, Session, Why};
use etude_practice::run::{End, Evidence, Setup, run_once};
use etude_project::{Request, Workspace};
use etude_sandbox::{Outcome, Stream, Write};
use etude_text::Sources;
use etude_text::render::visible;

use super::Arguments;
use super::output::Output;
use crate::Status;
use crate::commands::check::execute::plan_of;
use crate::commands::check::sessions::{With, start};
use crate::printer::{DIM, Printer, Refusal};

/// The lesson and the snippet that `FILE` names, if it does.
pub(super) fn named(arguments: &Arguments) -> Option<(PathBuf, String)> {
    let file = arguments.file.as_ref().filter(|file| !file.exists())?;
    let (lesson, snippet) = file.to_str()?.rsplit_once('#')?;
    Path::new(lesson).is_file().then(|| (PathBuf::from(lesson), snippet.to_owned()))
}

pub(super) fn run(path: PathBuf, name: &str, arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let request = Request { paths: vec![path], stdin: None, course: arguments.course.clone() };
    let mut workspace = Workspace::read(request)?;
    if let Some(error) = workspace.errors.pop() {
        return Err(error.into());
    }
    for folder in &mut workspace.courses {
        let packages = folder.course.config.packages.get_or_insert_default();
        packages.extend(arguments.with.iter().map(ToString::to_string));
    }
    let folder = workspace.courses.first().context("there is no lesson")?;
    let lesson = folder.lessons().first().context("there is no lesson")?;
    let sources = &workspace.sources;
    let index = find(lesson, sources, name)?;
    let plan = plan_of(folder, lesson, sources, arguments.stdin.is_some());
    let (session, step) = session(&plan, index)?;
    let session = &Session { stdin: arguments.input()?, ..session.clone() };
    tell_supplied(session, step, lesson, sources, printer);
    let sandbox = start(printer)?;
    let environment = With::of(&folder.course.config)?.environment(printer)?;
    let setup = Setup { sandbox: &sandbox, environment: &environment, at_once: 1, seeds: &[], trace: false };
    let evidence = run_once(session, &setup, arguments.seed).into_iter().nth(step).context("nothing was run")?;
    show(&evidence)?;
    let (code, words) = ended(&evidence);
    printer.say(&format!("{DIM}{}{DIM:#}", visible(&words)));
    Ok(Status::Ran(code))
}

/// By its file name, the line of its fence, or the end of its id as `etude show` has it.
fn find(lesson: &Lesson, sources: &Sources, name: &str) -> anyhow::Result<usize> {
    let source = sources.get(lesson.file);
    let id = |id: &str| id.rsplit_once('#').map_or_else(String::new, |(_, id)| id.to_owned());
    let found = lesson.snippets.iter().find(|snippet| {
        let lines = source.line(snippet.span.start)..=source.line(snippet.span.end.saturating_sub(1));
        snippet.title.as_ref().is_some_and(|title| title.name == name)
            || id(&snippet.id) == name
            || name.parse().is_ok_and(|line| lines.contains(&line))
    });
    if let Some(found) = found {
        return Ok(found.index);
    }
    let titles = lesson.snippets.iter().filter_map(|snippet| snippet.title.as_ref());
    let hint = match nearest(name, titles.map(|title| title.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a line of the snippet, its file, or its id: `etude show` lists them".to_owned(),
    };
    Err(Refusal { message: format!("`{}` has no snippet `{name}`", source.path), hint }.into())
}

/// The session in which a snippet is run, and the step it is.
fn session(plan: &Plan, index: usize) -> anyhow::Result<(&Session, usize)> {
    let shown = |session: &Session| {
        let own =
            |step: &etude_practice::plan::Step| step.snippet == index && !matches!(step.action, Action::Context { .. });
        session.steps.iter().position(own)
    };
    if let Some(found) = plan.sessions.iter().find_map(|session| Some((session, shown(session)?))) {
        return Ok(found);
    }
    let why = plan.left.iter().find(|left| left.snippet == index).map(|left| left.why.clone());
    let (message, hint) = match why {
        Some(Why::Nothing(words)) => (format!("there is nothing to run: {words}"), None),
        Some(Why::Undecided { reason, hint }) => (format!("it cannot be run: {reason}"), hint),
        None => ("it is not run".to_owned(), None),
    };
    Err(match hint {
        Some(hint) => Refusal { message, hint }.into(),
        None => anyhow::anyhow!(message),
    })
}

fn tell_supplied(session: &Session, step: usize, lesson: &Lesson, sources: &Sources, printer: &Printer) {
    for supply in &session.steps[step].supplied {
        let words = supply.words(lesson, sources.get(lesson.file));
        printer.say(&format!("{DIM}with {}{DIM:#}", visible(&words)));
    }
}

fn show(evidence: &Evidence) -> anyhow::Result<()> {
    let (send, writes) = mpsc::channel();
    for (stream, text) in [(Stream::Stdout, &evidence.stdout), (Stream::Stderr, &evidence.stderr)] {
        if !text.is_empty() {
            send.send(Write { at: Duration::ZERO, stream, bytes: text.clone().into_bytes() })?;
        }
    }
    drop(send);
    Ok(Output::new().follow(&writes)?)
}

/// The exit code, and how it went in words.
fn ended(evidence: &Evidence) -> (u8, String) {
    let took = format!("{:.2} s", evidence.took.as_secs_f64());
    match &evidence.end {
        End::Exit { code: 0, .. } => (0, format!("ran {took}")),
        End::Exit { code, .. } => (u8::try_from(*code).unwrap_or(1), format!("exit {code} after {took}")),
        End::Stopped { outcome, cause } => {
            let code = match outcome {
                Outcome::Deadlock => 123,
                Outcome::Timeout | Outcome::Idle => 124,
                _ => 137,
            };
            (code, format!("stopped after {took}: {cause}"))
        }
        End::Never { why } => (125, format!("it did not run: {why}")),
    }
}
