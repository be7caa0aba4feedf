use std::collections::BTreeMap;

use etude_text::Severity;

use super::{Context, Correction, Report, Rule};
use crate::events::{Op, Record};
use crate::story::short;
use crate::trace::{Id, Micros, Object, Site, ThreadKind};
use crate::wording::{count, duration};

pub(super) static RULE: Rule = Rule {
    code: "cpu-in-threads",
    severity: Severity::Note,
    summary: "Threads that computed and gained nothing from being several",
    documentation: r#"
Finds threads, or jobs in a pool of threads, that overlapped and each used the CPU for at least 100 ms, where all
together were not faster than one after another. It is measured: their CPU times, added up, are about as long as it
took.

In CPython one thread at a time runs Python code (unless it is a free-threaded build). Threads help where the waiting
is done by the operating system: files, network, `time.sleep`, and libraries that compute outside of Python.

Wrong:

```python
with ThreadPoolExecutor() as pool:
    results = list(pool.map(count_primes, numbers))
```

Right:

```python
with ProcessPoolExecutor() as pool:
    results = list(pool.map(count_primes, numbers))
```

Compute in processes. Functions and arguments have to be importable and picklable, and starting a process costs some
tens of milliseconds, so give each a good piece of work.
"#,
    run: Some(run),
};

const EACH: Micros = 100_000;

struct Work<'a> {
    function: String,
    start: Micros,
    end: Micros,
    cpu: Micros,
    /// In calls known to wait.
    asleep: Micros,
    started_at: Option<&'a Site>,
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let waits = Waits::read(ctx);
    let mut groups: BTreeMap<Id, Vec<Work<'_>>> = BTreeMap::new();
    for (id, job) in &ctx.story.jobs {
        let (Some(start), Some(end), Some(cpu)) = (job.start, job.end, job.cpu) else { continue };
        let function = match ctx.story.trace.object(id.0) {
            Some(Object::Job { function, .. }) => short(ctx.story.trace.string(*function)).to_owned(),
            _ => continue,
        };
        let started_at = ctx.story.trace.site(job.site);
        let asleep = waits.of(job.thread, start, end);
        groups.entry(job.pool).or_default().push(Work { function, start, end, cpu, asleep, started_at });
    }
    for (id, thread) in &ctx.story.threads {
        let (Some(start), Some(end), Some(cpu)) = (thread.start, thread.end, thread.cpu) else { continue };
        let Some(Object::Thread { name, kind: ThreadKind::Plain }) = ctx.story.trace.object(id.0) else { continue };
        let started_at = ctx.story.trace.site(thread.site);
        let (function, asleep) = (name.clone(), waits.of(*id, start, end));
        groups.entry(Id(0)).or_default().push(Work { function, start, end, cpu, asleep, started_at });
    }
    for work in groups.into_values() {
        let busy: Vec<Work<'_>> = work.into_iter().filter(|work| work.cpu >= EACH).collect();
        for together in overlapping(busy) {
            judge(ctx, report, &together);
        }
    }
}

/// Calls known to wait, by thread and in order of time.
struct Waits<'a>(BTreeMap<Id, Vec<&'a Record>>);

impl<'a> Waits<'a> {
    fn read(ctx: &Context<'a>) -> Self {
        let mut calls: BTreeMap<Id, Vec<&Record>> = BTreeMap::new();
        for call in ctx.story.records(Op::Call) {
            calls.entry(Id(call.c)).or_default().push(call);
        }
        calls.values_mut().for_each(|calls| calls.sort_by_key(|call| call.time));
        Self(calls)
    }

    /// How long a thread slept between two moments.
    fn of(&self, thread: Id, start: Micros, end: Micros) -> Micros {
        let calls = self.0.get(&thread).map_or(&[][..], Vec::as_slice);
        let from = calls.partition_point(|call| call.time < start);
        let within = calls[from..].iter().take_while(|call| call.time < end);
        within.map(|call| call.amount - Micros::from(call.b)).sum()
    }
}

/// Those that ran at the same time, each with at least one other.
fn overlapping(mut work: Vec<Work<'_>>) -> Vec<Vec<Work<'_>>> {
    work.sort_by_key(|work| work.start);
    let mut groups: Vec<Vec<Work<'_>>> = Vec::new();
    let mut until = Micros::MIN;
    for work in work {
        let end = work.end;
        match groups.last_mut() {
            Some(group) if work.start < until => group.push(work),
            _ => groups.push(vec![work]),
        }
        until = until.max(end);
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn judge(ctx: &Context<'_>, report: &mut Report<'_>, work: &[Work<'_>]) {
    let start = work.iter().map(|work| work.start).min().unwrap_or(0);
    let end = work.iter().map(|work| work.end).max().unwrap_or(0);
    let asleep: Micros = work.iter().map(|work| work.asleep).sum();
    let (cpu, wall): (Micros, Micros) = (work.iter().map(|work| work.cpu).sum(), end - start);
    // More CPU time than time has passed: they did run at once. Much less: they mostly waited, as threads should.
    if cpu * 100 > wall * 115 || cpu * 100 < wall * 75 || asleep * 10 > wall {
        return;
    }
    let first = &work[0];
    let message = format!(
        "{} computed for {} in all, and that took {}: threads take turns at Python code, so nothing was gained",
        count(work.len(), "thread"),
        duration(cpu),
        duration(wall)
    );
    let mut finding = report.at(first.started_at, message);
    for work in work.iter().take(5) {
        let text = format!(
            "`{}` used the CPU for {} of {}",
            work.function,
            duration(work.cpu),
            duration(work.end - work.start)
        );
        finding = finding.seen(Some(work.start), work.started_at, text);
    }
    let correction = first.started_at.and_then(|site| processes(ctx, site));
    report.add(finding.hint("compute in processes, with a `ProcessPoolExecutor`").correct(correction));
}

/// The pool of the same file, if there is but one, made of processes.
fn processes(ctx: &Context<'_>, site: &Site) -> Option<Correction> {
    let program = ctx.programs.of(site)?;
    let mut pools =
        program.waiting.calls.iter().filter(|call| call.callee.rsplit('.').next() == Some("ThreadPoolExecutor"));
    let call = pools.next().filter(|_| pools.next().is_none())?;
    let text = program.text(call.span).replacen("ThreadPoolExecutor", "ProcessPoolExecutor", 1);
    Correction::edit(&program, &[(call.span, text)])
}
