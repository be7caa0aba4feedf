//! Condition variables of our own: the C library's resume their wait after a signal, so that nothing could end it.
//!
//! A signal counts a number up and wakes those who wait for it to change; the lowest bit of the number tells that
//! somebody may wait, so that a signal to nobody costs no system call. They are in use from the start of the process, so
//! that a variable made before the clock was attached is understood after it.

use crate::attach::shared;
use crate::clocks::deadline_at;
use crate::raw::{self, INTERRUPTED, find, real};
use crate::shared::Shared;
use crate::sys::*;
use crate::wait::wait;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};

/// In the memory of a `pthread_cond_t`, whose static initial value is zero throughout.
#[repr(C)]
pub struct Condition {
    sequence: AtomicU32,
    clock: AtomicU32,
    between_processes: AtomicU32,
    unused: [u32; 9],
}

impl Condition {
    fn futex(&self, operation: usize) -> [usize; 2] {
        let private = if self.between_processes.load(Relaxed) != 0 { 0 } else { FUTEX_PRIVATE };
        [self.sequence.as_ptr() as usize, operation | private]
    }

    /// The number that a signal from now on changes.
    fn begin_to_wait(&self) -> u32 {
        self.sequence.fetch_or(WAITED, AcqRel) | WAITED
    }

    fn signal(&self) {
        let Some(after) = self.count_up(true) else { return };
        if self.wake(1) == 0 && self.sequence.compare_exchange(after, after & !WAITED, AcqRel, Relaxed).is_ok() {
            // Whoever has begun to wait since then would not be seen by the next signal.
            self.wake(ALL);
        }
    }

    fn broadcast(&self) {
        if self.count_up(false).is_some() {
            self.wake(ALL);
        }
    }

    /// Makes whoever waits notice, if anybody does.
    fn count_up(&self, others_wait: bool) -> Option<u32> {
        let bit = if others_wait { WAITED } else { 0 };
        let up = |now: u32| (now & WAITED != 0).then_some((now & !WAITED).wrapping_add(2) | bit);
        self.sequence.fetch_update(AcqRel, Acquire, up).ok().and_then(up)
    }

    fn wake(&self, count: usize) -> isize {
        let [address, operation] = self.futex(FUTEX_WAKE);
        // SAFETY: wakes whoever waits at this address, and touches nothing.
        unsafe { raw::call(nr::FUTEX, [address, operation, count]) }
    }
}

const WAITED: u32 = 1;
const ALL: usize = i32::MAX as usize;

/// # Safety
/// As `pthread_cond_init(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_init(condition: *mut Condition, attributes: *const c_void) -> c_int {
    // SAFETY: the caller's memory, all of whose bytes may be zero.
    unsafe {
        core::ptr::write_bytes(condition, 0, 1);
        if !attributes.is_null() {
            let (mut clock, mut shared) = (0, 0);
            real!(fn pthread_condattr_getclock(*const c_void, *mut c_int) -> c_int)(attributes, &mut clock);
            real!(fn pthread_condattr_getpshared(*const c_void, *mut c_int) -> c_int)(attributes, &mut shared);
            (*condition).clock.store(clock as u32, Relaxed);
            (*condition).between_processes.store(shared as u32, Relaxed);
        }
    }
    0
}

/// # Safety
/// As `pthread_cond_destroy(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_destroy(_: *mut Condition) -> c_int {
    // A thread that has been woken does not touch it any more.
    0
}

/// # Safety
/// As `pthread_cond_signal(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_signal(condition: *mut Condition) -> c_int {
    // SAFETY: the caller's.
    unsafe { (*condition).signal() };
    0
}

/// # Safety
/// As `pthread_cond_broadcast(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_broadcast(condition: *mut Condition) -> c_int {
    // SAFETY: the caller's.
    unsafe { (*condition).broadcast() };
    0
}

/// # Safety
/// As `pthread_cond_wait(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_wait(condition: *mut Condition, mutex: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        unlocked(condition, mutex, |condition, sequence| {
            let [address, operation] = condition.futex(FUTEX_WAIT);
            // A signal handler that has run does not end the wait.
            while raw::blocking(nr::FUTEX, [address, operation, sequence as usize, 0]) == INTERRUPTED {}
            0
        })
    }
}

/// # Safety
/// As `pthread_cond_timedwait(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_timedwait(
    condition: *mut Condition,
    mutex: *mut c_void,
    time: *const Timespec,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { wait_until(condition, mutex, (*condition).clock.load(Relaxed) as c_int, time) }
}

/// # Safety
/// As `pthread_cond_clockwait(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_clockwait(
    condition: *mut Condition,
    mutex: *mut c_void,
    clock: c_int,
    time: *const Timespec,
) -> c_int {
    if !matches!(clock, CLOCK_REALTIME | CLOCK_MONOTONIC) {
        return EINVAL;
    }
    // SAFETY: the caller's.
    unsafe { wait_until(condition, mutex, clock, time) }
}

/// # Safety
/// As `pthread_cond_clockwait(3)`.
unsafe fn wait_until(condition: *mut Condition, mutex: *mut c_void, clock: c_int, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let time = *time;
        if !(0..SECOND).contains(&time.nanos) {
            return EINVAL;
        }
        if time.seconds < 0 {
            // The kernel refuses times before 1970.
            return unlocked(condition, mutex, |_, _| ETIMEDOUT);
        }
        unlocked(condition, mutex, |condition, sequence| {
            loop {
                let result = match shared() {
                    Some(shared) => virtual_wait(shared, condition, sequence, clock, time),
                    None => real_wait(condition, sequence, clock, time),
                };
                match result {
                    INTERRUPTED => {}
                    result if result == -(ETIMEDOUT as isize) => return ETIMEDOUT,
                    _ => return 0,
                }
            }
        })
    }
}

fn virtual_wait(shared: &'static Shared, condition: &Condition, sequence: u32, clock: c_int, time: Timespec) -> isize {
    let [address, operation] = condition.futex(FUTEX_WAIT);
    wait(
        shared,
        deadline_at(shared, clock, time),
        nr::FUTEX,
        |left| {
            let left = Timespec::from_nanos(left);
            // SAFETY: the condition outlives the wait, and the time is ours.
            unsafe { raw::blocking(nr::FUTEX, [address, operation, sequence as usize, &raw const left as usize]) }
        },
        || match condition.sequence.load(Acquire) {
            now if now != sequence => 0,
            _ => -(ETIMEDOUT as isize),
        },
    )
}

fn real_wait(condition: &Condition, sequence: u32, clock: c_int, time: Timespec) -> isize {
    let [address, mut operation] = condition.futex(FUTEX_WAIT_BITSET);
    if clock == CLOCK_REALTIME {
        operation |= FUTEX_CLOCK_REALTIME;
    }
    let any = u32::MAX as usize;
    // SAFETY: the condition outlives the wait, and the time is ours.
    unsafe { raw::blocking(nr::FUTEX, [address, operation, sequence as usize, &raw const time as usize, 0, any]) }
}

/// What a thread that is cancelled while it waits has to put in order.
struct Cancelled {
    condition: *mut Condition,
    mutex: *mut c_void,
}

unsafe extern "C" fn on_cancel(cancelled: *mut c_void) {
    // SAFETY: registered below with this type, and run before its frame is left.
    unsafe {
        let cancelled = &*cancelled.cast::<Cancelled>();
        // It may have been woken at the same time: let another have that.
        (*cancelled.condition).signal();
        pthread_mutex_lock(cancelled.mutex);
    }
}

/// Runs `wait` with the number that is to change, without the mutex.
///
/// # Safety
/// As `pthread_cond_wait(3)`.
unsafe fn unlocked(
    condition: *mut Condition,
    mutex: *mut c_void,
    wait: impl FnOnce(&Condition, u32) -> c_int,
) -> c_int {
    type Push = unsafe extern "C" fn(*mut [usize; 4], unsafe extern "C" fn(*mut c_void), *mut c_void);
    type Pop = unsafe extern "C" fn(*mut [usize; 4], c_int);
    static PUSH: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());
    static POP: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());
    // SAFETY: the caller's; the two functions are the C library's for old compilers, or null where there are no threads.
    unsafe {
        let push: Option<Push> = core::mem::transmute(find(&PUSH, c"_pthread_cleanup_push".as_ptr()));
        let pop: Option<Pop> = core::mem::transmute(find(&POP, c"_pthread_cleanup_pop".as_ptr()));
        let sequence = (*condition).begin_to_wait();
        let error = pthread_mutex_unlock(mutex);
        if error != 0 {
            return error;
        }
        let mut cancelled = Cancelled { condition, mutex };
        let mut buffer = [0; 4];
        if let Some(push) = push {
            push(&mut buffer, on_cancel, (&raw mut cancelled).cast());
        }
        let result = wait(&*condition, sequence);
        if let Some(pop) = pop {
            pop(&mut buffer, 0);
        }
        match pthread_mutex_lock(mutex) {
            0 => result,
            error => error,
        }
    }
}

/// `cnd_t` is a `pthread_cond_t` and `mtx_t` a `pthread_mutex_t`; the results are C11's.
fn c11(error: c_int) -> c_int {
    match error {
        0 => 0,
        ETIMEDOUT => 4,
        _ => 2,
    }
}

/// # Safety
/// As `cnd_init` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_init(condition: *mut Condition) -> c_int {
    // SAFETY: the caller's.
    c11(unsafe { pthread_cond_init(condition, core::ptr::null()) })
}

/// # Safety
/// As `cnd_destroy` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_destroy(_: *mut Condition) {}

/// # Safety
/// As `cnd_signal` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_signal(condition: *mut Condition) -> c_int {
    // SAFETY: the caller's.
    c11(unsafe { pthread_cond_signal(condition) })
}

/// # Safety
/// As `cnd_broadcast` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_broadcast(condition: *mut Condition) -> c_int {
    // SAFETY: the caller's.
    c11(unsafe { pthread_cond_broadcast(condition) })
}

/// # Safety
/// As `cnd_wait` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_wait(condition: *mut Condition, mutex: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    c11(unsafe { pthread_cond_wait(condition, mutex) })
}

/// # Safety
/// As `cnd_timedwait` of C11.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_timedwait(condition: *mut Condition, mutex: *mut c_void, time: *const Timespec) -> c_int {
    // SAFETY: the caller's.
    c11(unsafe { wait_until(condition, mutex, CLOCK_REALTIME, time) })
}
