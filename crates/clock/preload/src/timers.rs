//! Timers that send a signal: the supervisor sends it, from a slot of the process.
//!
//! No kernel timer runs beside it, however short the time: it would send the signal a second time. So a signal comes
//! as much later as the supervisor takes to wake up, some tens of microseconds, and shorter intervals merge.

use crate::attach::shared;
use crate::clocks::{deadline_at, is_virtual, now};
use crate::raw::{self, answer, real};
use crate::shared::{NO_SLOT, SIGNAL, Shared, Slot, THREAD_TIMER};
use crate::sys::*;
use crate::wait::{claim, nudge, release, unmanaged, used};
use core::sync::atomic::{AtomicU32, Ordering::*};

/// When a timer fires next, and how often after that; both zero when it is not armed.
#[derive(Clone, Copy)]
pub struct Setting {
    pub left: i64,
    pub interval: i64,
}

impl Setting {
    const UNARMED: Self = Self { left: 0, interval: 0 };

    pub fn to_spec(self) -> TimerSpec {
        TimerSpec { interval: Timespec::from_nanos(self.interval), value: Timespec::from_nanos(self.left) }
    }

    fn to_val(self) -> TimerVal {
        // What is left of an armed timer must not look like none.
        let left = if self.left == 0 { 0 } else { self.left.max(1_000) };
        TimerVal { interval: Timeval::from_nanos(self.interval), value: Timeval::from_nanos(left) }
    }
}

/// The slot of a timer, and its deadline.
fn armed(shared: &Shared, kind: u32, aux: i64) -> Option<(&Slot, i64)> {
    let process = raw::process();
    let slot = used(shared).iter().find(|slot| {
        slot.tid.load(Acquire) == process
            && slot.kind.load(Relaxed) == kind
            && slot.aux.load(Relaxed) == aux
            && slot.deadline.load(Acquire) != 0
    })?;
    Some((slot, slot.deadline.load(Acquire)))
}

/// What a timer of this process is set to.
pub fn setting(shared: &Shared, kind: u32, aux: i64) -> Setting {
    match armed(shared, kind, aux) {
        Some((slot, deadline)) => {
            Setting { left: deadline.saturating_sub(now(Some(shared))).max(1), interval: slot.interval.load(Relaxed) }
        }
        None => Setting::UNARMED,
    }
}

/// Arms a timer for `deadline`, or disarms it when that is zero. False when there is no slot left.
pub fn arm(shared: &Shared, kind: u32, aux: i64, deadline: i64, interval: i64) -> bool {
    let process = raw::process();
    while let Some((slot, before)) = armed(shared, kind, aux) {
        // Whoever clears the deadline frees the slot: this, or the supervisor who has just fired it.
        if slot.deadline.compare_exchange(before, 0, AcqRel, Relaxed).is_ok() {
            release(shared, slot, process);
        }
    }
    if deadline == 0 {
        return true;
    }
    let Some(slot) = claim(shared, process) else {
        unmanaged(shared, NO_SLOT);
        return false;
    };
    slot.kind.store(kind, Relaxed);
    slot.aux.store(aux, Relaxed);
    slot.interval.store(interval, Relaxed);
    slot.call.store(0, Relaxed);
    slot.deadline.store(deadline.max(1), Release);
    nudge(shared);
    true
}

/// Zero for zero, which disarms.
fn deadline_after(shared: &Shared, nanos: i64) -> i64 {
    if nanos == 0 { 0 } else { now(Some(shared)).saturating_add(nanos) }
}

/// `alarm` and `setitimer(ITIMER_REAL)` are one timer.
const ALARM: i64 = SIGALRM as i64;

/// # Safety
/// As `alarm(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn alarm(seconds: c_uint) -> c_uint {
    if let Some(shared) = shared() {
        let before = setting(shared, SIGNAL, ALARM).left;
        if arm(shared, SIGNAL, ALARM, deadline_after(shared, i64::from(seconds) * SECOND), 0) {
            // As the kernel: to the nearest second, but not down to none.
            let rounded = (before + SECOND / 2) / SECOND;
            return if before == 0 { 0 } else { rounded.max(1) as c_uint };
        }
    }
    // SAFETY: no pointers.
    unsafe { raw::call(nr::ALARM, [seconds as usize]) as c_uint }
}

const ITIMER_REAL: c_int = 0;

/// # Safety
/// As `setitimer(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn setitimer(which: c_int, new: *const TimerVal, old: *mut TimerVal) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = || answer(raw::call(nr::SETITIMER, [which as usize, new as usize, old as usize]));
        let (Some(shared), ITIMER_REAL) = (shared(), which) else { return real() };
        let zero = Setting::UNARMED.to_val();
        let new = new.as_ref().unwrap_or(&zero);
        if !new.value.is_valid() || !new.interval.is_valid() {
            return answer(-(EINVAL as isize));
        }
        let before = setting(shared, SIGNAL, ALARM);
        let deadline = deadline_after(shared, new.value.to_nanos());
        if !arm(shared, SIGNAL, ALARM, deadline, new.interval.to_nanos()) {
            return real();
        }
        if let Some(old) = old.as_mut() {
            *old = before.to_val();
        }
        0
    }
}

/// # Safety
/// As `getitimer(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getitimer(which: c_int, place: *mut TimerVal) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match (shared(), place.as_mut()) {
            (Some(shared), Some(place)) if which == ITIMER_REAL => {
                *place = setting(shared, SIGNAL, ALARM).to_val();
                0
            }
            _ => answer(raw::call(nr::GETITIMER, [which as usize, place as usize])),
        }
    }
}

/// # Safety
/// As `ualarm(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ualarm(micros: c_uint, interval: c_uint) -> c_uint {
    let time = |micros: c_uint| Timeval::from_nanos(i64::from(micros) * 1_000);
    let new = TimerVal { interval: time(interval), value: time(micros) };
    let mut old = Setting::UNARMED.to_val();
    // SAFETY: two places of our own.
    unsafe { setitimer(ITIMER_REAL, &new, &mut old) };
    (old.value.to_nanos() / 1_000) as c_uint
}

/// The name of a timer of ours: `TAG`, the clock in 8 bits, a count, and the signal in 8 bits. The kernel's are small
/// numbers and the C library's have the highest bit. The lower 40 bits are the slot's `aux`.
const TAG: usize = 0x4574;
const AUX_BITS: u32 = 40;

fn is_ours(timer: usize) -> bool {
    timer >> 48 == TAG
}

fn aux_of(timer: usize) -> i64 {
    (timer & ((1 << AUX_BITS) - 1)) as i64
}

/// # Safety
/// As `timer_create(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timer_create(clock: c_int, event: *const SignalEvent, timer: *mut usize) -> c_int {
    const SIGEV_SIGNAL: c_int = 0;
    const SIGEV_NONE: c_int = 1;
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // SAFETY: the caller's.
    unsafe {
        let (signal, notify) = event.as_ref().map_or((SIGALRM, SIGEV_SIGNAL), |event| (event.signal, event.notify));
        if let (Some(shared), true) = (shared(), is_virtual(clock)) {
            if notify == SIGEV_SIGNAL && (1..=64).contains(&signal) {
                let count = COUNT.fetch_add(1, Relaxed).wrapping_add(1).max(1) as usize;
                *timer = TAG << 48 | (clock as usize) << AUX_BITS | (count << 8 | signal as usize);
                return 0;
            }
            if notify != SIGEV_NONE {
                unmanaged(shared, THREAD_TIMER);
            }
        }
        real!(fn timer_create(c_int, *const SignalEvent, *mut usize) -> c_int)(clock, event, timer)
    }
}

/// # Safety
/// As `timer_settime(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timer_settime(
    timer: usize,
    flags: c_int,
    new: *const TimerSpec,
    old: *mut TimerSpec,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let (Some(shared), true) = (shared(), is_ours(timer)) else {
            return real!(fn timer_settime(usize, c_int, *const TimerSpec, *mut TimerSpec) -> c_int)(
                timer, flags, new, old,
            );
        };
        let new = *new;
        if !new.value.is_valid() || !new.interval.is_valid() {
            return answer(-(EINVAL as isize));
        }
        let before = setting(shared, SIGNAL, aux_of(timer));
        let deadline = match new.value.to_nanos() {
            nanos if nanos != 0 && flags & TIMER_ABSTIME != 0 => {
                deadline_at(shared, (timer >> AUX_BITS) as c_int & 0xff, new.value).max(1)
            }
            nanos => deadline_after(shared, nanos),
        };
        if !arm(shared, SIGNAL, aux_of(timer), deadline, new.interval.to_nanos()) {
            return answer(-(EAGAIN as isize));
        }
        if let Some(old) = old.as_mut() {
            *old = before.to_spec();
        }
        0
    }
}

/// # Safety
/// As `timer_gettime(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timer_gettime(timer: usize, place: *mut TimerSpec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let (Some(shared), true) = (shared(), is_ours(timer)) else {
            return real!(fn timer_gettime(usize, *mut TimerSpec) -> c_int)(timer, place);
        };
        *place = setting(shared, SIGNAL, aux_of(timer)).to_spec();
        0
    }
}

/// # Safety
/// As `timer_getoverrun(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timer_getoverrun(timer: usize) -> c_int {
    if is_ours(timer) {
        return 0;
    }
    // SAFETY: the caller's.
    unsafe { real!(fn timer_getoverrun(usize) -> c_int)(timer) }
}

/// # Safety
/// As `timer_delete(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timer_delete(timer: usize) -> c_int {
    match shared() {
        Some(shared) if is_ours(timer) => {
            arm(shared, SIGNAL, aux_of(timer), 0, 0);
            0
        }
        // SAFETY: the caller's.
        _ => unsafe { real!(fn timer_delete(usize) -> c_int)(timer) },
    }
}
