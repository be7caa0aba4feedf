//! The C library's types, numbers and functions, as far as they are needed here: x86-64 Linux with glibc.

pub use core::ffi::{CStr, c_char, c_int, c_long, c_short, c_uint, c_ulong, c_ushort, c_void};

pub const SECOND: i64 = 1_000_000_000;
/// A real timeout that never comes: only the supervisor ends a wait under the steady clock. A futex without a timeout
/// would be restarted after our signal, so that nothing could end it.
pub const NEVER: i64 = 10 * 365 * 86_400 * SECOND;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Timespec {
    pub seconds: i64,
    pub nanos: i64,
}

impl Timespec {
    pub const ZERO: Self = Self { seconds: 0, nanos: 0 };

    pub fn from_nanos(nanos: i64) -> Self {
        Self { seconds: nanos / SECOND, nanos: nanos % SECOND }
    }

    pub fn to_nanos(self) -> i64 {
        self.seconds.saturating_mul(SECOND).saturating_add(self.nanos)
    }

    pub fn is_valid(self) -> bool {
        self.seconds >= 0 && (0..SECOND).contains(&self.nanos)
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Timeval {
    pub seconds: i64,
    pub micros: i64,
}

impl Timeval {
    pub fn from_nanos(nanos: i64) -> Self {
        Self { seconds: nanos / SECOND, micros: nanos % SECOND / 1_000 }
    }

    pub fn to_nanos(self) -> i64 {
        self.seconds.saturating_mul(SECOND).saturating_add(self.micros.saturating_mul(1_000))
    }

    pub fn is_valid(self) -> bool {
        self.seconds >= 0 && (0..1_000_000).contains(&self.micros)
    }
}

/// `itimerspec`: seconds and nanoseconds.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TimerSpec {
    pub interval: Timespec,
    pub value: Timespec,
}

/// `itimerval`: seconds and microseconds.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TimerVal {
    pub interval: Timeval,
    pub value: Timeval,
}

/// `sigset_t`; the kernel reads the first word.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SignalSet(pub [u64; 16]);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct SignalAction {
    pub handler: usize,
    pub mask: SignalSet,
    pub flags: c_int,
    pub restorer: usize,
}

impl SignalAction {
    pub const DEFAULT: Self = Self { handler: 0, mask: SignalSet([0; 16]), flags: 0, restorer: 0 };
}

/// `siginfo_t` of a queued signal.
#[repr(C)]
pub struct SignalInfo {
    pub signal: c_int,
    pub errno: c_int,
    pub code: c_int,
    pad: c_int,
    pub pid: c_int,
    pub uid: c_uint,
    pub value: u64,
}

/// The head of `sigevent`.
#[repr(C)]
pub struct SignalEvent {
    pub value: usize,
    pub signal: c_int,
    pub notify: c_int,
}

pub const EINTR: c_int = 4;
pub const EAGAIN: c_int = 11;
pub const EBUSY: c_int = 16;
pub const EINVAL: c_int = 22;
pub const ENOSYS: c_int = 38;
pub const ETIMEDOUT: c_int = 110;

pub const CLOCK_REALTIME: c_int = 0;
pub const CLOCK_MONOTONIC: c_int = 1;
pub const CLOCK_PROCESS_CPUTIME_ID: c_int = 2;
pub const CLOCK_THREAD_CPUTIME_ID: c_int = 3;
pub const CLOCK_MONOTONIC_RAW: c_int = 4;
pub const CLOCK_REALTIME_COARSE: c_int = 5;
pub const CLOCK_MONOTONIC_COARSE: c_int = 6;
pub const CLOCK_BOOTTIME: c_int = 7;
pub const CLOCK_REALTIME_ALARM: c_int = 8;
pub const CLOCK_BOOTTIME_ALARM: c_int = 9;
pub const CLOCK_TAI: c_int = 11;
pub const TIMER_ABSTIME: c_int = 1;

pub const SIG_UNBLOCK: c_int = 1;
pub const SIG_DFL: usize = 0;
pub const SIG_IGN: usize = 1;
pub const SIG_HOLD: usize = 2;
pub const SA_SIGINFO: c_int = 4;
pub const SA_ONSTACK: c_int = 0x0800_0000;
pub const SA_RESTART: c_int = 0x1000_0000;
pub const SI_QUEUE: c_int = -1;
pub const SIGALRM: c_int = 14;

pub const FUTEX_WAIT: usize = 0;
pub const FUTEX_WAKE: usize = 1;
pub const FUTEX_WAIT_BITSET: usize = 9;
pub const FUTEX_PRIVATE: usize = 128;
pub const FUTEX_CLOCK_REALTIME: usize = 256;

pub const O_ACCMODE: c_int = 3;
pub const O_RDWR: c_int = 2;
pub const O_CREAT: c_int = 0o100;
pub const O_TRUNC: c_int = 0o1000;
pub const O_CLOEXEC: c_int = 0o200_0000;
pub const AT_FDCWD: c_int = -100;
pub const AT_SYMLINK_NOFOLLOW: c_int = 0x100;

/// Numbers of system calls.
pub mod nr {
    pub const WRITE: usize = 1;
    pub const OPEN: usize = 2;
    pub const CLOSE: usize = 3;
    pub const STAT: usize = 4;
    pub const FSTAT: usize = 5;
    pub const LSTAT: usize = 6;
    pub const POLL: usize = 7;
    pub const MMAP: usize = 9;
    pub const MUNMAP: usize = 11;
    pub const RT_SIGPROCMASK: usize = 14;
    pub const PWRITE64: usize = 18;
    pub const WRITEV: usize = 20;
    pub const SELECT: usize = 23;
    pub const PAUSE: usize = 34;
    pub const NANOSLEEP: usize = 35;
    pub const GETITIMER: usize = 36;
    pub const ALARM: usize = 37;
    pub const SETITIMER: usize = 38;
    pub const GETPID: usize = 39;
    pub const CONNECT: usize = 42;
    pub const ACCEPT: usize = 43;
    pub const SETSOCKOPT: usize = 54;
    pub const EXECVE: usize = 59;
    pub const GETTIMEOFDAY: usize = 96;
    pub const RT_SIGTIMEDWAIT: usize = 128;
    pub const GETTID: usize = 186;
    pub const TIME: usize = 201;
    pub const FUTEX: usize = 202;
    pub const SEMTIMEDOP: usize = 220;
    pub const CLOCK_GETTIME: usize = 228;
    pub const CLOCK_NANOSLEEP: usize = 230;
    pub const EPOLL_WAIT: usize = 232;
    pub const OPENAT: usize = 257;
    pub const NEWFSTATAT: usize = 262;
    pub const PSELECT6: usize = 270;
    pub const PPOLL: usize = 271;
    pub const UTIMENSAT: usize = 280;
    pub const EPOLL_PWAIT: usize = 281;
    pub const TIMERFD_CREATE: usize = 283;
    pub const TIMERFD_SETTIME: usize = 286;
    pub const TIMERFD_GETTIME: usize = 287;
    pub const ACCEPT4: usize = 288;
    pub const PWRITEV: usize = 296;
    pub const EXECVEAT: usize = 322;
    pub const STATX: usize = 332;
    pub const EPOLL_PWAIT2: usize = 441;
}

// The version every glibc has: without it the linker would take the one of the machine it runs on.
core::arch::global_asm!(".symver dlsym, dlsym@GLIBC_2.2.5");

pub const RTLD_NEXT: *mut c_void = usize::MAX as *mut c_void;

#[link(name = "c")]
unsafe extern "C" {
    pub fn __errno_location() -> *mut c_int;
    pub fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    pub fn setenv(name: *const c_char, value: *const c_char, overwrite: c_int) -> c_int;
    pub fn pthread_mutex_lock(mutex: *mut c_void) -> c_int;
    pub fn pthread_mutex_unlock(mutex: *mut c_void) -> c_int;
    pub static mut environ: *mut *mut c_char;
}
