//! Keeps a run's clock from outside, where the machine has a `/proc` but the run's own pid 1 may not have one: in
//! containers, whose `/proc` is masked.

use crate::clock::Kept;
use crate::wire::{Start, Status, clock, clock_end};
use etude_clock::supervisor::{Settings, Supervisor, Turn, View, monotonic, refuse};
use rustix::fs::{Mode, OFlags};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use std::time::Duration;

/// Asks a Python of the run to write down where its tasks and threads wait; the guest's number.
const QUESTION: i32 = 61;
/// How long it may take to answer, which we cannot see.
const ANSWER: Duration = Duration::from_millis(50);
/// How long the run's first process may take to be there.
const PATIENCE: i64 = 2_000_000_000;

impl Start {
    pub(crate) fn settings(&self) -> Settings {
        let limit = i64::try_from(self.virtual_ns).unwrap_or(i64::MAX);
        // The first that the run's pid 1 makes.
        let aside = self.stand_ins.then_some(2);
        Settings { steady: self.clock == clock::STEADY, seed: self.seed, limit, aside }
    }
}

/// Of a run, and what becomes of it.
#[derive(Default)]
pub(crate) struct Word {
    pub(crate) over: AtomicBool,
    /// One of [`clock_end`]: the run is to be ended.
    pub(crate) end: AtomicU32,
}

/// Keeps the clock until the run is over, and says what is to stand in its report. `None`: it was under the real clock.
pub(crate) fn keep(kept: &Kept, init: i32, start: &Start, outputs: [i32; 2], word: &Word) -> Option<Status> {
    let shared = kept.shared()?;
    let proc = rustix::fs::open("/proc", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let patience = monotonic() + PATIENCE;
    let mut clock = loop {
        let view = View::Inside { init };
        if let Some(clock) =
            Supervisor::new(shared, kept.control(), start.settings(), proc.as_raw_fd(), view, outputs, init)
        {
            break clock;
        }
        if word.over.load(Acquire) || monotonic() > patience {
            refuse(shared, Some(kept.control()));
            return None;
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    let mut asleep = Vec::new();
    while !word.over.load(Acquire) && word.end.load(Relaxed) == clock_end::NONE {
        let seen = clock.nudges();
        if !clock.has_started() {
            clock.sleep(seen, Some(5_000_000));
            continue;
        }
        let end = match clock.turn(seen) {
            Turn::Sleep(time) => {
                clock.sleep(seen, Some(time));
                continue;
            }
            Turn::Stalled => stalled(&clock, &mut asleep),
            Turn::Limit => clock_end::LIMIT,
            Turn::Unfit => clock_end::UNFIT,
        };
        word.end.store(end, Release);
    }
    if clock.is_unfit() {
        word.end.store(clock_end::UNFIT, Release);
    }
    Some(Status {
        clock: start.clock,
        clock_end: word.end.load(Relaxed),
        virtual_ns: clock.elapsed() as u64,
        jumps: clock.jumps(),
        real_time: clock.real_time().unwrap_or(0),
        asleep,
        ..Status::default()
    })
}

fn stalled(clock: &Supervisor, asleep: &mut Vec<u8>) -> u32 {
    let places = clock.places();
    let mut asked: Vec<i32> = places.iter().map(|place| place.pid).collect();
    asked.dedup();
    for place in places.iter().take(64) {
        asleep.extend_from_slice(place.line().as_bytes());
    }
    for pid in asked.into_iter().filter(|pid| clock.catches(*pid, QUESTION)).take(16) {
        clock.signal(pid, QUESTION);
        std::thread::sleep(ANSWER);
    }
    if clock.only_serves() { clock_end::IDLE } else { clock_end::STALLED }
}
