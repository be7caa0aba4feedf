//! What a stream of events holds, decoded and bounded, but not yet understood.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::events::Record;
use crate::wording::duration;

/// Microseconds of the run's own clock since the guest began.
pub type Micros = i64;

/// A loop, task, thread, job, process, resource or group; unique within a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub i32);

/// A line of the user's program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// As Python has it in `co_filename`.
    pub file: String,
    /// From 1; 0 if it is not known.
    pub line: u32,
    pub function: String,
    /// Where the function begins, decorators included.
    pub first_line: u32,
}

/// One of the user's frames in a task that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Frame {
    pub(crate) site: i32,
    /// Tells two `await`s on one line apart.
    pub(crate) instruction: i32,
}

/// What has an [`Id`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Loop,
    Task { name: String, coroutine: i32, site: i32, user: bool },
    Thread { name: String, kind: ThreadKind },
    Process { command: String, kind: String },
    Job { function: i32, site: i32, pool: Id },
    Resource { class: String, size: i64, site: i32 },
    Group { kind: String, members: Vec<Id>, total: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadKind {
    Main,
    Plain,
    /// A worker of an executor.
    Pool,
    /// One that asyncio started for itself.
    Library,
}

/// Something odd about the stream that reading had to work around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Written after another contract; nothing of it was read.
    Version(i64),
    /// The last block ends before its length: the run was killed while it wrote.
    Cut,
    /// So many blocks, entries or records made no sense and were left out.
    Unreadable(usize),
    /// The run did so much that from this time on only some tasks were followed.
    Flood { from: Micros, dropped: u64 },
    /// A hook that found no place in this Python.
    Unhooked(String),
    /// Why there are no events at all.
    Untraced(String),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Version(version) => write!(f, "the events are of version {version}, which is not known"),
            Note::Cut => f.write_str("the run was ended while it wrote its events"),
            Note::Unreadable(count) => write!(f, "{count} events make no sense and were left out"),
            Note::Flood { from, dropped } => {
                let from = duration(*from);
                write!(f, "from {from} on only some tasks were followed: {dropped} events were left out")
            }
            Note::Unhooked(hook) => write!(f, "`{hook}` could not be watched in this Python"),
            Note::Untraced(why) => write!(f, "nothing was watched: {why}"),
        }
    }
}

/// The decoded events of one run.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// `python`, `loop`, `clock`.
    pub info: BTreeMap<String, String>,
    pub notes: Vec<Note>,
    /// The program came to its own end, and the guest could say so.
    pub complete: bool,
    pub(crate) records: Vec<Record>,
    pub(crate) strings: HashMap<i32, String>,
    pub(crate) sites: HashMap<i32, Site>,
    pub(crate) chains: HashMap<i32, Vec<Frame>>,
    pub(crate) objects: BTreeMap<Id, Object>,
    pub(crate) dropped: u64,
    /// When sampling began.
    pub(crate) flood: Option<Micros>,
}

impl Trace {
    /// Whether there is nothing to show: no task, and no thread or process beside the first.
    pub fn is_empty(&self) -> bool {
        let interesting = |object: &Object| match object {
            Object::Task { .. } | Object::Process { .. } | Object::Job { .. } => true,
            Object::Thread { kind, .. } => *kind == ThreadKind::Plain,
            Object::Loop | Object::Resource { .. } | Object::Group { .. } => false,
        };
        !self.objects.values().any(interesting)
    }

    /// Puts lines of the program where somebody will look for them.
    pub fn move_sites(&mut self, place: impl Fn(&str, u32) -> Option<(String, u32)>) {
        for site in self.sites.values_mut() {
            let first = place(&site.file, site.first_line).map_or(site.first_line, |(_, line)| line);
            if let Some((file, line)) = place(&site.file, site.line) {
                *site = Site { file, line, first_line: first, function: std::mem::take(&mut site.function) };
            }
        }
    }

    pub(crate) fn string(&self, number: i32) -> &str {
        self.strings.get(&number).map_or("", String::as_str)
    }

    pub(crate) fn site(&self, number: i32) -> Option<&Site> {
        self.sites.get(&number)
    }

    pub(crate) fn chain(&self, number: i32) -> &[Frame] {
        self.chains.get(&number).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn object(&self, id: i32) -> Option<&Object> {
        self.objects.get(&Id(id))
    }

    /// Whether all records of this task are there, however much the run did.
    pub(crate) fn is_followed(&self, task: Id) -> bool {
        self.flood.is_none() || task.0 % crate::events::SAMPLE == 0
    }
}
