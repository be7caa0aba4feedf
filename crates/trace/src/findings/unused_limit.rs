use std::collections::{BTreeMap, BTreeSet};

use etude_text::Severity;

use super::{Context, Finding, Report, Rule};
use crate::events::{Op, Record};
use crate::timeline;
use crate::trace::{Id, Micros, Object, Site};
use crate::wording::{count, duration};

pub(super) static RULE: Rule = Rule {
    code: "unused-limit",
    severity: Severity::Warning,
    summary: "A semaphore or pool that limits nothing, or is never given back",
    documentation: r#"
Finds three ways in which a limit misses its point: each task makes a semaphore of its own, so that none ever waits;
of several places in a semaphore or pool only one was ever in use, since the work was done one after another; and a
semaphore or lock whose places were all taken by tasks that ended without giving them back.

Whoever reads such a limit believes that it protects something. It protects nothing, or it stops the program later.

Wrong:

```python
async def fetch(url):
    async with asyncio.Semaphore(2):
        return await get(url)
```

Right:

```python
async def fetch(url, limit):
    async with limit:
        return await get(url)
```

Make one semaphore, hand it to all who are to share it, hold it with `async with`, and start the work together.
"#,
    run: Some(run),
};

/// Used for less time than this, nobody needs a limit.
const USED: Micros = 100_000;

/// What became of one semaphore or lock.
struct Limit<'a> {
    id: Id,
    class: &'a str,
    size: i64,
    made: Option<&'a Site>,
    acquired: Vec<&'a Record>,
    released: usize,
    /// Each time between an acquisition and the release after it.
    held: Vec<(Micros, Micros)>,
    most: usize,
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    if ctx.story.trace.flood.is_some() {
        return;
    }
    let limits = limits(ctx);
    let own = each_its_own(report, &limits);
    let names = timeline::names(ctx.story);
    for limit in limits.iter().filter(|limit| !own.contains(&limit.id)) {
        if let Some(finding) = never_released(ctx, report, limit, &names).or_else(|| one_at_a_time(report, limit)) {
            report.add(finding);
        }
    }
    pools(ctx, report);
}

fn limits<'a>(ctx: &Context<'a>) -> Vec<Limit<'a>> {
    let story = ctx.story;
    let mut records: BTreeMap<Id, Vec<&Record>> = BTreeMap::new();
    for record in story.records(Op::Hold) {
        records.entry(Id(record.a)).or_default().push(record);
    }
    let mut limits = Vec::new();
    for (id, records) in records {
        let Some(Object::Resource { class, size, site }) = story.trace.objects.get(&id) else { continue };
        let (mut open, mut held, mut most) = (Vec::new(), Vec::new(), 0);
        for record in &records {
            if record.amount == 1 {
                open.push(record.time);
                most = most.max(open.len());
            } else if let Some(since) = open.pop() {
                held.push((since, record.time));
            }
        }
        limits.push(Limit {
            id,
            class,
            size: if class == "Lock" { 1 } else { *size },
            made: story.trace.site(*site),
            released: records.iter().filter(|record| record.amount == 0).count(),
            acquired: records.into_iter().filter(|record| record.amount == 1).collect(),
            held,
            most,
        });
    }
    limits
}

/// Semaphores made by one line, each used by one task only, while together they let more in than one of them would.
fn each_its_own(report: &mut Report<'_>, limits: &[Limit<'_>]) -> BTreeSet<Id> {
    let mut by_line: BTreeMap<&Site, Vec<&Limit<'_>>> = BTreeMap::new();
    for limit in limits {
        let tasks: BTreeSet<i32> = limit.acquired.iter().map(|record| record.task).collect();
        if let (Some(made), 1, true) = (limit.made, tasks.len(), limit.class != "Lock") {
            by_line.entry(made).or_default().push(limit);
        }
    }
    let mut own = BTreeSet::new();
    for (made, limits) in by_line {
        let spans = limits.iter().flat_map(|limit| limit.held.iter().copied());
        let at_once = most_at_once(spans.collect());
        let size = limits[0].size;
        if limits.len() < 3 || size < 1 || (at_once as i64) <= size {
            continue;
        }
        own.extend(limits.iter().map(|limit| limit.id));
        let message = format!(
            "each task makes a `{}` of its own here, so it limits nothing: {at_once} were inside at once, and it lets in {size}",
            limits[0].class
        );
        let first = limits[0].acquired.first();
        let finding = report
            .at(Some(made), message)
            .seen(
                first.map(|it| it.time),
                Some(made),
                format!("{} made by this line", count(limits.len(), "semaphore")),
            )
            .about(limits.iter().take(20).filter_map(|limit| limit.acquired.first()).map(|record| Id(record.task)))
            .hint("make it once, outside the function, and hand it to all who are to share it");
        report.add(finding);
    }
    own
}

fn most_at_once(spans: Vec<(Micros, Micros)>) -> usize {
    let mut ends: Vec<(Micros, i32)> = spans.iter().flat_map(|&(start, end)| [(start, 1), (end, -1)]).collect();
    ends.sort_unstable();
    let (mut now, mut most) = (0, 0);
    for (_, change) in ends {
        now += change;
        most = most.max(now);
    }
    usize::try_from(most).unwrap_or(0)
}

/// All places taken, none given back, and those who took them are gone.
fn never_released(
    ctx: &Context<'_>,
    report: &Report<'_>,
    limit: &Limit<'_>,
    names: &BTreeMap<Id, String>,
) -> Option<Finding> {
    let taken = limit.acquired.len();
    if limit.released > 0 || limit.size < 1 || (taken as i64) < limit.size {
        return None;
    }
    let over = |task: i32| ctx.story.task(task).is_some_and(|task| task.done.is_some());
    if !limit.acquired.iter().all(|record| over(record.task)) {
        return None;
    }
    let last = limit.acquired.last()?;
    let name = names.get(&limit.id)?;
    let holder = ctx.story.label(Id(last.task));
    let message =
        format!("`{name}` was taken by `{holder}`, which ended without giving it back: nobody can ever get it again");
    let site = ctx.story.trace.site(last.site);
    Some(
        report
            .at(site, message)
            .seen(Some(last.time), site, "acquired here, and never released")
            .about([Id(last.task)])
            .hint("hold it with `async with`, which gives it back whatever happens"),
    )
}

/// Several places, many visitors, and never two at a time.
fn one_at_a_time(report: &Report<'_>, limit: &Limit<'_>) -> Option<Finding> {
    let used: Micros = limit.held.iter().map(|(start, end)| end - start).sum();
    let many = limit.size >= 2 && limit.acquired.len() as i64 >= 2 * limit.size;
    if !many || limit.most != 1 || limit.class == "Lock" || used < USED {
        return None;
    }
    let site = limit.made;
    let message = format!(
        "this `{}` has {} places and never had more than one in use: its {} came one after another",
        limit.class,
        limit.size,
        count(limit.acquired.len(), "visitor")
    );
    let first = limit.acquired.first()?;
    let mut finding =
        report.at(site, message).seen(Some(first.time), site, format!("held for {} in all", duration(used)));
    finding.severity = Severity::Note;
    Some(finding.hint("a limit only helps work that is started together: `asyncio.gather`, or one task for each"))
}

/// The same for pools of threads or processes.
fn pools(ctx: &Context<'_>, report: &mut Report<'_>) {
    let mut jobs: BTreeMap<Id, Vec<(Micros, Micros, i32)>> = BTreeMap::new();
    for job in ctx.story.jobs.values() {
        if let (Some(start), Some(end)) = (job.start, job.end) {
            jobs.entry(job.pool).or_default().push((start, end, job.site));
        }
    }
    for (pool, jobs) in jobs {
        let Some(Object::Resource { class, size, .. }) = ctx.story.trace.object(pool.0) else { continue };
        let used: Micros = jobs.iter().map(|(start, end, _)| end - start).sum();
        let sites: BTreeSet<i32> = jobs.iter().map(|job| job.2).collect();
        let at_once = most_at_once(jobs.iter().map(|&(start, end, _)| (start, end)).collect());
        // Different lines may well need what the lines before them computed.
        let (1, 1, Some(&site)) = (at_once, sites.len(), sites.first()) else { continue };
        if *size < 2 || jobs.len() < 4 || used < USED {
            continue;
        }
        let site = ctx.story.trace.site(site);
        // The loop's own pool has a size that nobody chose.
        let Some(made) = site.and_then(|site| chosen(ctx, class, site)) else { continue };
        let message = format!(
            "this `{class}` has {size} workers and never had more than one at work: its {} were submitted one after another",
            count(jobs.len(), "job")
        );
        let mut finding = report
            .at(Some(&made), message)
            .seen(jobs.first().map(|job| job.0), site, format!("the jobs took {} in all", duration(used)))
            .hint("submit all jobs before you wait for the first: `asyncio.gather`, or `pool.map`");
        finding.severity = Severity::Note;
        report.add(finding);
    }
}

/// Where the program makes its only pool of this class, and says how large it is to be.
fn chosen(ctx: &Context<'_>, class: &str, submitted: &Site) -> Option<Site> {
    let program = ctx.programs.of(submitted)?;
    let mut calls = program.waiting.calls.iter().filter(|call| call.callee.rsplit('.').next() == Some(class));
    let call = calls.next().filter(|call| calls.next().is_none() && !call.arguments.is_empty())?;
    Some(Site { line: program.lines(call.span).0, ..submitted.clone() })
}
