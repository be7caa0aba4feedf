//! The process of a run that answers in place of hosts outside.
//!
//! Init binds the ports, which takes a right that nobody below it has, and forks this process before the learner. It is
//! confined like a learner, but keeps init's user, so that where there are two a program can neither see nor signal it. It
//! sleeps in Python until the learner, who is told what the run's hosts are, passes that on and opens the ports: a port
//! that opened before would take connections of whatever ran here last.

use crate::init::{broken, text};
use crate::learner::{self, write_all};
use crate::python::Api;
use crate::serve::FILE_INPUT;
use crate::wire::{Setup, Start, Step};
use crate::{clock, sys};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, Ordering::*};

/// By which the run knows it: the first that init makes.
pub const NUMBER: i32 = 2;
const SOURCE: &str = concat!(include_str!("../answers.py"), "\n", include_str!("../stand_ins.py"), "\0");
const HOSTS: &str = "/etc/hosts";
const PORTS: [u16; 2] = [80, 443];
/// `Profile::Server`: sockets, and no programs.
const SERVER: u32 = 2;

/// What the learner inherits: the two ports, the end of the pipe that leads here, and the run's `/etc/hosts`.
static HELD: [AtomicI32; 4] = [const { AtomicI32::new(-1) }; 4];
/// This is the process that answers, and the only one that may say what it did.
static ANSWERS: AtomicBool = AtomicBool::new(false);
/// The last number of the address.
static ADDRESS: AtomicU8 = AtomicU8::new(0);

/// Called by init; true in the new process, which is confined by then.
pub fn fork(setup: &Setup, start: &Start, signals: &sys::sigset_t) -> bool {
    let mut pipe = [-1; 2];
    // SAFETY: a live array of two.
    let piped = unsafe { sys::syscall(sys::SYS_PIPE2, pipe.as_mut_ptr(), sys::O_CLOEXEC) == 0 };
    let (Some(ports), Some(hosts), true) = (bind(), own_hosts(setup), piped) else { broken(Step::StandIns) };
    for (held, fd) in HELD.iter().zip([ports[0], ports[1], pipe[1], hosts]) {
        held.store(fd, Relaxed);
    }
    // SAFETY: the process has one thread; the child continues with a copy of everything.
    match unsafe { sys::fork() } {
        ..0 => broken(Step::StandIns),
        0 => {
            keep_only([ports[0], ports[1], pipe[0]]);
            // SAFETY: takes nothing.
            let own = Setup { uid: unsafe { sys::geteuid() }, ..setup.clone() };
            ANSWERS.store(true, Relaxed);
            learner::confine(&own, &Start { profile: SERVER, ..*start }, signals);
            true
        }
        _ => {
            // SAFETY: ours, and only the other end is of use here.
            unsafe { sys::close(pipe[0]) };
            false
        }
    }
}

pub fn answers() -> bool {
    ANSWERS.load(Relaxed)
}

/// In whoever has no use for them any more.
pub fn leave() {
    for held in &HELD {
        // SAFETY: opened in `fork`, or -1, which is refused without effect.
        unsafe { sys::close(held.swap(-1, Relaxed)) };
    }
}

/// Ports of an address that only these hosts have, so that the program's own `localhost` is left alone. A run that has
/// just ended may still hold the first ones.
fn bind() -> Option<[i32; 2]> {
    for last in 1..=250 {
        let bound = PORTS.map(|port| bound(port, last));
        if bound.iter().all(|fd| *fd >= 0) {
            ADDRESS.store(last, Relaxed);
            return Some(bound);
        }
        let error = sys::errno();
        for fd in bound {
            // SAFETY: made above; -1 is refused without effect.
            unsafe { sys::close(fd) };
        }
        sys::set_errno(error);
        if error != sys::EADDRINUSE {
            return None;
        }
    }
    None
}

fn bound(port: u16, last: u8) -> i32 {
    let [high, low] = port.to_be_bytes();
    // A `sockaddr_in`: family, port, address, and nothing.
    let mut address = [0u8; 16];
    (address[0], address[2], address[3]) = (sys::AF_INET as u8, high, low);
    address[4..8].copy_from_slice(&[127, 80, 0, last]);
    // SAFETY: a live address of the stated length; raw calls, so that no interposed function is entered.
    unsafe {
        let kind = sys::SOCK_STREAM | sys::O_CLOEXEC;
        let socket = sys::syscall(sys::SYS_SOCKET, sys::AF_INET, kind, 0) as i32;
        if socket >= 0 && sys::syscall(sys::SYS_BIND, socket, address.as_ptr(), address.len()) != 0 {
            let error = sys::errno();
            sys::close(socket);
            sys::set_errno(error);
            return -1;
        }
        socket
    }
}

/// Lays a file of this run's own over `/etc/hosts`, which every run has in common, and returns it opened.
fn own_hosts(setup: &Setup) -> Option<i32> {
    let path = text(&format!("{}/.hosts", setup.scratch));
    let flags = sys::O_WRONLY | sys::O_CREAT | sys::O_EXCL | sys::O_CLOEXEC;
    let none = std::ptr::null();
    // SAFETY: terminated strings throughout. A name is not needed once it is mounted.
    unsafe {
        let file = sys::open(path.as_ptr(), flags, 0o644u32);
        let mounted = sys::mount(path.as_ptr(), text(HOSTS).as_ptr(), none, sys::MS_BIND, none.cast()) == 0;
        sys::unlink(path.as_ptr());
        (file >= 0 && mounted).then_some(file)
    }
}

/// Descriptors 3 to 5 are what is needed; nothing of the run's own streams is.
fn keep_only(fds: [i32; 3]) {
    // SAFETY: copies of our own descriptors, moved out of the way first; everything above is closed.
    unsafe {
        let moved = fds.map(|fd| sys::fcntl(fd, sys::F_DUPFD_CLOEXEC, 60));
        let null = sys::open(c"/dev/null".as_ptr(), sys::O_RDWR | sys::O_CLOEXEC);
        let mut all = [null, null, null, moved[0], moved[1], moved[2]].into_iter().zip(0..);
        if !all.all(|(fd, target)| fd == target || sys::dup2(fd, target) == target) {
            broken(Step::StandIns);
        }
        sys::syscall(sys::SYS_CLOSE_RANGE, 6u32, u32::MAX, 0u32);
    }
}

/// In the learner: tells the run its hosts, opens the ports and lets the other process go on.
pub fn begin(names: &str, answers: &[u8]) -> bool {
    let [http, https, pipe, hosts] = [0, 1, 2, 3].map(|index: usize| HELD[index].load(Relaxed));
    let known = format!("127.0.0.1 localhost\n::1 localhost\n127.80.0.{} {names}\n", ADDRESS.load(Relaxed));
    // SAFETY: integers only; raw, as the program's own calls would be told to the clock.
    let open = |port: i32| unsafe { sys::syscall(sys::SYS_LISTEN, port, 128) == 0 };
    let begun = write_all(hosts, known.as_bytes()) && open(http) && open(https) && write_all(pipe, answers);
    leave();
    begun
}

/// Answers until the run is over. Never returns.
pub fn live(api: &Api, setup: &Setup, start: &Start) -> ! {
    // SAFETY: the interpreter is initialised, this is its only thread and holds its lock; objects are checked before use.
    unsafe {
        let code = (api.Py_CompileString)(SOURCE.as_ptr().cast(), c"<stand-ins>".as_ptr(), FILE_INPUT);
        let names = (api.PyDict_New)();
        let builtins = (api.PyImport_ImportModule)(c"builtins".as_ptr());
        (api.PyDict_SetItemString)(names, c"__builtins__".as_ptr(), builtins);
        if code.is_null() || (api.PyEval_EvalCode)(code, names, names).is_null() {
            sys::_exit(1);
        }
        let prepared =
            api.call((api.PyDict_GetItemString)(names, c"prepare".as_ptr()), [api.bytes(setup.scratch.as_bytes())]);
        // The learner has joined the clock by now: it begins with the program, and not with us.
        clock::attach(setup, start);
        if !prepared.is_null() {
            api.call((api.PyDict_GetItemString)(names, c"serve".as_ptr()), [prepared]);
        }
        sys::_exit(1)
    }
}
