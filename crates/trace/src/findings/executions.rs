//! How long each `await` of a function really took, however many single waits it was made of.

use std::collections::{BTreeMap, BTreeSet};

use crate::program::Programs;
use crate::story::{Story, Task, Wait};
use crate::trace::{Frame, Id, Micros};
use crate::wait::{Family, WaitKind};

/// Shorter ones matter to no rule.
const SHORTEST: Micros = 1_000;
const MOST: usize = 200_000;

/// One execution of one `await`.
#[derive(Clone, Debug)]
pub(super) struct Execution {
    pub(super) task: Id,
    /// Which call of the function it belongs to; unique within a run.
    pub(super) activation: usize,
    pub(super) start: Micros,
    pub(super) end: Micros,
    /// Without what was computed meanwhile, which cannot overlap with anything.
    pub(super) waited: Micros,
    /// What was waited for had nothing to do with other tasks of the program.
    pub(super) is_alone: bool,
}

/// A file, and an `await` in it by its place in the file's awaits.
pub(super) type Key = (String, usize);

/// All executions of awaits that were found in the text of the program, in order of time for each task.
pub(super) fn measure(story: &Story<'_>, programs: &Programs<'_>) -> BTreeMap<Key, Vec<Execution>> {
    let mut by_frame: BTreeMap<Frame, Vec<Execution>> = BTreeMap::new();
    let mut measure = Measure { activations: 0, count: 0, by_frame: &mut by_frame };
    for task in story.user_tasks().filter(|task| story.trace.is_followed(task.id)) {
        measure.task(story, task);
    }
    name(story, programs, by_frame)
}

struct Measure<'m> {
    activations: usize,
    count: usize,
    by_frame: &'m mut BTreeMap<Frame, Vec<Execution>>,
}

/// An await that is not known to be over.
struct Open {
    frame: Frame,
    activation: usize,
    start: Micros,
    end: Micros,
    waited: Micros,
    is_alone: bool,
}

impl Measure<'_> {
    fn task(&mut self, story: &Story<'_>, task: &Task<'_>) {
        let mut open: Vec<Open> = Vec::new();
        for (wait, start, until) in task.waits() {
            let frames = story.trace.frames(&wait);
            // Only a bare yield may come without its frames; it belongs to whatever was waited for before.
            let (Some(until), false) = (until, frames.is_empty()) else { continue };
            let kept = wait.kept.map_or_else(|| guess(&open, frames), usize::from);
            let same = open.iter().zip(frames).take_while(|(open, frame)| open.frame == **frame).count();
            // The await of a frame goes on if the frame is the same, at the same place, awaiting the same coroutine.
            let going_on = same.min(kept.saturating_sub(1));
            let activation = open.get(going_on).filter(|_| kept > going_on).map(|open| open.activation);
            self.close(task.id, open.drain(going_on..));
            for (depth, frame) in frames.iter().enumerate().skip(going_on) {
                let activation = activation.filter(|_| depth == going_on).unwrap_or_else(|| {
                    self.activations += 1;
                    self.activations
                });
                open.push(Open { frame: *frame, activation, start, end: until, waited: 0, is_alone: true });
            }
            let alone = is_alone(&wait);
            for it in &mut open {
                it.end = until;
                it.waited += until - start;
                it.is_alone &= alone;
            }
        }
        self.close(task.id, open.into_iter());
    }

    fn close(&mut self, task: Id, over: impl Iterator<Item = Open>) {
        for Open { frame, activation, start, end, waited, is_alone } in over {
            if waited >= SHORTEST && self.count < MOST {
                self.count += 1;
                let execution = Execution { task, activation, start, end, waited, is_alone };
                self.by_frame.entry(frame).or_default().push(execution);
            }
        }
    }
}

/// Where the guest could not tell: the more goes on, the fewer awaits there seem to be.
fn guess(open: &[Open], frames: &[Frame]) -> usize {
    let same = open.iter().zip(frames).take_while(|(open, frame)| open.frame == **frame).count();
    if same == frames.len() { same + 1 } else { same }
}

fn is_alone(wait: &Wait) -> bool {
    match wait.kind.family() {
        Family::Time => wait.kind != WaitKind::Yield,
        Family::World | Family::Work => true,
        Family::Turn | Family::Queue => false,
        Family::Tasks => wait.kind != WaitKind::Task,
    }
}

/// From instructions to awaits: on one line they come in the same order.
fn name(
    story: &Story<'_>,
    programs: &Programs<'_>,
    by_frame: BTreeMap<Frame, Vec<Execution>>,
) -> BTreeMap<Key, Vec<Execution>> {
    let mut instructions: BTreeMap<(&str, u32, u32), BTreeSet<i32>> = BTreeMap::new();
    for frame in by_frame.keys() {
        if let Some(site) = story.trace.site(frame.site) {
            let line = (site.file.as_str(), site.first_line, site.line);
            instructions.entry(line).or_default().insert(frame.instruction);
        }
    }
    let mut awaits: BTreeMap<Key, Vec<Execution>> = BTreeMap::new();
    for (frame, executions) in by_frame {
        let Some(site) = story.trace.site(frame.site) else { continue };
        let Some(program) = programs.of(site) else { continue };
        let Some(routine) = program.routine(site.first_line) else { continue };
        let there = program.awaits_on(routine, site.line);
        let line = &instructions[&(site.file.as_str(), site.first_line, site.line)];
        // With more awaits on the line than were seen to wait, nobody knows which of them did.
        let index = match there.len() {
            1 => 0,
            count if count == line.len() => line.iter().take_while(|&&it| it < frame.instruction).count(),
            _ => continue,
        };
        awaits.entry((site.file.clone(), there[index])).or_default().extend(executions);
    }
    for executions in awaits.values_mut() {
        executions.sort_by_key(|execution| (execution.task, execution.start));
    }
    awaits
}
