//! From records to a story.

use std::collections::{BTreeMap, HashMap};

use super::{Done, Ending, Job, Outcome, Process, Step, Story, Task, Thread, Wait, Wake};
use crate::events::{Op, Record};
use crate::trace::{Id, Micros, Object, Trace};
use crate::wait::WaitKind;

impl<'t> Story<'t> {
    pub(crate) fn read(trace: &'t Trace, ending: Ending) -> Self {
        let mut story = Story {
            trace,
            ending,
            tasks: BTreeMap::new(),
            loops: BTreeMap::new(),
            jobs: BTreeMap::new(),
            threads: BTreeMap::new(),
            processes: BTreeMap::new(),
            end: 0,
            labels: HashMap::new(),
        };
        for (id, object) in &trace.objects {
            if matches!(object, Object::Thread { .. }) {
                story.threads.insert(*id, Thread::default());
            }
        }
        for record in &trace.records {
            story.end = story.end.max(if record.op.lasts() { record.time + record.amount } else { record.time });
            story.add(record);
        }
        story.tidy();
        story
    }

    fn add(&mut self, record: &Record) {
        let trace = self.trace;
        let Record { time, amount, site, a, b, c, .. } = *record;
        match record.op {
            Op::Created => self.create(record),
            Op::Step => {
                let wait = (a != 0).then(|| self.wait(record));
                self.on_task(record, |task| task.steps.push(Step { start: time, end: time + amount, wait }));
            }
            Op::Done => {
                let outcome = match amount {
                    1 => Outcome::Raised(trace.string(a)),
                    2 => Outcome::Cancelled,
                    _ => Outcome::Returned,
                };
                self.on_task(record, |task| task.done = Some(Done { time, outcome, site: trace.site(site) }));
            }
            Op::Wake => {
                let wake = Wake { time, site, by: a, is_cancel: c == 1, late: amount };
                self.on_task(record, |task| task.wakes.push(wake));
            }
            Op::Cancel => self.on_task(record, |task| task.cancels.push(time)),
            Op::Left if amount == 0 => {
                let wait = self.wait(record);
                self.on_task(record, |task| task.left = Some(wait));
            }
            Op::Loop => {
                let entry = self.loops.entry(Id(a)).or_default();
                entry.thread = Id(b);
                if amount == 1 {
                    entry.main = entry.main.or(some(record.task));
                    entry.runs.push((time, None));
                } else if let Some(last) = entry.runs.last_mut() {
                    last.1 = Some(time);
                }
            }
            Op::JobSubmitted => self.on_job(a, |job| {
                (job.submitted, job.by, job.site) = (Some(time), some(record.task), site);
            }),
            Op::JobStart => self.on_job(a, |job| (job.start, job.thread) = (Some(time), Id(b))),
            Op::JobEnd => self.on_job(a, |job| {
                job.end = Some(time);
                job.cpu = (b != 0).then_some(Micros::from(c.max(0)));
            }),
            Op::ThreadStart => {
                let thread = self.threads.entry(Id(a)).or_default();
                (thread.start, thread.site, thread.by) = (Some(time), site, Id(b));
            }
            Op::ThreadEnd => {
                let thread = self.threads.entry(Id(a)).or_default();
                (thread.end, thread.cpu) = (Some(time), Some(Micros::from(c.max(0))));
            }
            Op::ProcessStart => {
                let process = Process { start: time, by: some(record.task), site, end: None };
                self.processes.entry(Id(a)).or_insert(process);
            }
            Op::ProcessEnd => {
                if let Some(process) = self.processes.get_mut(&Id(a)) {
                    process.end = Some((time, b));
                }
            }
            Op::Left
            | Op::Handle
            | Op::Print
            | Op::NeverAwaited
            | Op::Handler
            | Op::Sample
            | Op::Queue
            | Op::Nested
            | Op::Hold
            | Op::Idle
            | Op::Call
            | Op::Flood => {}
        }
    }

    fn create(&mut self, record: &Record) {
        let trace = self.trace;
        let id = Id(record.task);
        let Some(Object::Task { name, coroutine, site, user }) = trace.objects.get(&id) else { return };
        self.tasks.entry(id).or_insert_with(|| Task {
            id,
            name,
            coroutine: trace.string(*coroutine),
            defined: trace.site(*site),
            is_user: *user,
            created: record.time,
            created_at: trace.site(record.site),
            parent: some(record.a).filter(|&parent| parent != id),
            on: Id(record.c),
            steps: Vec::new(),
            wakes: Vec::new(),
            cancels: Vec::new(),
            done: None,
            left: None,
        });
    }

    fn on_task(&mut self, record: &Record, add: impl FnOnce(&mut Task<'t>)) {
        if let Some(task) = self.tasks.get_mut(&Id(record.task)) {
            add(task);
        }
    }

    /// A worker can be quicker than the line that hands the job over.
    fn on_job(&mut self, id: i32, change: impl FnOnce(&mut Job)) {
        if let Some(Object::Job { pool, .. }) = self.trace.object(id) {
            let job = self.jobs.entry(Id(id)).or_default();
            job.pool = *pool;
            change(job);
        }
    }

    fn wait(&self, record: &Record) -> Wait {
        let class = match self.trace.object(record.c) {
            Some(Object::Resource { class, .. }) => Some(class.as_str()),
            Some(Object::Group { kind, .. }) if kind == "TaskGroup" => Some("TaskGroup"),
            _ => None,
        };
        Wait {
            kind: WaitKind::of(self.trace.string(record.a), class),
            place: record.a,
            site: record.site,
            chain: record.b,
            target: record.c,
            kept: Some(record.kept).filter(|&kept| kept != u8::MAX),
        }
    }

    /// Brings into order what the stream could not, and fills in what it need not say.
    fn tidy(&mut self) {
        for task in self.tasks.values_mut() {
            task.steps.sort_by_key(|step| step.start);
            for index in 1..task.steps.len() {
                let next = task.steps[index].start;
                task.steps[index - 1].end = task.steps[index - 1].end.min(next);
            }
            task.wakes.sort_by_key(|wake| wake.time);
            *self.labels.entry(task.label()).or_default() += 1;
        }
        let parents: Vec<Id> = self.tasks.keys().copied().collect();
        for task in self.tasks.values_mut() {
            // An id that is no task's would be a lane nobody can draw; a later one would be a circle.
            task.parent = task.parent.filter(|parent| *parent < task.id && parents.binary_search(parent).is_ok());
        }
        for task in self.tasks.values() {
            let entry = self.loops.entry(task.on).or_default();
            if entry.main.is_none() && task.parent.is_none() && task.is_user {
                entry.main = Some(task.id);
            }
        }
    }
}

fn some(id: i32) -> Option<Id> {
    (id > 0).then_some(Id(id))
}
