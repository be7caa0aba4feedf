//! Cuts what a session wrote at the driver's marks.

use std::time::Duration;

use etude_sandbox::{Outcome, Stream, Transcript, Write};
use serde::Deserialize;

use super::{End, Evidence, Part, Raised, Request};
use crate::plan::{Action, Session};

/// The evidence for each step. Without a mark the only step is the whole run.
pub(super) fn split(session: &Session, transcript: &Transcript, mark: Option<&str>) -> Vec<Evidence> {
    let Some(mark) = mark else { return vec![whole(transcript)] };
    let mut reader = Reader::new(session.steps.len());
    for stream in [Stream::Stdout, Stream::Stderr] {
        reader.stream = stream;
        reader.at_step = None;
        reader.read(transcript, mark);
    }
    reader.finish(transcript, session)
}

fn whole(transcript: &Transcript) -> Evidence {
    let writes = transcript.writes.iter().filter(|write| write.stream == Stream::Stdout);
    Evidence {
        stdout: transcript.stdout(),
        stderr: transcript.stderr(),
        parts: Vec::new(),
        end: end(transcript),
        took: transcript.virtual_time,
        delayed: Duration::ZERO,
        busy: Duration::ZERO,
        writes: writes.map(|write| write.at).collect(),
        requests: Vec::new(),
        answers: transcript.answers.clone(),
    }
}

fn end(transcript: &Transcript) -> End {
    match (transcript.outcome, transcript.exit) {
        (Outcome::Ok | Outcome::Failed, Some(code)) => {
            let raised = transcript.failure.as_ref().map(|failure| Raised {
                kind: failure.kind.clone(),
                message: failure.message.clone(),
                file: failure.place.as_ref().map(|place| place.file.clone()).unwrap_or_default(),
                line: failure.place.as_ref().map_or(0, |place| place.line),
            });
            End::Exit { code, raised }
        }
        (outcome, _) => End::Stopped { outcome, cause: stopped(transcript) },
    }
}

fn stopped(transcript: &Transcript) -> String {
    transcript.cause.clone().unwrap_or_else(|| format!("it ended with `{}`", transcript.outcome.name()))
}

/// What the driver says of a step at its end.
#[derive(Deserialize)]
struct Said {
    exit: i32,
    raised: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    line: u32,
}

#[derive(Default)]
struct Step {
    stdout: String,
    stderr: String,
    parts: Vec<Part>,
    /// Since when the last of the parts goes on.
    part_began: Duration,
    began: Option<Duration>,
    ended: Option<(Duration, Said)>,
    writes: Vec<Duration>,
    requests: Vec<Request>,
}

struct Reader {
    steps: Vec<Step>,
    stream: Stream,
    at_step: Option<usize>,
    at_part: Option<usize>,
    /// What the server wrote.
    log: String,
    in_log: bool,
    /// Why the server does not listen.
    down: Option<Said>,
}

impl Reader {
    fn new(steps: usize) -> Self {
        let steps = (0..steps).map(|_| Step::default()).collect();
        Self {
            steps,
            stream: Stream::Stdout,
            at_step: None,
            at_part: None,
            log: String::new(),
            in_log: false,
            down: None,
        }
    }

    fn read(&mut self, transcript: &Transcript, mark: &str) {
        let stream = self.stream;
        let writes: Vec<&Write> = transcript.writes.iter().filter(|write| write.stream == stream).collect();
        let bytes: Vec<u8> = writes.iter().flat_map(|write| write.bytes.iter().copied()).collect();
        // Where each piece begins, and when it was written.
        let mut begins = Vec::with_capacity(writes.len());
        let mut at = 0;
        for write in &writes {
            begins.push((at, write.at));
            at += write.bytes.len();
        }
        let time = |offset: usize| {
            let piece = begins.partition_point(|(begin, _)| *begin <= offset);
            begins[piece.max(1) - 1].1
        };
        let opening = format!("\u{1e}{mark} ").into_bytes();
        let mut from = 0;
        while let Some(found) = find(&bytes[from..], &opening) {
            let start = from + found;
            self.wrote(&bytes[from..start], from, &time);
            let words = start + opening.len();
            let Some(len) = bytes[words..].iter().position(|byte| *byte == 0x1e) else { return };
            self.marked(&String::from_utf8_lossy(&bytes[words..words + len]), time(start));
            from = words + len + 1;
        }
        self.wrote(&bytes[from..], from, &time);
    }

    fn wrote(&mut self, bytes: &[u8], offset: usize, time: &dyn Fn(usize) -> Duration) {
        if bytes.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        if self.in_log {
            self.log.push_str(&text);
        }
        let Some(step) = self.at_step.map(|step| &mut self.steps[step]) else { return };
        let part = self.at_part.and_then(|part| step.parts.get_mut(part));
        match self.stream {
            Stream::Stdout => {
                step.stdout.push_str(&text);
                part.into_iter().for_each(|part| part.stdout.push_str(&text));
                let mut last = None;
                for at in (offset..offset + bytes.len()).map(time) {
                    if last != Some(at) {
                        step.writes.push(at.saturating_sub(step.began.unwrap_or_default()));
                        last = Some(at);
                    }
                }
            }
            Stream::Stderr => {
                step.stderr.push_str(&text);
                part.into_iter().for_each(|part| part.stderr.push_str(&text));
            }
        }
    }

    fn marked(&mut self, words: &str, at: Duration) {
        let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
        let first = self.stream == Stream::Stdout;
        match word {
            "begin" => {
                self.at_step = rest.parse().ok().filter(|step| *step < self.steps.len());
                self.at_part = None;
                if let (Some(step), true) = (self.at_step, first) {
                    self.steps[step].began = Some(at);
                }
            }
            "end" => {
                if let (Some(step), true) = (self.at_step, first) {
                    self.steps[step].close_part(at);
                    let said = rest.split_once(' ').and_then(|(_, said)| serde_json::from_str(said).ok());
                    self.steps[step].ended = said.map(|said| (at, said));
                }
                self.at_step = None;
            }
            "line" => {
                if let (Some(step), Ok(line)) = (self.at_step, rest.parse()) {
                    self.at_part = self.steps[step].open_part(line, at, first);
                }
            }
            "request" => {
                let mut numbers = rest.split(' ');
                let status = numbers.next().and_then(|status| status.parse().ok()).filter(|status| *status > 0);
                let seconds = numbers.next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
                if let Some(step) = self.at_step.map(|step| &mut self.steps[step]) {
                    let line = self.at_part.and_then(|part| step.parts.get(part)).map(|part| part.line);
                    step.requests.push(Request { line, status, seconds });
                }
            }
            "server" => {
                let told = rest.strip_prefix("down ");
                self.down = told.and_then(|told| serde_json::from_str(told).ok());
            }
            "log" => self.in_log = true,
            "over" => self.in_log = false,
            _ => {}
        }
    }

    fn finish(self, transcript: &Transcript, session: &Session) -> Vec<Evidence> {
        let Reader { steps, log, down, .. } = self;
        let down = down.map(Said::raised);
        let mut reached = true;
        let mut evidence = Vec::new();
        for (step, planned) in steps.into_iter().zip(&session.steps) {
            let serves = matches!(planned.action, Action::Serve);
            let Step { stdout, mut stderr, parts, began, ended, writes, requests, .. } = step;
            let (end, until) = match (ended, began, &down) {
                (Some((at, said)), ..) => (End::Exit { code: said.exit, raised: said.raised() }, at),
                (None, Some(_), _) => {
                    reached = false;
                    (end_inside(transcript), transcript.virtual_time)
                }
                (None, None, Some(raised)) => {
                    let own = serves && raised.as_ref().is_some_and(|raised| session.is_in(planned.snippet, raised));
                    let why = match raised {
                        Some(raised) => format!("its server does not start: {}: {}", raised.kind, raised.message),
                        None => "its server ends before it listens on its port".to_owned(),
                    };
                    let end = if own { End::Exit { code: 1, raised: raised.clone() } } else { End::Never { why } };
                    (end, Duration::ZERO)
                }
                (None, None, None) => {
                    let why = if reached { stopped(transcript) } else { "a snippet before it did not end".to_owned() };
                    (End::Never { why }, Duration::ZERO)
                }
            };
            if serves {
                stderr.push_str(&log);
            }
            let took = until.saturating_sub(began.unwrap_or_default());
            let answers = transcript.answers.clone();
            evidence.push(Evidence {
                stdout,
                stderr,
                parts,
                end,
                took,
                delayed: Duration::ZERO,
                busy: Duration::ZERO,
                writes,
                requests,
                answers,
            });
        }
        evidence
    }
}

impl Said {
    fn raised(self) -> Option<Raised> {
        let Said { raised, message, file, line, .. } = self;
        raised.map(|kind| Raised { kind, message, file, line })
    }
}

/// The end of a step in which the whole process ended.
fn end_inside(transcript: &Transcript) -> End {
    match end(transcript) {
        // `os._exit` and the like.
        End::Exit { code, .. } => End::Exit { code, raised: None },
        other => other,
    }
}

impl Step {
    /// Begins a part, or finds the one that the first stream began.
    fn open_part(&mut self, line: u32, at: Duration, first: bool) -> Option<usize> {
        if !first {
            return self.parts.iter().position(|part| part.line == line);
        }
        self.close_part(at);
        self.part_began = at;
        self.parts.push(Part { line, ..Part::default() });
        Some(self.parts.len() - 1)
    }

    fn close_part(&mut self, at: Duration) {
        if let Some(last) = self.parts.last_mut() {
            last.took = at.saturating_sub(self.part_began);
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
