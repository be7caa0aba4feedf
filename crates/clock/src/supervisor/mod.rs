//! Moves a run's clock: proves that nothing can happen before the next deadline, jumps to it, wakes who waits for it.
//!
//! Pid 1 of a run is the natural place. This folder is compiled into `etude-clock` and into the sandbox's guest library,
//! so it uses the standard library alone.

mod jump;
mod kernel;
mod places;
mod processes;
#[path = "../shared.rs"]
pub mod shared;
mod slots;

pub use kernel::monotonic;
pub use places::Place;

pub use processes::View;
use processes::{Processes, Proof};
use shared::{STEADY, STEADY_START, Shared, VIRTUAL};
use slots::Wait;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::*};

/// What the supervisor tells the one who reads the run's output and the judge, in memory that the program cannot reach.
#[repr(C)]
pub struct Control {
    /// What [`Shared::offset`] is, if nobody has meddled with it.
    pub offset: AtomicI64,
    /// When the program began, by the real monotonic clock; zero before.
    pub began: AtomicI64,
    /// There is no supervisor after all.
    pub refused: AtomicU32,
    /// How much waiting was skipped, in nanoseconds.
    pub skipped: AtomicI64,
    /// Counted up after each reading of the run's output; a futex.
    pub reads: AtomicU32,
    /// The supervisor waits for the output to be read: until then a jump would make it look late.
    pub wanted: AtomicU32,
}

impl Control {
    /// The run's own time since its program began, in nanoseconds.
    pub fn elapsed(&self, steady: bool) -> i64 {
        let (began, skipped) = (self.began.load(Acquire), self.skipped.load(Acquire));
        match began {
            0 => 0,
            _ if steady => skipped.max(0),
            _ => (monotonic() - began).saturating_add(skipped).max(0),
        }
    }

    /// Tells a waiting supervisor that output has been read.
    pub fn has_read(&self) {
        self.reads.fetch_add(1, Release);
        if self.wanted.load(Acquire) != 0 {
            kernel::wake(&self.reads);
        }
    }
}

/// How a run's time goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Time moves only by skipped waiting.
    pub steady: bool,
    /// Shuffles the order of equal deadlines.
    pub seed: Option<u64>,
    /// The most virtual time, in nanoseconds.
    pub limit: i64,
    /// A process that only answers the others, by the run's number: it sleeps when they do, and is no part of the program.
    pub aside: Option<i32>,
}

/// What the caller is to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Sleep until nudged, this many nanoseconds at the most.
    Sleep(i64),
    /// Nothing can ever happen again.
    Stalled,
    /// The next deadline lies beyond the limit on virtual time.
    Limit,
    /// The steady clock cannot tell the times of this program: it computes, or waits out of sight.
    Unfit,
}

/// For so long nothing may move before a run is called stalled: what the kernel still delivers has arrived by then.
const STALL: i64 = 3_000_000;
/// A worker of the kernel passes on what is written to a terminal.
const TERMINAL: i64 = 50_000_000;
/// A busy run is looked at again after so long, and then ever more rarely.
const SOON: i64 = 10_000;
const RARELY: i64 = 1_000_000;
/// More CPU time of one thread than this between two moments of quiet is no "running costs nothing" any more.
const COMPUTES: u64 = 100_000_000;

/// So many jumps make a run one that is better kept on one processor with its supervisor: a wake-up across two costs
/// more than all else. One that computes for so long is let go.
const PIN_AFTER: u64 = 64;
const UNPIN: i64 = 10_000_000;
/// Real waiting for longer than this is worth a word in the summary.
const HIDDEN: i64 = 5_000_000;

/// Sets the shared memory, all zero, to the beginning of a run. Nobody can attach until there is a supervisor.
pub fn prepare(shared: &Shared, settings: Settings) {
    shared.mode.store(if settings.steady { STEADY } else { VIRTUAL }, Relaxed);
    shared.offset.store(if settings.steady { STEADY_START } else { 0 }, Relaxed);
    shared.start_wall.store(kernel::coarse_wall(), Release);
}

/// There is no supervisor after all: whoever waits to attach goes on under the real clock.
pub fn refuse(shared: &Shared, control: Option<&Control>) {
    control.inspect(|control| control.refused.store(1, Release));
    shared.magic.store(1, Release);
}

pub struct Supervisor<'a> {
    shared: &'a Shared,
    control: &'a Control,
    /// The reading ends of the run's output.
    outputs: [i32; 2],
    settings: Settings,
    processes: Processes,
    /// What `shared.offset` is: the program can write to it, so it is only ever stored.
    offset: i64,
    /// The run's time when the program attached.
    started: Option<i64>,
    jumps: u64,
    last_nudge: u32,
    backoff: i64,
    quiet_since: Option<i64>,
    busy_since: Option<i64>,
    /// Since when the run has only waited for what this clock cannot see.
    hidden_since: Option<i64>,
    real_time: bool,
    /// The number of jumps at which the run is pinned to one processor, and whether it is.
    pin_at: u64,
    pinned: bool,
    fired: Vec<i64>,
    random: u64,
}

impl<'a> Supervisor<'a> {
    /// `proc` is an open `/proc`, of which `view` says what belongs to the run; `outputs` are the reading ends of what the
    /// run writes. `None` if the kernel does not show what `first`, a process of the run, does. Lets programs attach.
    pub fn new(
        shared: &'a Shared,
        control: &'a Control,
        settings: Settings,
        proc: i32,
        view: View,
        outputs: [i32; 2],
        first: i32,
    ) -> Option<Self> {
        let mut processes = Processes::new(proc, view, settings.aside);
        if !processes.can_look_at(first) {
            return None;
        }
        let offset = if settings.steady { STEADY_START } else { 0 };
        control.offset.store(offset, Release);
        shared.magic.store(shared::MAGIC, Release);
        Some(Supervisor {
            shared,
            control,
            outputs,
            settings,
            processes,
            offset,
            started: None,
            jumps: 0,
            last_nudge: 0,
            backoff: SOON,
            quiet_since: None,
            busy_since: None,
            hidden_since: None,
            real_time: false,
            pin_at: PIN_AFTER,
            pinned: false,
            fired: Vec::new(),
            random: settings.seed.unwrap_or(0),
        })
    }

    /// The value of the nudge word, to be read before anything is looked at: a later nudge then ends the sleep at once.
    pub fn nudges(&self) -> u32 {
        self.shared.nudge.load(Acquire)
    }

    /// Sleeps until the nudge word is no longer `seen`, for at most the given time, or without end.
    pub fn sleep(&self, seen: u32, most: Option<i64>) {
        self.shared.asleep.store(1, SeqCst);
        kernel::sleep(&self.shared.nudge, seen, most);
        self.shared.asleep.store(0, Release);
    }

    /// The program has attached: its time runs.
    pub fn has_started(&mut self) -> bool {
        if self.started.is_none() && self.shared.started.load(Acquire) != 0 {
            self.started = Some(self.now());
            self.control.began.store(monotonic(), Release);
            // A jump is half as long as the kernel's usual slack.
            kernel::precise_timers();
        }
        self.started.is_some()
    }

    fn now(&self) -> i64 {
        match self.settings.steady {
            true => self.offset.saturating_add(self.shared.ticks.load(Relaxed).max(0)),
            false => monotonic().saturating_add(self.offset),
        }
    }

    /// Virtual time since the program attached.
    pub fn elapsed(&self) -> i64 {
        self.started.map_or(0, |start| self.now().saturating_sub(start).max(0))
    }

    pub fn jumps(&self) -> u64 {
        self.jumps
    }

    /// Why the clock went on in real time, as [`Shared::unmanaged`] has it; 255: a thread waited out of sight.
    pub fn real_time(&self) -> Option<u32> {
        match self.shared.unmanaged.load(Relaxed) {
            0 => self.real_time.then_some(255),
            reason => Some(reason.min(254)),
        }
    }

    /// A process that was waited for.
    pub fn forget(&mut self, pid: i32) {
        self.processes.forget(pid);
    }

    /// Something outside has changed what may happen: look at everything again, and soon.
    pub fn wake_up(&mut self) {
        (self.backoff, self.quiet_since) = (SOON, None);
    }

    /// The program has shown that the steady clock does not fit it.
    pub fn is_unfit(&self) -> bool {
        let shown = self.shared.cpu_seen.load(Relaxed) != 0 || self.shared.unmanaged.load(Relaxed) != 0;
        self.settings.steady && shown
    }

    /// Looks once, moves the clock if it can, and says when to look again. `seen` is what [`Self::nudges`] gave.
    pub fn turn(&mut self, seen: u32) -> Turn {
        if seen != self.last_nudge {
            (self.last_nudge, self.backoff) = (seen, SOON);
        }
        if self.is_unfit() {
            return Turn::Unfit;
        }
        self.fire_late();
        // Before the proof: a wait that ends by itself after it must not make a later deadline look like the next.
        let waits = self.waits();
        let armed = !waits.is_empty();
        if !armed && self.backoff < SOON * 32 {
            // Nobody waits for a time: there is no hurry to find out whether all are stuck.
            return self.look_again(armed);
        }
        match self.processes.prove(&waits.iter().filter_map(Wait::thread).collect()) {
            Proof::Quiet { ran } if self.shared.unmanaged.load(Relaxed) == 0 => return self.quiet(ran, &waits),
            Proof::Quiet { .. } | Proof::Hidden => {
                if self.go_by_real_time() && self.settings.steady {
                    return Turn::Unfit;
                }
            }
            Proof::Busy => {
                self.hidden_since = None;
                let busy = monotonic() - *self.busy_since.get_or_insert_with(monotonic);
                if self.pinned && busy > UNPIN {
                    (self.pinned, self.pin_at) = (false, self.jumps + 4 * PIN_AFTER);
                    self.processes.unpin();
                }
                if armed && self.computes(busy) {
                    return Turn::Unfit;
                }
            }
        }
        self.quiet_since = None;
        self.look_again(armed)
    }

    fn look_again(&mut self, armed: bool) -> Turn {
        let mut time = if armed { self.backoff } else { self.backoff.max(RARELY / 2) };
        self.backoff = (self.backoff * 3 / 2).min(if armed { RARELY } else { 2 * RARELY });
        if !self.settings.steady
            && let Some(next) = self.earliest()
        {
            time = time.min((next - self.now()).max(1_000));
        }
        Turn::Sleep(time)
    }

    /// All threads sleep. Unless something is still on its way, time moves to the first deadline.
    fn quiet(&mut self, ran: bool, waits: &[Wait]) -> Turn {
        let real = monotonic();
        (self.busy_since, self.hidden_since) = (None, None);
        if ran || self.quiet_since.is_none() {
            self.quiet_since = Some(real);
            self.processes.rest();
        }
        let quiet_for = real - self.quiet_since.unwrap_or(real);
        if !self.outputs_are_read() {
            return Turn::Sleep(0);
        }
        let settle = if self.shared.terminals.load(Relaxed) != 0 { TERMINAL } else { 0 };
        if quiet_for < settle {
            return Turn::Sleep(settle / 50);
        }
        self.free_orphans();
        let Some(next) = self.next_to_fire(waits) else {
            if quiet_for >= STALL {
                return Turn::Stalled;
            }
            return Turn::Sleep(STALL / 4);
        };
        if next.deadline > self.now() && !self.jump(next.deadline) {
            return Turn::Limit;
        }
        self.fire(next.index, next.deadline);
        (self.backoff, self.quiet_since) = (SOON, None);
        Turn::Sleep(SOON)
    }

    /// Something waits where it cannot be seen, so nothing is skipped; locks are tried that way, for some microseconds.
    fn go_by_real_time(&mut self) -> bool {
        let real = monotonic();
        self.real_time |= real - *self.hidden_since.get_or_insert(real) > HIDDEN;
        self.real_time
    }

    /// In steady mode: the program uses the CPU for so long that its own times cannot be told without it.
    fn computes(&mut self, busy: i64) -> bool {
        self.settings.steady && busy > COMPUTES as i64 / 4 && self.processes.cpu() > COMPUTES
    }

    /// Whatever was written before a jump has been read: its time is told by when it is read.
    fn outputs_are_read(&self) -> bool {
        let seen = self.control.reads.load(Acquire);
        if self.outputs.iter().all(|pipe| kernel::unread(*pipe) == 0) {
            return true;
        }
        self.control.wanted.store(1, SeqCst);
        if self.outputs.iter().any(|pipe| kernel::unread(*pipe) != 0) {
            kernel::sleep(&self.control.reads, seen, Some(RARELY));
        }
        self.control.wanted.store(0, Relaxed);
        false
    }

    /// Where every thread of the run is, as far as the kernel tells.
    pub fn places(&self) -> Vec<Place> {
        self.processes.places()
    }

    /// Sends a signal to a process of the run, all of which are asleep, so that none has ended since.
    pub fn signal(&self, pid: i32, signal: i32) {
        if self.processes.is_there(pid) {
            kernel::kill(pid, signal);
        }
    }

    /// A process has a handler for this signal.
    pub fn catches(&self, pid: i32, signal: i32) -> bool {
        self.processes.catches(pid, signal)
    }

    /// The run listens for connections, and has none.
    pub fn only_serves(&self) -> bool {
        self.processes.only_serve()
    }
}
