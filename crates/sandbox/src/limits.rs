//! How much a run may use.

use crate::job::Profile;
use crate::wire::Start;
use std::time::Duration;

/// Every limit always has a value; there is no "unlimited".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// From the moment the program is told to start.
    pub wall: Duration,
    /// Of the run's own clock, which skips waiting.
    pub virtual_time: Duration,
    /// Of each process, and of all together where a cgroup counts them. Rounded up to seconds.
    pub cpu: Duration,
    /// Bytes of memory, of the whole run where a cgroup or the supervisor's accounting holds it.
    pub memory: u64,
    /// Processes and threads together.
    pub processes: u64,
    /// Files, folders and links in the scratch file system.
    pub files: u64,
    /// Bytes of any one file.
    pub file_size: u64,
    /// Bytes of the scratch file system.
    pub disk: u64,
    /// Bytes of stdout and stderr together.
    pub output: u64,
    /// Open descriptors of each process.
    pub descriptors: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            wall: Duration::from_secs(10),
            virtual_time: Duration::from_secs(24 * 3600),
            cpu: Duration::from_secs(10),
            memory: 512 << 20,
            processes: 64,
            files: 4096,
            file_size: 32 << 20,
            disk: 64 << 20,
            output: 1 << 20,
            descriptors: 256,
        }
    }
}

/// Thread stacks and arenas that an interpreter maps without using.
const INTERPRETER_ROOM: u64 = 32 << 20;
/// Tools of a shell lesson map libraries and locale archives they hardly touch.
const COMMAND_ROOM: u64 = 1 << 30;

impl Limits {
    /// The part of the limits that is fixed before the program is known. `mapped` is the size of the warm
    /// interpreter's own address space, which every run begins with.
    pub(crate) fn start(&self, profile: Profile, proc: bool, mapped: u64) -> Start {
        let room = if profile >= Profile::Process { COMMAND_ROOM } else { INTERPRETER_ROOM };
        Start {
            profile: profile.index(),
            proc: proc && profile == Profile::Shell,
            exec_scratch: profile == Profile::Shell,
            cpu_seconds: (self.cpu.as_secs() + u64::from(self.cpu.subsec_nanos() > 0)).max(1),
            address_space: self.memory.saturating_add(room).saturating_add(mapped),
            processes: self.processes,
            descriptors: self.descriptors.max(16),
            // The file system's root and its two folders count as well.
            files: self.files.saturating_add(4),
            file_size: self.file_size,
            disk: self.disk,
            virtual_ns: u64::try_from(self.virtual_time.as_nanos()).unwrap_or(u64::MAX),
            ..Start::default()
        }
    }
}
