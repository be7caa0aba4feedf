//! Who was kept waiting by a held loop.

use std::collections::BTreeMap;

use super::Hold;
use crate::story::{Story, Task};
use crate::trace::{Id, Micros, Site};

/// A loop that is free again runs whatever is ready within this time.
const AFTER: Micros = 5_000;
/// Who was ready for less than this was not kept waiting.
const WAITED: Micros = 50_000;

/// The steps of each loop, in order of time.
pub(super) struct Late<'s> {
    story: &'s Story<'s>,
    steps: BTreeMap<Id, Vec<(Micros, Id)>>,
}

impl<'s> Late<'s> {
    pub(super) fn new(story: &'s Story<'s>) -> Self {
        let mut steps: BTreeMap<Id, Vec<(Micros, Id)>> = BTreeMap::new();
        for task in story.tasks.values() {
            steps.entry(task.on).or_default().extend(task.steps.iter().map(|step| (step.start, task.id)));
        }
        for steps in steps.values_mut() {
            steps.sort_unstable();
        }
        Self { story, steps }
    }

    /// The tasks that could have gone on while the loop was held, and did right afterwards.
    pub(super) fn after(&self, hold: &Hold<'_>) -> Vec<Id> {
        let Some(steps) = self.steps.get(&hold.on) else { return Vec::new() };
        let from = steps.partition_point(|(start, _)| *start < hold.end);
        let mut late: Vec<Id> = steps[from..]
            .iter()
            .take_while(|(start, _)| *start < hold.end + AFTER)
            .filter(|(start, id)| *id != hold.task && self.was_late(*id, *start, hold))
            .map(|(_, id)| *id)
            .collect();
        late.sort_unstable();
        late.dedup();
        late
    }

    fn was_late(&self, id: Id, step: Micros, hold: &Hold<'_>) -> bool {
        let Some(task) = self.story.tasks.get(&id) else { return false };
        if task.created >= hold.start {
            // What a callback of the loop makes right after may be a connection that had come in meanwhile.
            let by_callback = task.parent.is_none() && self.was_running(task);
            return task.created >= hold.end && by_callback;
        }
        let before = task.step_before(step).map_or(task.created, |other| other.end);
        let ready = match task.last_wake(step).filter(|wake| wake.time >= before) {
            // A first step, or a bare yield: ready all the time.
            None => before,
            // By the world outside, which could not be heard before the loop was free.
            Some(wake) if wake.by == 0 && wake.late == 0 && wake.time >= hold.end => return true,
            Some(wake) => wake.time - wake.late,
        };
        step - ready >= WAITED
    }

    /// Whether its loop ran when a task was made, rather than being about to run for it.
    fn was_running(&self, task: &Task<'_>) -> bool {
        let runs = self.story.loops.get(&task.on).map_or(&[][..], |it| &it.runs);
        runs.iter().any(|(start, end)| *start < task.created && end.is_none_or(|end| task.created < end))
    }

    /// Where a task had been waiting when the loop became free.
    pub(super) fn waited_at(&self, id: Id, time: Micros) -> Option<&'s Site> {
        let task: &Task<'s> = self.story.tasks.get(&id)?;
        match task.step_before(time) {
            Some(step) => self.story.trace.site(step.wait?.site),
            None => task.created_at,
        }
    }
}
