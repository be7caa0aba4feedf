//! A run as one JSON object.

use etude_sandbox::{Stream, Transcript};
use etude_trace::export::{EdgeView, FindingView, LaneView, PrintView, View};
use serde::Serialize;

use super::races::{Hunt, Tried};
use super::report::{self, DEADLOCK};
use super::seen::Seen;

#[derive(Serialize)]
pub(super) struct Report {
    outcome: &'static str,
    exit: Option<i32>,
    stdout: String,
    stderr: String,
    writes: Vec<Write>,
    wall_ms: u128,
    virtual_ms: u128,
    cpu_ms: u128,
    peak_kb: u64,
    clock: &'static str,
    seed: Option<u64>,
    /// As `--findings` and `--races` say them.
    findings: Vec<FindingView>,
    tasks: Vec<LaneView>,
    others: Vec<LaneView>,
    edges: Vec<EdgeView>,
    prints: Vec<PrintView>,
    notes: Vec<String>,
    /// With `--races`, each with its order.
    runs: Vec<Run>,
    /// What stand-ins answered.
    answers: Vec<Answer>,
    cause: Option<String>,
    hint: Option<String>,
    failure: Option<Failure>,
}

#[derive(Serialize)]
struct Run {
    seed: Option<u64>,
    outcome: &'static str,
    exit: Option<i32>,
    stdout: String,
}

#[derive(Serialize)]
struct Answer {
    host: String,
    method: String,
    path: String,
    status: u16,
    known: bool,
}

#[derive(Serialize)]
struct Write {
    at_ms: u128,
    stream: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Failure {
    kind: String,
    message: String,
    file: Option<String>,
    line: Option<u32>,
}

impl Report {
    pub(super) fn new(
        transcript: &Transcript,
        hints: &[String],
        seed: Option<u64>,
        seen: &Seen,
        hunt: Option<&Hunt>,
    ) -> Self {
        let mut findings = seen.findings.clone();
        if !findings.iter().any(|finding| finding.code == DEADLOCK) {
            findings.extend(report::deadlock(transcript));
        }
        findings.extend(hunt.and_then(|hunt| hunt.finding.clone()));
        let view = View::new(&seen.timeline, &findings);
        let writes = texts(transcript);
        let of = |name: &str| writes.iter().filter(|it| it.stream == name).map(|it| it.text.as_str()).collect();
        Report {
            outcome: transcript.outcome.name(),
            exit: transcript.exit,
            stdout: of("stdout"),
            stderr: of("stderr"),
            wall_ms: transcript.wall.as_millis(),
            virtual_ms: transcript.virtual_time.as_millis(),
            cpu_ms: transcript.cpu.as_millis(),
            peak_kb: transcript.peak_memory / 1024,
            clock: transcript.clock.name(),
            seed,
            findings: view.findings,
            tasks: view.tasks,
            others: view.others,
            edges: view.edges,
            prints: view.prints,
            notes: view.notes,
            runs: hunt.iter().flat_map(|hunt| &hunt.runs).map(Run::new).collect(),
            answers: transcript.answers.iter().map(Answer::new).collect(),
            cause: transcript.cause.clone(),
            hint: (!hints.is_empty()).then(|| hints.join("; ")),
            failure: transcript.failure.clone().map(|failure| Failure {
                kind: failure.kind,
                message: failure.message,
                line: failure.place.as_ref().map(|place| place.line),
                file: failure.place.map(|place| place.file),
            }),
            writes,
        }
    }
}

impl Answer {
    fn new(answer: &etude_sandbox::Answer) -> Self {
        let etude_sandbox::Answer { host, method, path, status, known, .. } = answer.clone();
        Self { host, method, path, status, known }
    }
}

impl Run {
    fn new(tried: &Tried) -> Self {
        Self { seed: tried.seed, outcome: tried.outcome.name(), exit: tried.exit, stdout: tried.stdout.clone() }
    }
}

/// The writes as text. A character that was cut by the end of a write belongs to the one that completes it.
fn texts(transcript: &Transcript) -> Vec<Write> {
    let mut rests: [Vec<u8>; 2] = Default::default();
    let mut writes: Vec<Write> = Vec::new();
    for write in &transcript.writes {
        let (index, stream) = if write.stream == Stream::Stdout { (0, "stdout") } else { (1, "stderr") };
        rests[index].extend_from_slice(&write.bytes);
        let end = match std::str::from_utf8(&rests[index]) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            // A bad byte may hide a cut character behind it; it is rare enough to be shown as two bad ones.
            _ => rests[index].len(),
        };
        let rest = rests[index].split_off(end);
        let whole = std::mem::replace(&mut rests[index], rest);
        // A moment of the steady clock is some readings short of a whole second.
        let at_ms = (write.at.as_micros() + 500) / 1000;
        writes.push(Write { at_ms, stream, text: String::from_utf8_lossy(&whole).into_owned() });
    }
    for (rest, stream) in rests.iter().zip(["stdout", "stderr"]) {
        if !rest.is_empty()
            && let Some(last) = writes.iter_mut().rev().find(|write| write.stream == stream)
        {
            last.text.push_str(&String::from_utf8_lossy(rest));
        }
    }
    writes
}
