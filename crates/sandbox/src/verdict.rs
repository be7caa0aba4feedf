//! From what a run left behind to its transcript: which outcome, and why, in a sentence.

use crate::clock::Clock;
use crate::job::{Job, Profile, Program};
use crate::run::{Ended, Stop};
use crate::transcript::{Answer, Failure, Outcome, Place, RealTime, Transcript, Waiting};
use crate::wire::{Status, Step, clock_end, event};
use std::time::Duration;

const MAX_TEXT: usize = 200;

/// Judges a run that did start.
pub(crate) fn transcript(job: &Job, ended: Ended, mut status: Status, work: &str) -> Transcript {
    let by_itself = ended.stop.is_none() && status.clock_end == clock_end::NONE && status.wait & 0x7f == 0;
    let judge = (job.judge.is_some() && by_itself).then_some((status.wait >> 8 & 0xff) as i32);
    let outlived = job.judge.is_some() && status.learner_wait.is_none();
    if job.judge.is_some() {
        // A program that is still there when its judge has ended has done nothing wrong.
        status.wait = status.learner_wait.unwrap_or(0);
    }
    let failure = failure(job, &status.failure);
    let waiting = waiting(job, &status);
    let stopped_at = place_in_dump(job, &status.dump, work);
    let (signal, mut code) = (status.wait & 0x7f, (status.wait >> 8 & 0xff) as i32);
    if status.broken_step == Step::Exec as u32 {
        // What a shell answers: there is no such program, or it may not be run.
        code = if status.broken_errno == libc::ENOENT as u32 { 127 } else { 126 };
    }
    let cpu = Duration::from_micros(status.user_us + status.system_us).max(ended.cpu.unwrap_or_default());
    let end = End { job, ended: &ended, status: &status, failure: failure.as_ref(), signal, code, cpu };
    let outcome = end.outcome();
    let needs = end.needs();
    let clock = Clock::from_wire(status.clock);
    let mut cause = end.not_run().or_else(|| end.cause(outcome, stopped_at.as_ref()));
    if let (Some(cause), Some(needs)) = (&mut cause, needs) {
        cause.push_str(&format!("; it needs the profile `{needs}`"));
    }
    let exit = match (ended.stop, signal) {
        (Some(_), _) => None,
        _ if outlived => None,
        (None, _) if status.clock_end != clock_end::NONE => None,
        (None, 0) => Some(code),
        (None, signal) => Some(128 + signal as i32),
    };
    Transcript {
        outcome,
        exit,
        cpu,
        peak_memory: status.peak_kb * 1024,
        wall: ended.wall,
        clock,
        virtual_time: match status.clock_end {
            _ if clock == Clock::Real => ended.wall,
            // It was not let to where it wanted.
            clock_end::LIMIT => job.limits.virtual_time,
            _ => Duration::from_nanos(status.virtual_ns),
        },
        jumps: status.jumps,
        real_time: real_time(job, clock, status.real_time),
        repeated: status.clock_end == clock_end::UNFIT,
        waiting,
        cause,
        stopped_at,
        failure,
        needs,
        writes: ended.writes,
        events: ended.events,
        judge,
        answers: answers(&status.answers),
        files: ended.files,
    }
}

fn answers(text: &[u8]) -> Vec<Answer> {
    let text = String::from_utf8_lossy(text);
    // The last line may be cut.
    let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let answer = |line: &str| {
        let fields: Vec<&str> = line.split('\0').collect();
        let [host, method, path, status, said] = fields[..] else { return None };
        let [host, method, path] = [host, method, path].map(str::to_owned);
        Some(Answer {
            host,
            method,
            path,
            status: status.parse().ok()?,
            known: said != "unknown",
            exact: said == "exact",
        })
    };
    lines.filter_map(answer).collect()
}

struct End<'a> {
    job: &'a Job,
    ended: &'a Ended,
    status: &'a Status,
    failure: Option<&'a Failure>,
    signal: u32,
    code: i32,
    cpu: Duration,
}

impl End<'_> {
    fn outcome(&self) -> Outcome {
        let limits = &self.job.limits;
        match self.ended.stop {
            Some(Stop::Wall | Stop::Cpu) => return Outcome::Timeout,
            Some(Stop::Memory) => return Outcome::Memory,
            Some(Stop::Output) => return Outcome::Output,
            Some(Stop::Interrupt) => return Outcome::Killed,
            Some(Stop::Clock) | None => {}
        }
        match self.status.clock_end {
            clock_end::STALLED => return Outcome::Deadlock,
            clock_end::IDLE => return Outcome::Idle,
            clock_end::LIMIT | clock_end::UNFIT => return Outcome::Timeout,
            _ => {}
        }
        match self.signal as i32 {
            0 if self.code == 0 => Outcome::Ok,
            0 => self.exit_code_outcome(),
            libc::SIGXCPU => Outcome::Timeout,
            libc::SIGXFSZ => Outcome::Disk,
            libc::SIGKILL if self.ended.memory_kills > 0 => Outcome::Memory,
            libc::SIGKILL if self.cpu >= limits.cpu => Outcome::Timeout,
            _ => Outcome::Killed,
        }
    }

    /// A limit of ours often shows as an ordinary exception, or as a tool's error message.
    fn exit_code_outcome(&self) -> Outcome {
        let errno = match Step::from_u32(self.status.broken_step) {
            Some(Step::Files | Step::Stdin) => self.status.broken_errno as i32,
            _ => self.errno(),
        };
        let kind = self.failure.map_or("", |failure| failure.kind.as_str());
        let has = |bit| self.status.events & bit != 0;
        let command = matches!(self.job.program, Program::Command(_));
        if kind == "MemoryError" || errno == libc::ENOMEM || self.ended.memory_kills > 0 {
            Outcome::Memory
        } else if matches!(errno, libc::ENOSPC | libc::EFBIG | libc::EDQUOT) || (command && has(event::DISK_FULL)) {
            Outcome::Disk
        } else if (has(event::NO_PROCESS) && (kind == "RuntimeError" || errno == libc::EAGAIN))
            || (self.ended.refused_processes > 0 && (command || errno == libc::EAGAIN || kind == "RuntimeError"))
            || (kind == "BlockingIOError" && has(event::NO_PROCESS))
        {
            Outcome::Processes
        } else {
            Outcome::Failed
        }
    }

    fn errno(&self) -> i32 {
        self.status
            .failure
            .split(|byte| *byte == 0)
            .nth(2)
            .map_or(0, |field| std::str::from_utf8(field).ok().and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// The least profile that would have allowed what was refused, if a refusal seems to have ended the program.
    fn needs(&self) -> Option<Profile> {
        if self.failure.is_some_and(|failure| failure.kind != "PermissionError") {
            return None;
        }
        let refused = |bit| self.status.events & bit != 0;
        // How a program ends that is judged says nothing of what it was refused.
        if self.code == 0 && self.signal == 0 && self.job.judge.is_none() {
            None
        } else if refused(event::EXEC_REFUSED) {
            Some(if self.job.profile < Profile::Process { Profile::Process } else { Profile::Shell })
        } else if refused(event::NETWORK_REFUSED) {
            Some(Profile::Server)
        } else {
            None
        }
        .filter(|needs| *needs > self.job.profile)
    }

    /// The program never ran, for a reason that is the job's and not ours.
    fn not_run(&self) -> Option<String> {
        let why = std::io::Error::from_raw_os_error(self.status.broken_errno as i32).to_string();
        let why = why.split(" (os error").next().unwrap_or_default();
        match (Step::from_u32(self.status.broken_step)?, &self.job.program) {
            (Step::Exec, Program::Command(program)) => Some(format!("`{program}` cannot be run: {why}")),
            (Step::Files | Step::Stdin, _) => Some(format!("its files do not fit: {why}")),
            _ => None,
        }
    }

    fn cause(&self, outcome: Outcome, stopped_at: Option<&Place>) -> Option<String> {
        let limits = &self.job.limits;
        let own = self.failure.and_then(|failure| failure.place.as_ref());
        let place = stopped_at.or(own).map(|place| self.phrase(place)).unwrap_or_default();
        Some(match outcome {
            Outcome::Ok => return None,
            Outcome::Timeout if self.ended.stop == Some(Stop::Wall) => {
                format!("stopped after {}{place}", seconds(limits.wall))
            }
            Outcome::Timeout if self.status.clock_end == clock_end::LIMIT => {
                format!("stopped after {} of virtual time{place}", seconds(limits.virtual_time))
            }
            Outcome::Timeout => format!("used {} of CPU time{place}", seconds(limits.cpu)),
            Outcome::Output => format!("output passed {}, stopped{place}", size(limits.output)),
            Outcome::Memory => format!("needed more than {} of memory{place}", size(limits.memory)),
            Outcome::Disk => format!("wrote more than a file or the disk may hold{place}"),
            Outcome::Processes => {
                format!("wanted more than {} processes and threads{place}", limits.processes)
            }
            Outcome::Killed if self.ended.stop == Some(Stop::Interrupt) => format!("interrupted{place}"),
            Outcome::Killed => format!("ended by {}{place}", signal_name(self.signal)),
            Outcome::Deadlock => "deadlock: everything waits, and nothing can end that".into(),
            Outcome::Idle => "idle: it waits for connections, and nobody is left to make one".into(),
            Outcome::Failed => match self.failure {
                Some(failure) if failure.message.is_empty() => format!("`{}`{place}", failure.kind),
                Some(failure) => format!("`{}: {}`{place}", failure.kind, one_line(&failure.message)),
                None => format!("exit code {}", self.code),
            },
        })
    }

    /// ` in `worker`, line 12: `while True:``
    fn phrase(&self, place: &Place) -> String {
        let mut text = match place.function.as_str() {
            "" | "<module>" => " at ".to_string(),
            function => format!(" in `{function}`, "),
        };
        if !matches!(&self.job.program, Program::Python { path, .. } if path.as_str() == place.file) {
            text.push_str(&format!("`{}` ", place.file));
        }
        text.push_str(&format!("line {}", place.line));
        if !place.text.is_empty() {
            text.push_str(&format!(": `{}`", place.text));
        }
        text
    }
}

/// The fields `guest.py` wrote. All of it may be forged, so it is bounded and stripped of control characters.
fn failure(job: &Job, note: &[u8]) -> Option<Failure> {
    let fields: Vec<String> = note.split(|byte| *byte == 0).map(harmless).collect();
    let [kind, message, _errno, file, line, function] = <[String; 6]>::try_from(fields).ok()?;
    let line: u32 = line.parse().unwrap_or(0);
    let place = (!file.is_empty() && line > 0).then(|| place(job, file, line, function));
    Some(Failure { kind, message, place })
}

fn place(job: &Job, file: String, line: u32, function: String) -> Place {
    let text = job.source(&file).and_then(|source| {
        let text = String::from_utf8_lossy(source).into_owned();
        text.lines().nth(line as usize - 1).map(|line| one_line(line.trim()))
    });
    Place { file, line, function, text: text.unwrap_or_default() }
}

/// Where everything waits: as the programs' own Pythons tell it, then what only the kernel knows of.
fn waiting(job: &Job, status: &Status) -> Vec<Waiting> {
    let lines = |text: &[u8]| -> Vec<Vec<String>> {
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| line.split(|byte| *byte == 0).map(harmless).collect()).collect()
    };
    let mut waiting = Vec::new();
    for line in lines(&status.waiting) {
        let Ok([kind, name, file, number, function, waits_for]) = <[String; 6]>::try_from(line) else { continue };
        let number = number.parse().unwrap_or(0);
        let kind = if kind == "task" { kind } else { "thread".into() };
        waiting.push(Waiting { kind, name, place: Some(place(job, file, number, function)), waits_for });
    }
    // The program's own file first, and in it from top to bottom: who waits for others to end comes after them.
    let own = |place: &Place| !matches!(&job.program, Program::Python { path, .. } if path.as_str() == place.file);
    waiting.sort_by_key(|waiting: &Waiting| {
        waiting.place.as_ref().map(|place| (own(place), place.file.clone(), place.line))
    });
    for line in lines(&status.asleep) {
        let Ok([_, name, waits_for]) = <[String; 3]>::try_from(line) else { continue };
        // A Python has spoken for itself.
        if waiting.is_empty() || !name.starts_with("python") {
            waiting.push(Waiting { kind: "program".into(), name, place: None, waits_for });
        }
    }
    waiting
}

fn real_time(job: &Job, clock: Clock, reason: u32) -> Option<RealTime> {
    match (clock, reason) {
        (Clock::Real, _) => (job.clock != Clock::Real).then_some(RealTime::Machine),
        (_, 0) => None,
        (_, 1) => Some(RealTime::SocketTimeout),
        (_, 2) => Some(RealTime::ThreadTimer),
        (_, 3) => Some(RealTime::ManyWaits),
        _ => Some(RealTime::Hidden),
    }
}

/// The innermost line of the user's code in a `faulthandler` dump, of the thread that was running if it has one.
fn place_in_dump(job: &Job, dump: &[u8], work: &str) -> Option<Place> {
    let text = String::from_utf8_lossy(dump);
    let mut first = None;
    let mut current = false;
    for line in text.lines() {
        if line.starts_with("Current thread") {
            current = true;
        } else if line.starts_with("Thread") {
            current = false;
        } else if let Some((file, line, function)) = frame(line, work) {
            let found = place(job, file, line, function);
            if current {
                return Some(found);
            }
            first = first.or(Some(found));
        }
    }
    first
}

/// `  File "hello.py", line 12 in worker`, if the file is one of the user's.
fn frame(line: &str, work: &str) -> Option<(String, u32, String)> {
    let (file, rest) = line.trim_start().strip_prefix("File \"")?.split_once("\", line ")?;
    let (number, function) = rest.split_once(" in ")?;
    let file = file.strip_prefix(work).and_then(|file| file.strip_prefix('/')).unwrap_or(file);
    let users = !file.is_empty() && !file.starts_with(['/', '<']);
    let number = number.parse().ok().filter(|number| *number > 0)?;
    users.then(|| (harmless(file.as_bytes()), number, harmless(function.as_bytes())))
}

fn harmless(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|char| !char.is_control() || *char == '\n').collect()
}

fn one_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.into(),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_millis() as f64 / 1000.0)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn signal_name(signal: u32) -> String {
    let name = match signal as i32 {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGHUP => "SIGHUP",
        libc::SIGILL => "SIGILL",
        libc::SIGINT => "SIGINT",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_the_user_are_told_from_the_library() {
        let cases = [
            ("  File \"a.py\", line 3 in worker", Some(("a.py", 3, "worker"))),
            ("  File \"/sandbox/work/pkg/b.py\", line 12 in <module>", Some(("pkg/b.py", 12, "<module>"))),
            ("  File \"/usr/lib/python3.11/threading.py\", line 3 in wait", None),
            ("  File \"<frozen runpy>\", line 3 in run", None),
            ("  File \"a.py\", line 0 in f", None),
            ("Thread 0x00 (most recent call first):", None),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|(file, line, function)| (file.to_string(), line, function.to_string()));
            assert_eq!(frame(line, "/sandbox/work"), expected, "{line}");
        }
    }

    #[test]
    fn control_characters_of_a_forged_note_are_gone() {
        assert_eq!(harmless(b"\x1b[2Ja\x07\xc2\x9bb\xff"), "[2Jab\u{fffd}");
    }
}
