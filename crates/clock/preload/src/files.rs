//! Notes that files are written, and that there are terminals. The supervisor is careful then.

use crate::attach::shared;
use crate::raw::{self, answer, real};
use crate::shared::Shared;
use crate::stat::state;
use crate::sys::*;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering::*};

/// Files that the C library writes without asking us: those it has opened itself, and the output of a program.
static UNSEEN: [Unseen; 8] = [const { Unseen { fd: AtomicI32::new(-1), last: AtomicU64::new(0) } }; 8];

struct Unseen {
    fd: AtomicI32,
    /// What the file looked like.
    last: AtomicU64,
}

fn watch_unseen(fd: c_int) {
    let Some(file) = state(fd) else { return };
    let place = UNSEEN
        .iter()
        .find(|unseen| unseen.fd.load(Relaxed) == fd || unseen.fd.compare_exchange(-1, fd, AcqRel, Relaxed).is_ok());
    match place {
        Some(unseen) => unseen.last.store(file, Relaxed),
        None => ALL_UNSEEN.store(true, Relaxed),
    }
}

/// There are more such files than places.
static ALL_UNSEEN: AtomicBool = AtomicBool::new(false);

fn note_writing(shared: &Shared) {
    if shared.files_written.load(Relaxed) == 0 {
        shared.files_written.store(1, Release);
    }
}

/// A wait begins: what was written since the last one?
pub fn before_wait(shared: &Shared) {
    let mut changed = ALL_UNSEEN.load(Relaxed);
    for unseen in &UNSEEN {
        let fd = unseen.fd.load(Relaxed);
        if fd < 0 {
            break;
        }
        let file = state(fd).unwrap_or_default();
        changed |= unseen.last.swap(file, Relaxed) != file;
    }
    if changed {
        note_writing(shared);
    }
}

/// The program has just been executed: does its output go to a file?
pub fn look_at_output() {
    watch_unseen(1);
    watch_unseen(2);
}

/// Bytes went, or are about to go, to a descriptor.
pub fn note_written(fd: c_int) {
    if let Some(shared) = shared()
        && shared.files_written.load(Relaxed) == 0
        && state(fd).is_some()
    {
        note_writing(shared);
    }
}

/// A directory, or a file by its name, has changed.
pub fn changed(result: isize) -> c_int {
    if let (Some(shared), 0) = (shared(), result) {
        note_writing(shared);
    }
    answer(result)
}

fn note_terminal() {
    if let Some(shared) = shared() {
        shared.terminals.store(1, Release);
    }
}

/// # Safety
/// `path` ends with a zero byte.
unsafe fn is_terminal_maker(path: *const c_char) -> bool {
    // SAFETY: the caller's.
    matches!(unsafe { CStr::from_ptr(path) }.to_bytes(), b"/dev/ptmx" | b"/dev/pts/ptmx")
}

/// A file has been opened.
///
/// # Safety
/// `path` ends with a zero byte, if it could be opened.
pub unsafe fn note_opened(fd: c_int, path: *const c_char, flags: c_int) {
    if fd < 0 || shared().is_none() || flags & (O_ACCMODE | O_CREAT | O_TRUNC) == 0 {
        return;
    }
    note_written(fd);
    // SAFETY: the caller's.
    if unsafe { is_terminal_maker(path) } {
        note_terminal();
    }
}

/// The C library has opened a file of its own.
///
/// # Safety
/// `stream` is what `fopen` has answered to `mode`.
unsafe fn note_stream(stream: *mut c_void, mode: *const c_char) {
    if stream.is_null() || shared().is_none() {
        return;
    }
    // SAFETY: the caller's.
    unsafe {
        if CStr::from_ptr(mode).to_bytes().iter().any(|byte| matches!(byte, b'w' | b'a' | b'+')) {
            watch_unseen(real!(fn fileno(*mut c_void) -> c_int)(stream));
        }
    }
}

/// Defines functions that do what the C library's do, and then look at the result.
macro_rules! watched {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty, $look:expr;)*) => {$(
        /// # Safety
        /// As the C library's function of this name.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            // SAFETY: the caller's.
            unsafe {
                let result = real!(fn $name($($type),*) -> $result)($($argument),*);
                $look(result);
                result
            }
        }
    )*};
}

// `mode` is only there when it has been passed, and the C library only looks at it then.
watched! {
    open(path: *const c_char, flags: c_int, mode: c_uint) -> c_int, |fd| note_opened(fd, path, flags);
    open64(path: *const c_char, flags: c_int, mode: c_uint) -> c_int, |fd| note_opened(fd, path, flags);
    openat(dir: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int, |fd| note_opened(fd, path, flags);
    openat64(dir: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int, |fd| note_opened(fd, path, flags);
    __open_2(path: *const c_char, flags: c_int) -> c_int, |fd| note_opened(fd, path, flags);
    __open64_2(path: *const c_char, flags: c_int) -> c_int, |fd| note_opened(fd, path, flags);
    __openat_2(dir: c_int, path: *const c_char, flags: c_int) -> c_int, |fd| note_opened(fd, path, flags);
    __openat64_2(dir: c_int, path: *const c_char, flags: c_int) -> c_int, |fd| note_opened(fd, path, flags);
    creat(path: *const c_char, mode: c_uint) -> c_int, note_written;
    creat64(path: *const c_char, mode: c_uint) -> c_int, note_written;

    fopen(path: *const c_char, mode: *const c_char) -> *mut c_void, |stream| note_stream(stream, mode);
    fopen64(path: *const c_char, mode: *const c_char) -> *mut c_void, |stream| note_stream(stream, mode);
    freopen(path: *const c_char, mode: *const c_char, old: *mut c_void) -> *mut c_void,
        |stream| note_stream(stream, mode);
    freopen64(path: *const c_char, mode: *const c_char, old: *mut c_void) -> *mut c_void,
        |stream| note_stream(stream, mode);
    fdopen(fd: c_int, mode: *const c_char) -> *mut c_void, |stream| note_stream(stream, mode);

    write(fd: c_int, bytes: *const c_void, count: usize) -> isize, |_| note_written(fd);
    pwrite(fd: c_int, bytes: *const c_void, count: usize, offset: i64) -> isize, |_| note_written(fd);
    pwrite64(fd: c_int, bytes: *const c_void, count: usize, offset: i64) -> isize, |_| note_written(fd);
    writev(fd: c_int, parts: *const c_void, count: c_int) -> isize, |_| note_written(fd);
    pwritev(fd: c_int, parts: *const c_void, count: c_int, offset: i64) -> isize, |_| note_written(fd);
    pwritev64(fd: c_int, parts: *const c_void, count: c_int, offset: i64) -> isize, |_| note_written(fd);
    sendfile(fd: c_int, from: c_int, offset: *mut i64, count: usize) -> isize, |_| note_written(fd);
    sendfile64(fd: c_int, from: c_int, offset: *mut i64, count: usize) -> isize, |_| note_written(fd);
    ftruncate(fd: c_int, length: i64) -> c_int, |_| note_written(fd);
    ftruncate64(fd: c_int, length: i64) -> c_int, |_| note_written(fd);

    posix_openpt(flags: c_int) -> c_int, |_| note_terminal();
    getpt() -> c_int, |_| note_terminal();
    openpty(one: *mut c_int, other: *mut c_int, name: *mut c_char, mode: *const c_void, size: *const c_void) -> c_int,
        |_| note_terminal();
    forkpty(fd: *mut c_int, name: *mut c_char, mode: *const c_void, size: *const c_void) -> c_int,
        |_| note_terminal();
}

/// Defines functions that change a directory, or a file by its name.
macro_rules! changing {
    ($($name:ident($($argument:ident: $type:ty),*) = $number:literal;)*) => {$(
        /// # Safety
        /// As the system call of this name.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> c_int {
            // SAFETY: the caller's.
            unsafe { changed(raw::call($number, [$($argument as usize),*])) }
        }
    )*};
}

changing! {
    truncate(path: *const c_char, length: i64) = 76;
    truncate64(path: *const c_char, length: i64) = 76;
    rename(old: *const c_char, new: *const c_char) = 82;
    mkdir(path: *const c_char, mode: c_uint) = 83;
    rmdir(path: *const c_char) = 84;
    link(old: *const c_char, new: *const c_char) = 86;
    unlink(path: *const c_char) = 87;
    symlink(target: *const c_char, path: *const c_char) = 88;
    mkdirat(dir: c_int, path: *const c_char, mode: c_uint) = 258;
    unlinkat(dir: c_int, path: *const c_char, flags: c_int) = 263;
    renameat(old_dir: c_int, old: *const c_char, new_dir: c_int, new: *const c_char) = 264;
    linkat(old_dir: c_int, old: *const c_char, new_dir: c_int, new: *const c_char, flags: c_int) = 265;
    symlinkat(target: *const c_char, dir: c_int, path: *const c_char) = 266;
    renameat2(old_dir: c_int, old: *const c_char, new_dir: c_int, new: *const c_char, flags: c_uint) = 316;
}

/// # Safety
/// As `close(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(fd: c_int) -> c_int {
    crate::timerfd::before_close(fd);
    // SAFETY: the caller's.
    unsafe { real!(fn close(c_int) -> c_int)(fd) }
}
