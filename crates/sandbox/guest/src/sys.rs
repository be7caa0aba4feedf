//! The C library as this guest needs it: it is compiled without dependencies, so the declarations are here.
#![allow(non_camel_case_types, dead_code, reason = "names and shapes are those of the C library")]

pub use core::ffi::{c_char, c_int, c_long, c_uint, c_ulong, c_void};

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
compile_error!("the guest knows the system calls of x86-64 Linux only");

pub type main_fn = unsafe extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

#[repr(C)]
pub struct iovec {
    pub base: *mut c_void,
    pub len: usize,
}

#[repr(C)]
pub struct msghdr {
    pub name: *mut c_void,
    pub namelen: c_uint,
    pub iov: *mut iovec,
    pub iovlen: usize,
    pub control: *mut c_void,
    pub controllen: usize,
    pub flags: c_int,
}

/// A control message that carries up to nine descriptors.
#[repr(C)]
pub struct rights {
    pub len: usize,
    pub level: c_int,
    pub kind: c_int,
    pub fds: [c_int; 10],
}

#[repr(C)]
pub struct rlimit {
    pub current: u64,
    pub maximum: u64,
}

#[repr(C)]
#[derive(Default, Clone, Copy)]
pub struct timeval {
    pub seconds: i64,
    pub micros: i64,
}

#[repr(C)]
#[derive(Default)]
pub struct rusage {
    pub user: timeval,
    pub system: timeval,
    pub max_rss_kb: c_long,
    pub rest: [c_long; 13],
}

#[repr(C)]
#[derive(Default, Clone, Copy)]
pub struct timespec {
    pub seconds: i64,
    pub nanos: i64,
}

#[repr(C)]
#[derive(Default, Clone, Copy)]
pub struct stat {
    pub dev: u64,
    pub ino: u64,
    pub nlink: u64,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub pad: u32,
    pub rdev: u64,
    pub size: i64,
    pub rest: [i64; 11],
}

#[repr(C)]
#[derive(Default)]
pub struct statfs {
    pub kind: i64,
    pub bsize: i64,
    pub blocks: u64,
    pub bfree: u64,
    pub bavail: u64,
    pub files: u64,
    pub ffree: u64,
    pub rest: [i64; 9],
}

#[repr(C)]
pub struct pollfd {
    pub fd: c_int,
    pub events: i16,
    pub revents: i16,
}

#[repr(C)]
#[derive(Default)]
pub struct clone_args {
    pub flags: u64,
    pub pidfd: u64,
    pub child_tid: u64,
    pub parent_tid: u64,
    pub exit_signal: u64,
    pub stack: u64,
    pub stack_size: u64,
    pub tls: u64,
    pub set_tid: u64,
    pub set_tid_size: u64,
    pub cgroup: u64,
}

#[repr(C)]
pub struct sock_fprog {
    pub len: u16,
    pub filter: *const c_void,
}

#[repr(C)]
pub struct cap_header {
    pub version: u32,
    pub pid: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct cap_data {
    pub effective: u32,
    pub permitted: u32,
    pub inheritable: u32,
}

/// 1,024 signals, as glibc has it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sigset_t(pub [u64; 16]);

unsafe extern "C" {
    pub fn syscall(number: c_long, ...) -> c_long;
    pub fn __errno_location() -> *mut c_int;
    pub fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    pub fn _exit(code: c_int) -> !;
    pub fn fork() -> c_int;
    pub fn getpid() -> c_int;
    pub fn getppid() -> c_int;
    pub fn kill(pid: c_int, signal: c_int) -> c_int;
    pub fn socketpair(family: c_int, kind: c_int, protocol: c_int, ends: *mut c_int) -> c_int;
    pub fn wait4(pid: c_int, status: *mut c_int, options: c_int, usage: *mut rusage) -> c_int;
    pub fn getrusage(who: c_int, usage: *mut rusage) -> c_int;
    pub fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    pub fn openat(dir: c_int, path: *const c_char, flags: c_int, ...) -> c_int;
    pub fn close(fd: c_int) -> c_int;
    pub fn read(fd: c_int, buffer: *mut c_void, count: usize) -> isize;
    pub fn ftruncate(fd: c_int, length: i64) -> c_int;
    pub fn lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    pub fn dup2(from: c_int, to: c_int) -> c_int;
    pub fn dup3(from: c_int, to: c_int, flags: c_int) -> c_int;
    pub fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    pub fn fstat(fd: c_int, out: *mut stat) -> c_int;
    pub fn fstatat(dir: c_int, path: *const c_char, out: *mut stat, flags: c_int) -> c_int;
    pub fn fstatfs(fd: c_int, out: *mut statfs) -> c_int;
    pub fn unlinkat(dir: c_int, path: *const c_char, flags: c_int) -> c_int;
    pub fn renameat(from: c_int, path: *const c_char, to: c_int, new: *const c_char) -> c_int;
    pub fn fchmodat(dir: c_int, path: *const c_char, mode: c_uint, flags: c_int) -> c_int;
    pub fn unlink(path: *const c_char) -> c_int;
    pub fn mkdir(path: *const c_char, mode: c_uint) -> c_int;
    pub fn chown(path: *const c_char, uid: c_uint, gid: c_uint) -> c_int;
    pub fn chmod(path: *const c_char, mode: c_uint) -> c_int;
    pub fn chdir(path: *const c_char) -> c_int;
    pub fn fchdir(fd: c_int) -> c_int;
    pub fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    pub fn poll(fds: *mut pollfd, count: c_ulong, timeout_ms: c_int) -> c_int;
    pub fn recvmsg(fd: c_int, message: *mut msghdr, flags: c_int) -> isize;
    pub fn sendmsg(fd: c_int, message: *const msghdr, flags: c_int) -> isize;
    pub fn munmap(at: *mut c_void, length: usize) -> c_int;
    pub fn mmap(at: *mut c_void, length: usize, prot: c_int, flags: c_int, fd: c_int, offset: i64) -> *mut c_void;
    pub fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    pub fn umount2(target: *const c_char, flags: c_int) -> c_int;
    pub fn prctl(option: c_int, ...) -> c_int;
    pub fn getrlimit(resource: c_int, limit: *mut rlimit) -> c_int;
    pub fn setrlimit(resource: c_int, limit: *const rlimit) -> c_int;
    pub fn setsid() -> c_int;
    pub fn setpgid(pid: c_int, group: c_int) -> c_int;
    pub fn setgroups(count: usize, groups: *const c_uint) -> c_int;
    pub fn setresuid(real: c_uint, effective: c_uint, saved: c_uint) -> c_int;
    pub fn setresgid(real: c_uint, effective: c_uint, saved: c_uint) -> c_int;
    pub fn geteuid() -> c_uint;
    pub fn signal(number: c_int, handler: usize) -> usize;
    pub fn sigprocmask(how: c_int, set: *const sigset_t, old: *mut sigset_t) -> c_int;
    pub fn sigfillset(set: *mut sigset_t) -> c_int;
    pub fn sigemptyset(set: *mut sigset_t) -> c_int;
    pub fn sigdelset(set: *mut sigset_t, number: c_int) -> c_int;
    pub fn sigaddset(set: *mut sigset_t, number: c_int) -> c_int;
    pub fn signalfd(fd: c_int, set: *const sigset_t, flags: c_int) -> c_int;
    pub fn nanosleep(time: *const timespec, rest: *mut timespec) -> c_int;
    pub fn clearenv() -> c_int;
    pub fn setenv(name: *const c_char, value: *const c_char, replace: c_int) -> c_int;
    pub fn getenv(name: *const c_char) -> *mut c_char;
    pub fn execvp(file: *const c_char, argv: *const *const c_char) -> c_int;
    pub fn fflush(stream: *mut c_void) -> c_int;
    pub fn opendir(path: *const c_char) -> *mut c_void;
    pub fn fdopendir(fd: c_int) -> *mut c_void;
    pub fn readdir(dir: *mut c_void) -> *mut dirent;
    pub fn closedir(dir: *mut c_void) -> c_int;
}

#[repr(C)]
pub struct dirent {
    pub ino: u64,
    pub off: i64,
    pub reclen: u16,
    pub kind: u8,
    pub name: [c_char; 256],
}

pub const SYS_WRITE: c_long = 1;
pub const SYS_SCHED_YIELD: c_long = 24;
pub const SYS_NANOSLEEP: c_long = 35;
pub const SYS_SOCKET: c_long = 41;
pub const SYS_BIND: c_long = 49;
pub const SYS_LISTEN: c_long = 50;
pub const SYS_GETTID: c_long = 186;
pub const SYS_TIMER_CREATE: c_long = 222;
pub const SYS_TIMER_SETTIME: c_long = 223;
pub const SYS_CLOCK_GETTIME: c_long = 228;
pub const SYS_CAPGET: c_long = 125;
pub const SYS_CAPSET: c_long = 126;
pub const SYS_SECCOMP: c_long = 317;
pub const SYS_PIPE2: c_long = 293;
pub const SYS_CLONE3: c_long = 435;
pub const SYS_CLOSE_RANGE: c_long = 436;
pub const SYS_LANDLOCK_CREATE: c_long = 444;
pub const SYS_LANDLOCK_ADD: c_long = 445;
pub const SYS_LANDLOCK_RESTRICT: c_long = 446;

pub const RTLD_NEXT: *mut c_void = -1isize as *mut c_void;
pub const RTLD_DEFAULT: *mut c_void = std::ptr::null_mut();

pub const CLOCK_MONOTONIC: c_int = 1;
pub const CLOCK_THREAD_CPUTIME_ID: c_int = 3;

pub const EPERM: c_int = 1;
pub const EINTR: c_int = 4;
pub const EAGAIN: c_int = 11;
pub const ENOMEM: c_int = 12;
pub const EACCES: c_int = 13;
pub const EFBIG: c_int = 27;
pub const ENOSPC: c_int = 28;
pub const EADDRINUSE: c_int = 98;

pub const O_RDONLY: c_int = 0;
pub const O_WRONLY: c_int = 1;
pub const O_RDWR: c_int = 2;
pub const O_CREAT: c_int = 0o100;
pub const O_EXCL: c_int = 0o200;
pub const O_TRUNC: c_int = 0o1000;
pub const O_NONBLOCK: c_int = 0o4000;
pub const O_DIRECTORY: c_int = 0o200000;
pub const O_NOFOLLOW: c_int = 0o400000;
pub const O_CLOEXEC: c_int = 0o2000000;
pub const O_PATH: c_int = 0o10000000;
pub const AT_REMOVEDIR: c_int = 0x200;
pub const AT_SYMLINK_NOFOLLOW: c_int = 0x100;
pub const F_DUPFD_CLOEXEC: c_int = 1030;

pub const S_IFMT: u32 = 0o170000;
pub const S_IFDIR: u32 = 0o040000;
pub const S_IFREG: u32 = 0o100000;

pub const CLONE_PIDFD: u64 = 0x1000;
pub const AF_UNIX: c_int = 1;
pub const SOCK_STREAM: c_int = 1;
pub const SOCK_CLOEXEC: c_int = 0o2000000;
pub const CLONE_NEWNS: u64 = 0x20000;
pub const CLONE_NEWIPC: u64 = 0x0800_0000;
pub const CLONE_NEWPID: u64 = 0x2000_0000;

pub const MS_NOSUID: c_ulong = 2;
pub const MS_NODEV: c_ulong = 4;
pub const MS_NOEXEC: c_ulong = 8;
pub const MS_BIND: c_ulong = 4096;
pub const MNT_DETACH: c_int = 2;

pub const PR_SET_PDEATHSIG: c_int = 1;
pub const PR_SET_DUMPABLE: c_int = 4;
pub const PR_CAPBSET_DROP: c_int = 24;
pub const PR_SET_NO_NEW_PRIVS: c_int = 38;

pub const SIGKILL: c_int = 9;
pub const SIGPIPE: c_int = 13;
pub const SIGCHLD: c_int = 17;
pub const SIGCONT: c_int = 18;
pub const SIGINT: c_int = 2;
pub const SIGXFSZ: c_int = 25;
pub const SIG_DFL: usize = 0;
pub const SIG_IGN: usize = 1;
pub const SIG_SETMASK: c_int = 2;
pub const SFD_NONBLOCK: c_int = 0o4000;
pub const SFD_CLOEXEC: c_int = 0o2000000;

pub const POLLIN: i16 = 1;
pub const MSG_NOSIGNAL: c_int = 0x4000;
pub const MSG_DONTWAIT: c_int = 0x40;
pub const MSG_CMSG_CLOEXEC: c_int = 0x4000_0000;
pub const AF_INET: c_int = 2;
pub const SOL_SOCKET: c_int = 1;
pub const SCM_RIGHTS: c_int = 1;
pub const FIONREAD: c_ulong = 0x541b;
pub const PROT_READ_WRITE: c_int = 3;
pub const MAP_SHARED_ANONYMOUS: c_int = 0x21;
pub const RUSAGE_CHILDREN: c_int = -1;
pub const WNOHANG: c_int = 1;

pub fn errno() -> c_int {
    // SAFETY: glibc returns a valid pointer to this thread's errno for as long as the thread lives.
    unsafe { *__errno_location() }
}

pub fn set_errno(error: c_int) {
    // SAFETY: as above.
    unsafe { *__errno_location() = error }
}

pub fn is_main_thread() -> bool {
    // SAFETY: no arguments.
    unsafe { syscall(SYS_GETTID) == c_long::from(getpid()) }
}

pub fn sleep_us(micros: i64) {
    let time = timespec { seconds: 0, nanos: micros * 1000 };
    // SAFETY: the pointer is to a live timespec; the raw call is used so that no interposed function is entered.
    unsafe { syscall(SYS_NANOSLEEP, &time as *const timespec, std::ptr::null_mut::<timespec>()) };
}
