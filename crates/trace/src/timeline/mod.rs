//! Lanes over time: what each task, thread, job and process did and waited for, and who moved whom.

mod build;
mod edges;
mod loops;
mod order;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::story::{Ending, Story};
use crate::trace::{Id, Micros, Note, Site, Trace};
use crate::wait::WaitKind;

pub(crate) use build::names;

/// A step that holds its loop this long is felt by everybody else on it.
pub(crate) const HOLDING: Micros = 100_000;
/// Below this, being ready and not yet running is how loops work.
pub(crate) const READY: Micros = 1_000;

/// A run as it can be drawn.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// Parents before their children, siblings in the order of their creation.
    pub lanes: Vec<Lane>,
    /// In order of time.
    pub edges: Vec<Edge>,
    pub end: Micros,
    /// All wait for ever from then on.
    pub is_stuck: bool,
    pub notes: Vec<Note>,
    /// How what is waited for is called: `fetch`, `Lock 2`, `gather of 3`.
    pub names: BTreeMap<Id, String>,
}

#[derive(Clone, Debug)]
pub struct Lane {
    pub id: Id,
    pub kind: LaneKind,
    /// The name it was given, else the short name of its code.
    pub label: String,
    /// As Python names it: `Task-3`, `ThreadPoolExecutor-0_0`.
    pub name: String,
    /// `__qualname__` of the coroutine or function, or the command of a process.
    pub code: String,
    pub defined: Option<Arc<Site>>,
    /// The line that made it.
    pub created: Option<Arc<Site>>,
    /// By its place in [`Timeline::lanes`].
    pub parent: Option<usize>,
    pub depth: usize,
    pub start: Micros,
    /// `None` if it was not over when the run was.
    pub end: Option<Micros>,
    pub state: State,
    /// In order, without overlaps.
    pub segments: Vec<Segment>,
    pub prints: Vec<Print>,
    /// When a `CancelledError` was thrown in.
    pub cancels: Vec<Micros>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LaneKind {
    /// An event loop: when it ran anything at all.
    Loop,
    Task,
    Thread,
    /// A job of an executor.
    Job,
    Process,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not over when the run was.
    Pending,
    Returned,
    Raised(String),
    Cancelled,
    /// The exit code of a process.
    Exited(i32),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub start: Micros,
    pub end: Micros,
    pub kind: SegmentKind,
    /// The line at which it waits, or that holds.
    pub site: Option<Arc<Site>>,
    /// What it waits for, one of [`Timeline::names`].
    pub target: Option<Id>,
    /// The call that holds its thread.
    pub call: Option<Arc<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SegmentKind {
    Running,
    /// Running so long that the loop could serve nobody else.
    Holding,
    /// It could go on, and others kept it from that.
    Ready,
    Waiting(WaitKind),
}

/// A write to standard output or error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    pub time: Micros,
    /// Its first line, shortened.
    pub text: Arc<str>,
    pub site: Option<Arc<Site>>,
}

/// One lane had an effect on another; both by their places in [`Timeline::lanes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub time: Micros,
    pub from: usize,
    pub to: usize,
    pub kind: EdgeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    Created,
    /// `from` began to wait for `to`.
    Awaited,
    /// `to` could go on because of `from`.
    Woke,
    /// The same, by giving up a lock, a place or an item.
    Released,
    Cancelled,
}

impl Timeline {
    pub fn new(trace: &Trace, ending: Ending) -> Timeline {
        Self::of(&Story::read(trace, ending))
    }

    pub(crate) fn of(story: &Story<'_>) -> Timeline {
        let mut lanes = order::by_parent(build::lanes(story));
        let places: BTreeMap<Id, usize> = lanes.iter().enumerate().map(|(place, lane)| (lane.lane.id, place)).collect();
        for index in 0..lanes.len() {
            let parent = lanes[index].parent.and_then(|id| places.get(&id)).copied();
            lanes[index].lane.parent = parent;
            lanes[index].lane.depth = parent.map_or(0, |parent| lanes[parent].lane.depth + 1);
        }
        Timeline {
            edges: edges::of(story, &places),
            lanes: lanes.into_iter().map(|it| it.lane).collect(),
            end: story.end,
            is_stuck: story.ending == Ending::Deadlock,
            notes: story.trace.notes.clone(),
            names: names(story),
        }
    }

    /// Whether there is more to see than one thing after another.
    pub fn is_worth_drawing(&self) -> bool {
        self.lanes.iter().any(|lane| lane.kind != LaneKind::Loop)
    }

    /// How the target of a segment is called.
    pub fn target(&self, segment: &Segment) -> Option<&str> {
        self.names.get(&segment.target?).map(String::as_str)
    }
}

impl Lane {
    /// A lane of which nothing is known yet.
    fn bare(id: Id, kind: LaneKind) -> Lane {
        Lane {
            id,
            kind,
            label: String::new(),
            name: String::new(),
            code: String::new(),
            defined: None,
            created: None,
            parent: None,
            depth: 0,
            start: 0,
            end: None,
            state: State::Pending,
            segments: Vec::new(),
            prints: Vec::new(),
            cancels: Vec::new(),
        }
    }

    /// Whether it still waited when everything else was over, and would have for ever.
    pub(crate) fn is_stuck(&self, timeline: &Timeline) -> bool {
        timeline.is_stuck && self.end.is_none() && self.kind != LaneKind::Loop
    }

    /// How long it did something itself.
    pub fn busy(&self) -> Micros {
        let busy = |segment: &&Segment| matches!(segment.kind, SegmentKind::Running | SegmentKind::Holding);
        self.segments.iter().filter(busy).map(Segment::duration).sum()
    }
}

impl Segment {
    pub(crate) fn bare(start: Micros, end: Micros, kind: SegmentKind) -> Segment {
        Segment { start, end, kind, site: None, target: None, call: None }
    }

    pub fn duration(&self) -> Micros {
        self.end - self.start
    }
}

impl LaneKind {
    pub fn word(self) -> &'static str {
        match self {
            LaneKind::Loop => "loop",
            LaneKind::Task => "task",
            LaneKind::Thread => "thread",
            LaneKind::Job => "job",
            LaneKind::Process => "process",
        }
    }
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Returned => "returned",
            State::Raised(_) => "raised",
            State::Cancelled => "cancelled",
            State::Exited(_) => "exited",
        }
    }
}

impl SegmentKind {
    pub fn word(self) -> &'static str {
        match self {
            SegmentKind::Running => "running",
            SegmentKind::Holding => "holding",
            SegmentKind::Ready => "ready",
            SegmentKind::Waiting(_) => "waiting",
        }
    }
}

impl EdgeKind {
    pub fn word(self) -> &'static str {
        match self {
            EdgeKind::Created => "created",
            EdgeKind::Awaited => "awaited",
            EdgeKind::Woke => "woke",
            EdgeKind::Released => "released",
            EdgeKind::Cancelled => "cancelled",
        }
    }
}
