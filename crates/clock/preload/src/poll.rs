//! Waiting for descriptors.

use crate::attach::shared;
use crate::clocks::now;
use crate::raw::{self, answer};
use crate::signals::without_wake;
use crate::sys::*;
use crate::wait::{untimed, wait};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Waits for at most `timeout`, for ever without one. `call` is the real wait, with a real timeout.
fn wait_for(timeout: Option<i64>, number: usize, call: impl Fn(Option<i64>) -> isize) -> c_int {
    let result = match (shared(), timeout) {
        (Some(shared), Some(timeout)) if timeout > 0 => {
            let deadline = now(Some(shared)).saturating_add(timeout);
            wait(shared, deadline, number, |left| call(Some(left)), || call(Some(0)))
        }
        (_, timeout) => untimed(|| call(timeout)),
    };
    answer(result)
}

fn millis(millis: c_int) -> Option<i64> {
    (millis >= 0).then(|| i64::from(millis) * 1_000_000)
}

/// The timeout of a caller, or `None` if the kernel should refuse it.
///
/// # Safety
/// `time` is null or readable.
unsafe fn timeout_at(time: *const Timespec) -> Option<Option<i64>> {
    // SAFETY: the caller's.
    match unsafe { time.as_ref() } {
        None => Some(None),
        Some(time) => time.is_valid().then(|| Some(time.to_nanos())),
    }
}

/// # Safety
/// As `ppoll(2)`.
unsafe fn ppoll_for(fds: *mut c_void, count: usize, timeout: Option<i64>, mask: *const SignalSet) -> c_int {
    wait_for(timeout, nr::PPOLL, |timeout| {
        let time = timeout.map(Timespec::from_nanos);
        let time = time.as_ref().map_or(0, |time| &raw const *time as usize);
        // SAFETY: the caller's; the kernel may write to the time, which is our own.
        unsafe { raw::blocking(nr::PPOLL, [fds as usize, count, time, mask as usize, 8]) }
    })
}

/// # Safety
/// As `poll(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn poll(fds: *mut c_void, count: c_ulong, timeout: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        if shared().is_none() {
            return answer(raw::blocking(nr::POLL, [fds as usize, count as usize, timeout as usize]));
        }
        ppoll_for(fds, count as usize, millis(timeout), core::ptr::null())
    }
}

/// # Safety
/// As `poll(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __poll(fds: *mut c_void, count: c_ulong, timeout: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe { poll(fds, count, timeout) }
}

/// The fortified form: the compiler knows how long the array is.
///
/// # Safety
/// As `poll(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __poll_chk(fds: *mut c_void, count: c_ulong, timeout: c_int, length: usize) -> c_int {
    check_length(count, length);
    // SAFETY: the caller's.
    unsafe { poll(fds, count, timeout) }
}

fn check_length(count: c_ulong, length: usize) {
    const POLLFD: usize = 8;
    if length / POLLFD < count as usize {
        // SAFETY: ends the process, as the C library's check does.
        unsafe { core::arch::asm!("ud2", options(noreturn)) }
    }
}

/// # Safety
/// As `ppoll(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ppoll(
    fds: *mut c_void,
    count: c_ulong,
    time: *const Timespec,
    mask: *const SignalSet,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let Some(timeout) = timeout_at(time) else { return answer(-(EINVAL as isize)) };
        let mut kept = SignalSet([0; 16]);
        ppoll_for(fds, count as usize, timeout, without_wake(mask, &mut kept))
    }
}

/// # Safety
/// As `ppoll(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __ppoll_chk(
    fds: *mut c_void,
    count: c_ulong,
    time: *const Timespec,
    mask: *const SignalSet,
    length: usize,
) -> c_int {
    check_length(count, length);
    // SAFETY: the caller's.
    unsafe { ppoll(fds, count, time, mask) }
}

/// The three sets of `select`: read, write, exceptions.
type Sets = [*mut c_void; 3];

/// # Safety
/// As `pselect(2)`.
unsafe fn pselect_for(count: c_int, sets: Sets, timeout: Option<i64>, mask: *const SignalSet) -> c_int {
    let mask = [mask as usize, 8];
    let [read, write, except] = sets.map(|set| set as usize);
    wait_for(timeout, nr::PSELECT6, |timeout| {
        let time = timeout.map(Timespec::from_nanos);
        let time = time.as_ref().map_or(0, |time| &raw const *time as usize);
        // SAFETY: the caller's; the kernel may write to the time, which is our own.
        unsafe { raw::blocking(nr::PSELECT6, [count as usize, read, write, except, time, mask.as_ptr() as usize]) }
    })
}

/// # Safety
/// As `pselect(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pselect(
    count: c_int,
    read: *mut c_void,
    write: *mut c_void,
    except: *mut c_void,
    time: *const Timespec,
    mask: *const SignalSet,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let Some(timeout) = timeout_at(time) else { return answer(-(EINVAL as isize)) };
        let mut kept = SignalSet([0; 16]);
        pselect_for(count, [read, write, except], timeout, without_wake(mask, &mut kept))
    }
}

/// # Safety
/// As `select(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn select(
    count: c_int,
    read: *mut c_void,
    write: *mut c_void,
    except: *mut c_void,
    time: *mut Timeval,
) -> c_int {
    // SAFETY: the caller's; Linux stores the rest of the time.
    unsafe {
        let (shared, timeout) = (shared(), time.as_ref().map(|time| time.to_nanos()));
        if shared.is_none() || timeout.is_some_and(|timeout| timeout < 0) {
            let [read, write, except] = [read, write, except].map(|set| set as usize);
            return answer(raw::blocking(nr::SELECT, [count as usize, read, write, except, time as usize]));
        }
        let before = now(shared);
        let result = pselect_for(count, [read, write, except], timeout, core::ptr::null());
        if let Some(timeout) = timeout.filter(|timeout| *timeout > 0) {
            *time = Timeval::from_nanos((timeout - (now(shared) - before)).max(0));
        }
        result
    }
}

/// # Safety
/// As `select(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __select(
    count: c_int,
    read: *mut c_void,
    write: *mut c_void,
    except: *mut c_void,
    time: *mut Timeval,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { select(count, read, write, except, time) }
}

/// # Safety
/// As `epoll_pwait2(2)`.
unsafe fn epoll_for(
    epoll: c_int,
    events: *mut c_void,
    count: c_int,
    timeout: Option<i64>,
    mask: *const SignalSet,
) -> c_int {
    /// The kernel is older than the call that takes nanoseconds.
    static MILLIS_ONLY: AtomicBool = AtomicBool::new(false);
    let [epoll, events, count, mask] = [epoll as usize, events as usize, count as usize, mask as usize];
    wait_for(timeout, nr::EPOLL_PWAIT2, |timeout| {
        let time = timeout.map(Timespec::from_nanos);
        let time = time.as_ref().map_or(0, |time| &raw const *time as usize);
        // SAFETY: the caller's.
        unsafe {
            if !MILLIS_ONLY.load(Relaxed) {
                let result = raw::blocking(nr::EPOLL_PWAIT2, [epoll, events, count, time, mask, 8]);
                if result != -(ENOSYS as isize) {
                    return result;
                }
                MILLIS_ONLY.store(true, Relaxed);
            }
            let millis = timeout.map_or(-1, |nanos| (nanos.saturating_add(999_999) / 1_000_000).min(i32::MAX.into()));
            raw::blocking(nr::EPOLL_PWAIT, [epoll, events, count, millis as usize, mask, 8])
        }
    })
}

/// # Safety
/// As `epoll_wait(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_wait(epoll: c_int, events: *mut c_void, count: c_int, timeout: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        if shared().is_none() {
            let arguments = [epoll as usize, events as usize, count as usize, timeout as usize];
            return answer(raw::blocking(nr::EPOLL_WAIT, arguments));
        }
        epoll_for(epoll, events, count, millis(timeout), core::ptr::null())
    }
}

/// # Safety
/// As `epoll_pwait(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_pwait(
    epoll: c_int,
    events: *mut c_void,
    count: c_int,
    timeout: c_int,
    mask: *const SignalSet,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        if shared().is_none() {
            let arguments = [epoll as usize, events as usize, count as usize, timeout as usize, mask as usize, 8];
            return answer(raw::blocking(nr::EPOLL_PWAIT, arguments));
        }
        let mut kept = SignalSet([0; 16]);
        epoll_for(epoll, events, count, millis(timeout), without_wake(mask, &mut kept))
    }
}

/// # Safety
/// As `epoll_pwait2(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_pwait2(
    epoll: c_int,
    events: *mut c_void,
    count: c_int,
    time: *const Timespec,
    mask: *const SignalSet,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let Some(timeout) = timeout_at(time) else { return answer(-(EINVAL as isize)) };
        let mut kept = SignalSet([0; 16]);
        epoll_for(epoll, events, count, timeout, without_wake(mask, &mut kept))
    }
}
