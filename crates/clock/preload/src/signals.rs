//! Keeps the signal that wakes waits working, and hidden from the program.

use crate::attach::shared;
use crate::raw::{self, answer, real};
use crate::shared::{COOKIE, SLOTS, WAKE};
use crate::sys::*;
use crate::wait::{note_wake, untimed};
use core::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering::*};

const WAKE_BIT: u64 = 1 << (WAKE - 1);

/// What the program wants to happen on [`WAKE`], which it believes to be its own.
static PROGRAM_HANDLER: AtomicUsize = AtomicUsize::new(SIG_DFL);
static PROGRAM_FLAGS: AtomicI32 = AtomicI32::new(0);
static PROGRAM_MASK: AtomicU64 = AtomicU64::new(0);

type SigAction = unsafe extern "C" fn(c_int, *const SignalAction, *mut SignalAction) -> c_int;

fn real_sigaction() -> SigAction {
    // SAFETY: the C library's function and its type.
    unsafe { real!(fn sigaction(c_int, *const SignalAction, *mut SignalAction) -> c_int) }
}

/// # Safety
/// The memory of the run is about to be attached.
pub unsafe fn install_handler() {
    let ours = SignalAction {
        handler: on_wake as *const () as usize,
        flags: SA_SIGINFO | SA_RESTART | SA_ONSTACK,
        ..SignalAction::DEFAULT
    };
    let mut before = SignalAction::DEFAULT;
    // SAFETY: valid structures; the handler only uses what is safe in one.
    unsafe { real_sigaction()(WAKE, &ours, &mut before) };
    if before.handler != ours.handler {
        keep(&before);
    }
}

fn keep(action: &SignalAction) {
    PROGRAM_MASK.store(action.mask.0[0], Relaxed);
    PROGRAM_FLAGS.store(action.flags, Relaxed);
    PROGRAM_HANDLER.store(action.handler, Release);
}

fn kept() -> SignalAction {
    let mut action = SignalAction { handler: PROGRAM_HANDLER.load(Acquire), ..SignalAction::DEFAULT };
    action.flags = PROGRAM_FLAGS.load(Relaxed);
    action.mask.0[0] = PROGRAM_MASK.load(Relaxed);
    action
}

unsafe extern "C" fn on_wake(signal: c_int, info: *mut SignalInfo, context: *mut c_void) {
    let before = raw::errno();
    // SAFETY: the kernel passes a valid structure, and the program's handler has the type that its flags say.
    unsafe {
        let value = (*info).value;
        let ours = (*info).code == SI_QUEUE && value & !0xffff == COOKIE;
        let program = PROGRAM_HANDLER.load(Acquire);
        if ours || matches!(program, SIG_DFL | SIG_IGN) {
            // Whatever it interrupted: the program has no handler, so that it expects no interruption.
            let thread = raw::thread();
            note_wake(thread);
            if let Some(slot) = shared().and_then(|shared| shared.slots.get((value & 0xffff) as usize % SLOTS))
                && ours
                && slot.tid.load(Acquire) == thread
            {
                slot.woken.store(1, Release);
            }
        } else if PROGRAM_FLAGS.load(Relaxed) & SA_SIGINFO != 0 {
            type Handler = unsafe extern "C" fn(c_int, *mut SignalInfo, *mut c_void);
            core::mem::transmute::<usize, Handler>(program)(signal, info, context);
        } else {
            core::mem::transmute::<usize, unsafe extern "C" fn(c_int)>(program)(signal);
        }
    }
    raw::set_errno(before);
}

/// A mask that lets [`WAKE`] through: the caller's own if it does, else a copy in `kept`.
///
/// # Safety
/// `mask` is null or readable.
pub unsafe fn without_wake(mask: *const SignalSet, kept: &mut SignalSet) -> *const SignalSet {
    // SAFETY: the kernel's mask is one word, and some callers have no more than that.
    let bits = match unsafe { mask.cast::<u64>().as_ref() } {
        Some(bits) if bits & WAKE_BIT != 0 && shared().is_some() => *bits,
        _ => return mask,
    };
    kept.0[0] = bits & !WAKE_BIT;
    kept
}

/// # Safety
/// As `sigaction(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigaction(signal: c_int, new: *const SignalAction, old: *mut SignalAction) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        if shared().is_none() {
            return real_sigaction()(signal, new, old);
        }
        if signal != WAKE {
            // Nor does it stay out while another signal's handler runs, which may wait.
            let new = new.as_ref().map(|new| {
                let mut new = *new;
                new.mask.0[0] &= !WAKE_BIT;
                new
            });
            return real_sigaction()(signal, new.as_ref().map_or(core::ptr::null(), |new| new), old);
        }
        let before = kept();
        if let Some(new) = new.as_ref() {
            keep(new);
        }
        if let Some(old) = old.as_mut() {
            *old = before;
        }
        0
    }
}

/// # Safety
/// As `sigaction(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __sigaction(signal: c_int, new: *const SignalAction, old: *mut SignalAction) -> c_int {
    // SAFETY: the caller's.
    unsafe { sigaction(signal, new, old) }
}

/// `signal` and its kin, for [`WAKE`].
fn exchange_handler(handler: usize) -> usize {
    let before = kept().handler;
    if handler != SIG_HOLD {
        keep(&SignalAction { handler, flags: SA_RESTART, ..SignalAction::DEFAULT });
    }
    before
}

fn is_hidden(signal: c_int) -> bool {
    signal == WAKE && shared().is_some()
}

/// # Safety
/// As `signal(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn signal(signal: c_int, handler: usize) -> usize {
    if is_hidden(signal) {
        return exchange_handler(handler);
    }
    // SAFETY: the caller's.
    unsafe { real!(fn signal(c_int, usize) -> usize)(signal, handler) }
}

/// # Safety
/// As `signal(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bsd_signal(number: c_int, handler: usize) -> usize {
    // SAFETY: the caller's; the C library has one function of these three names.
    unsafe { signal(number, handler) }
}

/// # Safety
/// As `signal(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ssignal(number: c_int, handler: usize) -> usize {
    // SAFETY: the caller's; the C library has one function of these three names.
    unsafe { signal(number, handler) }
}

/// # Safety
/// As `sysv_signal(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sysv_signal(signal: c_int, handler: usize) -> usize {
    if is_hidden(signal) {
        return exchange_handler(handler);
    }
    // SAFETY: the caller's.
    unsafe { real!(fn sysv_signal(c_int, usize) -> usize)(signal, handler) }
}

/// # Safety
/// As `sysv_signal(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __sysv_signal(signal: c_int, handler: usize) -> usize {
    // SAFETY: the caller's.
    unsafe { sysv_signal(signal, handler) }
}

/// # Safety
/// As `sigset(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigset(signal: c_int, handler: usize) -> usize {
    if is_hidden(signal) {
        return exchange_handler(handler);
    }
    // SAFETY: the caller's.
    unsafe { real!(fn sigset(c_int, usize) -> usize)(signal, handler) }
}

/// # Safety
/// As `sighold(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sighold(signal: c_int) -> c_int {
    if is_hidden(signal) {
        return 0;
    }
    // SAFETY: the caller's.
    unsafe { real!(fn sighold(c_int) -> c_int)(signal) }
}

/// # Safety
/// As `sigignore(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigignore(signal: c_int) -> c_int {
    if is_hidden(signal) {
        exchange_handler(SIG_IGN);
        return 0;
    }
    // SAFETY: the caller's.
    unsafe { real!(fn sigignore(c_int) -> c_int)(signal) }
}

/// # Safety
/// As `siginterrupt(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn siginterrupt(signal: c_int, interrupt: c_int) -> c_int {
    if is_hidden(signal) {
        return 0;
    }
    // SAFETY: the caller's.
    unsafe { real!(fn siginterrupt(c_int, c_int) -> c_int)(signal, interrupt) }
}

/// # Safety
/// As `pthread_sigmask(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_sigmask(how: c_int, new: *const SignalSet, old: *mut SignalSet) -> c_int {
    let mut kept = SignalSet([0; 16]);
    // SAFETY: the caller's.
    unsafe {
        let new = if how == SIG_UNBLOCK { new } else { without_wake(new, &mut kept) };
        real!(fn pthread_sigmask(c_int, *const SignalSet, *mut SignalSet) -> c_int)(how, new, old)
    }
}

/// # Safety
/// As `sigprocmask(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigprocmask(how: c_int, new: *const SignalSet, old: *mut SignalSet) -> c_int {
    let mut kept = SignalSet([0; 16]);
    // SAFETY: the caller's.
    unsafe {
        let new = if how == SIG_UNBLOCK { new } else { without_wake(new, &mut kept) };
        real!(fn sigprocmask(c_int, *const SignalSet, *mut SignalSet) -> c_int)(how, new, old)
    }
}

fn without_wake_bit(mask: c_int) -> c_int {
    if shared().is_some() { mask & !(WAKE_BIT as c_int) } else { mask }
}

/// # Safety
/// As `sigsetmask(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigsetmask(mask: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe { real!(fn sigsetmask(c_int) -> c_int)(without_wake_bit(mask)) }
}

/// # Safety
/// As `sigblock(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigblock(mask: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe { real!(fn sigblock(c_int) -> c_int)(without_wake_bit(mask)) }
}

/// # Safety
/// As `sigsuspend(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigsuspend(mask: *const SignalSet) -> c_int {
    const RT_SIGSUSPEND: usize = 130;
    let mut kept = SignalSet([0; 16]);
    // SAFETY: the caller's.
    unsafe {
        let mask = without_wake(mask, &mut kept);
        answer(untimed(|| raw::blocking(RT_SIGSUSPEND, [mask as usize, 8])))
    }
}
