//! A wait with a virtual deadline: its slot, its real call, and the signal that ends it.

use crate::attach::is_steady;
use crate::clocks::{self, now};
use crate::raw::{self, INTERRUPTED};
use crate::shared::{NO_SLOT, SLOTS, Shared, Slot, THREAD};
use crate::sys::{FUTEX_WAKE, NEVER, c_int, nr};
use core::sync::atomic::{AtomicU32, Ordering::*};

/// The lowest slot that may be free, as far as this process knows.
static HINT: AtomicU32 = AtomicU32::new(0);

/// The slots that have ever been used.
pub fn used(shared: &Shared) -> &[Slot] {
    let high = (shared.high.load(Acquire) as usize).min(SLOTS);
    // SAFETY: bounded by the length of the array.
    unsafe { shared.slots.get_unchecked(..high) }
}

/// Takes a free slot for `owner`: from the hint on, then below it, and only then one that was never used.
#[inline(never)]
pub fn claim(shared: &Shared, owner: u32) -> Option<&Slot> {
    let high = used(shared).len();
    let hint = (HINT.load(Relaxed) as usize).min(high);
    for index in (hint..high).chain(0..hint).chain(high..SLOTS) {
        let slot = shared.slots.get(index)?;
        if slot.tid.load(Relaxed) == 0 && slot.tid.compare_exchange(0, owner, AcqRel, Relaxed).is_ok() {
            shared.high.fetch_max(index as u32 + 1, AcqRel);
            HINT.store(index as u32 + 1, Relaxed);
            slot.woken.store(0, Relaxed);
            slot.tries.store(0, Relaxed);
            slot.pid.store(raw::process(), Relaxed);
            slot.order.store(shared.order.fetch_add(1, AcqRel), Relaxed);
            return Some(slot);
        }
    }
    None
}

/// Gives a slot back, unless the supervisor has already taken it from `owner`.
#[inline(never)]
pub fn release(shared: &Shared, slot: &Slot, owner: u32) {
    if slot.tid.load(Acquire) != owner {
        return;
    }
    slot.deadline.store(0, Release);
    let _ = slot.tid.compare_exchange(owner, 0, AcqRel, Relaxed);
    let index = (core::ptr::from_ref(slot) as usize - shared.slots.as_ptr() as usize) / size_of::<Slot>();
    HINT.fetch_min(index as u32, Relaxed);
}

/// Tells the supervisor that there is something to look at.
pub fn nudge(shared: &Shared) {
    shared.nudge.fetch_add(1, SeqCst);
    if shared.asleep.load(SeqCst) != 0 {
        // SAFETY: wakes whoever waits at an address of our own mapping.
        unsafe { raw::call(nr::FUTEX, [shared.nudge.as_ptr() as usize, FUTEX_WAKE, 1]) };
    }
}

/// Waits in ways the clock cannot see forbid to jump.
pub fn unmanaged(shared: &Shared, reason: u32) {
    shared.unmanaged.store(reason, Release);
    nudge(shared);
}

/// Waits until `deadline`, a time of the run's monotonic clock.
///
/// `call` is the real wait: given the nanoseconds it may last, it returns what the kernel would. It happens again after
/// each interruption that was ours. `expire` asks once more, without waiting, when the time has come.
pub fn wait(
    shared: &'static Shared,
    deadline: i64,
    number: usize,
    mut call: impl FnMut(i64) -> isize,
    mut expire: impl FnMut() -> isize,
) -> isize {
    wait_with(shared, deadline, number, &mut call, &mut expire)
}

/// One copy of the code for all calls.
fn wait_with(
    shared: &'static Shared,
    deadline: i64,
    number: usize,
    call: &mut dyn FnMut(i64) -> isize,
    expire: &mut dyn FnMut() -> isize,
) -> isize {
    clocks::watch_processor(shared);
    crate::files::before_wait(shared);
    if deadline <= now(Some(shared)) {
        return untimed_with(expire);
    }
    let thread = raw::thread();
    forget_wake(thread);
    let Some(slot) = claim(shared, thread) else {
        unmanaged(shared, NO_SLOT);
        return call(deadline.saturating_sub(now(Some(shared))).max(0));
    };
    slot.kind.store(THREAD, Relaxed);
    slot.call.store(number as u32, Relaxed);
    slot.deadline.store(deadline.max(1), Release);
    nudge(shared);
    let result = loop {
        let result = match deadline.saturating_sub(now(Some(shared))) {
            ..=0 => expire(),
            _ if is_steady() => call(NEVER),
            left => call(left),
        };
        if result != INTERRUPTED {
            break result;
        }
        // Both are asked: an earlier wait's signal may come late, and a handler may have waited in between.
        let ours = slot.woken.swap(0, AcqRel) != 0;
        if !take_wake(thread) && !ours {
            break result;
        }
    };
    release(shared, slot, thread);
    clocks::watch_processor(shared);
    result
}

/// Waits without a deadline, or only asks: just hides that our signal, meant for an earlier wait, interrupted it.
pub fn untimed(mut call: impl FnMut() -> isize) -> isize {
    untimed_with(&mut call)
}

fn untimed_with(call: &mut dyn FnMut() -> isize) -> isize {
    if crate::attach::shared().is_none() {
        return call();
    }
    let thread = raw::thread();
    loop {
        forget_wake(thread);
        let result = call();
        if result != INTERRUPTED || !take_wake(thread) {
            return result;
        }
    }
}

/// As [`untimed`], for a function of the C library that answers -1.
pub fn untimed_answer(mut call: impl FnMut() -> c_int) -> c_int {
    let result = untimed(|| raw::outcome(call()));
    raw::answer(result)
}

/// Which threads our signal has interrupted, by the low bits of their numbers.
static WAKES: [AtomicU32; 128] = [const { AtomicU32::new(0) }; 128];

fn wake_of(thread: u32) -> &'static AtomicU32 {
    &WAKES[thread as usize % WAKES.len()]
}

pub fn note_wake(thread: u32) {
    wake_of(thread).store(thread, Release);
}

fn forget_wake(thread: u32) {
    take_wake(thread);
}

fn take_wake(thread: u32) -> bool {
    let wake = wake_of(thread);
    wake.load(Relaxed) == thread && wake.compare_exchange(thread, 0, AcqRel, Relaxed).is_ok()
}
