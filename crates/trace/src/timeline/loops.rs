//! A lane for each event loop: when it ran anything at all.

use std::collections::{BTreeMap, HashMap};

use super::build::Draft;
use super::{HOLDING, Lane, LaneKind, Segment, SegmentKind, State};
use crate::events::Op;
use crate::story::Story;
use crate::trace::{Id, Micros};

/// When a loop ran anything: steps and long callbacks, joined where they touch.
pub(super) fn draft(story: &Story<'_>, id: Id, mut busy: Vec<(Micros, Micros)>) -> Draft {
    busy.sort_unstable();
    let mut lane = Lane::bare(id, LaneKind::Loop);
    (lane.label, lane.name) = ("event loop".to_owned(), "event loop".to_owned());
    if let Some(run) = story.loops.get(&id) {
        lane.start = run.runs.first().map_or(0, |run| run.0);
        lane.end = run.runs.last().and_then(|run| run.1);
    }
    if lane.end.is_some() {
        lane.state = State::Returned;
    }
    for (start, end) in busy {
        let kind = if end - start >= HOLDING { SegmentKind::Holding } else { SegmentKind::Running };
        let start = lane.segments.last().map_or(start, |last| start.max(last.end));
        let end = end.max(start + 1);
        match lane.segments.last_mut() {
            Some(last) if last.end == start && last.kind == kind => last.end = end,
            _ => lane.segments.push(Segment::bare(start, end, kind)),
        }
    }
    Draft { lane, parent: None }
}

/// What each loop with at least two tasks did, from when to when.
pub(super) fn busy(story: &Story<'_>) -> BTreeMap<Id, Vec<(Micros, Micros)>> {
    let mut busy: BTreeMap<Id, Vec<(Micros, Micros)>> = BTreeMap::new();
    let mut tasks: HashMap<Id, usize> = HashMap::new();
    for task in story.tasks.values() {
        *tasks.entry(task.on).or_default() += 1;
        busy.entry(task.on).or_default().extend(task.steps.iter().map(|step| (step.start, step.end)));
    }
    for callback in story.records(Op::Handle) {
        if let Some(busy) = busy.get_mut(&Id(callback.c)) {
            busy.push((callback.time, callback.time + callback.amount));
        }
    }
    busy.retain(|id, _| tasks.get(id).is_some_and(|&count| count > 1));
    busy
}
