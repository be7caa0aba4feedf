//! The process that runs the user's program: confined first, then told what to run.

use crate::init::{broken, text};
use crate::python::{Api, Py};
use crate::serve::Guest;
use crate::wire::{MAX_JOB, Order, Setup, Start, Step};
use crate::{clock, confine, interpose, landlock, notes, stand_ins, sys, trace};
use std::ffi::CString;

/// Everything that is given up, in the order in which each step still has what it needs.
pub fn confine(setup: &Setup, start: &Start, signals: &sys::sigset_t) {
    // SAFETY: restores the interpreter's own signal state, which init had only blocked.
    unsafe {
        sys::signal(sys::SIGCHLD, sys::SIG_DFL);
        sys::sigprocmask(sys::SIG_SETMASK, signals, std::ptr::null_mut());
        sys::setpgid(0, 0);
    }
    // SAFETY: takes nothing.
    let own = unsafe { sys::geteuid() };
    let switches = setup.uid != own;
    // Where the user cannot be switched, the interpreter and init count as well.
    let extra = if switches { 0 } else { 3 + u64::from(start.stand_ins) };
    if !confine::limits(start, extra, !setup.namespaces && !switches) {
        broken(Step::Limits);
    }
    if !confine::no_new_privileges() {
        broken(Step::Capabilities);
    }
    confine::empty_bounding_set();
    if switches && !confine::become_user(setup.uid) {
        broken(Step::Identity);
    }
    if !confine::no_capabilities() {
        broken(Step::Capabilities);
    }
    // A change of user clears the parent-death signal, so it is set after it; a parent already gone is checked for.
    // SAFETY: takes nothing.
    if !confine::bind_to_parent() || (setup.namespaces && unsafe { sys::getppid() } != 1) {
        broken(Step::Parent);
    }
    if setup.landlock && !landlock::restrict(&setup.rules, start.profile) {
        broken(Step::Landlock);
    }
    match setup.refusals.get(start.profile as usize) {
        Some(refusals) if confine::filter(refusals) => {}
        _ => broken(Step::Seccomp),
    }
}

/// Waits for the job, then runs it to its end. Never returns.
pub fn live(api: &Api, guest: &Guest, setup: &Setup, start: &Start, job: i32) -> ! {
    let Some(order) = receive(job) else { broken(Step::Job) };
    // A standby run whose supervisor had no use for it is told so by an empty job, and killed.
    environment(&order.env);
    write_files(&order);
    provide_stdin(setup, &order.stdin);
    interpose::remember_pipes();
    clock::attach(setup, start);
    // Behind the program's own start: its time is what the clock begins with.
    if start.stand_ins && !stand_ins::begin(&order.hosts, &order.stand_ins) {
        broken(Step::StandIns);
    }
    match &order.script {
        Some((path, source)) => {
            if !notes::give_up_broken() {
                broken(Step::Session);
            }
            run_script(api, guest, setup, start, &order, path, source)
        }
        // What is executed has none of our memory.
        None => run_command(&order.argv),
    }
}

fn receive(job: i32) -> Option<Order> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0u8; 64 * 1024];
    loop {
        // SAFETY: the buffer is live and of the stated length.
        let count = unsafe { sys::read(job, chunk.as_mut_ptr().cast(), chunk.len()) };
        match count {
            0 => break,
            1.. if bytes.len() < MAX_JOB => bytes.extend_from_slice(&chunk[..count as usize]),
            _ if sys::errno() == sys::EINTR => {}
            _ => return None,
        }
    }
    // SAFETY: read to its end; the program finds no descriptor above the standard three.
    unsafe { sys::close(job) };
    Order::decode(&bytes)
}

/// The C environment; the interpreter's copy of it is replaced by `begin`.
fn environment(pairs: &[(Vec<u8>, Vec<u8>)]) {
    // SAFETY: one thread; terminated strings, copied by the C library.
    unsafe {
        sys::clearenv();
        for (name, value) in pairs {
            if let (Ok(name), Ok(value)) = (CString::new(&name[..]), CString::new(&value[..])) {
                sys::setenv(name.as_ptr(), value.as_ptr(), 1);
            }
        }
    }
}

/// Written by the confined process itself, so even a hostile path or content can do only what the program could.
fn write_files(order: &Order) {
    let script = order.script.as_ref().map(|(path, source)| (path, source));
    for (path, content) in order.files.iter().map(|(path, content)| (path, content)).chain(script) {
        for (at, _) in path.match_indices('/') {
            // SAFETY: a terminated path; that the folder exists already is no error.
            unsafe { sys::mkdir(text(&path[..at]).as_ptr(), 0o755) };
        }
        let flags = sys::O_WRONLY | sys::O_CREAT | sys::O_TRUNC | sys::O_CLOEXEC | sys::O_NOFOLLOW;
        // SAFETY: a terminated path.
        let file = unsafe { sys::open(text(path).as_ptr(), flags, 0o755u32) };
        if file < 0 || !write_all(file, content) {
            broken(Step::Files);
        }
        // SAFETY: opened above.
        unsafe { sys::close(file) };
    }
}

pub fn write_all(file: i32, mut content: &[u8]) -> bool {
    while !content.is_empty() {
        // SAFETY: a live buffer of the stated length.
        let count = unsafe { sys::syscall(sys::SYS_WRITE, file, content.as_ptr(), content.len()) };
        match count {
            1.. => content = &content[count as usize..],
            _ if sys::errno() == sys::EINTR => {}
            _ => return false,
        }
    }
    true
}

/// Standard input is a file without a name; without content it is the null device.
fn provide_stdin(setup: &Setup, content: &[u8]) {
    let path = if content.is_empty() { text("/dev/null") } else { text(&format!("{}/tmp/.stdin", setup.scratch)) };
    let flags = if content.is_empty() { sys::O_RDONLY } else { sys::O_RDWR | sys::O_CREAT | sys::O_EXCL };
    // SAFETY: terminated paths; the descriptor is ours and becomes the standard input.
    unsafe {
        let file = sys::open(path.as_ptr(), flags | sys::O_CLOEXEC, 0o600u32);
        if file < 0 {
            broken(Step::Stdin);
        }
        if !content.is_empty() {
            sys::unlink(path.as_ptr());
            if !write_all(file, content) || sys::lseek(file, 0, 0) != 0 {
                broken(Step::Stdin);
            }
        }
        sys::dup2(file, 0);
        sys::close(file);
    }
}

fn run_command(argv: &[Vec<u8>]) -> ! {
    let words: Vec<CString> = argv.iter().filter_map(|word| CString::new(&word[..]).ok()).collect();
    let mut pointers: Vec<_> = words.iter().map(|word| word.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: a terminated list of terminated words; the signals Python ignores get their default meaning back, as
    // Python itself arranges for its children.
    unsafe {
        sys::signal(sys::SIGPIPE, sys::SIG_DFL);
        sys::signal(sys::SIGXFSZ, sys::SIG_DFL);
        sys::signal(sys::SIGINT, sys::SIG_DFL);
        if words.len() == argv.len() && !words.is_empty() {
            sys::execvp(words[0].as_ptr(), pointers.as_ptr());
        }
    }
    broken(Step::Exec)
}

fn run_script(api: &Api, guest: &Guest, setup: &Setup, start: &Start, order: &Order, path: &str, source: &[u8]) -> ! {
    // SAFETY: the interpreter is initialised, this is its only thread and holds its lock. References are balanced; the
    // code and the namespace are only borrowed from the tuple, which outlives their use.
    unsafe {
        let begun = api.call(
            guest.begin,
            [
                api.bytes(path.as_bytes()),
                api.bytes(source),
                api.list(order.argv.iter().map(|word| api.bytes(word))),
                api.list(order.env.iter().flat_map(|(name, value)| [api.bytes(name), api.bytes(value)])),
                api.bytes(setup.work.as_bytes()),
                api.bytes(start.seed.map(|seed| seed.to_string()).unwrap_or_default().as_bytes()),
            ],
        );
        let mut code = 0;
        if begun.is_null() {
            code = report(api, guest, false);
        } else {
            if start.trace {
                trace::start(api, &setup.work, clock::name(start), guest.none);
            }
            let main = (api.PyTuple_GetItem)(begun, 1);
            let result = (api.PyEval_EvalCode)((api.PyTuple_GetItem)(begun, 0), main, main);
            if result.is_null() {
                code = report(api, guest, true);
            } else {
                (api.Py_DecRef)(result);
            }
            (api.Py_DecRef)(begun);
        }
        wind_down(api, guest, code)
    }
}

/// Shows the pending exception. A program that could not even be compiled has no traceback but ours, which is left out.
unsafe fn report(api: &Api, guest: &Guest, has_run: bool) -> i64 {
    let (mut kind, mut value, mut trace): (Py, Py, Py) =
        (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: as in `run_script`; `PyErr_Fetch` hands over the references, `list` takes them.
    unsafe {
        (api.PyErr_Fetch)(&mut kind, &mut value, &mut trace);
        (api.PyErr_NormalizeException)(&mut kind, &mut value, &mut trace);
        if trace.is_null() || !has_run {
            trace = guest.none;
            (api.Py_IncRef)(trace);
        }
        (api.PyException_SetTraceback)(value, trace);
        let code = api.call(guest.report, [kind, value, trace]);
        if code.is_null() {
            (api.PyErr_Clear)();
            return 1;
        }
        (api.PyLong_AsLong)(code)
    }
}

/// What the interpreter does at its end, as far as a program can see it: wait for threads, exit functions, flush, let
/// go of the program's modules so that finalisers run, flush again. The rest of the teardown is skipped.
unsafe fn wind_down(api: &Api, guest: &Guest, mut code: i64) -> ! {
    // SAFETY: as in `run_script`.
    unsafe {
        let modules = (api.PyImport_GetModuleDict)();
        for (module, function) in [(c"threading", c"_shutdown"), (c"atexit", c"_run_exitfuncs")] {
            let module = (api.PyDict_GetItemString)(modules, module.as_ptr());
            if module.is_null() {
                continue;
            }
            let function = (api.PyObject_GetAttrString)(module, function.as_ptr());
            if function.is_null() || api.call(function, []).is_null() {
                (api.PyErr_Print)();
            }
        }
        let flush = || {
            let flushed = api.call(guest.flush, []);
            if flushed.is_null() {
                (api.PyErr_Clear)();
                return 0;
            }
            (api.PyLong_AsLong)(flushed)
        };
        let mut failed = flush();
        trace::finish();
        let names = api.call(guest.leftovers, []);
        if names.is_null() {
            (api.PyErr_Clear)();
        } else {
            (api.PyGC_Collect)();
            for index in 0..(api.PyList_Size)(names) {
                let name = (api.PyBytes_AsString)((api.PyList_GetItem)(names, index));
                if !name.is_null() && (api.PyDict_DelItemString)(modules, name) != 0 {
                    (api.PyErr_Clear)();
                }
            }
            (api.PyGC_Collect)();
        }
        failed |= flush();
        trace::leave();
        if failed != 0 && code == 0 {
            code = failed;
        }
        sys::fflush(std::ptr::null_mut());
        if code == -2 {
            sys::signal(sys::SIGINT, sys::SIG_DFL);
            sys::kill(sys::getpid(), sys::SIGINT);
        }
        sys::_exit((code & 0xff) as i32)
    }
}
