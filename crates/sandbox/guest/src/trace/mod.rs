//! Writes down what the tasks, threads and processes of a run do, unseen by the program.
//!
//! `trace.py` rewrites some functions of the standard library in place, so that they call the hooks here. A hook only
//! reads: it runs no Python, keeps nothing alive that the program could miss, raises nothing, and is told nothing else
//! while it works. Blocking calls and output are seen where they leave the interpreter.
//!
//! What is written, and how, is the contract of `etude_trace::events`.

mod area;
mod calls;
mod exit;
mod fast;
mod hooks;
mod intern;
mod objects;
mod sample;
mod tasks;
mod things;
mod waits;

pub use area::map;
pub use calls::output;
pub use exit::{finish, forked, leave};
pub use hooks::{prepare, start};

use crate::python::{Api, Py};
use crate::sys;
use area::{Area, Record};
use intern::{Intern, Map};
use objects::{Names, Ref};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicUsize, Ordering::*};

/// What the program's own process is told; its forks are not.
static ON: AtomicBool = AtomicBool::new(false);
static TRACER: AtomicPtr<Tracer> = AtomicPtr::new(std::ptr::null_mut());

pub fn is_on() -> bool {
    ON.load(Relaxed)
}

/// Objects of the library that hooks compare with.
struct Library {
    task: Py,
    python_task: Py,
    /// Locks, queues and the like, in a tuple.
    resources: Py,
    /// `gc.get_referents`
    referents: Py,
    /// `asyncio.events._get_running_loop`
    running_loop: Py,
    /// `concurrent.futures.thread._worker`
    worker: Py,
    /// The sets in which asyncio keeps its tasks.
    registries: Py,
    /// What the registry does with a new task.
    add: Py,
    coroutine: Py,
    generator: Py,
    async_generator: Py,
    /// `asyncio.Handle`
    handle: Py,
    future: Py,
    /// The code of `asyncio.Handle._run`.
    run: Py,
    /// `asyncio.BaseEventLoop`
    base_loop: Py,
    /// Classes of Python: one with `__getattr__`, one with `__getattribute__`.
    hooked: Py,
    overriding: Py,
}

impl Default for Library {
    fn default() -> Library {
        let none = std::ptr::null_mut();
        Library {
            task: none,
            python_task: none,
            resources: none,
            referents: none,
            running_loop: none,
            worker: none,
            registries: none,
            add: none,
            coroutine: none,
            generator: none,
            async_generator: none,
            handle: none,
            future: none,
            run: none,
            base_loop: none,
            hooked: none,
            overriding: none,
        }
    }
}

/// Why something that is told later happens: the task in whose step it was begun, and where.
#[derive(Clone, Copy, Default)]
struct Cause {
    task: i32,
    site: i32,
}

/// A task's step, or another callback of a loop.
#[derive(Clone, Copy, Default)]
struct Running {
    handle: usize,
    /// 0 of a callback.
    task: i32,
    start: i64,
    cause: Cause,
    /// By how many µs a timer was late.
    late: i64,
    samples: u8,
}

/// What this thread is at.
#[derive(Default)]
struct Local {
    thread: i32,
    running: Vec<Running>,
    loops: Vec<i32>,
    /// It works off the jobs of an executor.
    works: bool,
    is_main: bool,
    /// When its loop last ended a callback, if it has only taken the next from its queue since.
    between: Option<i64>,
    /// The coroutine for which a task is being made, and since when: an eager one may end meanwhile.
    making: (usize, i64),
}

thread_local! {
    static LOCAL: RefCell<Local> = RefCell::new(Local::default());
}

/// Of this thread; a default while it is being used, which only a signal handler could meet.
fn local<T: Default>(use_it: impl FnOnce(&mut Local) -> T) -> T {
    LOCAL
        .try_with(|local| local.try_borrow_mut().map(|mut local| use_it(&mut local)).unwrap_or_default())
        .unwrap_or_default()
}

fn running() -> Running {
    local(|local| local.running.last().copied().unwrap_or_default())
}

struct Tracer {
    api: &'static Api,
    names: &'static Names,
    none: Py,
    library: Library,
    area: Area,
    intern: Intern,
    last_id: i32,
    tasks: Map<usize, tasks::Task>,
    /// Loops, resources, groups and the futures of jobs, by address.
    known: Map<usize, things::Known>,
    causes: Map<usize, (usize, Cause)>,
    resource_classes: Map<usize, bool>,
    jobs: Map<i32, things::Job>,
    queues: Map<i32, things::Traffic>,
    /// Submitted, and not over.
    open_jobs: usize,
    processes: Map<i64, i32>,
    /// Who started a thread that has not begun yet, and where.
    starters: Map<i32, (i32, i32)>,
    kinds: tasks::Kinds,
    /// From Python 3.13 on; before, a task is named after it was made.
    is_named_at_once: bool,
    readers: fast::Readers,
}

impl Tracer {
    fn next_id(&mut self) -> i32 {
        self.last_id = self.last_id.saturating_add(1);
        self.last_id
    }

    fn now(&self) -> i64 {
        micros(clock())
    }

    fn write(&mut self, record: Record) {
        self.area.write(record);
    }

    /// What is held by address is held weakly: addresses are used again.
    fn known(&self, object: Py) -> Option<i32> {
        let known = self.known.get(&(object as usize))?;
        self.api.means(known.weak, object).then_some(known.id)
    }

    /// Remembers an object, if it can be held weakly.
    fn know(&mut self, object: Py, id: i32) -> bool {
        let Some(weak) = self.api.weak(object) else { return false };
        let known = things::Known { weak: weak.keep(), id };
        if let Some(former) = self.known.insert(object as usize, known) {
            drop(Ref::own(self.api, former.weak));
        }
        true
    }
}

static CLOCK: AtomicUsize = AtomicUsize::new(0);
/// The run's time when its program began.
static ZERO: AtomicI64 = AtomicI64::new(0);

/// Has time told by the clock library from now on, where there is one, and begin now.
fn start_clock() {
    // SAFETY: a terminated name.
    CLOCK.store(unsafe { sys::dlsym(sys::RTLD_DEFAULT, c"etude_clock_now".as_ptr()) } as usize, Release);
    ZERO.store(clock(), Release);
}

/// Nanoseconds of the run's own monotonic clock, which reading here does not move.
fn clock() -> i64 {
    match CLOCK.load(Relaxed) {
        0 => real_clock(sys::CLOCK_MONOTONIC),
        // SAFETY: the address of the clock library's function, which has this signature and only reads.
        address => unsafe { std::mem::transmute::<usize, unsafe extern "C" fn() -> i64>(address)() },
    }
}

/// Microseconds since the program began.
fn micros(time: i64) -> i64 {
    (time - ZERO.load(Relaxed)).max(0) / 1000
}

fn real_clock(clock: i32) -> i64 {
    let mut time = sys::timespec::default();
    // SAFETY: a live structure; the raw call is answered by the kernel alone, whatever the run's clock.
    unsafe { sys::syscall(sys::SYS_CLOCK_GETTIME, clock, &mut time) };
    time.seconds * 1_000_000_000 + time.nanos
}

/// The processor time of this thread so far, in µs.
fn processor_time() -> i64 {
    real_clock(sys::CLOCK_THREAD_CPUTIME_ID) / 1000
}

fn clip(number: i64) -> i32 {
    number.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// Runs a hook. One that is begun within another, by a finaliser say, is not told.
fn hook(tell: impl FnOnce(&mut Tracer)) {
    static BUSY: AtomicBool = AtomicBool::new(false);
    if !is_on() || BUSY.load(Relaxed) {
        return;
    }
    BUSY.store(true, Relaxed);
    // SAFETY: made by `start` and never freed; the interpreter's lock is held by whoever calls a hook, and `BUSY` keeps
    // those out that come while a finaliser has let go of it.
    if let Some(tracer) = unsafe { TRACER.load(Acquire).as_mut() } {
        tell(tracer);
    }
    BUSY.store(false, Relaxed);
}

/// The interpreter's functions, once a run is traced.
static API: AtomicPtr<Api> = AtomicPtr::new(std::ptr::null_mut());

fn with_api<T>(use_it: impl FnOnce(&'static Api) -> T) -> Option<T> {
    // SAFETY: null, or what lives until the process ends.
    unsafe { API.load(Acquire).as_ref() }.map(use_it)
}

/// Runs what may disturb the exception that is being handled over, and the error number.
fn keeping_error(tell: impl FnOnce()) {
    let errno = sys::errno();
    with_api(|api| {
        let mut kept = [std::ptr::null_mut(); 3];
        let [kind, value, trace] = &mut kept;
        // SAFETY: the interpreter's lock is held; the references go back where they came from.
        unsafe {
            (api.PyErr_Fetch)(kind, value, trace);
            tell();
            (api.PyErr_Restore)(*kind, *value, *trace);
        }
    });
    sys::set_errno(errno);
}

/// Takes the interpreter's lock for a moment, on a thread of its own that has let go of it.
fn unlocked(tell: impl FnOnce()) {
    with_api(|api| {
        // SAFETY: these may be called without the lock. One who holds it is in the middle of something.
        unsafe {
            if (api.PyGILState_GetThisThreadState)().is_null() || (api.PyGILState_Check)() != 0 {
                return;
            }
            let errno = sys::errno();
            let state = (api.PyGILState_Ensure)();
            keeping_error(tell);
            (api.PyGILState_Release)(state);
            sys::set_errno(errno);
        }
    });
}

impl Tracer {
    fn new(api: &'static Api, none: Py, work: &str) -> Tracer {
        Tracer {
            api,
            names: Box::leak(Box::new(Names::new(api))),
            none,
            library: Library::default(),
            area: Area::default(),
            intern: Intern::new(work),
            last_id: 0,
            tasks: Map::default(),
            known: Map::default(),
            causes: Map::default(),
            resource_classes: Map::default(),
            is_named_at_once: false,
            jobs: Map::default(),
            open_jobs: 0,
            queues: Map::default(),
            processes: Map::default(),
            starters: Map::default(),
            kinds: tasks::Kinds::default(),
            readers: fast::Readers::default(),
        }
    }

    /// Takes what `trace.py` has to tell; returns why nothing can be seen, or nothing.
    fn learn(&mut self, told: Vec<Ref<'static>>) -> String {
        let text = |index: usize| told.get(index).and_then(|text| self.api.text(text.get(), 500)).unwrap_or_default();
        let (untraced, version, unhooked) = (text(0), text(1), text(2));
        if told.len() > 3 {
            intern::entry!(self.area, "i", "python", &*version);
            let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
            self.is_named_at_once = minor.is_some_and(|minor| minor >= 13);
            intern::entry!(self.area, "i", "unhooked", &*unhooked);
        }
        let mut objects = told.into_iter().skip(3).map(Ref::keep);
        let library = &mut self.library;
        for place in [
            &mut library.task,
            &mut library.python_task,
            &mut library.resources,
            &mut library.referents,
            &mut library.running_loop,
            &mut library.worker,
            &mut library.registries,
            &mut library.add,
            &mut library.coroutine,
            &mut library.generator,
            &mut library.async_generator,
            &mut library.handle,
            &mut library.future,
            &mut library.run,
            &mut library.base_loop,
            &mut library.hooked,
            &mut library.overriding,
        ] {
            *place = objects.next().unwrap_or(self.none);
        }
        objects::learn([self.library.hooked, self.library.overriding]);
        let reader = |class, name| fast::Reader::of(self.api, class, name);
        self.readers = fast::Readers {
            callback: reader(self.library.handle, self.names.callback),
            arguments: reader(self.library.handle, self.names.arguments),
            fut_waiter: reader(self.library.task, self.names.fut_waiter),
            state: reader(self.library.task, self.names.state),
            must_cancel: reader(self.library.task, self.names.must_cancel),
            coroutine: reader(self.library.task, self.names.coroutine),
            get_name: reader(self.library.task, self.names.get_name),
            cr_code: reader(self.library.coroutine, self.names.cr_code),
            cr_await: reader(self.library.coroutine, self.names.cr_await),
        };
        untraced
    }
}
