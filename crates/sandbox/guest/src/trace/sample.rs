//! Looks where a step is that computes for long: a timer on the processor time of the main thread, which only runs
//! while that computes, has the interpreter say its place as soon as it can.

use super::area::{Op, Record};
use super::{Tracer, hook, keeping_error, local, processor_time, running, with_api};
use crate::sys::{self, c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

/// No program is expected to use this signal.
const SIGNAL: c_int = 60;
const INTERVAL: i64 = 20_000_000;
/// A step that has lasted for so many µs is worth a look.
const LONG: i64 = 50_000;
const MOST: u8 = 40;

/// The handle that the main thread's loop runs, and the one that it ran at the tick before.
static CURRENT: AtomicUsize = AtomicUsize::new(0);
static BEFORE: AtomicUsize = AtomicUsize::new(0);
static ASKED: AtomicBool = AtomicBool::new(false);

pub fn enter(handle: usize) {
    CURRENT.store(handle, Relaxed);
}

/// Starts the timer, once, on the thread that runs the interpreter's pending calls.
pub fn watch() {
    #[repr(C)]
    struct Event {
        value: usize,
        signal: c_int,
        notify: c_int,
        thread: c_int,
        rest: [c_int; 11],
    }
    const TO_THREAD: c_int = 4;
    static STARTED: AtomicBool = AtomicBool::new(false);
    if !sys::is_main_thread() || STARTED.swap(true, AcqRel) {
        return;
    }
    // SAFETY: a handler that keeps to what a signal handler may do, and structures of the kernel's layout.
    unsafe {
        // A program's own handler is not replaced.
        let former = sys::signal(SIGNAL, tick as *const () as usize);
        if former != sys::SIG_DFL {
            sys::signal(SIGNAL, former);
            return;
        }
        let event = Event { value: 0, signal: SIGNAL, notify: TO_THREAD, thread: sys::getpid(), rest: [0; 11] };
        let mut timer: c_int = 0;
        if sys::syscall(sys::SYS_TIMER_CREATE, sys::CLOCK_THREAD_CPUTIME_ID, &raw const event, &raw mut timer) == 0 {
            let every = sys::timespec { seconds: 0, nanos: INTERVAL };
            let time = [every, every];
            sys::syscall(sys::SYS_TIMER_SETTIME, timer, 0, time.as_ptr(), std::ptr::null_mut::<c_void>());
        }
    }
}

extern "C" fn tick(_: c_int) {
    let current = CURRENT.load(Relaxed);
    let is_long = BEFORE.swap(current, Relaxed) == current && current != 0;
    if !is_long || !super::is_on() || ASKED.swap(true, AcqRel) {
        return;
    }
    let errno = sys::errno();
    // SAFETY: may be called from anywhere. It takes a lock for a moment, and so does the interpreter to serve the call:
    // that was at the last tick, 20 ms of computing ago.
    if with_api(|api| unsafe { (api.Py_AddPendingCall)(sample, std::ptr::null_mut()) }) != Some(0) {
        ASKED.store(false, Release);
    }
    sys::set_errno(errno);
}

unsafe extern "C" fn sample(_: *mut c_void) -> c_int {
    ASKED.store(false, Release);
    keeping_error(|| hook(Tracer::sample));
    0
}

impl Tracer {
    fn sample(&mut self) {
        let (run, now) = (running(), self.now());
        if run.handle == 0 || now - run.start < LONG || run.samples >= MOST {
            return;
        }
        local(|local| local.running.last_mut().map(|run| run.samples += 1).unwrap_or_default());
        let function = self.frame().and_then(|frame| self.api.attr(frame.get(), self.names.f_code));
        let a = function.map_or(0, |code| self.string_of(code.get(), self.names.co_name));
        let (site, thread) = (self.user_site(), self.thread());
        let record = Record { amount: now - run.start, task: run.task, site, a, ..Record::new(Op::Sample, now) };
        self.write(Record { b: super::clip(processor_time() / 1000), c: thread, ..record });
    }
}
