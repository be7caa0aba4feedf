//! Semaphores, mutexes, read-write locks and threads that are waited for with a timeout.

use crate::attach::shared;
use crate::clocks::{deadline_at, now, real_time};
use crate::raw::{answer, outcome, real};
use crate::shared::Shared;
use crate::sleep::nap;
use crate::sys::*;
use crate::wait::wait;

/// # Safety
/// As `sem_clockwait(3)`.
unsafe fn semaphore_until(
    shared: &'static Shared,
    semaphore: *mut c_void,
    clock: c_int,
    time: *const Timespec,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        // As the C library: a semaphore that is free is taken before the time is looked at.
        if real!(fn sem_trywait(*mut c_void) -> c_int)(semaphore) == 0 {
            return 0;
        }
        if !(0..SECOND).contains(&(*time).nanos) {
            return answer(-(EINVAL as isize));
        }
        let deadline = deadline_at(shared, clock, *time);
        let result = wait(
            shared,
            deadline,
            nr::FUTEX,
            |left| {
                let until = Timespec::from_nanos(real_time(CLOCK_REALTIME).saturating_add(left));
                outcome(real!(fn sem_timedwait(*mut c_void, *const Timespec) -> c_int)(semaphore, &until))
            },
            || match real!(fn sem_trywait(*mut c_void) -> c_int)(semaphore) {
                0 => 0,
                _ => -(ETIMEDOUT as isize),
            },
        );
        answer(result)
    }
}

/// # Safety
/// As `sem_timedwait(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_timedwait(semaphore: *mut c_void, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match shared() {
            Some(shared) => semaphore_until(shared, semaphore, CLOCK_REALTIME, time),
            None => real!(fn sem_timedwait(*mut c_void, *const Timespec) -> c_int)(semaphore, time),
        }
    }
}

/// # Safety
/// As `sem_clockwait(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_clockwait(semaphore: *mut c_void, clock: c_int, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match shared() {
            Some(shared) => semaphore_until(shared, semaphore, clock, time),
            None => real!(fn sem_clockwait(*mut c_void, c_int, *const Timespec) -> c_int)(semaphore, clock, time),
        }
    }
}

pub const LONG_AGO: Timespec = Timespec::ZERO;

/// Tries again and again, with short virtual sleeps, because the C library or the kernel resumes these waits after a signal.
///
/// # Safety
/// `time` is readable.
pub unsafe fn try_until(
    shared: &'static Shared,
    clock: c_int,
    time: *const Timespec,
    timed_out: c_int,
    mut attempt: impl FnMut() -> c_int,
) -> c_int {
    const LONGEST: i64 = 5_000_000;
    let mut result = attempt();
    if result != timed_out {
        return result;
    }
    // SAFETY: the caller's.
    let time = unsafe { *time };
    if !(0..SECOND).contains(&time.nanos) {
        return EINVAL;
    }
    let deadline = deadline_at(shared, clock, time);
    let mut length = LONGEST / 64;
    while result == timed_out {
        let left = deadline.saturating_sub(now(Some(shared)));
        if left <= 0 {
            return ETIMEDOUT;
        }
        nap(shared, left.min(length));
        length = (length * 2).min(LONGEST);
        result = attempt();
    }
    result
}

/// # Safety
/// As `pthread_mutex_timedlock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_timedlock(mutex: *mut c_void, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn pthread_mutex_timedlock(*mut c_void, *const Timespec) -> c_int);
        match shared() {
            Some(shared) => try_until(shared, CLOCK_REALTIME, time, ETIMEDOUT, || real(mutex, &LONG_AGO)),
            None => real(mutex, time),
        }
    }
}

/// # Safety
/// As `pthread_mutex_clocklock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_clocklock(mutex: *mut c_void, clock: c_int, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn pthread_mutex_clocklock(*mut c_void, c_int, *const Timespec) -> c_int);
        match shared() {
            Some(shared) => try_until(shared, clock, time, ETIMEDOUT, || real(mutex, clock, &LONG_AGO)),
            None => real(mutex, clock, time),
        }
    }
}

/// # Safety
/// As `pthread_rwlock_timedrdlock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_timedrdlock(lock: *mut c_void, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn pthread_rwlock_timedrdlock(*mut c_void, *const Timespec) -> c_int);
        match shared() {
            Some(shared) => try_until(shared, CLOCK_REALTIME, time, ETIMEDOUT, || real(lock, &LONG_AGO)),
            None => real(lock, time),
        }
    }
}

/// # Safety
/// As `pthread_rwlock_timedwrlock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_timedwrlock(lock: *mut c_void, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn pthread_rwlock_timedwrlock(*mut c_void, *const Timespec) -> c_int);
        match shared() {
            Some(shared) => try_until(shared, CLOCK_REALTIME, time, ETIMEDOUT, || real(lock, &LONG_AGO)),
            None => real(lock, time),
        }
    }
}

/// # Safety
/// As `pthread_rwlock_clockrdlock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_clockrdlock(lock: *mut c_void, clock: c_int, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn pthread_rwlock_clockrdlock(*mut c_void, c_int, *const Timespec) -> c_int);
        match shared() {
            Some(shared) => try_until(shared, clock, time, ETIMEDOUT, || real(lock, clock, &LONG_AGO)),
            None => real(lock, clock, time),
        }
    }
}

/// # Safety
/// As `pthread_rwlock_clockwrlock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_clockwrlock(lock: *mut c_void, clock: c_int, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn pthread_rwlock_clockwrlock(*mut c_void, c_int, *const Timespec) -> c_int);
        match shared() {
            Some(shared) => try_until(shared, clock, time, ETIMEDOUT, || real(lock, clock, &LONG_AGO)),
            None => real(lock, clock, time),
        }
    }
}

/// # Safety
/// As `pthread_timedjoin_np(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_timedjoin_np(thread: usize, result: *mut usize, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match shared() {
            Some(shared) => join_until(shared, thread, result, CLOCK_REALTIME, time),
            None => real!(fn pthread_timedjoin_np(usize, *mut usize, *const Timespec) -> c_int)(thread, result, time),
        }
    }
}

/// # Safety
/// As `pthread_clockjoin_np(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_clockjoin_np(
    thread: usize,
    result: *mut usize,
    clock: c_int,
    time: *const Timespec,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match shared() {
            Some(shared) => join_until(shared, thread, result, clock, time),
            None => {
                let real = real!(fn pthread_clockjoin_np(usize, *mut usize, c_int, *const Timespec) -> c_int);
                real(thread, result, clock, time)
            }
        }
    }
}

/// # Safety
/// As `pthread_clockjoin_np(3)`.
unsafe fn join_until(
    shared: &'static Shared,
    thread: usize,
    result: *mut usize,
    clock: c_int,
    time: *const Timespec,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let attempt = real!(fn pthread_tryjoin_np(usize, *mut usize) -> c_int);
        if time.is_null() {
            return real!(fn pthread_join(usize, *mut usize) -> c_int)(thread, result);
        }
        try_until(shared, clock, time, EBUSY, || attempt(thread, result))
    }
}

/// # Safety
/// As `mtx_timedlock` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtx_timedlock(mutex: *mut c_void, time: *const Timespec) -> c_int {
    const TIMED_OUT: c_int = 4;
    const ERROR: c_int = 2;
    // SAFETY: the caller's.
    unsafe {
        let real = real!(fn mtx_timedlock(*mut c_void, *const Timespec) -> c_int);
        let Some(shared) = shared() else { return real(mutex, time) };
        match try_until(shared, CLOCK_REALTIME, time, TIMED_OUT, || real(mutex, &LONG_AGO)) {
            ETIMEDOUT => TIMED_OUT,
            EINVAL => ERROR,
            result => result,
        }
    }
}
