//! The system calls the supervisor makes, each behind a safe function.
#![allow(non_camel_case_types, reason = "names and shapes are those of the C library")]

use core::ffi::{c_char, c_int, c_long, c_uint, c_ulong, c_void};
use std::ffi::CString;
use std::sync::atomic::AtomicU32;

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct timespec {
    seconds: i64,
    nanos: i64,
}

#[repr(C)]
struct pollfd {
    fd: c_int,
    events: i16,
    revents: i16,
}

impl timespec {
    fn of(nanos: i64) -> timespec {
        timespec { seconds: nanos / NS, nanos: nanos % NS }
    }
}

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn openat(dir: c_int, path: *const c_char, flags: c_int, ...) -> c_int;
    fn close(fd: c_int) -> c_int;
    fn pread(fd: c_int, buffer: *mut c_void, count: usize, offset: i64) -> isize;
    fn fstatat(dir: c_int, path: *const c_char, out: *mut c_void, flags: c_int) -> c_int;
    fn lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    fn prctl(option: c_int, ...) -> c_int;
    fn getsockopt(fd: c_int, level: c_int, name: c_int, value: *mut c_void, length: *mut c_uint) -> c_int;
    fn getsockname(fd: c_int, address: *mut c_void, length: *mut c_uint) -> c_int;
    fn getpeername(fd: c_int, address: *mut c_void, length: *mut c_uint) -> c_int;
    #[link_name = "kill"]
    fn c_kill(pid: c_int, signal: c_int) -> c_int;
}

const NS: i64 = 1_000_000_000;
const SYS_POLL: c_long = 7;
const SYS_GETDENTS64: c_long = 217;
const SYS_FUTEX: c_long = 202;
const SYS_SCHED_SETAFFINITY: c_long = 203;
const SYS_SCHED_GETAFFINITY: c_long = 204;
const SYS_CLOCK_GETTIME: c_long = 228;
const SYS_CLOCK_NANOSLEEP: c_long = 230;
const SYS_TIMERFD_SETTIME: c_long = 286;
const SYS_WAITID: c_long = 247;
const SYS_RT_TGSIGQUEUEINFO: c_long = 297;
const SYS_PIDFD_OPEN: c_long = 434;
const SYS_PIDFD_GETFD: c_long = 438;

/// A descriptor that is closed with its owner.
pub(super) struct File(c_int);

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: nobody else has this descriptor.
        unsafe { close(self.0) };
    }
}

impl File {
    pub(super) fn open(dir: c_int, path: &str, folder: bool) -> Option<File> {
        const CLOSE_ON_EXEC: c_int = 0o2000000;
        const DIRECTORY: c_int = 0o200000;
        let path = CString::new(path).ok()?;
        let flags = CLOSE_ON_EXEC | if folder { DIRECTORY } else { 0 };
        // SAFETY: a terminated path.
        let fd = unsafe { openat(dir, path.as_ptr(), flags) };
        (fd >= 0).then_some(File(fd))
    }

    pub(super) fn read<'a>(&self, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
        // SAFETY: a live buffer of the stated length.
        let count = unsafe { pread(self.0, buffer.as_mut_ptr().cast(), buffer.len(), 0) };
        (count > 0).then(|| &buffer[..count as usize])
    }

    pub(super) fn numbers(&self) -> Vec<i32> {
        numbers(self.0)
    }
}

/// The entries of a folder that are numbers.
pub(super) fn numbers(folder: c_int) -> Vec<i32> {
    let mut found = Vec::new();
    let mut buffer = [0u8; 4096];
    // SAFETY: an open folder; takes integers.
    unsafe { lseek(folder, 0, 0) };
    loop {
        // SAFETY: a live buffer of the stated length.
        let count = unsafe { syscall(SYS_GETDENTS64, folder, buffer.as_mut_ptr(), buffer.len()) };
        let Some(mut rest) =
            usize::try_from(count).ok().filter(|count| *count > 0).and_then(|count| buffer.get(..count))
        else {
            return found;
        };
        while let [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, low, high, _, name @ ..] = rest {
            let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
            found.extend(std::str::from_utf8(&name[..end]).ok().and_then(|name| name.parse::<i32>().ok()));
            let length = usize::from(u16::from_ne_bytes([*low, *high])).max(20);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

/// The process namespace that a process is in.
pub(super) fn namespace(proc: c_int, pid: i32) -> Option<u64> {
    let path = CString::new(format!("{pid}/ns/pid")).ok()?;
    let mut status = [0u64; 18];
    // SAFETY: a terminated path and a live buffer of the size of `struct stat`, whose second field is the number.
    let found = unsafe { fstatat(proc, path.as_ptr(), status.as_mut_ptr().cast(), 0) } == 0;
    found.then_some(status[1])
}

/// The real monotonic clock, past any preloaded one.
pub fn monotonic() -> i64 {
    clock(1)
}

/// The wall clock as files get it.
pub(super) fn coarse_wall() -> i64 {
    clock(5)
}

fn clock(id: c_int) -> i64 {
    let mut time = timespec::default();
    // SAFETY: a live structure of the kernel's layout.
    unsafe { syscall(SYS_CLOCK_GETTIME, id, &raw mut time) };
    time.seconds * NS + time.nanos
}

/// Waits until the clock that files get their times from, which ticks some hundred times a second, has passed this moment.
/// Newer kernels give some files a time of the exact clock, which is ahead of it.
pub(super) fn pass_file_times() {
    let now = clock(0);
    for _ in 0..60 {
        if coarse_wall() > now {
            return;
        }
        let time = timespec::of(250_000);
        // SAFETY: a live structure; no remainder is asked for.
        unsafe { syscall(SYS_CLOCK_NANOSLEEP, 1, 0, &raw const time, 0usize) };
    }
}

pub(super) fn sleep(word: &AtomicU32, seen: u32, most: Option<i64>) {
    let time = most.map(timespec::of);
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the word outlives the call, the time is live or null. It may return for any reason; callers look again.
    unsafe { syscall(SYS_FUTEX, word.as_ptr(), 0, seen, time) };
}

pub(super) fn wake(word: &AtomicU32) {
    // SAFETY: the word is live.
    unsafe { syscall(SYS_FUTEX, word.as_ptr(), 1, i32::MAX) };
}

/// Lets this thread's sleeps end when they should, not up to 50 µs later.
pub(super) fn precise_timers() {
    // SAFETY: takes integers.
    unsafe { prctl(29, 1usize, 0usize, 0usize, 0usize) };
}

/// Bytes in a pipe that nobody has read yet.
pub(super) fn unread(pipe: c_int) -> c_int {
    let mut count: c_int = 0;
    // SAFETY: FIONREAD stores an int; a bad descriptor is refused.
    unsafe { ioctl(pipe, 0x541b, &raw mut count) };
    count
}

pub(super) fn kill(pid: c_int, signal: c_int) {
    // SAFETY: takes integers; callers refuse 0, 1 and negative numbers, which would mean others than the run.
    unsafe { c_kill(pid, signal) };
}

/// Has once had the lock under which the kernel ends processes and wakes those who wait for that.
pub(super) fn have_process_lock() {
    let [any, hang_not, ended, leave]: [c_int; 4] = [0, 1, 4, 0x0100_0000];
    // SAFETY: asks for nothing to be stored, and takes no child's end away.
    unsafe { syscall(SYS_WAITID, any, 0, 0usize, hang_not | ended | leave, 0usize) };
}

/// Sends a signal with a value to one thread; false if there is none.
pub(super) fn queue_signal(pid: c_int, tid: c_int, signal: c_int, value: u64) -> bool {
    const QUEUED: c_int = -1;
    let mut info = [0u64; 16];
    info[0] = signal as u64;
    info[1] = u64::from(QUEUED as u32);
    info[2] = 1;
    info[3] = value;
    // SAFETY: a `siginfo_t` of the kernel's size: number, code, sender, value.
    unsafe { syscall(SYS_RT_TGSIGQUEUEINFO, pid, tid, signal, info.as_ptr()) == 0 }
}

/// A copy of a descriptor of another process.
fn foreign(pid: c_int, fd: c_int) -> Option<File> {
    // SAFETY: takes integers; a non-negative result is a new descriptor.
    unsafe {
        let process = syscall(SYS_PIDFD_OPEN, pid, 0) as c_int;
        if process < 0 {
            return None;
        }
        let process = File(process);
        let copy = syscall(SYS_PIDFD_GETFD, process.0, fd, 0) as c_int;
        (copy >= 0).then_some(File(copy))
    }
}

/// Has a timer of another process have rung so many times, and sets when it rings next by itself; `None` leaves that as it
/// is. Never reads from it: it is the program's, and who reads might wait.
pub(super) fn ring(pid: c_int, fd: c_int, ticks: u64, next: Option<(i64, i64)>) {
    const SET_TICKS: c_ulong = 0x4008_5400;
    let Some(timer) = foreign(pid, fd) else { return };
    let mut ready = pollfd { fd: timer.0, events: 1, revents: 0 };
    // SAFETY: live buffers of the stated sizes.
    unsafe {
        // This forgets what it has rung.
        if let Some((after, interval)) = next {
            let setting = [timespec::of(interval), timespec::of(after)];
            syscall(SYS_TIMERFD_SETTIME, timer.0, 0, setting.as_ptr(), 0usize);
        }
        if ticks > 0 && ioctl(timer.0, SET_TICKS, &raw const ticks) != 0 {
            // A kernel that cannot be told: it rings once, at once.
            let setting = [next.map_or(0, |(_, interval)| interval), 1].map(timespec::of);
            syscall(SYS_TIMERFD_SETTIME, timer.0, 0, setting.as_ptr(), 0usize);
            syscall(SYS_POLL, &raw mut ready, 1, 5);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Socket {
    Listens,
    IsConnected,
    Neither,
}

/// What a process uses a descriptor for, of a network or named socket.
pub(super) fn socket(pid: c_int, fd: c_int) -> Socket {
    let Some(copy) = foreign(pid, fd) else { return Socket::Neither };
    let [level, kind_of, accepts]: [c_int; 3] = [1, 3, 30];
    let (mut listens, mut kind, mut length): (c_int, c_int, c_uint) = (0, 0, 4);
    let mut address = [0u8; 128];
    let mut size = 128u32;
    // SAFETY: live buffers of the stated lengths; descriptors that are no sockets are refused.
    unsafe {
        if getsockopt(copy.0, level, accepts, (&raw mut listens).cast(), &raw mut length) != 0 {
            return Socket::Neither;
        }
        if listens != 0 {
            return Socket::Listens;
        }
        if getpeername(copy.0, address.as_mut_ptr().cast(), &raw mut size) == 0 {
            // A pair without a name, as event loops keep one for themselves, is a pipe.
            let pair = address[0] == 1 && size <= 2;
            return if pair { Socket::Neither } else { Socket::IsConnected };
        }
        getsockopt(copy.0, level, kind_of, (&raw mut kind).cast(), &raw mut length);
        size = 128;
        let named = getsockname(copy.0, address.as_mut_ptr().cast(), &raw mut size) == 0;
        // Datagrams come to a port without a connection.
        if kind == 2 && named && matches!(address[0], 2 | 10) && address[2..4] != [0, 0] {
            return Socket::Listens;
        }
    }
    Socket::Neither
}

/// The processors a thread may use.
pub(super) type Processors = [u64; 16];

pub(super) fn processors() -> Processors {
    let mut mask = [0u64; 16];
    // SAFETY: a live buffer of the stated length.
    unsafe { syscall(SYS_SCHED_GETAFFINITY, 0, size_of_val(&mask), mask.as_mut_ptr()) };
    mask
}

pub(super) fn use_processors(tid: c_int, mask: &Processors) {
    // SAFETY: a live buffer of the stated length.
    unsafe { syscall(SYS_SCHED_SETAFFINITY, tid, size_of_val(mask), mask.as_ptr()) };
}

/// The next number of a sequence that looks random (SplitMix64).
pub(super) fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
