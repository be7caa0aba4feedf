use std::collections::{BTreeMap, BTreeSet};

use etude_text::Severity;

use super::Rule;
use super::report::{Finding, finding};
use crate::events::Op;
use crate::story::{Ending, Story};
use crate::trace::{Micros, Site, Trace};
use crate::wording::list;

pub(super) static RULE: Rule = Rule {
    code: "race",
    severity: Severity::Warning,
    summary: "What the program does depends on which of equals comes first",
    documentation: r#"
Finds programs whose output or end changes with the order in which tasks that are due at the same moment get their
turn. The program is run several times, each with another order, and all else equal.

Which of two equal timers fires first is nowhere promised. A program that prints something else, or fails, when it is
the other one works by luck: on another machine, or under load, it will not.

Wrong:

```python
async def add(account, amount):
    balance = account.balance
    await asyncio.sleep(0.1)
    account.balance = balance + amount
```

Right:

```python
async def add(account, amount, lock):
    async with lock:
        balance = account.balance
        await asyncio.sleep(0.1)
        account.balance = balance + amount
```

Between two `await`s nobody else changes anything; across an `await` everybody may. Keep what belongs together in one
step, or hold a lock; wait for an event rather than for a time; sort what may come in any order before you show it.
"#,
    run: None,
};

/// Two runs that are at the same step are no further apart than this.
const AT_ONCE: Micros = 2_000;

/// One of several runs of the same program.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// `None` is the order in which they began to wait.
    pub seed: Option<u64>,
    /// What it printed.
    pub output: &'a str,
    /// How it ended: `exit code 1`, `deadlock`.
    pub end: &'a str,
    pub trace: &'a Trace,
}

/// What only several runs show: the outcome changes with the seed, and nothing else was changed.
pub fn compare(runs: &[Run<'_>]) -> Option<Finding> {
    let mut outcomes: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        outcomes.entry((run.end, run.output)).or_default().push(index);
    }
    let mut groups: Vec<&Vec<usize>> = outcomes.values().collect();
    groups.sort_by_key(|group| group[0]);
    let [usual, other, ..] = &groups[..] else { return None };
    let (one, two) = (&runs[usual[0]], &runs[other[0]]);
    let difference = Difference::between(one, two);
    let (with_one, with_two) = (one.seeded(), two.seeded());
    let how = match &difference {
        Difference::End => format!("{} {with_one}, {} {with_two}", one.end, two.end),
        Difference::Order => format!("the same lines come in another order {with_two}"),
        Difference::Line { first, second } => format!("{first} {with_one}, {second} {with_two}"),
    };
    let split = Split::between(one.trace, two.trace);
    let cause = if repeats_differently(runs) { Cause::Chance } else { Cause::of(one, two, split.as_ref()) };
    let message = format!("{}: {} different outcomes in {} runs; {how}", cause.told(), groups.len(), runs.len());
    let mut finding = finding(&RULE, split.as_ref().and_then(|split| split.site.as_ref()), message);
    if matches!(difference, Difference::Order) {
        // An order may be meant to be open; a result rarely is.
        finding.severity = Severity::Note;
    }
    if let (Some(split), Cause::Order) = (&split, cause) {
        let (first, second) = (&split.first, &split.second);
        let text = format!("the runs part here: {first} goes first {with_one}, {second} {with_two}");
        finding = finding.seen(Some(split.time), split.site.as_ref(), text);
    }
    for group in &groups {
        let run = &runs[group[0]];
        let last =
            run.output.lines().last().map(|line| format!(", last line `{}`", shortened(line))).unwrap_or_default();
        let seeds = seeds(group.iter().map(|&index| runs[index].seed));
        finding = finding.seen(None, None, format!("{seeds}: {}{last}", run.end));
    }
    Some(finding.hint(cause.hint()))
}

impl Run<'_> {
    fn seeded(&self) -> String {
        self.seed.map_or("without a seed".to_owned(), |seed| format!("with seed {seed}"))
    }
}

/// `without a seed, and with seed 1 and 3`.
fn seeds(all: impl Iterator<Item = Option<u64>> + Clone) -> String {
    let numbers: BTreeSet<u64> = all.clone().flatten().collect();
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    let with = format!("with seed {}", list(&numbers, 8));
    match (all.clone().any(|seed| seed.is_none()), numbers.is_empty()) {
        (true, true) => "without a seed".to_owned(),
        (true, false) => format!("without a seed, and {with}"),
        (false, _) => with,
    }
}

/// Whether two runs with one seed, that is, in one order, came out differently.
fn repeats_differently(runs: &[Run<'_>]) -> bool {
    let outcome = |run: &Run<'_>| (run.end.to_owned(), run.output.to_owned());
    let mut by_seed = BTreeMap::new();
    runs.iter().any(|run| *by_seed.entry(run.seed).or_insert_with(|| outcome(run)) != outcome(run))
}

/// Why the outcomes differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Of equals another one came first.
    Order,
    /// The same tasks ran in the same order, or at other times: the program itself does not do the same twice.
    Chance,
    Unknown,
}

impl Cause {
    fn of(one: &Run<'_>, two: &Run<'_>, split: Option<&Split>) -> Cause {
        match split {
            _ if one.trace.is_empty() || two.trace.is_empty() => Cause::Unknown,
            Some(split) if split.apart <= AT_ONCE => Cause::Order,
            _ => Cause::Chance,
        }
    }

    fn told(self) -> &'static str {
        match self {
            Cause::Order => "the outcome depends on who of those due at the same moment comes first",
            Cause::Chance => "the outcome changes from run to run by itself, whoever comes first",
            Cause::Unknown => "the outcome changes with the seed",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Cause::Order | Cause::Unknown => {
                "keep what belongs together between two `await`s, or hold a lock across them; do not rely on the order \
                 of equal times"
            }
            Cause::Chance => {
                "if the program draws lots, give it a `random.Random(seed)` of its own, or let tests say what is drawn; \
                 if it looks at the clock, hand the time in"
            }
        }
    }
}

enum Difference {
    End,
    Order,
    Line { first: String, second: String },
}

impl Difference {
    fn between(one: &Run<'_>, two: &Run<'_>) -> Difference {
        if one.end != two.end {
            return Difference::End;
        }
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        if sorted(one.output) == sorted(two.output) {
            return Difference::Order;
        }
        let lines = one.output.lines().zip(two.output.lines()).find(|(first, second)| first != second);
        let quoted =
            |line: Option<&str>| line.map_or("nothing more".to_owned(), |line| format!("`{}`", shortened(line)));
        match lines {
            Some((first, second)) => Difference::Line { first: quoted(Some(first)), second: quoted(Some(second)) },
            None => {
                let common = one.output.lines().count().min(two.output.lines().count());
                let line = |text| quoted(str::lines(text).nth(common));
                Difference::Line { first: line(one.output), second: line(two.output) }
            }
        }
    }
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

/// Where two runs of one program begin to differ.
struct Split {
    time: Micros,
    /// How far apart in time the two runs were at that point.
    apart: Micros,
    first: String,
    second: String,
    site: Option<Site>,
}

impl Split {
    /// The first step that is another task's in the other run. Ids are given in the order of creation, and so the same
    /// up to there.
    fn between(one: &Trace, two: &Trace) -> Option<Split> {
        let (first, second) = (Story::read(one, Ending::Exited), Story::read(two, Ending::Exited));
        let (ours, theirs) = (steps(&first), steps(&second));
        let at = ours.iter().zip(&theirs).position(|(our, their)| our.1 != their.1)?;
        let ((time, task), (their_time, other)) = (ours[at], theirs[at]);
        let name = |story: &Story<'_>, id: i32| match story.task(id) {
            Some(task) => format!("`{}`", story.label(task.id)),
            None => "a callback".to_owned(),
        };
        let site = first.task(task).and_then(|task| {
            let before = task.step_before(time).and_then(|step| step.wait);
            before.and_then(|wait| one.site(wait.site)).or(task.defined)
        });
        Some(Split {
            time,
            apart: (time - their_time).abs(),
            first: name(&first, task),
            second: name(&second, other),
            site: site.cloned(),
        })
    }
}

/// All steps of a run, each with its task, in order.
fn steps(story: &Story<'_>) -> Vec<(Micros, i32)> {
    let mut steps: Vec<(Micros, i32)> = story.records(Op::Step).map(|record| (record.time, record.task)).collect();
    steps.sort_by_key(|step| step.0);
    steps
}
