mod rewrite;

use std::collections::{BTreeMap, BTreeSet};

use etude_python::waiting::{Pair, Turns};
use etude_text::Severity;

use super::executions::{Execution, Key, measure};
use super::{Context, Report, Rule};
use crate::program::Program;
use crate::trace::{Micros, Site};
use crate::wording::duration;

pub(super) static RULE: Rule = Rule {
    code: "serial-awaits",
    severity: Severity::Note,
    summary: "Waits one after another that could be one wait",
    documentation: r#"
Finds awaits that were made one after the other, each of 50 ms and more, although it is proven from the code that none
needs what another gives: different awaits in a row, or the turns of a `for` loop or comprehension. It says how long
they took, and how long the longest of them took alone. Where an order may be meant, nothing is said: values that are
not used, functions that print or change anything, loops that pace themselves, break off or try again.

`await` waits. Two calls that are awaited one after the other take as long as both together, and the program idles
twice.

Wrong:

```python
users = await fetch("users")
prices = await fetch("prices")
```

Right:

```python
users, prices = await asyncio.gather(fetch("users"), fetch("prices"))
```

Start them together with `asyncio.gather` or an `asyncio.TaskGroup`. If there may be many, limit how many are under
way with a semaphore.
"#,
    run: Some(run),
};

const EACH: Micros = 50_000;
const TOGETHER: Micros = 100_000;

/// How long some awaits took, and how long they would have taken together.
struct Saving {
    count: usize,
    serial: Micros,
    together: Micros,
    start: Micros,
}

impl Saving {
    fn of(executions: &[&Execution]) -> Saving {
        Saving {
            count: executions.len(),
            serial: executions.iter().map(|it| it.waited).sum(),
            together: executions.iter().map(|it| it.waited).max().unwrap_or(0),
            start: executions.iter().map(|it| it.start).min().unwrap_or(0),
        }
    }

    fn saved(&self) -> Micros {
        self.serial - self.together
    }
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let measured = measure(ctx.story, ctx.programs);
    let files: BTreeSet<&String> = measured.keys().map(|(file, _)| file).collect();
    for file in files {
        let Some(program) = ctx.programs.file(file) else { continue };
        let known = Known { file, measured: &measured };
        let mut told = BTreeSet::new();
        for turns in &program.waiting.turns {
            if let Some(saving) = known.turns(turns) {
                told.insert(turns.turn);
                let finding = say(report, &program, &[turns.turn], &saving);
                report.add(rewrite::turns(&program, finding, turns));
            }
        }
        for group in groups(&program.waiting.pairs, &known) {
            if group.iter().any(|index| told.contains(index)) {
                continue;
            }
            if let Some(saving) = known.in_a_row(&group) {
                let finding = say(report, &program, &group, &saving);
                report.add(rewrite::row(&program, finding, &group));
            }
        }
    }
}

/// What was measured in one file.
struct Known<'k> {
    file: &'k str,
    measured: &'k BTreeMap<Key, Vec<Execution>>,
}

impl<'k> Known<'k> {
    fn executions(&self, index: usize) -> &'k [Execution] {
        self.measured.get(&(self.file.to_owned(), index)).map_or(&[], Vec::as_slice)
    }

    /// It was seen to wait, and never for other tasks of the program.
    fn is_harmless(&self, index: usize) -> bool {
        let executions = self.executions(index);
        !executions.is_empty() && executions.iter().all(|it| it.is_alone)
    }

    /// The loop that could have saved most.
    fn turns(&self, turns: &Turns) -> Option<Saving> {
        if !self.is_harmless(turns.turn) {
            return None;
        }
        let mut loops: BTreeMap<usize, Vec<&Execution>> = BTreeMap::new();
        for execution in self.executions(turns.turn) {
            loops.entry(execution.activation).or_default().push(execution);
        }
        let savings = loops.values().filter(|turns| turns.len() > 1).map(|turns| Saving::of(turns));
        savings.filter(|saving| saving.serial >= TOGETHER && saving.saved() >= EACH).max_by_key(Saving::saved)
    }

    fn is_pair(&self, pair: &Pair) -> bool {
        let all = [pair.first, pair.second];
        all.iter().chain(&pair.between).all(|&index| self.is_harmless(index)) && self.in_a_row(&all).is_some()
    }

    /// The one time that these awaits of one call followed each other and could have saved most.
    fn in_a_row(&self, group: &[usize]) -> Option<Saving> {
        let (first, rest) = group.split_first()?;
        let rows = self.executions(*first).iter().filter_map(|begin| {
            let mut row = vec![begin];
            for &index in rest {
                let after = (begin.task, row[row.len() - 1].end);
                let all = self.executions(index);
                let next = all.get(all.partition_point(|it| (it.task, it.start) < after))?;
                if next.activation != begin.activation {
                    return None;
                }
                row.push(next);
            }
            row.iter().all(|it| it.waited >= EACH).then(|| Saving::of(&row))
        });
        rows.max_by_key(Saving::saved)
    }
}

/// Awaits each of which may overlap with every other.
fn groups(pairs: &[Pair], known: &Known<'_>) -> Vec<Vec<usize>> {
    let proven: BTreeSet<(usize, usize)> =
        pairs.iter().filter(|pair| known.is_pair(pair)).map(|pair| (pair.first, pair.second)).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut taken = BTreeSet::new();
    for &(first, second) in &proven {
        if taken.contains(&first) || taken.contains(&second) {
            continue;
        }
        let mut group = vec![first, second];
        for &(_, other) in proven.range((first, second + 1)..(first + 1, 0)) {
            if !taken.contains(&other) && group.iter().all(|&member| proven.contains(&(member, other))) {
                group.push(other);
            }
        }
        taken.extend(group.iter().copied());
        groups.push(group);
    }
    groups
}

fn say(report: &Report<'_>, program: &Program, group: &[usize], saving: &Saving) -> super::Finding {
    let site = |index: usize| {
        let line = program.lines(program.waiting.awaits[index].span).0;
        Site { file: program.source.path.clone(), line, function: String::new(), first_line: 0 }
    };
    let callee = |index: &usize| program.waiting.calls[program.waiting.awaits[*index].call].callee.as_str();
    let callees: BTreeSet<&str> = group.iter().map(callee).collect();
    let what = match callees.first().filter(|callee| callees.len() == 1 && !callee.is_empty()) {
        Some(callee) => format!("{} calls of `{callee}`", saving.count),
        None => format!("{} awaits", saving.count),
    };
    let message = format!(
        "{what} one after another took {}, and none needs another's result: together they would take {}",
        duration(saving.serial),
        duration(saving.together)
    );
    let mut finding = report.at(Some(&site(group[0])), message).hint("start them together and await them all at once");
    for &index in group {
        finding = finding.seen(Some(saving.start), Some(&site(index)), "this wait can overlap with the others");
    }
    finding
}
