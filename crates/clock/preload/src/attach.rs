//! Joining the clock of a run: in a forked child by call, in an executed program by its environment.

use crate::environment;
use crate::raw::{self, real};
use crate::shared::{MAGIC, SIGNAL, STEADY, Shared, TIMERFD, VARIABLE, WAKE};
use crate::signals;
use crate::sys::{CLOCK_REALTIME_COARSE, O_CLOEXEC, O_RDWR, SIG_UNBLOCK, Timespec, c_char, c_int, nr};
use crate::wait::{nudge, release};
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, Ordering::*};

static SHARED: AtomicPtr<Shared> = AtomicPtr::new(core::ptr::null_mut());
static OFFSET: AtomicPtr<AtomicI64> = AtomicPtr::new(core::ptr::null_mut());
static STEADILY: AtomicBool = AtomicBool::new(false);

/// The memory of the run, once this process is attached.
#[inline(always)]
pub fn shared() -> Option<&'static Shared> {
    // SAFETY: null, or a mapping that is never removed and holds nothing but atomics.
    unsafe { SHARED.load(Acquire).as_ref() }
}

/// Known from the start: whoever writes to the shared memory does not change it.
pub fn is_steady() -> bool {
    STEADILY.load(Relaxed)
}

/// Where this process is told what is added to the time, apart from the memory that all share.
#[inline(always)]
pub fn own_offset() -> Option<&'static AtomicI64> {
    // SAFETY: null, or what the caller of `etude_clock_attach` has promised to keep.
    unsafe { OFFSET.load(Acquire).as_ref() }
}

/// Joins the clock at `shared`, whose mapping a forked child has inherited. `library` and `file` are where programs it
/// executes find this library and the clock's file; null or empty when it executes none. `steady` is the clock's mode.
/// `offset` is null, or what this process is to believe in the place of [`Shared::offset`], since it trusts no other
/// program of the run. Returns 0, or -1 when the memory is not a clock's.
///
/// # Safety
/// `shared` and `offset` stay mapped, and the strings end with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn etude_clock_attach(
    shared: *mut Shared,
    library: *const c_char,
    file: *const c_char,
    steady: c_int,
    offset: *const AtomicI64,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let Some(memory) = shared.as_ref() else { return -1 };
        // Whoever has an offset of its own knows that there is a clock, whatever has been written here since.
        if offset.is_null() && memory.magic.load(Acquire) != MAGIC {
            return -1;
        }
        environment::remember(library, file);
        OFFSET.store(offset.cast_mut(), Release);
        join(memory, steady != 0);
    }
    0
}

#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: unsafe extern "C" fn() = attach_by_environment;

unsafe extern "C" fn attach_by_environment() {
    // SAFETY: runs before `main`, alone, with the environment set up.
    unsafe {
        let Some(file) = environment::value(VARIABLE) else { return };
        let Some(memory) = map(file) else { return };
        environment::hide();
        forget_former_self(memory);
        join(memory, memory.mode.load(Relaxed) == STEADY);
        crate::files::look_at_output();
    }
}

unsafe fn map(file: *const c_char) -> Option<&'static Shared> {
    const READ_WRITE: usize = 3;
    const MAP_SHARED: usize = 1;
    let length = size_of::<Shared>();
    // SAFETY: a terminated string; the file is as long as the mapping, so that no access is beyond its end.
    unsafe {
        let fd = raw::call(nr::OPEN, [file as usize, (O_RDWR | O_CLOEXEC) as usize, 0]);
        if fd < 0 {
            return None;
        }
        let long_enough = crate::stat::length(fd as c_int) >= length as i64;
        let address = match long_enough {
            true => raw::call(nr::MMAP, [0, length, READ_WRITE, MAP_SHARED, fd as usize, 0]),
            false => -1,
        };
        raw::call(nr::CLOSE, [fd as usize]);
        if (-4095..0).contains(&address) {
            return None;
        }
        let memory = (address as *const Shared).as_ref()?;
        (memory.magic.load(Acquire) == MAGIC).then_some(memory)
    }
}

/// Frees what this process held before `exec`: its waits and its timers, of which the alarm stays, and descriptors may.
fn forget_former_self(shared: &Shared) {
    let process = raw::process();
    for slot in crate::wait::used(shared) {
        // Without a deadline, it may just be claimed by another, and the number of the process be an old one.
        if slot.deadline.load(Acquire) == 0 || slot.pid.load(Relaxed) != process {
            continue;
        }
        let aux = slot.aux.load(Relaxed);
        let is_gone = match slot.kind.load(Relaxed) {
            SIGNAL => aux > 0xff,
            TIMERFD => !crate::timerfd::is_timer(aux as c_int),
            _ => true,
        };
        if is_gone {
            release(shared, slot, slot.tid.load(Relaxed));
        }
    }
}

unsafe fn join(memory: &'static Shared, steady: bool) {
    // SAFETY: structures of the C library's layout; the handler is ready before the signal can come.
    unsafe {
        signals::install_handler();
        let wake: u64 = 1 << (WAKE - 1);
        raw::call(nr::RT_SIGPROCMASK, [SIG_UNBLOCK as usize, &raw const wake as usize, 0, 8]);
        let mut wall = Timespec::ZERO;
        // Files get their times from the coarse clock, which lags behind the other.
        real!(fn clock_gettime(c_int, *mut Timespec) -> c_int)(CLOCK_REALTIME_COARSE, &mut wall);
        let _ = memory.start_wall.compare_exchange(0, wall.to_nanos(), AcqRel, Relaxed);
    }
    STEADILY.store(steady, Relaxed);
    SHARED.store(core::ptr::from_ref(memory).cast_mut(), Release);
    if memory.started.swap(1, AcqRel) == 0 {
        nudge(memory);
    }
}
