//! How long something takes: by the program's own printed numbers, and by the clock of the run.

use std::sync::LazyLock;

use etude_course::{Scope, Snippet};
use regex::Regex;

use super::lines::{near, plain};
use super::{Verdict, stood_in};
use crate::run::{BEARABLE, End, Evidence};

/// Numbers that a program prints as times: behind such words, or with a unit.
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:(?P<word>elapsed|took|takes?|time|total|duration|finished|completed|done|in)(?-u:\b)[^0-9\n]{0,20})?(?-u:\b)(?:(?P<minutes>[0-9]+)m)?(?P<number>[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?)\s*(?P<unit>ms|milliseconds|s|secs?|seconds?)?(?-u:\b)")
        .expect("a valid expression")
});

/// A line with the time it tells.
struct Told<'a> {
    line: &'a str,
    seconds: f64,
}

/// A time, and how far from it is still as stated.
#[derive(Clone, Copy)]
pub(super) struct Stated {
    pub(super) seconds: f64,
    pub(super) within: Option<f64>,
}

impl Stated {
    fn fits(self, seconds: f64) -> bool {
        // Under a clock that skips waiting, some of the time is that of running.
        self.within.map_or(near(self.seconds, seconds), |within| (seconds - self.seconds).abs() <= within.max(0.01))
    }
}

pub(super) fn decide(stated: Stated, scope: &Scope, snippet: &Snippet, evidence: &Evidence) -> Verdict {
    match &evidence.end {
        End::Stopped { cause, .. } => return Verdict::undecided(format!("it did not end by itself: {cause}")),
        End::Exit { raised: Some(raised), .. } if !stated.fits(evidence.took.as_secs_f64()) => {
            return Verdict::undecided(format!("it fails with `{}`", raised.kind));
        }
        _ => {}
    }
    let text = format!("{}\n{}", plain(&evidence.stdout), plain(&evidence.stderr));
    let told = told(&text);
    let took = evidence.took.as_secs_f64();
    let verdict = match scope {
        Scope::Total => total(stated, took, &told, snippet),
        Scope::Each => {
            let parts = evidence.parts.iter().map(|part| part.took.as_secs_f64());
            let requests = evidence.requests.iter().map(|request| request.seconds);
            let gaps = evidence.writes.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64());
            let measured = parts.chain(requests).chain(gaps).chain(told.iter().map(|told| told.seconds));
            if measured.into_iter().any(|seconds| stated.fits(seconds)) {
                Verdict::Holds
            } else {
                Verdict::undecided("nothing tells how long each of them took")
            }
        }
        Scope::Part(name) => {
            let name = name.to_lowercase();
            match told.iter().find(|told| told.line.to_lowercase().contains(&name)) {
                Some(told) if stated.fits(told.seconds) => Verdict::Holds,
                Some(told) => wrong(stated, told.seconds),
                None if stated.fits(took) => Verdict::Holds,
                None => Verdict::undecided(format!("nothing tells how long `{name}` took")),
            }
        }
    };
    match unless_busy(evidence, verdict) {
        Verdict::False { .. } if stood_in::may_take(evidence, stated.seconds) => {
            Verdict::undecided("a stand-in answered at once, and the way to the host itself takes time")
        }
        other => other,
    }
}

/// Why its times are not those of an idle machine.
pub(super) fn busy(evidence: &Evidence) -> String {
    format!("the machine was busy, and kept it waiting for {:.1} s", evidence.delayed.as_secs_f64())
}

fn unless_busy(evidence: &Evidence, verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::False { evidence: why, .. } if evidence.delayed > BEARABLE => {
            Verdict::undecided(format!("{}: {why}", busy(evidence)))
        }
        other => other,
    }
}

fn total(stated: Stated, took: f64, told: &[Told<'_>], snippet: &Snippet) -> Verdict {
    let sums = |told: &&Told<'_>| ["elapsed", "total"].iter().any(|word| told.line.to_lowercase().contains(word));
    let own = told.iter().rfind(sums).or(told.last());
    if stated.fits(took) || own.is_some_and(|own| stated.fits(own.seconds)) {
        return Verdict::Holds;
    }
    let acts = snippet.python.as_ref().is_none_or(|module| module.usage.acts || module.names.top_level_await);
    if !acts {
        return Verdict::undecided("the code only defines, and nothing runs what it defines");
    }
    wrong(stated, own.map_or(took, |own| own.seconds))
}

fn wrong(stated: Stated, took: f64) -> Verdict {
    let shown =
        if took < 0.1 { format!("{:.0} ms", took * 1000.0) } else { format!("{} s", (took * 100.0).round() / 100.0) };
    Verdict::wrong(format!("it takes {shown}, and not {} s", stated.seconds), format!("write `~{shown}`"))
}

fn told(text: &str) -> Vec<Told<'_>> {
    let mut all = Vec::new();
    for line in text.lines() {
        for found in PRINTED.captures_iter(line) {
            let decimal = found["number"].contains('.');
            let timed = found.name("unit").is_some() || found.name("word").is_some() && decimal;
            let (true, Ok(number)) = (timed, found["number"].parse::<f64>()) else { continue };
            let milli = found.name("unit").is_some_and(|unit| unit.as_str().to_lowercase().starts_with('m'));
            let minutes: f64 =
                found.name("minutes").and_then(|minutes| minutes.as_str().parse().ok()).unwrap_or_default();
            all.push(Told { line, seconds: minutes * 60.0 + if milli { number / 1000.0 } else { number } });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Verdict, told, unless_busy};
    use crate::run::Evidence;
    use std::time::Duration;

    #[test]
    fn a_busy_machine_proves_no_time_wrong() {
        let check = |delayed, undecided| {
            let evidence = Evidence { delayed: Duration::from_millis(delayed), ..Evidence::never("") };
            let verdict = unless_busy(&evidence, Verdict::wrong("it takes 2 s, and not 1 s", "write `~2 s`"));
            assert_eq!(matches!(verdict, Verdict::Undecided { .. }), undecided, "{verdict:?}");
        };
        check(0, false);
        check(200, false);
        check(900, true);
    }

    #[test]
    fn printed_times() {
        let check = |line: &str, expected: &[f64]| {
            let found: Vec<f64> = told(line).iter().map(|told| told.seconds).collect();
            assert_eq!(found, expected, "{line}");
        };
        check("Elapsed 3.0012", &[3.0012]);
        check("gather took 2.00 for 3 cups", &[2.0]);
        check("poured in 250ms", &[0.25]);
        check("real\t0m3.024s", &[3.024]);
        check("3 cups of 0.5", &[]);
        check("took 3 tries", &[]);
    }
}
