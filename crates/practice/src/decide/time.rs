//! How long something takes: by the program's own printed numbers, and by the clock of the run.

use std::sync::LazyLock;
use std::time::Duration;

use etude_course::{Bound, Lang, Scope, Snippet, SnippetKind};
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
    pub(super) bound: Bound,
}

impl Stated {
    /// `busy` of the time was no waiting, and may be less elsewhere.
    fn fits(self, seconds: f64, busy: f64) -> bool {
        let least = (seconds - busy).max(0.0);
        let nearest = self.seconds.clamp(least, seconds.max(least));
        match self.bound {
            // Under a clock that skips waiting, some of the time is that of running.
            Bound::Near => match self.within {
                Some(within) => (seconds - self.seconds).abs() <= within.max(0.01),
                None => near(self.seconds, nearest),
            },
            Bound::AtLeast => seconds >= self.seconds || near(self.seconds, seconds),
            Bound::AtMost => least <= self.seconds || near(self.seconds, least),
        }
    }

    /// Longer than `seconds`, however much the bound leaves open.
    fn is_longer(self, seconds: f64) -> bool {
        self.bound != Bound::AtMost && self.seconds > seconds
    }
}

/// What every start of a program costs.
const START: f64 = 0.1;

pub(super) fn decide(stated: Stated, scope: &Scope, snippet: &Snippet, evidence: &Evidence) -> Verdict {
    let took = evidence.took.as_secs_f64();
    let busy = (evidence.busy.as_secs_f64() - START).max(0.0);
    let fits = |seconds: f64| stated.fits(seconds, busy);
    match &evidence.end {
        End::Stopped { cause, .. } => return Verdict::undecided(format!("it did not end by itself: {cause}")),
        End::Exit { raised: Some(raised), .. } if !fits(took) => {
            return Verdict::undecided(format!("it fails with `{}`", raised.kind));
        }
        _ => {}
    }
    let text = format!("{}\n{}", plain(&evidence.stdout), plain(&evidence.stderr));
    let told = told(&text);
    let parts = evidence.parts.iter().map(|part| part.took.as_secs_f64());
    let requests = evidence.requests.iter().map(|request| request.seconds);
    let of_parts: Vec<f64> = parts.chain(requests).collect();
    let gaps = evidence.writes.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64());
    let inside: Vec<f64> = of_parts.iter().copied().chain(gaps).chain(told.iter().map(|told| told.seconds)).collect();
    let verdict = match scope {
        Scope::Total if of_parts.iter().any(|seconds| fits(*seconds)) => Verdict::Holds,
        Scope::Total => total(stated, took, busy, &told, snippet),
        Scope::Each if inside.iter().any(|seconds| fits(*seconds)) => Verdict::Holds,
        Scope::Each => Verdict::undecided("nothing tells how long each of them took"),
        Scope::Part(name) => match told.iter().find(|told| has_word(told.line, name)) {
            Some(told) if fits(told.seconds) => Verdict::Holds,
            Some(told) => wrong(stated, told.seconds),
            None if fits(took) => Verdict::Holds,
            None => Verdict::undecided(format!("nothing tells how long `{name}` took")),
        },
        Scope::Within => {
            let moments = evidence.writes.iter().map(Duration::as_secs_f64);
            if inside.into_iter().chain(moments).chain([took]).any(fits) {
                Verdict::Holds
            } else if stated.is_longer(took) && acts(snippet) {
                wrong(stated, took)
            } else {
                Verdict::undecided("nothing tells how long that takes")
            }
        }
    };
    let serves = snippet.lang == Lang::Shell && evidence.requests.is_empty() && took < START;
    // `>>> 9` is what something else printed.
    let shows = snippet.kind == SnippetKind::Console && !snippet.code.contains('(');
    let computed = evidence.busy.saturating_sub(evidence.delayed).as_secs_f64();
    match verdict {
        Verdict::False { .. } if shows => Verdict::undecided("there is nothing in it that takes time"),
        Verdict::False { .. } if serves || snippet.kind == SnippetKind::Server => {
            Verdict::undecided("it only starts what takes the time")
        }
        Verdict::False { .. }
            if stated.is_longer(took) && computed > COMPUTES && stated.seconds < took + SLOWER * computed =>
        {
            Verdict::undecided("how long computing takes is the machine's affair")
        }
        Verdict::False { .. } if stood_in::may_take(evidence, stated.seconds) => {
            Verdict::undecided("a stand-in answered at once, and the way to the host itself takes time")
        }
        other => unless_busy(evidence, other),
    }
}

/// From here on a slower machine may be why something takes longer.
const COMPUTES: f64 = 0.25;
/// And by how much.
const SLOWER: f64 = 20.0;

fn acts(snippet: &Snippet) -> bool {
    snippet.python.as_ref().is_none_or(|module| module.usage.acts || module.names.top_level_await)
}

/// Whether a line has a name as a word of its own: "async 1.0" does not tell of `sync`.
fn has_word(line: &str, name: &str) -> bool {
    let (line, name) = (line.to_lowercase(), name.to_lowercase());
    let part = |char: char| char.is_alphanumeric();
    let alone = |at: usize| !line[..at].ends_with(part) && !line[at + name.len()..].starts_with(part);
    line.match_indices(&name).any(|(at, _)| alone(at))
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

fn total(stated: Stated, took: f64, busy: f64, told: &[Told<'_>], snippet: &Snippet) -> Verdict {
    let sums = |told: &&Told<'_>| ["elapsed", "total"].iter().any(|word| told.line.to_lowercase().contains(word));
    let own = told.iter().rfind(sums).or(told.last());
    let fits = |seconds: f64| stated.fits(seconds, busy);
    if fits(took) || own.is_some_and(|own| fits(own.seconds)) {
        return Verdict::Holds;
    }
    if !acts(snippet) {
        return Verdict::undecided("the code only defines, and nothing runs what it defines");
    }
    if let Some(told) = told.iter().find(|told| fits(told.seconds)) {
        return Verdict::undecided(format!("it tells several times, and this may be that of `{}`", told.line.trim()));
    }
    wrong(stated, own.map_or(took, |own| own.seconds))
}

fn wrong(stated: Stated, took: f64) -> Verdict {
    let shown =
        if took < 0.1 { format!("{:.0} ms", took * 1000.0) } else { format!("{} s", (took * 100.0).round() / 100.0) };
    let bound = match stated.bound {
        Bound::Near => "",
        Bound::AtLeast => " or more",
        Bound::AtMost => " or less",
    };
    Verdict::wrong(format!("it takes {shown}, and not {} s{bound}", stated.seconds), format!("write `~{shown}`"))
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
    use super::{Bound, Stated, Verdict, has_word, told, unless_busy};
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
    fn what_is_no_waiting_makes_no_time_false() {
        let check = |bound, seconds, busy, expected| {
            let stated = Stated { seconds: 2.0, within: None, bound };
            assert_eq!(stated.fits(seconds, busy), expected, "{bound:?} {seconds} {busy}");
        };
        check(Bound::Near, 2.15, 0.0, true);
        check(Bound::Near, 2.6, 0.0, false);
        check(Bound::Near, 2.6, 0.5, true);
        check(Bound::Near, 1.5, 1.0, false);
        check(Bound::AtLeast, 5.0, 0.0, true);
        check(Bound::AtLeast, 1.0, 0.5, false);
        check(Bound::AtMost, 0.3, 0.0, true);
        check(Bound::AtMost, 3.0, 0.5, false);
    }

    #[test]
    fn a_part_is_named_by_a_whole_word() {
        assert!(has_word("sync: 3.00 s", "Sync"));
        assert!(!has_word("async: 1.00 s", "sync"));
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
