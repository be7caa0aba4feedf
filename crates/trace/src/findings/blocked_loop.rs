mod advice;
mod late;

use std::collections::BTreeMap;

use etude_text::Severity;

use super::{Context, Report, Rule};
use crate::events::{Op, Record};
use crate::timeline::HOLDING;
use crate::trace::{Id, Micros, Site, Trace};
use crate::wording::{duration, names};

pub(super) static RULE: Rule = Rule {
    code: "blocked-loop",
    severity: Severity::Warning,
    summary: "A step that held the event loop while others had to wait",
    documentation: r#"
Finds steps of 100 ms and more, from one `await` to the next, after which another task of the same loop was late. It
says which line held the loop, and whether by computing or by a call that blocks.

A loop runs one step at a time. Code that neither ends nor awaits keeps everything else from running: other tasks,
timers, connections. `async def` alone changes nothing about that.

Wrong:

```python
async def handle():
    time.sleep(3)
```

Right:

```python
async def handle():
    await asyncio.sleep(3)
```

For a call that blocks, use one that can be awaited, or `await asyncio.to_thread(call, …)`. For computing, use a
process: `loop.run_in_executor` with a `ProcessPoolExecutor`. A thread that computes still takes turns with the
loop's.
"#,
    run: Some(run),
};

/// One time that something held a loop.
struct Hold<'a> {
    task: Id,
    /// Who held it, for messages.
    who: String,
    on: Id,
    start: Micros,
    end: Micros,
    site: Option<&'a Site>,
    how: How<'a>,
    /// The tasks that had to wait for it to end.
    starved: Vec<Id>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How<'a> {
    Call(&'a str),
    Computing,
    Unknown,
}

impl Hold<'_> {
    fn duration(&self) -> Micros {
        self.end - self.start
    }
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let mut by_line: BTreeMap<(Option<&Site>, String), Vec<Hold<'_>>> = BTreeMap::new();
    let late = late::Late::new(ctx.story);
    for mut hold in holds(ctx) {
        hold.starved = late.after(&hold);
        if !hold.starved.is_empty() {
            by_line.entry((hold.site, hold.who.clone())).or_default().push(hold);
        }
    }
    for ((site, who), holds) in by_line {
        let Some(worst) = holds.iter().max_by_key(|hold| hold.duration()) else { continue };
        let by = match worst.how {
            How::Call(call) => format!(" in `{call}`"),
            How::Computing => " by computing".to_owned(),
            How::Unknown => String::new(),
        };
        let again = match holds.len() {
            1 => String::new(),
            count => format!(", {count} times"),
        };
        let message = format!(
            "`{who}` held the event loop for {}{by}{again}, so {} had to wait",
            duration(worst.duration()),
            waiting(ctx, worst),
        );
        let mut finding = report.at(site, message).about([worst.task].into_iter().filter(|id| id.0 > 0));
        finding = finding.seen(Some(worst.start), site, format!("held the loop until {}", duration(worst.end)));
        for &id in worst.starved.iter().filter(|id| !is_new(ctx, worst, **id)).take(3) {
            let text = format!("`{}` went on only then", ctx.story.label(id));
            finding = finding.seen(Some(worst.end), late.waited_at(id, worst.end), text);
        }
        report.add(advice::give(ctx, finding, worst));
    }
}

/// Made right after the loop was free: what it is for had come in before.
fn is_new(ctx: &Context<'_>, hold: &Hold<'_>, task: Id) -> bool {
    ctx.story.tasks.get(&task).is_some_and(|task| task.created >= hold.end)
}

/// Who had to wait.
fn waiting(ctx: &Context<'_>, hold: &Hold<'_>) -> String {
    let (new, known): (Vec<Id>, Vec<Id>) = hold.starved.iter().partition(|id| is_new(ctx, hold, **id));
    let labels = known.iter().filter_map(|id| ctx.story.tasks.get(id)).map(|task| task.label());
    let named = names(labels, 3);
    match (named.is_empty(), new.is_empty()) {
        (false, true) => named,
        (true, _) => "what came in from outside".to_owned(),
        (false, false) => format!("{named}, and what came in from outside,"),
    }
}

/// Steps, and callbacks that are no steps, that lasted too long.
fn holds<'a>(ctx: &Context<'a>) -> Vec<Hold<'a>> {
    let story = ctx.story;
    let observed = Observed::read(ctx);
    let mut holds = Vec::new();
    for task in story.tasks.values() {
        for (index, step) in task.steps.iter().enumerate().filter(|(_, step)| step.end - step.start >= HOLDING) {
            let (site, how) = observed.what_held(story.trace, task.id, step.start, step.end);
            let before = index.checked_sub(1).and_then(|before| task.steps[before].wait);
            let resumed = before.and_then(|wait| story.trace.site(wait.site));
            let site = site.or(resumed).or(task.defined.filter(|_| task.is_user));
            // The task of a server runs the user's functions; its own name says nothing.
            let who = match site.filter(|_| !task.is_user) {
                Some(site) => site.function.clone(),
                None => task.label(),
            };
            holds.push(Hold {
                task: task.id,
                who,
                on: task.on,
                start: step.start,
                end: step.end,
                site,
                how,
                starved: Vec::new(),
            });
        }
    }
    for record in story.records(Op::Handle).filter(|record| record.amount >= HOLDING) {
        let (start, end) = (record.time, record.time + record.amount);
        let (site, how) = observed.what_held(story.trace, Id(0), start, end);
        let who = story.trace.string(record.a).to_owned();
        holds.push(Hold { task: Id(0), who, on: Id(record.c), start, end, site, how, starved: Vec::new() });
    }
    holds
}

/// What the guest saw of long steps, in order of time.
struct Observed<'a> {
    calls: Vec<&'a Record>,
    samples: Vec<&'a Record>,
}

impl<'a> Observed<'a> {
    fn read(ctx: &Context<'a>) -> Self {
        let sorted = |op| {
            let mut records: Vec<&Record> = ctx.story.records(op).collect();
            records.sort_by_key(|record| record.time);
            records
        };
        Self { calls: sorted(Op::Call), samples: sorted(Op::Sample) }
    }

    /// The line, and how: calls that took most of the time, else what the sampler saw most often.
    fn what_held(&self, trace: &'a Trace, task: Id, start: Micros, end: Micros) -> (Option<&'a Site>, How<'a>) {
        let mut calls: BTreeMap<(i32, i32), Micros> = BTreeMap::new();
        for call in within(&self.calls, task, start, end) {
            *calls.entry((call.site, call.a)).or_default() += call.amount;
        }
        if let Some((&(site, call), &took)) = calls.iter().max_by_key(|(_, took)| **took)
            && took * 2 >= end - start
        {
            return (trace.site(site), How::Call(trace.string(call)));
        }
        // The last sample may be written a moment after the step.
        let samples: Vec<&Record> = within(&self.samples, task, start, end + 1_000).collect();
        let mut seen: BTreeMap<i32, usize> = BTreeMap::new();
        for sample in samples.iter().filter(|sample| sample.site > 0) {
            *seen.entry(sample.site).or_default() += 1;
        }
        let site = seen.into_iter().max_by_key(|&(site, count)| (count, -site)).map(|(site, _)| site);
        let how = match (samples.first(), samples.last()) {
            (Some(first), Some(last)) if last.time - first.time > 5_000 => {
                let cpu = (Micros::from(last.b) - Micros::from(first.b)) * 1_000;
                if cpu * 2 > last.time - first.time { How::Computing } else { How::Unknown }
            }
            _ => How::Unknown,
        };
        (site.and_then(|site| trace.site(site)), how)
    }
}

fn within<'a>(records: &[&'a Record], task: Id, start: Micros, end: Micros) -> impl Iterator<Item = &'a Record> {
    let from = records.partition_point(|record| record.time < start);
    records[from..].iter().copied().take_while(move |record| record.time <= end).filter(move |it| it.task == task.0)
}
