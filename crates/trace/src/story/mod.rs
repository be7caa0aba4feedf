//! The records of a trace, put together by task, job, thread, process and loop.

mod read;

use std::collections::{BTreeMap, HashMap};

use crate::events::{Op, Record};
use crate::trace::{Frame, Id, Micros, Site, Trace};
use crate::wait::WaitKind;

/// How the run ended, as whoever ran it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    #[default]
    Exited,
    /// Everything waited, and nothing could ever end that.
    Deadlock,
    /// Something ended it: a limit, a signal, a person.
    Stopped,
}

pub(crate) struct Story<'t> {
    pub(crate) trace: &'t Trace,
    pub(crate) ending: Ending,
    pub(crate) tasks: BTreeMap<Id, Task<'t>>,
    pub(crate) loops: BTreeMap<Id, Loop>,
    pub(crate) jobs: BTreeMap<Id, Job>,
    pub(crate) threads: BTreeMap<Id, Thread>,
    pub(crate) processes: BTreeMap<Id, Process>,
    /// The last moment anything is known of.
    pub(crate) end: Micros,
    /// How many tasks are called alike.
    labels: HashMap<String, usize>,
}

pub(crate) struct Task<'t> {
    pub(crate) id: Id,
    pub(crate) name: &'t str,
    pub(crate) coroutine: &'t str,
    pub(crate) defined: Option<&'t Site>,
    /// Its coroutine is the user's own.
    pub(crate) is_user: bool,
    pub(crate) created: Micros,
    pub(crate) created_at: Option<&'t Site>,
    pub(crate) parent: Option<Id>,
    pub(crate) on: Id,
    pub(crate) steps: Vec<Step>,
    pub(crate) wakes: Vec<Wake>,
    /// When a `CancelledError` was thrown in.
    pub(crate) cancels: Vec<Micros>,
    pub(crate) done: Option<Done<'t>>,
    /// Where it still waited when the program ended.
    pub(crate) left: Option<Wait>,
}

#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) start: Micros,
    pub(crate) end: Micros,
    /// What the task waits for afterwards; `None` if that was the last step.
    pub(crate) wait: Option<Wait>,
}

#[derive(Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) kind: WaitKind,
    /// The string of what it waits in.
    pub(crate) place: i32,
    pub(crate) site: i32,
    pub(crate) chain: i32,
    pub(crate) target: i32,
    /// How many of the chain's frames were there at the wait before; `None` if that is not known.
    pub(crate) kept: Option<u8>,
}

#[derive(Clone, Copy)]
pub(crate) struct Wake {
    pub(crate) time: Micros,
    pub(crate) site: i32,
    /// Who did it; 0 for the loop itself.
    pub(crate) by: i32,
    pub(crate) is_cancel: bool,
    /// How late the loop was with the timer.
    pub(crate) late: Micros,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome<'t> {
    Returned,
    Raised(&'t str),
    Cancelled,
}

#[derive(Clone, Copy)]
pub(crate) struct Done<'t> {
    pub(crate) time: Micros,
    pub(crate) outcome: Outcome<'t>,
    /// Where it raised.
    pub(crate) site: Option<&'t Site>,
}

#[derive(Default)]
pub(crate) struct Loop {
    pub(crate) main: Option<Id>,
    /// From when to when it ran.
    pub(crate) runs: Vec<(Micros, Option<Micros>)>,
    pub(crate) thread: Id,
}

#[derive(Default)]
pub(crate) struct Job {
    pub(crate) submitted: Option<Micros>,
    pub(crate) by: Option<Id>,
    pub(crate) site: i32,
    pub(crate) pool: Id,
    pub(crate) start: Option<Micros>,
    pub(crate) end: Option<Micros>,
    pub(crate) thread: Id,
    /// CPU time, if it was measured.
    pub(crate) cpu: Option<Micros>,
}

#[derive(Default)]
pub(crate) struct Thread {
    pub(crate) start: Option<Micros>,
    pub(crate) end: Option<Micros>,
    pub(crate) site: i32,
    pub(crate) by: Id,
    pub(crate) cpu: Option<Micros>,
}

pub(crate) struct Process {
    pub(crate) start: Micros,
    pub(crate) by: Option<Id>,
    pub(crate) site: i32,
    pub(crate) end: Option<(Micros, i32)>,
}

impl<'t> Story<'t> {
    pub(crate) fn task(&self, id: i32) -> Option<&Task<'t>> {
        self.tasks.get(&Id(id))
    }

    /// What a task is called where others may have the same name.
    pub(crate) fn label(&self, id: Id) -> String {
        let Some(task) = self.tasks.get(&id) else { return "a task".to_owned() };
        let label = task.label();
        match self.labels.get(&label) {
            Some(&count) if count > 1 && task.name != label => format!("{label} ({})", task.name),
            _ => label,
        }
    }

    /// Tasks of the user's, in the order of their creation.
    pub(crate) fn user_tasks(&self) -> impl Iterator<Item = &Task<'t>> {
        self.tasks.values().filter(|task| task.is_user)
    }

    /// The main task of this task's loop.
    pub(crate) fn main_of(&self, task: &Task<'_>) -> Option<&Task<'t>> {
        self.tasks.get(&self.loops.get(&task.on)?.main?)
    }

    pub(crate) fn records(&self, op: Op) -> impl Iterator<Item = &'t Record> {
        self.trace.records.iter().filter(move |record| record.op == op)
    }
}

impl Task<'_> {
    /// How it is called in messages: the name it was given, else its coroutine.
    pub(crate) fn label(&self) -> String {
        match (self.is_named(), self.coroutine) {
            (true, _) | (false, "") => self.name.to_owned(),
            (false, coroutine) => short(coroutine).to_owned(),
        }
    }

    /// Whether somebody gave it a name of its own.
    pub(crate) fn is_named(&self) -> bool {
        let digits = self.name.strip_prefix("Task-");
        !self.name.is_empty() && !digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// When it was done, if it was.
    pub(crate) fn done_at(&self) -> Option<Micros> {
        self.done.map(|done| done.time)
    }

    pub(crate) fn failed(&self) -> bool {
        matches!(self.done, Some(Done { outcome: Outcome::Raised(_), .. }))
    }

    pub(crate) fn was_cancelled(&self) -> bool {
        matches!(self.done, Some(Done { outcome: Outcome::Cancelled, .. }))
    }

    /// The last time it was made ready, up to a moment.
    pub(crate) fn last_wake(&self, until: Micros) -> Option<&Wake> {
        self.wakes[..self.wakes.partition_point(|wake| wake.time <= until)].last()
    }

    /// The last step that began before a moment.
    pub(crate) fn step_before(&self, time: Micros) -> Option<&Step> {
        self.steps[..self.steps.partition_point(|step| step.start < time)].last()
    }

    /// Each wait, from when to when; the last one open if it never went on.
    pub(crate) fn waits(&self) -> impl Iterator<Item = (Wait, Micros, Option<Micros>)> + '_ {
        self.steps.iter().enumerate().filter_map(|(index, step)| {
            let until = self.steps.get(index + 1).map(|next| next.start.max(step.end));
            step.wait.map(|wait| (wait, step.end, until))
        })
    }
}

impl Trace {
    pub(crate) fn frames(&self, wait: &Wait) -> &[Frame] {
        self.chain(wait.chain)
    }
}

/// `outer.<locals>.inner` as people call it.
pub(crate) fn short(qualified: &str) -> &str {
    qualified.rsplit_once("<locals>.").map_or(qualified, |(_, name)| name)
}
