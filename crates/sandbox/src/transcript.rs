//! How a run went.

use crate::clock::Clock;
use crate::job::RelativePath;
use std::time::Duration;

/// Which of the two output streams.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Bytes as they arrived in one piece, in order across both streams.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Write {
    /// Since the program was told to start, by the run's own clock.
    pub at: Duration,
    pub stream: Stream,
    pub bytes: Vec<u8>,
}

/// The end of a run in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Outcome {
    /// Exit code 0.
    Ok,
    /// Another exit code.
    Failed,
    /// Wall, CPU or virtual time was used up.
    Timeout,
    /// Memory was used up.
    Memory,
    /// More was written to the streams than the limit allows.
    Output,
    /// The scratch file system or a file reached its limit.
    Disk,
    /// No further process or thread could be had.
    Processes,
    /// Ended by a signal that no limit of ours sent.
    Killed,
    /// Everything waited, and nothing could ever end that.
    Deadlock,
    /// Nothing was left to do but to wait for connections, and nobody was there to make one.
    Idle,
}

impl Outcome {
    pub const ALL: [Outcome; 10] = [
        Outcome::Ok,
        Outcome::Failed,
        Outcome::Timeout,
        Outcome::Memory,
        Outcome::Output,
        Outcome::Disk,
        Outcome::Processes,
        Outcome::Killed,
        Outcome::Deadlock,
        Outcome::Idle,
    ];

    pub fn from_name(name: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Failed => "failed",
            Outcome::Timeout => "timeout",
            Outcome::Memory => "memory",
            Outcome::Output => "output",
            Outcome::Disk => "disk",
            Outcome::Processes => "processes",
            Outcome::Killed => "killed",
            Outcome::Deadlock => "deadlock",
            Outcome::Idle => "idle",
        }
    }
}

/// A place in the user's own code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// As in the traceback, relative to the work folder.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// `<module>` outside functions; empty when unknown.
    pub function: String,
    /// The line itself, without the blanks around it; empty when the file is not one the job brought.
    pub text: String,
}

/// The exception that ended the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    pub kind: String,
    pub message: String,
    /// The last line of the user's code in the traceback.
    pub place: Option<Place>,
}

/// Where a task or thread was waiting when nothing could happen any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// `task`, `thread`, or `program` where only the kernel could be asked.
    pub kind: String,
    /// Of the task or thread, or of the program.
    pub name: String,
    /// Of a program there is none.
    pub place: Option<Place>,
    /// In words, such as `a lock`; empty where the line says it.
    pub waits_for: String,
}

/// What a stand-in was asked, and what it said.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    pub host: String,
    pub method: String,
    pub path: String,
    pub status: u16,
    /// It had been told what to say to this.
    pub known: bool,
    /// And what it had been told is what the host itself would say, and not of the same shape alone.
    pub exact: bool,
}

/// Why waiting could not be skipped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RealTime {
    /// This machine does not let us see what the run's threads do.
    Machine,
    /// A socket had a timeout of its own.
    SocketTimeout,
    /// A timer ran a function in a thread.
    ThreadTimer,
    /// More waits at once than the clock can hold.
    ManyWaits,
    /// A program that the clock's library cannot be loaded into waited.
    Hidden,
}

/// Everything there is to say about one run. The program can forge `failure` and the place in a `cause`; it cannot
/// forge the outcome towards "ok" once a limit has stopped it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transcript {
    pub writes: Vec<Write>,
    pub outcome: Outcome,
    /// The exit code, 128 + n after signal n; `None` when the run was stopped from outside, or by the end of its judge.
    pub exit: Option<i32>,
    pub cpu: Duration,
    /// Bytes, of the largest process.
    pub peak_memory: u64,
    pub wall: Duration,
    /// The clock the run was under.
    pub clock: Clock,
    /// How long it took by that clock.
    pub virtual_time: Duration,
    /// How often waiting was skipped.
    pub jumps: u64,
    /// Why some of the waiting took its time, though it was to be skipped.
    pub real_time: Option<RealTime>,
    /// It was to be under the steady clock, which does not fit it, and was run again under the virtual one.
    pub repeated: bool,
    /// Of a deadlock: where everything waited, the program's own first.
    pub waiting: Vec<Waiting>,
    /// Why the outcome is not [`Outcome::Ok`], for a person.
    pub cause: Option<String>,
    /// Where the program was when it was stopped.
    pub stopped_at: Option<Place>,
    pub failure: Option<Failure>,
    /// The profile that would allow what the program was refused.
    pub needs: Option<crate::Profile>,
    /// What its tasks and threads did, when the job asked for it; as `etude_trace::events` has it. Forgeable, bounded.
    pub events: Option<Vec<u8>>,
    /// How the judge ended: its exit code, if it did so by itself.
    pub judge: Option<i32>,
    /// What its stand-ins were asked, in order; the first few hundred. Forgeable.
    pub answers: Vec<Answer>,
    /// The files of the work folder, when the job asked to keep them.
    pub files: Vec<(RelativePath, Vec<u8>)>,
}

impl Transcript {
    /// Everything written to one stream.
    pub fn text(&self, stream: Stream) -> String {
        let bytes: Vec<u8> =
            self.writes.iter().filter(|write| write.stream == stream).flat_map(|write| write.bytes.clone()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn stdout(&self) -> String {
        self.text(Stream::Stdout)
    }

    pub fn stderr(&self) -> String {
        self.text(Stream::Stderr)
    }
}
