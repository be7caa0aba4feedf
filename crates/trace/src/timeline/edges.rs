//! Who made, awaited, woke, let go on or cancelled whom.

use std::collections::{BTreeMap, HashSet};

use super::{Edge, EdgeKind};
use crate::story::{Story, Task};
use crate::trace::{Id, Micros, Object};
use crate::wait::Family;

pub(super) fn of(story: &Story<'_>, places: &BTreeMap<Id, usize>) -> Vec<Edge> {
    let mut collector = Collector { story, places, edges: Vec::new(), groups: HashSet::new() };
    for task in story.tasks.values() {
        collector.task(task);
    }
    for (&id, job) in &story.jobs {
        if let Some(submitted) = job.submitted {
            collector.add(submitted, job.by, Some(id), EdgeKind::Created);
        }
    }
    for (&id, process) in &story.processes {
        collector.add(process.start, process.by, Some(id), EdgeKind::Created);
    }
    for (&id, thread) in &story.threads {
        if let Some(start) = thread.start {
            collector.add(start, Some(thread.by), Some(id), EdgeKind::Created);
        }
    }
    collector.edges.sort_unstable();
    collector.edges
}

struct Collector<'s, 't> {
    story: &'s Story<'t>,
    places: &'s BTreeMap<Id, usize>,
    edges: Vec<Edge>,
    /// Told once: a group may be waited for many times and have many members.
    groups: HashSet<Id>,
}

impl Collector<'_, '_> {
    fn add(&mut self, time: Micros, from: Option<Id>, to: Option<Id>, kind: EdgeKind) {
        let place = |id: Option<Id>| self.places.get(&id?).copied();
        if let (Some(from), Some(to)) = (place(from), place(to))
            && from != to
        {
            self.edges.push(Edge { time, from, to, kind });
        }
    }

    fn task(&mut self, task: &Task<'_>) {
        let me = Some(task.id);
        self.add(task.created, task.parent, me, EdgeKind::Created);
        let mut wakes = task.wakes.iter().peekable();
        for (wait, from, until) in task.waits() {
            self.awaits(task.id, from, Id(wait.target));
            while let Some(wake) = wakes.next_if(|wake| until.is_none_or(|until| wake.time <= until)) {
                let kind = match wait.kind.family() {
                    _ if wake.is_cancel => EdgeKind::Cancelled,
                    Family::Turn | Family::Queue => EdgeKind::Released,
                    _ => EdgeKind::Woke,
                };
                self.add(wake.time, Some(Id(wake.by)), me, kind);
            }
        }
        // A job wakes whoever waits for it from its own thread, where no task is.
        for (wait, _, until) in task.waits() {
            if let (Some(until), Some(job)) = (until, self.story.jobs.get(&Id(wait.target)))
                && job.end.is_some_and(|end| end <= until)
            {
                self.add(job.end.unwrap_or(until), Some(Id(wait.target)), me, EdgeKind::Woke);
            }
        }
    }

    fn awaits(&mut self, task: Id, time: Micros, target: Id) {
        match self.story.trace.objects.get(&target) {
            Some(Object::Task { .. } | Object::Job { .. } | Object::Process { .. }) => {
                self.add(time, Some(task), Some(target), EdgeKind::Awaited);
            }
            Some(Object::Group { members, .. }) if self.groups.insert(target) => {
                for &member in members {
                    self.add(time, Some(task), Some(member), EdgeKind::Awaited);
                }
            }
            _ => {}
        }
    }
}
