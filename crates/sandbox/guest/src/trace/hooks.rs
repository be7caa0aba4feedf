//! The functions that the rewritten library calls.

use super::objects::{self, Ref};
use super::{API, ON, TRACER, Tracer, hook, intern::entry, local, start_clock};
use crate::python::{Api, Method, ONE_ARGUMENT, Py, VARIABLE_ARGUMENTS};
use crate::sys;
use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering::*};

const SOURCE: &str = concat!(include_str!("../../trace.py"), "\0");
const FILE_INPUT: i32 = 257;

static NONE: AtomicPtr<crate::python::Object> = AtomicPtr::new(null_mut());
/// `trace.py`'s own names, once it is loaded.
static MODULE: AtomicPtr<crate::python::Object> = AtomicPtr::new(null_mut());

fn none(api: &Api) -> Py {
    let none = NONE.load(Relaxed);
    // SAFETY: an object that is never freed.
    unsafe { (api.Py_IncRef)(none) };
    none
}

type Hook = unsafe extern "C" fn(Py, Py) -> Py;

/// Hooks of none and of several arguments: `name(a, b) tell`.
macro_rules! hooks {
    ($($name:ident($($argument:ident),*) $tell:expr;)*) => {
        $(
            unsafe extern "C" fn $name(_: Py, arguments: Py) -> Py {
                let api = API.load(Acquire);
                // SAFETY: set before any hook is made.
                let api: &'static Api = unsafe { &*api };
                hook(|tracer| {
                    let mut all = Arguments { api, tuple: arguments, index: 0 };
                    $( let $argument = all.next(); )*
                    let _ = &mut all;
                    let tell: fn(&mut Tracer, $(hooks!(@type $argument)),*) = $tell;
                    tell(tracer, $($argument),*);
                });
                none(api)
            }
        )*
        const HOOKS: &[(&CStr, Hook)] = &[$((
            match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => unreachable!(),
            },
            $name,
        ),)*];
    };
    (@type $argument:ident) => { Py };
}

/// The borrowed arguments of a call.
struct Arguments {
    api: &'static Api,
    tuple: Py,
    index: isize,
}

impl Arguments {
    fn next(&mut self) -> Py {
        self.index += 1;
        // SAFETY: the rewritten code passes as many as the hook takes.
        unsafe { (self.api.PyTuple_GetItem)(self.tuple, self.index - 1) }
    }
}

/// Hooks of one argument, which they are given as it is: most are called often.
macro_rules! quick_hooks {
    ($($name:ident $tell:path;)*) => {
        $(
            unsafe extern "C" fn $name(_: Py, argument: Py) -> Py {
                hook(|tracer| _ = $tell(tracer, argument));
                // SAFETY: set before any hook is made.
                none(unsafe { &*API.load(Acquire) })
            }
        )*
        const QUICK_HOOKS: &[(&CStr, Hook)] = &[$((
            match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => unreachable!(),
            },
            $name,
        ),)*];
    };
}

quick_hooks! {
    begin Tracer::begin;
    end Tracer::end;
    scheduled Tracer::scheduled;
    once Tracer::once;
    making Tracer::making;
    made Tracer::made;
    loop_begins Tracer::loop_begins;
    loop_ends Tracer::loop_ends;
    handler Tracer::handler;
    never_awaited Tracer::never_awaited;
    seen Tracer::resource;
    acquired Tracer::acquired;
    released Tracer::released;
    put Tracer::put;
    taken Tracer::taken;
    job_started Tracer::job_started;
    job_ended Tracer::job_ended;
    thread_made Tracer::thread_made;
    thread_began Tracer::thread_began;
    process_started Tracer::process_started;
    process_ended Tracer::process_ended;
}

/// Stands for the `add` of a registry of tasks, which asyncio calls for each new one.
unsafe extern "C" fn added(_: Py, task: Py) -> Py {
    let mut add = null_mut();
    // SAFETY: set before any hook is made; the tracer's objects live as long as the process.
    unsafe {
        let (api, tracer) = (&*API.load(Acquire), TRACER.load(Acquire));
        if let Some(tracer) = tracer.as_ref() {
            add = tracer.library.add;
        }
        if add.is_null() {
            return none(api);
        }
        hook(|tracer| _ = tracer.created(task));
        let arguments = (api.PyTuple_New)(1);
        (api.Py_IncRef)(task);
        (api.PyTuple_SetItem)(arguments, 0, task);
        let result = (api.PyObject_CallObject)(add, arguments);
        (api.Py_DecRef)(arguments);
        result
    }
}

hooks! {
    nested() |tracer| tracer.nested();
    submitted(pool, future, function) |tracer, pool, future, function| tracer.submitted(pool, future, function);
    chained(source, destination) |tracer, source, destination| tracer.chained(source, destination);
    thread_ended() |tracer| tracer.thread_ended();
}

/// Whether objects lie as the hooks take for granted: a build for debugging keeps more in front of each.
fn fits() -> bool {
    let kind = |name: &CStr| {
        // SAFETY: terminated names; the results are only compared.
        unsafe { sys::dlsym(sys::RTLD_DEFAULT, name.as_ptr()) as Py }
    };
    let (class, none) = (kind(c"PyType_Type"), kind(c"_Py_NoneStruct"));
    if class.is_null() || none.is_null() {
        return false;
    }
    NONE.store(none, Release);
    // SAFETY: two live objects; of a free-threaded or debugging build something else lies there.
    objects::kind_of(class) == class
        && unsafe { CStr::from_ptr(objects::type_name(objects::kind_of(none))) } == c"NoneType"
}

/// Prepares, in the warm interpreter, what traced runs put in place. That takes a while, and happens once.
pub fn prepare(api: &Api) {
    if !MODULE.load(Acquire).is_null() || !fits() {
        return;
    }
    API.store(std::ptr::from_ref(api).cast_mut(), Release);
    // SAFETY: the interpreter is initialised and this thread holds its lock; objects are checked before use. What is
    // stored is kept for the life of the process.
    unsafe {
        let code = (api.Py_CompileString)(SOURCE.as_ptr().cast(), c"<etude>".as_ptr(), FILE_INPUT);
        let builtins = (api.PyImport_ImportModule)(c"builtins".as_ptr());
        let (names, all) = ((api.PyDict_New)(), (api.PyDict_New)());
        if code.is_null() || builtins.is_null() || names.is_null() || all.is_null() {
            return (api.PyErr_Clear)();
        }
        let quick = QUICK_HOOKS.iter().chain(&[(c"added", added as Hook)]).map(|hook| (hook, ONE_ARGUMENT));
        for ((name, function), flags) in quick.chain(HOOKS.iter().map(|hook| (hook, VARIABLE_ARGUMENTS))) {
            let method = Method { name: name.as_ptr(), function: *function, flags, documentation: std::ptr::null() };
            let method = (api.PyCFunction_NewEx)(Box::leak(Box::new(method)), null_mut(), null_mut());
            (api.PyDict_SetItemString)(all, name.as_ptr(), method);
        }
        (api.PyDict_SetItemString)(names, c"__builtins__".as_ptr(), builtins);
        (api.PyDict_SetItemString)(names, c"hooks".as_ptr(), all);
        if (api.PyEval_EvalCode)(code, names, names).is_null() {
            return (api.PyErr_Clear)();
        }
        MODULE.store(names, Release);
    }
}

/// In the learner, when its program is about to begin: puts the hooks in place.
pub fn start(api: &Api, work: &str, clock: &str, none: Py) {
    // SAFETY: the interpreter's functions live until the process ends, and this with them.
    let api: &'static Api = unsafe { &*std::ptr::from_ref(api) };
    start_clock();
    let mut tracer = Tracer::new(api, none, work);
    entry!(tracer.area, "v", 1i32);
    entry!(tracer.area, "i", "clock", clock);
    let untraced = put_in_place(api, &mut tracer);
    if !untraced.is_empty() {
        entry!(tracer.area, "i", "untraced", &*untraced);
        return;
    }
    tracer.thread();
    TRACER.store(Box::leak(Box::new(tracer)), Release);
    ON.store(true, Release);
    local(|local| local.running.reserve(8));
}

fn put_in_place(api: &'static Api, tracer: &mut Tracer) -> String {
    let module = MODULE.load(Acquire);
    if module.is_null() {
        return "this interpreter is of a kind whose tasks cannot be watched".into();
    }
    // SAFETY: the module's own names; results are checked.
    let told = unsafe { Ref::own(api, api.call((api.PyDict_GetItemString)(module, c"start".as_ptr()), [])) };
    match told {
        Some(told) => tracer.learn(api.items(told.get())),
        None => "the hooks could not be put in place".into(),
    }
}
