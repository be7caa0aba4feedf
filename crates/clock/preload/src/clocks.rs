//! What time it is.

use crate::attach::{is_steady, own_offset, shared};
use crate::raw::{self, real};
use crate::shared::{STEADY_START, STEADY_WALL, Shared, TICK};
use crate::sys::*;
use crate::wait::nudge;
use core::sync::atomic::{AtomicI64, AtomicU32, Ordering::*};

/// The processor time that may pass unseen between two readings of the steady clock.
const IGNORED: i64 = SECOND / 10;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Wall,
    Monotonic,
    Processor,
    /// A clock of a device, or no clock.
    Other,
}

fn kind(clock: c_int) -> Kind {
    match clock {
        CLOCK_REALTIME | CLOCK_REALTIME_COARSE | CLOCK_REALTIME_ALARM | CLOCK_TAI => Kind::Wall,
        CLOCK_MONOTONIC | CLOCK_MONOTONIC_RAW | CLOCK_MONOTONIC_COARSE | CLOCK_BOOTTIME | CLOCK_BOOTTIME_ALARM => {
            Kind::Monotonic
        }
        CLOCK_PROCESS_CPUTIME_ID | CLOCK_THREAD_CPUTIME_ID => Kind::Processor,
        // A negative number holds a process or a descriptor; the low bits tell which.
        _ if clock < 0 && clock & 3 != 3 => Kind::Processor,
        _ => Kind::Other,
    }
}

pub fn is_virtual(clock: c_int) -> bool {
    matches!(kind(clock), Kind::Wall | Kind::Monotonic)
}

pub fn is_wall(clock: c_int) -> bool {
    kind(clock) == Kind::Wall
}

/// The real time of a clock.
#[inline(never)]
pub fn real_time(clock: c_int) -> i64 {
    let mut time = Timespec::ZERO;
    // SAFETY: the C library's function, with a place for its result.
    unsafe { real!(fn clock_gettime(c_int, *mut Timespec) -> c_int)(clock, &mut time) };
    time.to_nanos()
}

/// The time of the run's monotonic clock, in which deadlines are.
#[inline(never)]
pub fn now(shared: Option<&Shared>) -> i64 {
    match shared {
        None => real_time(CLOCK_MONOTONIC),
        Some(shared) if is_steady() => steady(shared),
        Some(shared) => offset(shared).saturating_add(real_time(CLOCK_MONOTONIC)),
    }
}

fn offset(shared: &Shared) -> i64 {
    own_offset().unwrap_or(&shared.offset).load(Acquire)
}

/// Never earlier than this process has seen it: the ticks can be written by all.
fn steady(shared: &Shared) -> i64 {
    static LATEST: AtomicI64 = AtomicI64::new(0);
    let now = offset(shared).saturating_add(shared.ticks.load(Acquire).max(0));
    LATEST.fetch_max(now, AcqRel).max(now)
}

/// The time of the run's monotonic clock, which this does not move: for whoever watches the run.
#[unsafe(no_mangle)]
pub extern "C" fn etude_clock_now() -> i64 {
    now(shared())
}

/// The time of any clock, for our own use: it does not tick.
#[inline(never)]
pub fn read(shared: Option<&Shared>, clock: c_int) -> i64 {
    match (shared, kind(clock)) {
        (None, _) | (_, Kind::Other) => real_time(clock),
        (Some(shared), kind) if is_steady() => match kind {
            Kind::Wall => now(Some(shared)).saturating_add(STEADY_WALL - STEADY_START),
            Kind::Processor => shared.ticks.load(Acquire),
            _ => now(Some(shared)),
        },
        (_, Kind::Processor) => real_time(clock),
        (Some(shared), _) => offset(shared).saturating_add(real_time(clock)),
    }
}

/// The deadline that is `time` on `clock`.
#[inline(never)]
pub fn deadline_at(shared: &Shared, clock: c_int, time: Timespec) -> i64 {
    // The monotonic clock is the one that deadlines are in: equal moments are to be equal deadlines.
    if kind(clock) == Kind::Monotonic && (is_steady() || clock == CLOCK_MONOTONIC) {
        return time.to_nanos();
    }
    // In this order, so that time that passes in between makes the wait longer, not shorter.
    let left = time.to_nanos().saturating_sub(read(Some(shared), clock));
    now(Some(shared)).saturating_add(left)
}

/// The program reads a clock.
fn read_for_program(shared: &Shared, clock: c_int) -> i64 {
    if is_steady() {
        watch_processor(shared);
        shared.ticks.fetch_add(TICK, AcqRel);
    }
    read(Some(shared), clock)
}

/// Tells the supervisor when the process has worked longer than the steady clock, which ignores work, should hide.
#[inline(never)]
pub fn watch_processor(shared: &Shared) {
    static PROCESS: AtomicU32 = AtomicU32::new(0);
    static LAST: AtomicI64 = AtomicI64::new(0);
    if !is_steady() || shared.cpu_seen.load(Relaxed) != 0 {
        return;
    }
    let process = raw::process();
    let used = real_time(CLOCK_PROCESS_CPUTIME_ID);
    let last = LAST.swap(used, Relaxed);
    // The first time, and the first time after a fork, there is nothing to compare with.
    if PROCESS.swap(process, Relaxed) == process && used.saturating_sub(last) > IGNORED {
        shared.cpu_seen.store(1, Release);
        nudge(shared);
    }
}

/// # Safety
/// As `clock_gettime(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match shared() {
            Some(shared) if kind(clock) != Kind::Other && !time.is_null() => {
                *time = Timespec::from_nanos(read_for_program(shared, clock));
                0
            }
            _ => real!(fn clock_gettime(c_int, *mut Timespec) -> c_int)(clock, time),
        }
    }
}

/// # Safety
/// As `gettimeofday(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut Timeval, zone: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match shared() {
            Some(shared) if !time.is_null() => {
                *time = Timeval::from_nanos(read_for_program(shared, CLOCK_REALTIME));
                0
            }
            _ => real!(fn gettimeofday(*mut Timeval, *mut c_void) -> c_int)(time, zone),
        }
    }
}

/// # Safety
/// As `time(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(place: *mut i64) -> i64 {
    // SAFETY: the caller's.
    unsafe {
        let Some(shared) = shared() else { return real!(fn time(*mut i64) -> i64)(place) };
        let seconds = read_for_program(shared, CLOCK_REALTIME) / SECOND;
        if let Some(place) = place.as_mut() {
            *place = seconds;
        }
        seconds
    }
}

/// # Safety
/// As `timespec_get(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timespec_get(time: *mut Timespec, base: c_int) -> c_int {
    const UTC: c_int = 1;
    // SAFETY: the caller's.
    unsafe {
        match shared() {
            Some(shared) if base == UTC => {
                *time = Timespec::from_nanos(read_for_program(shared, CLOCK_REALTIME));
                base
            }
            _ => real!(fn timespec_get(*mut Timespec, c_int) -> c_int)(time, base),
        }
    }
}

/// `timeb`
#[repr(C)]
pub struct Timeb {
    seconds: i64,
    millis: c_ushort,
    zone: c_short,
    daylight: c_short,
}

/// # Safety
/// As `ftime(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftime(time: *mut Timeb) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let Some(shared) = shared() else { return real!(fn ftime(*mut Timeb) -> c_int)(time) };
        let wall = read_for_program(shared, CLOCK_REALTIME);
        *time = Timeb { seconds: wall / SECOND, millis: (wall % SECOND / 1_000_000) as c_ushort, zone: 0, daylight: 0 };
        0
    }
}

/// # Safety
/// As `clock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock() -> c_long {
    match shared() {
        Some(shared) if is_steady() => read_for_program(shared, CLOCK_PROCESS_CPUTIME_ID) / 1_000,
        // SAFETY: no arguments.
        _ => unsafe { real!(fn clock() -> c_long)() },
    }
}

/// `tms`
#[repr(C)]
pub struct Tms([c_long; 4]);

/// # Safety
/// As `times(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn times(times: *mut Tms) -> c_long {
    /// `sysconf(_SC_CLK_TCK)` is 100 on every Linux.
    const JIFFY: i64 = SECOND / 100;
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn times(*mut Tms) -> c_long)(times);
        let Some(shared) = shared() else { return real };
        if let (true, Some(times)) = (is_steady(), times.as_mut()) {
            let used = read_for_program(shared, CLOCK_PROCESS_CPUTIME_ID) / JIFFY;
            *times = Tms([used, 0, 0, 0]);
        }
        now(Some(shared)) / JIFFY
    }
}
