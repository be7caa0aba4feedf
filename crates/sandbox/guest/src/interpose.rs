//! Functions of the C library that this library replaces in the interpreter's process.
//!
//! None of them guards anything: a program can make the system calls itself. They keep the order of the two output
//! streams, give the report its reasons, and start the guest.

use crate::notes::{self, ANSWERS_FD, DUMP_FD, FAILURE_FD, WAITING_FD};
use crate::stand_ins;
use crate::sys::{self, c_char, c_int, c_void};
use crate::wire::{self, event};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};

/// Inode numbers of the run's stdout and stderr pipes; zero while there are none.
static PIPES: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Remembers the two pipes, so that `write` knows them from files the program put in their place.
pub fn remember_pipes() {
    for (pipe, fd) in PIPES.iter().zip([1, 2]) {
        pipe.store(inode(fd), Relaxed);
    }
}

fn inode(fd: c_int) -> u64 {
    let mut stat = sys::stat::default();
    // SAFETY: `stat` has the size and layout of glibc's structure.
    if unsafe { sys::fstat(fd, &mut stat) } == 0 { stat.ino } else { 0 }
}

/// `main` of the process becomes the guest's when the switch is in the environment.
///
/// # Safety
/// Called by the C runtime's `_start` with its documented arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __libc_start_main(
    main: sys::main_fn,
    argc: c_int,
    argv: *mut *mut c_char,
    init: *mut c_void,
    fini: *mut c_void,
    rtld_fini: *mut c_void,
    stack_end: *mut c_void,
) -> c_int {
    type Start = unsafe extern "C" fn(
        sys::main_fn,
        c_int,
        *mut *mut c_char,
        *mut c_void,
        *mut c_void,
        *mut c_void,
        *mut c_void,
    ) -> c_int;
    let switch = std::ffi::CString::new(wire::SWITCH).unwrap_or_default();
    // SAFETY: the environment is set up before `_start` runs; the next definition of this symbol is the C library's
    // and has this signature.
    unsafe {
        let on = !sys::getenv(switch.as_ptr()).is_null();
        let real: Start = std::mem::transmute(sys::dlsym(sys::RTLD_NEXT, c"__libc_start_main".as_ptr()));
        real(if on { crate::serve::main } else { main }, argc, argv, init, fini, rtld_fini, stack_end)
    }
}

/// Keeps writes to stdout and stderr in order: two pipes cannot tell a reader which came first, so a switch from one
/// stream to the other first waits, briefly and boundedly, until the supervisor has emptied the former.
///
/// # Safety
/// As `write(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, buffer: *const c_void, count: usize) -> isize {
    if fd >= DUMP_FD {
        return note(fd, buffer, count);
    }
    if fd == 1 || fd == 2 {
        // SAFETY: as for `write(2)`; a wrong address is the kernel's to refuse.
        if !buffer.is_null() && crate::trace::is_on() {
            crate::trace::output(fd, unsafe { std::slice::from_raw_parts(buffer.cast(), count) });
        }
        before_switch(fd);
    }
    // SAFETY: the arguments are passed on as they came.
    let written = unsafe { sys::syscall(sys::SYS_WRITE, fd, buffer, count) } as isize;
    if written < 0 && matches!(sys::errno(), sys::ENOSPC | sys::EFBIG) {
        notes::event(event::NO_SPACE);
    }
    written
}

fn note(fd: c_int, buffer: *const c_void, count: usize) -> isize {
    let Some(notes) = notes::get() else { return -1 };
    // SAFETY: the caller passes a readable buffer of `count` bytes, as for `write(2)`.
    let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), count) };
    match fd {
        DUMP_FD => notes.append_dump(bytes),
        FAILURE_FD => notes.set_failure(bytes),
        WAITING_FD => notes.append_waiting(bytes),
        ANSWERS_FD if stand_ins::answers() => notes.append_answers(bytes),
        _ => return -1,
    }
    count as isize
}

fn before_switch(fd: c_int) {
    let Some(notes) = notes::get() else { return };
    let last = notes.last_stream.swap(fd as u32, Relaxed) as c_int;
    let other = 3 - fd;
    if last != other || inode(other) != PIPES[other as usize - 1].load(Relaxed) {
        return;
    }
    for turn in 0..1000 {
        let mut unread: c_int = 0;
        // SAFETY: FIONREAD stores an int; a descriptor that is no pipe answers with an error and the wait ends.
        if unsafe { sys::ioctl(other, sys::FIONREAD, &mut unread) } != 0 || unread == 0 {
            return;
        }
        match turn {
            0..20 => {
                // SAFETY: no arguments, no memory.
                unsafe { sys::syscall(sys::SYS_SCHED_YIELD) };
            }
            _ => sys::sleep_us(50),
        }
    }
}

/// The C library's own function, looked up once.
pub fn real(cache: &AtomicUsize, name: &core::ffi::CStr) -> usize {
    let mut address = cache.load(Relaxed);
    if address == 0 {
        // SAFETY: a terminated name; the result is only called with the signature of that function.
        address = unsafe { sys::dlsym(sys::RTLD_NEXT, name.as_ptr()) } as usize;
        cache.store(address, Relaxed);
    }
    address
}

/// Remembers that no further thread could be had.
///
/// # Safety
/// As `pthread_create(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_create(
    thread: *mut c_void,
    attributes: *const c_void,
    start: *mut c_void,
    argument: *mut c_void,
) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    type Create = unsafe extern "C" fn(*mut c_void, *const c_void, *mut c_void, *mut c_void) -> c_int;
    // SAFETY: the symbol is the C library's `pthread_create`, called with the caller's own arguments.
    let result = unsafe {
        std::mem::transmute::<usize, Create>(real(&REAL, c"pthread_create"))(thread, attributes, start, argument)
    };
    if result == sys::EAGAIN {
        notes::event(event::NO_PROCESS);
    }
    result
}

/// Remembers that no further process could be had.
///
/// # Safety
/// As `fork(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fork() -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the symbol is the C library's `fork`.
    let result = unsafe { std::mem::transmute::<usize, unsafe extern "C" fn() -> c_int>(real(&REAL, c"fork"))() };
    if result == 0 {
        crate::trace::forked();
    }
    if result < 0 && sys::errno() == sys::EAGAIN {
        notes::event(event::NO_PROCESS);
    }
    result
}

/// Remembers that the profile forbade a network socket.
///
/// # Safety
/// As `socket(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    type Socket = unsafe extern "C" fn(c_int, c_int, c_int) -> c_int;
    // SAFETY: the symbol is the C library's `socket`, called with the caller's own arguments.
    let result = unsafe { std::mem::transmute::<usize, Socket>(real(&REAL, c"socket"))(domain, kind, protocol) };
    if result < 0 && matches!(domain, 2 | 10) && matches!(sys::errno(), sys::EPERM | sys::EACCES) {
        notes::event(event::NETWORK_REFUSED);
    }
    result
}

/// Remembers that the profile forbade to start a program.
///
/// # Safety
/// As `execv(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execv(path: *const c_char, argv: *const *const c_char) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    type Exec = unsafe extern "C" fn(*const c_char, *const *const c_char) -> c_int;
    // SAFETY: the symbol is the C library's `execv`, called with the caller's own arguments.
    let result = unsafe { std::mem::transmute::<usize, Exec>(real(&REAL, c"execv"))(path, argv) };
    if matches!(sys::errno(), sys::EPERM | sys::EACCES) {
        notes::event(event::EXEC_REFUSED);
    }
    result
}

/// Remembers that the profile forbade to start a program.
///
/// # Safety
/// As `execve(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execve(path: *const c_char, argv: *const *const c_char, env: *const *const c_char) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    type Exec = unsafe extern "C" fn(*const c_char, *const *const c_char, *const *const c_char) -> c_int;
    // SAFETY: the symbol is the C library's `execve`, called with the caller's own arguments.
    let result = unsafe { std::mem::transmute::<usize, Exec>(real(&REAL, c"execve"))(path, argv, env) };
    if matches!(sys::errno(), sys::EPERM | sys::EACCES) {
        notes::event(event::EXEC_REFUSED);
    }
    result
}

type Spawn = unsafe extern "C" fn(
    *mut c_int,
    *const c_char,
    *const c_void,
    *const c_void,
    *const *const c_char,
    *const *const c_char,
) -> c_int;

/// Remembers that the profile forbade to start a program; `subprocess` takes this way where it can.
///
/// # Safety
/// As `posix_spawn(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_spawn(
    pid: *mut c_int,
    path: *const c_char,
    actions: *const c_void,
    attributes: *const c_void,
    argv: *const *const c_char,
    env: *const *const c_char,
) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the symbol is the C library's `posix_spawn`, called with the caller's own arguments.
    let error = unsafe {
        std::mem::transmute::<usize, Spawn>(real(&REAL, c"posix_spawn"))(pid, path, actions, attributes, argv, env)
    };
    spawned(error)
}

/// Remembers that the profile forbade to start a program.
///
/// # Safety
/// As `posix_spawnp(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_spawnp(
    pid: *mut c_int,
    path: *const c_char,
    actions: *const c_void,
    attributes: *const c_void,
    argv: *const *const c_char,
    env: *const *const c_char,
) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the symbol is the C library's `posix_spawnp`, called with the caller's own arguments.
    let error = unsafe {
        std::mem::transmute::<usize, Spawn>(real(&REAL, c"posix_spawnp"))(pid, path, actions, attributes, argv, env)
    };
    spawned(error)
}

/// These two answer with the error number itself.
fn spawned(error: c_int) -> c_int {
    match error {
        sys::EPERM | sys::EACCES => notes::event(event::EXEC_REFUSED),
        sys::EAGAIN => notes::event(event::NO_PROCESS),
        _ => {}
    }
    error
}
