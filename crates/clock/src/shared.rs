//! The memory that all processes of a run share with their supervisor.
//!
//! This file is compiled into the preload library, which has no standard library, and into the supervisor. The program
//! under test can write every byte of it: the supervisor bounds every index and believes nothing, and a judge in the run
//! is told the offset by the supervisor itself. A program that scribbles here spoils its own clock alone.

use core::sync::atomic::{AtomicI64, AtomicU32, AtomicU64};

pub const MAGIC: u32 = 0x4574_6331;
/// How many waits and timers a run can have at once. A wait that finds no free slot happens in real time.
pub const SLOTS: usize = 4096;
/// How many jumps are remembered, to tell the virtual time of a file from its real one.
pub const JUMPS: usize = 1024;
/// The signal that wakes a wait. Ignored by default, so that it harms nobody it reaches by mistake.
pub const WAKE: i32 = 23;
/// The upper half of the value that comes with [`WAKE`]; the lower half is the slot.
pub const COOKIE: u64 = 0x4574_0000;
/// The environment variable that leads an executed program to the clock's file.
pub const VARIABLE: &str = "ETUDE_CLOCK";

/// [`Shared::mode`]: time that passes while something runs counts, and waiting is skipped.
pub const VIRTUAL: u32 = 1;
/// [`Shared::mode`]: time moves by skipped waiting alone, and by [`TICK`] at each reading.
pub const STEADY: u32 = 2;
/// Nanoseconds by which a reading moves the steady clock, so that a loop that waits for a time ends.
pub const TICK: i64 = 1_000;
/// Where the steady clocks begin: the monotonic one, and 2026-01-01 09:00 UTC.
pub const STEADY_START: i64 = 1_000_000_000_000;
pub const STEADY_WALL: i64 = 1_767_258_000_000_000_000;

/// [`Slot::kind`]: a thread waits, and is woken by [`WAKE`].
pub const THREAD: u32 = 0;
/// [`Slot::kind`]: a timer sends the process the signal `aux & 0xff`.
pub const SIGNAL: u32 = 1;
/// [`Slot::kind`]: a timer makes the process's descriptor `aux`, a timerfd, readable.
pub const TIMERFD: u32 = 2;

/// One wait or timer with a deadline.
#[repr(C, align(64))]
pub struct Slot {
    /// The waiting thread, for a timer the process; zero when free. Claimed by exchange.
    pub tid: AtomicU32,
    pub pid: AtomicU32,
    /// In nanoseconds of the run's monotonic clock; zero when not armed. Stored last, cleared first.
    pub deadline: AtomicI64,
    /// From [`Shared::order`]: who began to wait first.
    pub order: AtomicU64,
    /// Set by the handler of [`WAKE`]: an interruption was ours.
    pub woken: AtomicU32,
    pub kind: AtomicU32,
    pub aux: AtomicI64,
    /// Of a timer that repeats, in nanoseconds.
    pub interval: AtomicI64,
    /// How often the supervisor has woken it in vain.
    pub tries: AtomicU32,
    /// The system call, for messages.
    pub call: AtomicU32,
}

/// From the real time `real` on (wall clock), files are of the virtual time `wall` (wall clock).
#[repr(C)]
pub struct Jump {
    pub real: AtomicI64,
    pub wall: AtomicI64,
}

#[repr(C)]
pub struct Shared {
    pub magic: AtomicU32,
    pub mode: AtomicU32,
    /// Slots from here on have never been used.
    pub high: AtomicU32,
    /// Counted up by whoever changes anything the supervisor should look at; a futex.
    pub nudge: AtomicU32,
    /// The supervisor sleeps on [`Shared::nudge`].
    pub asleep: AtomicU32,
    /// The program has attached: supervision begins.
    pub started: AtomicU32,
    /// Bytes that a terminal passes on come from a worker of the kernel, which no proof sees.
    pub terminals: AtomicU32,
    /// Something waits in a way the clock cannot see: no more jumps. One of the reasons below.
    pub unmanaged: AtomicU32,
    /// A file was written since the last jump.
    pub files_written: AtomicU32,
    /// Nonzero: a process spent more CPU time between two readings of the steady clock than it may ignore.
    pub cpu_seen: AtomicU32,
    /// What is added to the real monotonic clock; in steady mode, the time itself but for the ticks.
    pub offset: AtomicI64,
    pub ticks: AtomicI64,
    pub order: AtomicU64,
    /// The real wall clock when the program attached. Older files keep their times.
    pub start_wall: AtomicI64,
    /// How many of `jumps` are valid; odd-numbered generations are being rewritten.
    pub jump_count: AtomicU32,
    pub jump_generation: AtomicU32,
    pub jumps: [Jump; JUMPS],
    pub slots: [Slot; SLOTS],
}

/// [`Shared::unmanaged`]: a socket was given a timeout of its own (`SO_RCVTIMEO`).
pub const SOCKET_TIMEOUT: u32 = 1;
/// [`Shared::unmanaged`]: a timer that runs a function in a thread (`SIGEV_THREAD`).
pub const THREAD_TIMER: u32 = 2;
/// [`Shared::unmanaged`]: more waits at once than there are slots.
pub const NO_SLOT: u32 = 3;
