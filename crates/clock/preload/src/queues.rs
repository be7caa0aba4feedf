//! Signals, messages and System V semaphores that are waited for with a timeout.

use crate::attach::shared;
use crate::clocks::now;
use crate::locks::{LONG_AGO, try_until};
use crate::raw::{self, answer, outcome, real};
use crate::signals::without_wake;
use crate::sys::*;
use crate::wait::{untimed, untimed_answer, wait};

/// # Safety
/// As `sigtimedwait(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigtimedwait(set: *const SignalSet, info: *mut SignalInfo, time: *const Timespec) -> c_int {
    type Real = unsafe extern "C" fn(*const SignalSet, *mut SignalInfo, *const Timespec) -> c_int;
    let mut kept = SignalSet([0; 16]);
    // SAFETY: the caller's.
    unsafe {
        let real: Real = real!(fn sigtimedwait(*const SignalSet, *mut SignalInfo, *const Timespec) -> c_int);
        let set = without_wake(set, &mut kept);
        let (shared, time) = match (shared(), time.as_ref()) {
            (Some(shared), Some(time)) if time.is_valid() && time.to_nanos() > 0 => (shared, *time),
            _ => return untimed_answer(|| real(set, info, time)),
        };
        let deadline = now(Some(shared)).saturating_add(time.to_nanos());
        let real_for = |left| outcome(real(set, info, &Timespec::from_nanos(left)));
        answer(wait(shared, deadline, nr::RT_SIGTIMEDWAIT, real_for, || real_for(0)))
    }
}

/// # Safety
/// As `sigwaitinfo(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigwaitinfo(set: *const SignalSet, info: *mut SignalInfo) -> c_int {
    // SAFETY: the caller's.
    unsafe { sigtimedwait(set, info, core::ptr::null()) }
}

/// # Safety
/// As `sigwait(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigwait(set: *const SignalSet, signal: *mut c_int) -> c_int {
    let mut kept = SignalSet([0; 16]);
    // SAFETY: the caller's.
    unsafe { real!(fn sigwait(*const SignalSet, *mut c_int) -> c_int)(without_wake(set, &mut kept), signal) }
}

/// A message queue call whose last argument is a time of the wall clock, at which it answers -1.
///
/// # Safety
/// `time` is null or readable, and `call` is such a call.
unsafe fn message(time: *const Timespec, mut call: impl FnMut(*const Timespec) -> isize) -> isize {
    let Some(shared) = shared().filter(|_| !time.is_null()) else { return call(time) };
    let mut answer = 0;
    let attempt = || {
        answer = call(&LONG_AGO);
        if answer == -1 { raw::errno() } else { 0 }
    };
    // SAFETY: the caller's.
    let error = unsafe { try_until(shared, CLOCK_REALTIME, time, ETIMEDOUT, attempt) };
    if error == 0 {
        return answer;
    }
    raw::set_errno(error);
    -1
}

/// # Safety
/// As `mq_timedsend(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mq_timedsend(
    queue: c_int,
    text: *const c_char,
    length: usize,
    priority: c_uint,
    time: *const Timespec,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn mq_timedsend(c_int, *const c_char, usize, c_uint, *const Timespec) -> c_int);
        message(time, |time| real(queue, text, length, priority, time) as isize) as c_int
    }
}

/// # Safety
/// As `mq_timedreceive(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mq_timedreceive(
    queue: c_int,
    text: *mut c_char,
    length: usize,
    priority: *mut c_uint,
    time: *const Timespec,
) -> isize {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn mq_timedreceive(c_int, *mut c_char, usize, *mut c_uint, *const Timespec) -> isize);
        message(time, |time| real(queue, text, length, priority, time))
    }
}

/// # Safety
/// As `semtimedop(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semtimedop(set: c_int, operations: *mut c_void, count: usize, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = |time: *const Timespec| {
            raw::call(nr::SEMTIMEDOP, [set as usize, operations as usize, count, time as usize])
        };
        let (shared, time) = match (shared(), time.as_ref()) {
            (Some(shared), Some(time)) if time.is_valid() && time.to_nanos() > 0 => (shared, *time),
            _ => return answer(untimed(|| real(time))),
        };
        let deadline = now(Some(shared)).saturating_add(time.to_nanos());
        let real_for = |left| real(&Timespec::from_nanos(left));
        answer(wait(shared, deadline, nr::SEMTIMEDOP, real_for, || real_for(0)))
    }
}

/// # Safety
/// As `semop(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semop(set: c_int, operations: *mut c_void, count: usize) -> c_int {
    // SAFETY: the caller's.
    unsafe { semtimedop(set, operations, count, core::ptr::null()) }
}
