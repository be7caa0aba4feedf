//! How a run went.

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
    /// Since the program was told to start.
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
    /// Wall or CPU time was used up.
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
}

impl Outcome {
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

/// Everything there is to say about one run. The program can forge `failure` and the place in a `cause`; it cannot
/// forge the outcome towards "ok" once a limit has stopped it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transcript {
    pub writes: Vec<Write>,
    pub outcome: Outcome,
    /// The exit code, 128 + n after signal n; `None` when the run was stopped from outside.
    pub exit: Option<i32>,
    pub cpu: Duration,
    /// Bytes, of the largest process.
    pub peak_memory: u64,
    pub wall: Duration,
    /// Why the outcome is not [`Outcome::Ok`], for a person.
    pub cause: Option<String>,
    /// Where the program was when it was stopped.
    pub stopped_at: Option<Place>,
    pub failure: Option<Failure>,
    /// The profile that would allow what the program was refused.
    pub needs: Option<crate::Profile>,
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
