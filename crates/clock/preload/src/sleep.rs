//! Sleeping for a time.

use crate::attach::shared;
use crate::clocks::{deadline_at, is_virtual, now};
use crate::raw::{self, INTERRUPTED, answer, real};
use crate::shared::Shared;
use crate::sys::*;
use crate::wait::wait;

/// Sleeps until `deadline`, or until a signal handler of the program has run.
fn sleep_until(shared: &'static Shared, deadline: i64, number: usize) -> isize {
    wait(
        shared,
        deadline,
        number,
        |left| {
            let time = Timespec::from_nanos(left);
            // SAFETY: a valid time, and no place for the rest of it.
            unsafe { raw::blocking(nr::NANOSLEEP, [&raw const time as usize, 0]) }
        },
        || 0,
    )
}

/// Sleeps for a short time, whatever signals come.
pub fn nap(shared: &'static Shared, nanos: i64) {
    sleep_until(shared, now(Some(shared)).saturating_add(nanos), nr::NANOSLEEP);
}

/// # Safety
/// As `clock_nanosleep(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_nanosleep(
    clock: c_int,
    flags: c_int,
    time: *const Timespec,
    rest: *mut Timespec,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let shared = match (shared(), time.as_ref()) {
            (Some(shared), Some(time)) if is_virtual(clock) && time.is_valid() => shared,
            _ => {
                type Real = unsafe extern "C" fn(c_int, c_int, *const Timespec, *mut Timespec) -> c_int;
                let real: Real = real!(fn clock_nanosleep(c_int, c_int, *const Timespec, *mut Timespec) -> c_int);
                return real(clock, flags, time, rest);
            }
        };
        let absolute = flags & TIMER_ABSTIME != 0;
        let deadline = match absolute {
            true => deadline_at(shared, clock, *time),
            false => now(Some(shared)).saturating_add((*time).to_nanos()),
        };
        let result = sleep_until(shared, deadline, nr::CLOCK_NANOSLEEP);
        if let (INTERRUPTED, false, Some(rest)) = (result, absolute, rest.as_mut()) {
            *rest = Timespec::from_nanos((deadline - now(Some(shared))).max(0));
        }
        -result as c_int
    }
}

/// # Safety
/// As `nanosleep(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nanosleep(time: *const Timespec, rest: *mut Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        if shared().is_none() {
            return real!(fn nanosleep(*const Timespec, *mut Timespec) -> c_int)(time, rest);
        }
        answer(-clock_nanosleep(CLOCK_MONOTONIC, 0, time, rest) as isize)
    }
}

/// # Safety
/// As `nanosleep(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __nanosleep(time: *const Timespec, rest: *mut Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe { nanosleep(time, rest) }
}

/// # Safety
/// As `usleep(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn usleep(micros: c_uint) -> c_int {
    let time = Timespec::from_nanos(i64::from(micros) * 1_000);
    // SAFETY: a valid time.
    unsafe { nanosleep(&time, core::ptr::null_mut()) }
}

/// # Safety
/// As `sleep(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sleep(seconds: c_uint) -> c_uint {
    let time = Timespec { seconds: i64::from(seconds), nanos: 0 };
    let mut rest = Timespec::ZERO;
    // SAFETY: a valid time, and a place for the rest of it.
    unsafe {
        if shared().is_none() {
            return real!(fn sleep(c_uint) -> c_uint)(seconds);
        }
        let before = raw::errno();
        if nanosleep(&time, &mut rest) == 0 {
            raw::set_errno(before);
            return 0;
        }
    }
    ((rest.to_nanos() + SECOND / 2) / SECOND) as c_uint
}

/// # Safety
/// As `thrd_sleep` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thrd_sleep(time: *const Timespec, rest: *mut Timespec) -> c_int {
    // SAFETY: the caller's.
    match unsafe { clock_nanosleep(CLOCK_REALTIME, 0, time, rest) } {
        0 => 0,
        EINTR => -1,
        _ => -2,
    }
}

/// # Safety
/// As `pause(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pause() -> c_int {
    // SAFETY: no arguments.
    answer(crate::wait::untimed(|| unsafe { raw::blocking(nr::PAUSE, []) }))
}
