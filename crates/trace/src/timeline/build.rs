//! One lane for each task, thread, job and process.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::loops;
use super::{HOLDING, Lane, LaneKind, Print, READY, Segment, SegmentKind, State};
use crate::events::{Op, Record};
use crate::story::{Job, Outcome, Process, Step, Story, Task, Thread, short};
use crate::trace::{Id, Micros, Object, Site, ThreadKind};
use crate::wait::{self, WaitKind};

/// A lane that does not know its place among the others yet.
pub(super) struct Draft {
    pub(super) lane: Lane,
    pub(super) parent: Option<Id>,
}

pub(super) fn lanes(story: &Story<'_>) -> Vec<Draft> {
    let builder = Builder::new(story);
    let mut drafts: Vec<Draft> =
        story.tasks.values().filter(|task| !is_internal(task)).map(|task| builder.task(task)).collect();
    drafts.extend(story.jobs.iter().map(|(&id, job)| builder.job(id, job)));
    drafts.extend(story.processes.iter().map(|(&id, process)| builder.process(id, process)));
    drafts.extend(story.threads.iter().filter_map(|(&id, thread)| builder.thread(id, thread)));
    drafts.extend(loops::busy(story).into_iter().map(|(id, busy)| loops::draft(story, id, busy)));
    drafts
}

/// What asyncio does for itself: clearing up behind every program, connecting the pipes of a process.
fn is_internal(task: &Task<'_>) -> bool {
    let ends = ["shutdown_asyncgens", "shutdown_default_executor", "Transport._connect_pipes"];
    !task.is_user && ends.iter().any(|end| task.coroutine.ends_with(end))
}

/// What everything that can be waited for is called.
pub(crate) fn names(story: &Story<'_>) -> BTreeMap<Id, String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut names = BTreeMap::new();
    for (&id, object) in &story.trace.objects {
        match object {
            Object::Resource { class, .. } => {
                let count = counts.entry(class).or_default();
                *count += 1;
                names.insert(id, format!("{class} {count}"));
            }
            Object::Group { kind, total, .. } => {
                names.insert(id, format!("{kind} of {total}"));
            }
            Object::Job { function, .. } => {
                names.insert(id, short(story.trace.string(*function)).to_owned());
            }
            Object::Process { command, .. } => {
                names.insert(id, command.clone());
            }
            Object::Task { .. } | Object::Thread { .. } | Object::Loop => {}
        }
    }
    names.extend(story.tasks.keys().map(|&id| (id, story.label(id))));
    names
}

struct Builder<'s, 't> {
    story: &'s Story<'t>,
    sites: HashMap<i32, Arc<Site>>,
    /// Calls that held a thread, by task, and by thread where no task ran.
    calls: HashMap<Id, Vec<&'t Record>>,
    prints: HashMap<Id, Vec<Print>>,
}

impl<'s, 't> Builder<'s, 't> {
    fn new(story: &'s Story<'t>) -> Self {
        let trace = story.trace;
        let sites = trace.sites.iter().map(|(&number, site)| (number, Arc::new(site.clone()))).collect();
        let mut builder = Self { story, sites, calls: HashMap::new(), prints: HashMap::new() };
        for record in &trace.records {
            let owner = if record.task > 0 { record.task } else { record.c };
            match record.op {
                // Unbuffered, the end of a line is a write of its own.
                Op::Print if trace.string(record.a).is_empty() && record.amount <= 2 => {}
                Op::Call => builder.calls.entry(Id(owner)).or_default().push(record),
                Op::Print => {
                    let (text, site) = (trace.string(record.a).into(), builder.site(record.site));
                    builder.prints.entry(Id(owner)).or_default().push(Print { time: record.time, text, site });
                }
                _ => {}
            }
        }
        for calls in builder.calls.values_mut() {
            calls.sort_by_key(|call| call.time);
        }
        builder
    }

    fn site(&self, number: i32) -> Option<Arc<Site>> {
        self.sites.get(&number).cloned()
    }

    fn lane(&self, id: Id, kind: LaneKind) -> Lane {
        Lane { prints: self.prints.get(&id).cloned().unwrap_or_default(), ..Lane::bare(id, kind) }
    }

    fn task(&self, task: &Task<'t>) -> Draft {
        let mut lane = self.lane(task.id, LaneKind::Task);
        lane.label = task.label();
        lane.name = task.name.to_owned();
        lane.code = task.coroutine.to_owned();
        lane.defined = task.defined.map(|site| Arc::new(site.clone()));
        lane.created = task.created_at.map(|site| Arc::new(site.clone()));
        lane.start = task.created;
        lane.end = task.done_at();
        lane.cancels = task.cancels.clone();
        lane.state = match task.done.map(|done| done.outcome) {
            None => State::Pending,
            Some(Outcome::Returned) => State::Returned,
            Some(Outcome::Raised(what)) => State::Raised(what.to_owned()),
            Some(Outcome::Cancelled) => State::Cancelled,
        };
        lane.segments = self.task_segments(task);
        Draft { lane, parent: task.parent }
    }

    fn task_segments(&self, task: &Task<'t>) -> Vec<Segment> {
        let mut segments = Vec::with_capacity(task.steps.len() * 2);
        let first = task.steps.first().map_or(self.over(task), |step| step.start);
        if first - task.created >= READY {
            segments.push(Segment::bare(task.created, first, SegmentKind::Ready));
        }
        let mut wakes = task.wakes.iter().peekable();
        for (index, step) in task.steps.iter().enumerate() {
            segments.push(self.step_segment(task.id, step));
            let Some(wait) = step.wait else { continue };
            let next = task.steps.get(index + 1).map(|next| next.start);
            let until = next.unwrap_or_else(|| self.over(task)).max(step.end);
            let mut ready = until;
            while let Some(wake) = wakes.next_if(|wake| wake.time <= until) {
                if wake.time >= step.end {
                    ready = (wake.time - wake.late).clamp(step.end, until);
                }
            }
            if wait.kind == WaitKind::Yield && next.is_some() {
                ready = step.end;
            }
            if until - ready < READY {
                ready = until;
            }
            segments.push(Segment {
                site: self.site(wait.site),
                target: Some(Id(wait.target)).filter(|target| target.0 > 0),
                ..Segment::bare(step.end, ready, SegmentKind::Waiting(wait.kind))
            });
            segments.push(Segment::bare(ready, until, SegmentKind::Ready));
        }
        // A step that was made longer than it was may reach into what comes next.
        let mut at = Micros::MIN;
        segments.retain_mut(|segment| {
            segment.start = segment.start.max(at);
            at = at.max(segment.end);
            segment.end > segment.start
        });
        segments
    }

    fn step_segment(&self, task: Id, step: &Step) -> Segment {
        // Steps too short to measure still happened.
        let end = step.end.max(step.start + 1);
        if step.end - step.start < HOLDING {
            return Segment::bare(step.start, end, SegmentKind::Running);
        }
        let call = self.held_by(task, step);
        Segment {
            site: call.and_then(|call| self.site(call.site)),
            call: call.map(|call| self.story.trace.string(call.a).into()),
            ..Segment::bare(step.start, end, SegmentKind::Holding)
        }
    }

    /// The longest call within a step.
    fn held_by(&self, task: Id, step: &Step) -> Option<&'t Record> {
        let calls = self.calls.get(&task)?;
        let from = calls.partition_point(|call| call.time < step.start);
        calls[from..].iter().copied().take_while(|call| call.time < step.end).max_by_key(|call| call.amount)
    }

    /// Until when a task that never went on is drawn.
    fn over(&self, task: &Task<'_>) -> Micros {
        task.done_at().unwrap_or(self.story.end).max(task.created)
    }

    fn job(&self, id: Id, job: &Job) -> Draft {
        let mut lane = self.lane(id, LaneKind::Job);
        if let Some(Object::Job { function, site, .. }) = self.story.trace.objects.get(&id) {
            lane.code = self.story.trace.string(*function).to_owned();
            lane.defined = self.site(*site);
        }
        lane.label = short(&lane.code).to_owned();
        if let Some(Object::Thread { name, .. }) = self.story.trace.objects.get(&job.thread) {
            lane.name = name.clone();
        }
        lane.created = self.site(job.site);
        let submitted = job.submitted.into_iter().chain(job.start).min().unwrap_or(0);
        (lane.start, lane.end) = (submitted, job.end);
        if job.end.is_some() {
            lane.state = State::Returned;
        }
        let start = job.start.unwrap_or(self.story.end);
        let end = job.end.unwrap_or(self.story.end);
        if start - submitted >= READY {
            lane.segments.push(Segment::bare(submitted, start, SegmentKind::Ready));
        }
        lane.segments.extend(self.thread_segments(job.thread, start, end));
        if let Some(prints) = self.prints.get(&job.thread) {
            let from = prints.partition_point(|print| print.time < start);
            lane.prints.extend(prints[from..].iter().take_while(|print| print.time <= end).cloned());
        }
        Draft { lane, parent: job.by }
    }

    fn thread(&self, id: Id, thread: &Thread) -> Option<Draft> {
        let Some(Object::Thread { name, kind }) = self.story.trace.objects.get(&id) else { return None };
        let shown = match kind {
            // Its jobs tell what it does.
            ThreadKind::Pool | ThreadKind::Library => false,
            ThreadKind::Plain => true,
            // With a loop on it, its tasks do.
            ThreadKind::Main => !self.story.threads.is_empty() && self.story.loops.is_empty() && self.has_others(id),
        };
        if !shown {
            return None;
        }
        let mut lane = self.lane(id, LaneKind::Thread);
        (lane.label, lane.name) = (name.clone(), name.clone());
        lane.created = self.site(thread.site);
        (lane.start, lane.end) = (thread.start.unwrap_or(0), thread.end);
        if thread.end.is_some() || (*kind == ThreadKind::Main && self.story.trace.complete) {
            lane.state = State::Returned;
            lane.end = Some(thread.end.unwrap_or(self.story.end));
        }
        lane.segments = self.thread_segments(id, lane.start, thread.end.unwrap_or(self.story.end)).collect();
        Some(Draft { lane, parent: Some(thread.by) })
    }

    fn has_others(&self, id: Id) -> bool {
        self.story.threads.keys().any(|other| *other != id) || !self.story.processes.is_empty()
    }

    /// Running, but for the calls in which it waited.
    fn thread_segments(&self, thread: Id, start: Micros, end: Micros) -> impl Iterator<Item = Segment> {
        let mut segments = Vec::new();
        let mut at = start;
        let calls = self.calls.get(&thread).map_or(&[][..], Vec::as_slice);
        let from = calls.partition_point(|call| call.time < start);
        for call in calls[from..].iter().take_while(|call| call.time < end) {
            let (from, to) = (call.time.max(at), (call.time + call.amount).min(end));
            if from >= to {
                continue;
            }
            segments.push(Segment::bare(at, from, SegmentKind::Running));
            let name = self.story.trace.string(call.a);
            segments.push(Segment {
                site: self.site(call.site),
                call: Some(name.into()),
                ..Segment::bare(from, to, SegmentKind::Waiting(wait::of_call(name)))
            });
            at = to;
        }
        segments.push(Segment::bare(at, end, SegmentKind::Running));
        segments.into_iter().filter(|segment| segment.end > segment.start)
    }

    fn process(&self, id: Id, process: &Process) -> Draft {
        let mut lane = self.lane(id, LaneKind::Process);
        if let Some(Object::Process { command, kind }) = self.story.trace.objects.get(&id) {
            let program = command.split_whitespace().next().unwrap_or(kind);
            lane.label = program.rsplit('/').next().unwrap_or(program).to_owned();
            (lane.code, lane.name) = (command.clone(), kind.clone());
        }
        lane.created = self.site(process.site);
        lane.start = process.start;
        lane.end = process.end.map(|(time, _)| time);
        if let Some((_, code)) = process.end {
            lane.state = State::Exited(code);
        }
        let end = lane.end.unwrap_or(self.story.end);
        lane.segments.push(Segment::bare(lane.start, end, SegmentKind::Running));
        Draft { lane, parent: process.by }
    }
}
