//! Runs a program again and again, each time in another order of what is due at the same moment, and compares.

use std::collections::{BTreeMap, BTreeSet};

use etude_sandbox::{Job, Outcome, Sandbox, Transcript};
use etude_text::Severity;
use etude_trace::findings::{Run, compare};
use etude_trace::{Finding, Trace};

use super::report;
use crate::interrupts::Interrupts;
use crate::printer::count;

/// What `--races` came to.
pub(super) struct Hunt {
    pub(super) runs: Vec<Tried>,
    pub(super) finding: Option<Finding>,
}

/// One of the runs.
pub(super) struct Tried {
    pub(super) seed: Option<u64>,
    pub(super) outcome: Outcome,
    pub(super) exit: Option<i32>,
    pub(super) stdout: String,
    /// How it ended, in words.
    end: String,
    /// Its number among the different outcomes.
    pub(super) kind: usize,
}

impl Hunt {
    /// With all seeds up to `seeds`, after a first run without one. `tell` hears what is going on.
    pub(super) fn after(
        first: &Transcript,
        job: &Job,
        seeds: u64,
        sandbox: &Sandbox,
        interrupts: &Interrupts,
        tell: &mut dyn FnMut(String),
    ) -> etude_sandbox::Result<Self> {
        let mut tried = Kinds::default();
        tried.add(None, first);
        let run = |seed| sandbox.run(&Job { seed, keep: false, ..job.clone() }, &mut |_| ());
        for seed in 1..=seeds {
            tell(format!("run {} of {}", seed + 1, seeds + 1));
            let transcript = run(Some(seed))?;
            if interrupts.signal().is_some() {
                break;
            }
            tried.add(Some(seed), &transcript);
        }
        // A program that draws lots differs without any other order: without a seed it does not do the same twice. With
        // one it does, as far as `random` is where it draws them.
        if let Some(seed) = tried.first_other().filter(|_| interrupts.signal().is_none()) {
            for seed in [Some(seed), None] {
                tell(seed.map_or("no seed again".into(), |seed| format!("seed {seed} again")));
                tried.add(seed, &run(seed)?);
            }
        }
        Ok(tried.compared())
    }

    /// Whether it is worth a failure: the order of lines alone may be meant to be open.
    pub(super) fn fails(&self) -> bool {
        self.finding.as_ref().is_some_and(|finding| finding.severity > Severity::Note)
    }

    /// What came of it, in a line, and how to see more of it.
    pub(super) fn summary(&self) -> Vec<String> {
        let orders: BTreeSet<Option<u64>> = self.runs.iter().map(|run| run.seed).collect();
        let kinds = self.runs.iter().map(|run| run.kind + 1).max().unwrap_or(0);
        let mut lines = vec![format!(
            "{} of what happens at the same moment: {}",
            count(orders.len(), "order"),
            count(kinds, "outcome")
        )];
        let told =
            self.finding.iter().flat_map(|finding| &finding.evidence).filter(|evidence| evidence.place.is_none());
        lines.extend(told.take(OUTCOMES).map(|evidence| evidence.text.clone()));
        if kinds > OUTCOMES {
            lines.push(format!("and {} more", kinds - OUTCOMES));
        }
        let other = self.runs.iter().filter(|run| run.kind == 1);
        // It came twice: it is the seed that brings it about.
        if let [Tried { seed: Some(seed), .. }, _, ..] = other.collect::<Vec<_>>()[..] {
            lines.push(format!("hint: to see another outcome again: `--clock steady --seed {seed}`"));
        }
        lines
    }
}

/// So many different outcomes are told.
const OUTCOMES: usize = 8;

/// Runs by their outcomes, with the trace of the first of each.
#[derive(Default)]
struct Kinds {
    runs: Vec<Tried>,
    known: BTreeMap<(String, String), usize>,
    traces: Vec<Trace>,
}

impl Kinds {
    fn add(&mut self, seed: Option<u64>, transcript: &Transcript) {
        let stdout = transcript.stdout();
        let end = end(transcript);
        let next = self.traces.len();
        let kind = *self.known.entry((without_addresses(&end), without_addresses(&stdout))).or_insert(next);
        if kind == next {
            self.traces.push(Trace::decode(transcript.events.as_deref().unwrap_or_default()));
        }
        self.runs.push(Tried { seed, outcome: transcript.outcome, exit: transcript.exit, stdout, end, kind });
    }

    /// The first seed with another outcome than the run without one.
    fn first_other(&self) -> Option<u64> {
        self.runs.iter().find(|run| run.kind > 0)?.seed
    }

    fn compared(self) -> Hunt {
        let first_of: Vec<&Tried> =
            (0..self.traces.len()).filter_map(|kind| self.runs.iter().find(|run| run.kind == kind)).collect();
        let runs: Vec<Run<'_>> = self
            .runs
            .iter()
            .map(|run| {
                // What differs in addresses only is the same.
                let like = first_of[run.kind];
                Run { seed: run.seed, output: &like.stdout, end: &like.end, trace: &self.traces[run.kind] }
            })
            .collect();
        Hunt { finding: compare(&runs), runs: self.runs }
    }
}

fn end(transcript: &Transcript) -> String {
    match (transcript.outcome, &transcript.cause) {
        (Outcome::Failed, Some(cause)) => cause.clone(),
        (Outcome::Ok | Outcome::Failed, _) => format!("exit code {}", report::exit_code(transcript)),
        (outcome, _) => outcome.name().to_owned(),
    }
}

/// `<Task object at 0x7f3a12>` is at another address each time, and means the same.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (address, rest) = if digits >= 6 { ("…", &part[digits..]) } else { ("", part) };
        masked.push_str(&format!("0x{address}{rest}"));
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_do_not_tell_outcomes_apart() {
        let check = |text: &str, expected: &str| assert_eq!(without_addresses(text), expected);
        check("<A at 0x7f3a12bc>, 0x7f3a12bc", "<A at 0x…>, 0x…");
        check("0xff and 0x", "0xff and 0x");
        check("plain", "plain");
    }
}
