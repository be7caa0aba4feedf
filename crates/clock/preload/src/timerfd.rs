//! Timers that make a descriptor readable.
//!
//! Under the virtual clock the kernel's timer runs too, with the real rest of the time; the supervisor sets it off
//! when it has jumped over the rest. Under the steady clock the supervisor alone sets it off.

use crate::attach::{is_steady, shared};
use crate::clocks::{deadline_at, is_wall, now};
use crate::raw::{self, answer};
use crate::shared::TIMERFD;
use crate::sys::*;
use crate::timers::{Setting, arm, setting};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A bit for each of the first descriptors.
struct Descriptors([AtomicU64; 64]);

impl Descriptors {
    const NONE: Self = Self([const { AtomicU64::new(0) }; 64]);

    fn word(&self, fd: c_int) -> Option<(&AtomicU64, u64)> {
        Some((self.0.get(usize::try_from(fd).ok()? / 64)?, 1 << (fd % 64)))
    }

    fn set(&self, fd: c_int, is_member: bool) {
        match self.word(fd) {
            Some((word, bit)) if is_member => word.fetch_or(bit, Relaxed),
            Some((word, bit)) => word.fetch_and(!bit, Relaxed),
            None => 0,
        };
    }

    fn contains(&self, fd: c_int) -> bool {
        self.word(fd).is_some_and(|(word, bit)| word.load(Relaxed) & bit != 0)
    }
}

static TIMERS: Descriptors = Descriptors::NONE;
static OF_WALL_CLOCK: Descriptors = Descriptors::NONE;

/// # Safety
/// As `timerfd_create(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timerfd_create(clock: c_int, flags: c_int) -> c_int {
    // SAFETY: no pointers.
    let fd = answer(unsafe { raw::call(nr::TIMERFD_CREATE, [clock as usize, flags as usize]) });
    TIMERS.set(fd, true);
    OF_WALL_CLOCK.set(fd, is_wall(clock));
    fd
}

/// # Safety
/// As `timerfd_settime(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timerfd_settime(fd: c_int, flags: c_int, new: *const TimerSpec, old: *mut TimerSpec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let set = |flags: c_int, new: *const TimerSpec, old: *mut TimerSpec| {
            answer(raw::call(nr::TIMERFD_SETTIME, [fd as usize, flags as usize, new as usize, old as usize]))
        };
        let (Some(shared), Some(new)) = (shared(), new.as_ref()) else { return set(flags, new, old) };
        if !new.value.is_valid() || !new.interval.is_valid() {
            return answer(-(EINVAL as isize));
        }
        let clock = if OF_WALL_CLOCK.contains(fd) { CLOCK_REALTIME } else { CLOCK_MONOTONIC };
        let interval = new.interval.to_nanos();
        let deadline = match new.value.to_nanos() {
            0 => 0,
            // A time that has passed is due at once.
            _ if flags & TIMER_ABSTIME != 0 => deadline_at(shared, clock, new.value).max(1),
            nanos => now(Some(shared)).saturating_add(nanos),
        };
        let left = deadline.saturating_sub(now(Some(shared)));
        let is_due = deadline != 0 && left <= 0;
        let real = match deadline {
            0 => Setting { left: 0, interval },
            _ if !is_steady() => Setting { left: left.max(1), interval },
            _ => Setting { left: if is_due { 1 } else { NEVER }, interval: 0 },
        };
        // The kernel sees to a time that has come; the slot is for the next.
        let deadline = match interval {
            0 if is_due => 0,
            _ if is_due => deadline.saturating_add(interval),
            _ => deadline,
        };
        let before = setting(shared, TIMERFD, fd.into());
        let result = set(0, &real.to_spec(), old);
        if result != 0 {
            return result;
        }
        arm(shared, TIMERFD, fd.into(), deadline, interval);
        // What is not armed has no slot, and may be another process's: the kernel knows.
        if let (Some(old), 1..) = (old.as_mut(), before.left) {
            *old = before.to_spec();
        }
        0
    }
}

pub fn is_timer(fd: c_int) -> bool {
    let mut place = Setting { left: 0, interval: 0 }.to_spec();
    // SAFETY: a place of our own.
    unsafe { raw::call(nr::TIMERFD_GETTIME, [fd as usize, &raw mut place as usize]) == 0 }
}

/// # Safety
/// As `timerfd_gettime(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timerfd_gettime(fd: c_int, place: *mut TimerSpec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let result = answer(raw::call(nr::TIMERFD_GETTIME, [fd as usize, place as usize]));
        if let (Some(shared), 0) = (shared(), result) {
            let setting = setting(shared, TIMERFD, fd.into());
            if setting.left != 0 {
                *place = setting.to_spec();
            }
        }
        result
    }
}

/// A descriptor is about to be closed.
pub fn before_close(fd: c_int) {
    if let Some(shared) = shared()
        && TIMERS.contains(fd)
    {
        // A child made by `vfork`, which closes its own copies, finds none: slots are of a process.
        arm(shared, TIMERFD, fd.into(), 0, 0);
    }
}
