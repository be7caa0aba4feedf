//! The same by typed commands and lines of text: for dumb terminals, pipes, and people who listen.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use super::course::Course;
use super::session::Session;
use super::state::{Action, Event, Page, Question};
use super::{editor, markdown, pages};
use crate::Status;
use crate::printer::Printer;

/// Between two looks at the files that are watched.
const PAUSE: Duration = Duration::from_millis(50);

const COMMANDS: &str = "\
list             all parts, and how far you are
list WORDS       those whose title has these words
open NUMBER      open a part by its number
next, previous   go on to what is not done yet, or back
read             the lesson or the instructions again
check            check your files
watch            check whenever you save, until you press Enter
hint             the next hint
run              run your file as a program
edit             open your files in $VISUAL or $EDITOR
solution         the solution, after your first attempt
reset            start over; your work is kept aside
help, quit";

enum Command {
    Do(Action, Show),
    List(String),
    Watch,
    Edit,
    Help,
    Unknown(String),
}

/// What is said after a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Page,
    Notice,
}

pub(super) fn run(session: &mut Session, printer: &Printer) -> anyhow::Result<Status> {
    let lines = lines();
    let prompt = std::io::stdin().is_terminal();
    say(printer, &format!("{}: {}", session.state.course.title, progress(&session.state.course)))?;
    say(printer, &format!("Your files: {}", session.state.folder))?;
    say(printer, "Type `help` for the commands, `next` to go on.")?;
    if session.state.page != Page::List {
        session.settle();
        say(printer, &format!("You are at {}. {}.", session.state.at + 1, session.state.part().title))?;
        answer(session, Show::Notice, printer)?;
    }
    loop {
        if prompt {
            let mut out = printer.out();
            write!(out, "> ")?;
            out.flush()?;
        }
        let Ok(line) = lines.recv() else { return Ok(Status::Fine) };
        match read(&line, session) {
            Command::Do(action, show) => {
                session.happen(Event::Action(action));
                session.settle();
                if session.over {
                    return Ok(Status::Fine);
                }
                answer(session, show, printer)?;
            }
            Command::List(words) => list(session, &words, printer)?,
            Command::Watch => watch(session, &lines, printer)?,
            Command::Edit => {
                session.happen(Event::Action(Action::Edit));
                if let Some(files) = session.to_edit.take() {
                    editor::open(&files)?;
                    session.look();
                    session.happen(Event::Action(Action::Check));
                    session.settle();
                    answer(session, Show::Page, printer)?;
                } else {
                    answer(session, Show::Notice, printer)?;
                }
            }
            Command::Help => say(printer, COMMANDS)?,
            Command::Unknown(word) if word.is_empty() => {}
            Command::Unknown(word) => {
                say(printer, &format!("There is no command `{}`: `help` lists them.", one_line(&word)))?;
            }
        }
    }
}

fn read(line: &str, session: &Session) -> Command {
    let line = line.trim();
    if session.state.question.is_some() {
        let yes = matches!(line.to_lowercase().as_str(), "y" | "yes");
        return Command::Do(Action::Answer(yes), Show::Page);
    }
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "list" | "ls" => Command::List(rest.trim().to_owned()),
        "open" => match rest.trim().parse::<usize>() {
            Ok(number) if (1..=session.state.course.parts.len()).contains(&number) => {
                Command::Do(Action::Choose(number - 1), Show::Page)
            }
            _ => Command::Unknown(line.to_owned()),
        },
        "next" => Command::Do(Action::Next, Show::Page),
        "previous" => Command::Do(Action::Previous, Show::Page),
        "read" if session.state.page == Page::List => Command::Do(Action::Open, Show::Page),
        "read" => Command::Do(Action::Turn(Page::Read), Show::Page),
        "check" => Command::Do(Action::Check, Show::Page),
        "watch" => Command::Watch,
        "hint" => Command::Do(Action::Hint, Show::Page),
        "run" => Command::Do(Action::Run, Show::Page),
        "edit" => Command::Edit,
        "solution" => Command::Do(Action::Solution, Show::Page),
        "reset" => Command::Do(Action::Reset, Show::Notice),
        "help" | "?" => Command::Help,
        "quit" | "exit" | "q" => Command::Do(Action::Quit, Show::Notice),
        _ => Command::Unknown(line.to_owned()),
    }
}

fn answer(session: &Session, show: Show, printer: &Printer) -> anyhow::Result<()> {
    let state = &session.state;
    if let Some(question) = state.question {
        let asked = match question {
            Question::Reset => "Start over? Your files are kept aside first.",
            Question::Solution => "You have not solved it yet. See the solution?",
        };
        return say(printer, &format!("{asked} Type `yes` or `no`."));
    }
    if show == Show::Page && state.page != Page::List {
        let title = match state.page {
            Page::Read => format!("{}. {}\n", state.at + 1, state.part().title),
            _ => String::new(),
        };
        say(printer, &format!("{title}{}", markdown::plain(&pages::lines(state)).trim_end()))?;
    }
    match &state.notice {
        Some(notice) => say(printer, &format!("({})", one_line(&notice.text))),
        None => Ok(()),
    }
}

fn list(session: &mut Session, words: &str, printer: &Printer) -> anyhow::Result<()> {
    let state = &session.state;
    let wanted = words.to_lowercase();
    let parts = state.course.parts.iter().enumerate().filter(|(_, part)| part.title.to_lowercase().contains(&wanted));
    let rows: Vec<String> = parts.map(|(index, part)| pages::row(index + 1, part, state.look)).collect();
    rows.iter().try_for_each(|row| say(printer, &etude_text::render::visible(row)))?;
    say(printer, &progress(&state.course))
}

fn progress(course: &Course) -> String {
    format!("{} of {} done", course.done(), course.parts.len())
}

/// Checks on every save, until a line is typed or the input ends.
fn watch(session: &mut Session, lines: &Receiver<String>, printer: &Printer) -> anyhow::Result<()> {
    if session.state.watched().is_none() {
        return say(printer, "Open an exercise first.");
    }
    say(printer, "Watching; Enter ends it.")?;
    session.look();
    loop {
        match lines.recv_timeout(PAUSE) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        if session.look() {
            session.happen(Event::Action(Action::Check));
            session.settle();
            answer(session, Show::Page, printer)?;
        }
    }
}

/// What is typed, line by line.
fn lines() -> Receiver<String> {
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

fn say(printer: &Printer, text: &str) -> anyhow::Result<()> {
    let mut out = printer.out();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

fn one_line(text: &str) -> String {
    crate::printer::one_line(text, usize::MAX)
}
