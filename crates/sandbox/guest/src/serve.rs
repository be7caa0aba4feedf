//! The warm interpreter: starts Python, confines itself, and forks a run for every request.

use crate::python::{Api, Py};
use crate::sys::{self, c_char, c_int};
use crate::wire::{CONTROL, MAX_PACKET, Setup, Start, Writer, clock, note, tag};
use crate::{confine, init, learner, packets, stand_ins, trace};

/// The functions of `guest.py` the library calls.
pub struct Guest {
    pub begin: Py,
    pub report: Py,
    pub flush: Py,
    pub leftovers: Py,
    pub none: Py,
    warm: Py,
    settle: Py,
    remember: Py,
}

const SOURCE: &str = concat!(include_str!("../guest.py"), "\0");
pub const FILE_INPUT: c_int = 257;
/// Larger than `PyConfig` in any version; the functions that fill it know its size.
const CONFIG_BYTES: usize = 16 * 1024;

/// Takes the place of the interpreter's own `main`.
///
/// # Safety
/// Called once by the C runtime, with a terminated argument list.
pub unsafe extern "C" fn main(_argc: c_int, argv: *mut *mut c_char, _env: *mut *mut c_char) -> c_int {
    // SAFETY: the C runtime passes at least the program's name.
    let program = unsafe { *argv };
    match prepare(program) {
        Ok((api, guest, setup)) => {
            packets::send(CONTROL, &Writer::new(tag::READY).finish(), None);
            serve(&api, &guest, &setup)
        }
        Err(reason) => {
            packets::send(CONTROL, &note(tag::REFUSED, &reason), None);
            1
        }
    }
}

fn prepare(program: *const c_char) -> Result<(Api, Guest, Setup), String> {
    let mut packet = vec![0u8; MAX_PACKET];
    let (count, _) = packets::receive(CONTROL, &mut packet, 0).ok_or("no setup was received")?;
    let setup = Setup::decode(&packet[..count]).ok_or("the setup could not be read")?;
    // SAFETY: no environment variable of ours is to reach Python's own copy or any child.
    unsafe {
        sys::clearenv();
        sys::setenv(c"LANG".as_ptr(), c"C.UTF-8".as_ptr(), 1);
        sys::setenv(c"PYTHONDONTWRITEBYTECODE".as_ptr(), c"1".as_ptr(), 1);
        if setup.fixed_hashes {
            sys::setenv(c"PYTHONHASHSEED".as_ptr(), c"0".as_ptr(), 1);
        }
        if !setup.pycache.is_empty() {
            sys::setenv(c"PYTHONPYCACHEPREFIX".as_ptr(), init::text(&setup.pycache).as_ptr(), 1);
        }
    }
    let api = Api::load().map_err(|name| format!("the interpreter does not export `{name}`"))?;
    start_python(&api, program)?;
    let guest = load_guest(&api).ok_or("the guest's Python part did not load")?;
    let warm = api.list(setup.warm.iter().map(|name| api.bytes(name.as_bytes())));
    if api.call(guest.warm, [warm]).is_null() {
        return Err("the warm-up failed".into());
    }
    // Ended runs are reaped by the kernel; Python's own table still says "default", which the learner gets back.
    // SAFETY: installs a disposition, no handler.
    unsafe { sys::signal(sys::SIGCHLD, sys::SIG_IGN) };
    if !confine::no_new_privileges() || !confine::filter(&setup.filter) {
        return Err(format!("the system call filter was refused (errno {})", sys::errno()));
    }
    // From here on code of packages may run: what is above is the interpreter's own.
    let own = api
        .list(setup.own.iter().flat_map(|(name, source)| [api.bytes(name.as_bytes()), api.bytes(source.as_bytes())]));
    let packages = api.list(setup.packages.iter().map(|name| api.bytes(name.as_bytes())));
    if api.call(guest.settle, [packages, api.bytes(setup.site.as_bytes()), own]).is_null() {
        return Err("the packages could not be put on the search path".into());
    }
    Ok((api, guest, setup))
}

fn start_python(api: &Api, program: *const c_char) -> Result<(), String> {
    let mut config = vec![0u64; CONFIG_BYTES / 8];
    let config = config.as_mut_ptr().cast::<u8>();
    let argv = [program, c"-c".as_ptr(), c"".as_ptr()];
    // SAFETY: the buffer is aligned and larger than the structure; its fields are only touched by Python's functions,
    // in the documented order. The arguments are terminated strings, copied by the callee.
    unsafe {
        (api.PyConfig_InitPythonConfig)(config);
        let status = (api.PyConfig_SetBytesArgv)(config, 3, argv.as_ptr());
        if (api.PyStatus_Exception)(status) != 0 {
            return Err("the interpreter refused its arguments".into());
        }
        let status = (api.Py_InitializeFromConfig)(config);
        if (api.PyStatus_Exception)(status) != 0 {
            let reason = match status.message.is_null() {
                true => "no reason given".into(),
                false => std::ffi::CStr::from_ptr(status.message).to_string_lossy(),
            };
            return Err(format!("the interpreter did not start: {reason}"));
        }
        (api.PyConfig_Clear)(config);
    }
    Ok(())
}

fn load_guest(api: &Api) -> Option<Guest> {
    // SAFETY: the interpreter is initialised and this thread holds its lock; objects are checked before use. The
    // references are kept for the life of the process.
    unsafe {
        let code = (api.Py_CompileString)(SOURCE.as_ptr().cast(), c"<etude>".as_ptr(), FILE_INPUT);
        let builtins = (api.PyImport_ImportModule)(c"builtins".as_ptr());
        let names = (api.PyDict_New)();
        if code.is_null() || builtins.is_null() || names.is_null() {
            (api.PyErr_Print)();
            return None;
        }
        (api.PyDict_SetItemString)(names, c"__builtins__".as_ptr(), builtins);
        if (api.PyEval_EvalCode)(code, names, names).is_null() {
            (api.PyErr_Print)();
            return None;
        }
        let name = |name: &core::ffi::CStr| {
            let found = (api.PyDict_GetItemString)(names, name.as_ptr());
            (!found.is_null()).then_some(found)
        };
        Some(Guest {
            begin: name(c"begin")?,
            report: name(c"report")?,
            flush: name(c"flush")?,
            leftovers: name(c"leftovers")?,
            warm: name(c"warm")?,
            settle: name(c"settle")?,
            remember: name(c"remember")?,
            none: name(c"nothing")?,
        })
    }
}

/// Forks a run for every request until the supervisor closes its end.
fn serve(api: &Api, guest: &Guest, setup: &Setup) -> ! {
    let mut packet = vec![0u8; 4096];
    loop {
        let Some((count, fds)) = packets::receive(CONTROL, &mut packet, 0) else { leave(1) };
        if count == 0 {
            leave(0);
        }
        match Start::decode(&packet[..count]) {
            Some(start) if fds.len() == expected(&start) => {
                if start.trace {
                    trace::prepare(api);
                    remember(api, guest);
                }
                fork_run(api, guest, setup, &start, &fds);
            }
            _ => drop(packets::send(CONTROL, &note(tag::REFUSED, "a malformed request"), None)),
        }
        for fd in fds {
            // SAFETY: received with this packet, and the run has its own copies.
            unsafe { sys::close(fd) };
        }
    }
}

/// Notes what the library to be watched has brought along.
fn remember(api: &Api, guest: &Guest) {
    // SAFETY: the interpreter's lock is held; the result is `None`, or null with an exception.
    unsafe {
        let result = api.call(guest.remember, []);
        if result.is_null() { (api.PyErr_Clear)() } else { (api.Py_DecRef)(result) }
    }
}

/// How many descriptors come with a request.
fn expected(start: &Start) -> usize {
    let clock = if start.clock == clock::REAL { 4 } else { 7 + usize::from(start.kept_outside) };
    clock + usize::from(start.trace) + usize::from(start.judge)
}

fn fork_run(api: &Api, guest: &Guest, setup: &Setup, start: &Start, fds: &[i32]) {
    let mut pidfd: c_int = -1;
    let spaces = if setup.namespaces { sys::CLONE_NEWNS | sys::CLONE_NEWPID | sys::CLONE_NEWIPC } else { 0 };
    let arguments = sys::clone_args {
        flags: sys::CLONE_PIDFD | spaces,
        pidfd: &raw mut pidfd as u64,
        exit_signal: sys::SIGCHLD as u64,
        ..Default::default()
    };
    // SAFETY: one thread. Without CLONE_VM the child has a copy of everything, like a fork; Python is told before and
    // after as it asks for. The child never comes back from `live`.
    unsafe {
        (api.PyOS_BeforeFork)();
        let pid = sys::syscall(sys::SYS_CLONE3, &arguments as *const sys::clone_args, size_of::<sys::clone_args>());
        if pid == 0 {
            let role = init::enter(setup, start, fds);
            (api.PyOS_AfterFork_Child)();
            match role {
                init::Role::Program(start) => learner::live(api, guest, setup, &start, init::JOB),
                init::Role::StandIns => stand_ins::live(api, setup, start),
            }
        }
        let errno = sys::errno();
        (api.PyOS_AfterFork_Parent)();
        if pid < 0 {
            packets::send(CONTROL, &note(tag::REFUSED, &format!("no process could be made (errno {errno})")), None);
        } else {
            packets::send(CONTROL, &Writer::new(tag::STARTED).finish(), Some(pidfd));
            sys::close(pidfd);
        }
    }
}

fn leave(code: i32) -> ! {
    // SAFETY: ends the process at once; its runs die with it.
    unsafe { sys::_exit(code) }
}
