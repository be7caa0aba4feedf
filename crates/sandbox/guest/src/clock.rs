//! The run's clock, as init keeps it and the learner joins it.
//!
//! Init is where a clock is best kept: it sees every process of the run by its true number, and may look at and signal
//! learners of another user.

use crate::init::{self, CONTROL, Family, OUTPUTS, SHARED as SHARED_FD, text};
use crate::supervisor::shared::{MAGIC, Shared};
use crate::supervisor::{Control, Settings, Supervisor, Turn, View, monotonic, prepare as begin, refuse};
use crate::sys::{self, c_char, c_int, c_long, c_void};
use crate::wire::{Setup, Start, Status, clock as mode, clock_end, tag, tag_of};
use crate::{notes, stand_ins};
use std::sync::atomic::{AtomicI64, AtomicPtr, Ordering::*};

/// Asks a Python of the run to write down where its tasks and threads wait.
const QUESTION: c_int = 61;
/// How long it may take to answer.
const ANSWER: i64 = 300_000_000;

static SHARED: AtomicPtr<Shared> = AtomicPtr::new(std::ptr::null_mut());
/// In the judge alone.
static JUDGED_BY: AtomicPtr<Control> = AtomicPtr::new(std::ptr::null_mut());

fn shared() -> Option<&'static Shared> {
    // SAFETY: null, or the mapping made by `prepare`, which is never unmapped; all of its fields are atomics.
    unsafe { SHARED.load(Acquire).as_ref() }
}

/// How a run ended, as far as its clock knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, or at the supervisor's word.
    Program,
    Stalled,
    Idle,
    Limit,
    Unfit,
}

pub struct Clock {
    settings: Settings,
    /// An open `/proc`, which shows the run's processes alone where there are namespaces.
    proc: c_int,
    namespaces: bool,
    kept: Option<Supervisor<'static>>,
    asleep: Vec<u8>,
}

/// Makes the shared memory, before the learner is forked. `None`: the run is under the real clock.
pub fn prepare(setup: &Setup, start: &Start) -> Option<Clock> {
    if start.clock == mode::REAL {
        return None;
    }
    if start.kept_outside {
        // Whoever keeps it has set it up, and lets nobody attach before it can.
        SHARED.store(map(SHARED_FD, size_of::<Shared>()).cast(), Release);
        return None;
    }
    let proc = if setup.namespaces { fresh_proc() } else { open_proc() };
    if proc < 0 {
        return None;
    }
    // Only what is executed needs a name for it; a file could be cut short.
    let memory = if setup.namespaces && start.profile > 0 { file(setup) } else { map(-1, size_of::<Shared>()) };
    if memory.is_null() {
        return None;
    }
    SHARED.store(memory.cast(), Release);
    let settings = settings(start);
    begin(shared()?, settings);
    Some(Clock { settings, proc, namespaces: setup.namespaces, kept: None, asleep: Vec::new() })
}

fn settings(start: &Start) -> Settings {
    let limit = i64::try_from(start.virtual_ns).unwrap_or(i64::MAX);
    let aside = start.stand_ins.then_some(stand_ins::NUMBER);
    Settings { steady: start.clock == mode::STEADY, seed: start.seed, limit, aside }
}

fn map(fd: c_int, size: usize) -> *mut c_void {
    const MAP_SHARED: c_int = 1;
    let flags = if fd < 0 { sys::MAP_SHARED_ANONYMOUS } else { MAP_SHARED };
    // SAFETY: a new mapping; the kernel fills it with zeroes, which is a valid value of what is kept there.
    let memory = unsafe { sys::mmap(std::ptr::null_mut(), size, sys::PROT_READ_WRITE, flags, fd, 0) };
    if memory as isize == -1 { std::ptr::null_mut() } else { memory }
}

fn path(setup: &Setup) -> std::ffi::CString {
    text(&format!("{}/.clock", setup.scratch))
}

fn file(setup: &Setup) -> *mut c_void {
    let flags = sys::O_RDWR | sys::O_CREAT | sys::O_EXCL | sys::O_CLOEXEC;
    // SAFETY: terminated paths in a folder that is new; the descriptor is closed once it is mapped.
    unsafe {
        let file = sys::open(path(setup).as_ptr(), flags, 0o600u32);
        let size = size_of::<Shared>();
        if file < 0 || sys::ftruncate(file, size as i64) != 0 {
            return std::ptr::null_mut();
        }
        if sys::geteuid() == 0 && sys::chown(path(setup).as_ptr(), setup.uid, setup.uid) != 0 {
            return std::ptr::null_mut();
        }
        let memory = map(file, size);
        sys::close(file);
        memory
    }
}

/// A `/proc` of the run's own namespace that is mounted nowhere, so that no program finds it.
fn fresh_proc() -> c_int {
    let [open, configure, mount]: [c_long; 3] = [430, 431, 432];
    let [set_string, create]: [u32; 2] = [1, 6];
    // No set-user-id, no devices, no execution.
    let attributes = 2u32 | 4 | 8;
    let none = std::ptr::null::<c_char>();
    // SAFETY: terminated strings; descriptors that are closed when they are not returned.
    unsafe {
        let context = sys::syscall(open, c"proc".as_ptr(), 1u32) as c_int;
        if context < 0 {
            return -1;
        }
        sys::syscall(configure, context, set_string, c"subset".as_ptr(), c"pid".as_ptr(), 0u32);
        let created = sys::syscall(configure, context, create, none, none, 0u32) == 0;
        let mount = if created { sys::syscall(mount, context, 1u32, attributes) as c_int } else { -1 };
        sys::close(context);
        if mount < 0 {
            return -1;
        }
        let root = sys::openat(mount, c".".as_ptr(), sys::O_RDONLY | sys::O_DIRECTORY | sys::O_CLOEXEC);
        sys::close(mount);
        root
    }
}

fn open_proc() -> c_int {
    // SAFETY: a terminated path.
    unsafe { sys::open(c"/proc".as_ptr(), sys::O_RDONLY | sys::O_DIRECTORY | sys::O_CLOEXEC) }
}

/// In the learner, when it knows what it is to run and has run nothing yet: joins the clock. Real time until then.
pub fn attach(setup: &Setup, start: &Start) {
    type Attach = unsafe extern "C" fn(*const Shared, *const c_char, *const c_char, c_int, *const AtomicI64) -> c_int;
    let Some(shared) = shared() else { return };
    // SAFETY: null, or a mapping that is never unmapped.
    let control = unsafe { JUDGED_BY.load(Acquire).as_ref() };
    match control {
        Some(control) => {
            // The time runs from when the learner joins. One that cannot is not waited for.
            let waits = || control.began.load(Acquire) == 0 && control.refused.load(Acquire) == 0;
            (0..40_000).take_while(|_| waits()).for_each(|_| sys::sleep_us(50));
            if control.began.load(Acquire) == 0 {
                return;
            }
        }
        None => {
            while shared.magic.load(Acquire) == 0 {
                sys::sleep_us(20);
            }
            if shared.magic.load(Acquire) != MAGIC {
                return;
            }
        }
    }
    let executes = setup.namespaces && start.profile > 0;
    let (library, file) = (text(&setup.clock), if executes { path(setup) } else { text("") });
    // SAFETY: the symbol is the clock library's, which has this signature and copies the terminated strings.
    unsafe {
        let function = sys::dlsym(sys::RTLD_DEFAULT, c"etude_clock_attach".as_ptr());
        if !function.is_null() {
            let function = std::mem::transmute::<*mut c_void, Attach>(function);
            let steady = c_int::from(start.clock == mode::STEADY);
            let offset = control.map_or(std::ptr::null(), |control| &raw const control.offset);
            function(shared, library.as_ptr(), file.as_ptr(), steady, offset);
        }
    }
}

/// The word for how the run's time goes.
pub fn name(start: &Start) -> &'static str {
    match (shared(), start.clock) {
        (None, _) => "real",
        (_, mode::STEADY) => "steady",
        _ => "virtual",
    }
}

extern "C" fn nudge(_signal: c_int) {
    if let Some(shared) = shared() {
        shared.nudge.fetch_add(1, AcqRel);
    }
}

impl Clock {
    pub fn proc(&self) -> c_int {
        self.proc
    }

    /// Keeps the clock until the program has ended, or is to end. As `init::wait_for_end` otherwise.
    pub fn follow(&mut self, setup: &Setup, family: &mut Family) -> (End, Option<c_int>, bool) {
        let learner = family.learner;
        let view = if self.namespaces { View::All { but: 1 } } else { View::Only(learner) };
        let kept = shared().zip(control()).and_then(|(shared, control)| {
            Supervisor::new(shared, control, self.settings, self.proc, view, OUTPUTS, learner)
        });
        let Some(mut kept) = kept else {
            shared().inspect(|shared| refuse(shared, control()));
            let (wait, keep) = init::wait_for_end(setup, family);
            return (End::Program, wait, keep);
        };
        be_woken();
        let mut keep = false;
        let end = loop {
            let seen = kept.nudges();
            if let Some(wait) = reap(&mut kept, family) {
                let end = if kept.is_unfit() { End::Unfit } else { End::Program };
                break (end, Some(wait), keep);
            }
            let mut stop = false;
            while let Some((count, packet)) = init::pending() {
                match tag_of(&packet[..count]) {
                    Some(tag::KEEP) => keep = true,
                    Some(tag::STOP) => stop = true,
                    _ if count == 0 => init::abandoned(setup, family),
                    _ => {}
                }
            }
            if stop {
                init::ask_for_dump(learner);
                break (End::Program, None, keep);
            }
            if !kept.has_started() {
                kept.sleep(seen, None);
                continue;
            }
            match kept.turn(seen) {
                Turn::Sleep(time) => kept.sleep(seen, Some(time)),
                Turn::Stalled => break (self.ask(&kept, learner), None, keep),
                Turn::Limit => {
                    init::ask_for_dump(learner);
                    break (End::Limit, None, keep);
                }
                Turn::Unfit => break (End::Unfit, None, keep),
            }
        };
        self.kept = Some(kept);
        end
    }

    /// Has each Python of a run that can never go on write down where it is.
    fn ask(&mut self, kept: &Supervisor, learner: c_int) -> End {
        let idle = kept.only_serves();
        let places = kept.places();
        for place in &places {
            let line = place.line();
            if self.asleep.len() + line.len() < 4096 {
                self.asleep.extend_from_slice(line.as_bytes());
            }
        }
        let mut asked: Vec<c_int> = places.iter().map(|place| place.pid).collect();
        asked.dedup();
        asked.sort_by_key(|pid| *pid != learner);
        for pid in asked.into_iter().filter(|pid| kept.catches(*pid, QUESTION)).take(16) {
            let (before, until) = (answered(), monotonic() + ANSWER);
            kept.signal(pid, QUESTION);
            while answered() == before && monotonic() < until {
                sys::sleep_us(200);
            }
        }
        if answered() == 0 {
            init::ask_for_dump(learner);
        }
        if idle { End::Idle } else { End::Stalled }
    }

    /// What the clock adds to the report.
    pub fn report(&mut self, end: End, status: &mut Status) {
        let Some(kept) = &self.kept else { return };
        status.clock = if self.settings.steady { mode::STEADY } else { mode::VIRTUAL };
        status.clock_end = match end {
            End::Program => clock_end::NONE,
            End::Stalled => clock_end::STALLED,
            End::Idle => clock_end::IDLE,
            End::Limit => clock_end::LIMIT,
            End::Unfit => clock_end::UNFIT,
        };
        (status.virtual_ns, status.jumps) = (kept.elapsed() as u64, kept.jumps());
        status.real_time = kept.real_time().unwrap_or(0);
        status.asleep = std::mem::take(&mut self.asleep);
    }
}

fn answered() -> u32 {
    notes::get().map_or(0, |notes| notes.waiting_length())
}

/// The judge measures by what the keeper of the clock tells it alone. Before it gives up its descriptors.
pub fn trust_the_keeper(start: &Start) {
    if let Some(control) = (start.clock != mode::REAL).then(control).flatten() {
        JUDGED_BY.store(std::ptr::from_ref(control).cast_mut(), Release);
    }
}

/// Of the one who reads the run's output; only init and the judge have this mapping.
fn control() -> Option<&'static Control> {
    let memory = map(CONTROL, size_of::<Control>());
    // SAFETY: null, or a mapping that is never unmapped, of a file that cannot shrink; all fields are atomics.
    unsafe { memory.cast::<Control>().as_ref() }
}

/// Ended children, and whoever has sent a packet, interrupt the sleep. Everything else stays blocked.
fn be_woken() {
    const SIGUSR1: c_int = 10;
    let mut blocked = sys::sigset_t([0; 16]);
    // SAFETY: live sets of glibc's size, and a handler that only counts.
    unsafe {
        sys::sigfillset(&mut blocked);
        for signal in [sys::SIGCHLD, SIGUSR1] {
            sys::signal(signal, nudge as *const () as usize);
            sys::sigdelset(&mut blocked, signal);
        }
        sys::sigprocmask(sys::SIG_SETMASK, &blocked, std::ptr::null_mut());
    }
}

fn reap(kept: &mut Supervisor, family: &mut Family) -> Option<c_int> {
    let mut wait = None;
    loop {
        let mut status = 0;
        // SAFETY: a live integer; no usage is asked for.
        let pid = unsafe { sys::wait4(-1, &mut status, sys::WNOHANG, std::ptr::null_mut()) };
        if pid <= 0 {
            return wait;
        }
        kept.forget(pid);
        family.ended(pid, status, &mut wait);
    }
}
