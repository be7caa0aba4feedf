//! From a lesson to what is to be run of it: sessions, in which snippets share a process and files, and for each snippet
//! that stays out the reason in words for a person.

mod code;
mod console;
mod context;
mod files;
mod group;
mod left;
mod needs;
mod server;
mod session;
mod shell;

use etude_course::{Config, Lesson};
use etude_sandbox::{Clock, Profile, StandIn};
use etude_text::Source;
use std::time::Duration;

pub use self::code::Code;
pub use self::console::Statement;
pub use self::files::{File, wanted};
pub use self::shell::Command;

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub config: &'a Config,
    pub source: &'a Source,
    /// The files that lie beside the lesson.
    pub beside: &'a [File],
    /// Somebody has written down what a program reads as its input.
    pub has_input: bool,
}

/// Every snippet of a lesson, in a session or left out of all.
#[derive(Debug, Default)]
pub struct Plan {
    pub sessions: Vec<Session>,
    /// In the order of the file.
    pub left: Vec<Left>,
}

/// What shares a process and a work folder, in order. Sessions know nothing of each other and can run at once.
#[derive(Clone, Debug)]
pub struct Session {
    /// Started first, stopped last.
    pub server: Option<Server>,
    pub steps: Vec<Step>,
    /// What lies in the work folder.
    pub files: Vec<File>,
    /// What its programs read as their input.
    pub stdin: Vec<u8>,
    /// The least it can do with; a run that is refused something is repeated with more.
    pub profile: Profile,
    /// Who answers in place of the hosts that it names.
    pub stand_ins: Vec<StandIn>,
    pub clock: Clock,
    pub timeout: Option<Duration>,
    /// What it prints is compared to times.
    pub timed: bool,
    /// What it prints is compared line by line, and several tasks or threads print it.
    pub races: bool,
    /// One snippet that leaves nothing behind in its process: other such sessions can follow there.
    pub closed: bool,
}

#[cfg(test)]
impl Session {
    /// The least of a session.
    pub(crate) fn of(action: Action) -> Self {
        Self {
            server: None,
            steps: vec![Step { snippet: 0, action, supplied: Vec::new() }],
            files: Vec::new(),
            stdin: Vec::new(),
            profile: Profile::Python,
            stand_ins: Vec::new(),
            clock: Clock::Virtual,
            timeout: None,
            timed: false,
            races: false,
            closed: false,
        }
    }
}

/// One snippet in a session.
#[derive(Clone, Debug)]
pub struct Step {
    pub snippet: usize,
    pub action: Action,
    /// What it would not have had by itself.
    pub supplied: Vec<Supply>,
}

impl Step {
    /// Whether it is a line that no snippet shows.
    pub fn is_supplied(&self) -> bool {
        matches!(&self.action, Action::Context { code, .. } if code.snippet.is_none())
    }
}

/// How a snippet is run.
#[derive(Clone, Debug)]
pub enum Action {
    /// As a file of its own. Alone in its session it is the program itself.
    Script(Code),
    /// In the names of the steps before it, inside a running event loop where it needs one.
    Fragment { code: Code, in_loop: bool },
    /// Only for the names it binds: what it prints is nobody's.
    Context { code: Code, in_loop: bool },
    /// Statement by statement, as typed at a prompt.
    Console(Vec<Statement>),
    /// Command by command, in one shell.
    Shell(Vec<Command>),
    /// As a file whose docstrings show `>>>` sessions, which are tried too.
    Doctest(Code),
    /// The tests of a file, by pytest where the course lists it.
    Test { code: Code, pytest: bool },
    /// A part of the application of the session's server.
    Serve,
}

/// A server application and how it is started.
#[derive(Clone, Debug)]
pub struct Server {
    /// In the order in which they run.
    pub parts: Vec<Code>,
    /// `None`: running the parts is what serves.
    pub app: Option<App>,
    /// That of the lesson's own addresses: a run has a network of its own, in which every port is free.
    pub port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    pub variable: String,
    /// As [`etude_python::Application`] has it.
    pub framework: &'static str,
}

/// Something given to a snippet, for a person to see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Supply {
    /// The names of an earlier snippet.
    Snippet { snippet: usize, names: Vec<String> },
    /// An import or a line that everybody would write.
    Line(String),
    /// `await` stands outside any function: it runs in an event loop.
    Loop,
    /// A file of the lesson or one beside it.
    File(String),
    /// A running server made of these snippets.
    Server(Vec<usize>),
    /// What answers in place of this host.
    StandIn(String),
}

impl Supply {
    /// For a person: `brew from line 12`, `` `import asyncio` ``.
    pub fn words(&self, lesson: &Lesson, source: &Source) -> String {
        let line = |snippet: usize| source.line(lesson.snippets[snippet].span.start);
        match self {
            Supply::Snippet { snippet, names } => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("{} from line {}", names.join(", "), line(*snippet))
            }
            Supply::Line(text) => format!("`{text}`"),
            Supply::Loop => "a running event loop".to_owned(),
            Supply::File(path) => format!("the file `{path}`"),
            Supply::StandIn(host) => format!("Étude's stand-in for `{host}`"),
            Supply::Server(parts) => {
                let lines: Vec<String> = parts.iter().map(|part| line(*part).to_string()).collect();
                format!("the server from line {}", lines.join(", "))
            }
        }
    }
}

/// A snippet that is in no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub snippet: usize,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is nothing in it to be run.
    Nothing(String),
    /// It should run, but cannot here.
    Undecided { reason: String, hint: Option<String> },
}

impl Why {
    fn undecided(reason: impl Into<String>) -> Self {
        Why::Undecided { reason: reason.into(), hint: None }
    }

    fn hinted(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Why::Undecided { reason: reason.into(), hint: Some(hint.into()) }
    }
}

/// Plans the runs of a lesson.
pub fn plan(lesson: &Lesson, setting: &Setting<'_>) -> Plan {
    group::plan(&context::Lender::new(lesson, setting))
}
