//! `syscall`: how Rust's and other runtimes wait on a futex, and whoever goes past the C library's functions.

use crate::attach::shared;
use crate::clocks::{self, deadline_at, now, real_time};
use crate::exec::{execve, execveat};
use crate::raw::{self, long_answer};
use crate::shared::Shared;
use crate::signals::without_wake;
use crate::sys::*;
use crate::wait::wait;
use crate::{files, poll, sleep, sockets, stat, timerfd, timers};

/// # Safety
/// As `syscall(2)`: of the arguments, only those that the call has are anything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn syscall(number: c_long, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> c_long {
    let number = number as usize;
    // SAFETY: the caller's. Each function below has the arguments of its system call.
    unsafe {
        let real = || long_answer(raw::call(number, [a, b, c, d, e, f])) as c_long;
        let Some(shared) = shared() else { return real() };
        let answer: c_int = match number {
            nr::FUTEX => match futex_wait(shared, [a, b, c, d, e, f]) {
                Some(result) => return long_answer(result) as c_long,
                None => return real(),
            },
            nr::WRITE | nr::PWRITE64 | nr::WRITEV | nr::PWRITEV => {
                files::note_written(a as c_int);
                return real();
            }
            nr::OPEN => {
                let fd = real();
                files::note_opened(fd as c_int, a as *const c_char, b as c_int);
                return fd;
            }
            nr::OPENAT => {
                let fd = real();
                files::note_opened(fd as c_int, b as *const c_char, c as c_int);
                return fd;
            }
            nr::TIME => return clocks::time(a as *mut i64),
            nr::CLOCK_GETTIME => clocks::clock_gettime(a as c_int, b as *mut Timespec),
            nr::GETTIMEOFDAY => clocks::gettimeofday(a as *mut Timeval, b as *mut c_void),
            nr::NANOSLEEP => sleep::nanosleep(a as *const Timespec, b as *mut Timespec),
            nr::CLOCK_NANOSLEEP => {
                let error = sleep::clock_nanosleep(a as c_int, b as c_int, c as *const Timespec, d as *mut Timespec);
                raw::answer(-error as isize)
            }
            nr::POLL => poll::poll(a as *mut c_void, b as c_ulong, c as c_int),
            nr::PPOLL => poll::ppoll(a as *mut c_void, b as c_ulong, c as *const Timespec, d as *const SignalSet),
            nr::SELECT => {
                poll::select(a as c_int, b as *mut c_void, c as *mut c_void, d as *mut c_void, e as *mut Timeval)
            }
            nr::PSELECT6 => {
                // The sixth argument is a pair of a pointer and a length.
                let mask = (f as *const *const SignalSet).as_ref().map_or(core::ptr::null(), |mask| *mask);
                let [read, write, except] = [b, c, d].map(|set| set as *mut c_void);
                poll::pselect(a as c_int, read, write, except, e as *const Timespec, mask)
            }
            nr::EPOLL_WAIT => poll::epoll_wait(a as c_int, b as *mut c_void, c as c_int, d as c_int),
            nr::EPOLL_PWAIT => {
                poll::epoll_pwait(a as c_int, b as *mut c_void, c as c_int, d as c_int, e as *const SignalSet)
            }
            nr::EPOLL_PWAIT2 => {
                let (time, mask) = (d as *const Timespec, e as *const SignalSet);
                poll::epoll_pwait2(a as c_int, b as *mut c_void, c as c_int, time, mask)
            }
            nr::RT_SIGPROCMASK if a as c_int != SIG_UNBLOCK => {
                let mut kept = SignalSet([0; 16]);
                let mask = without_wake(b as *const SignalSet, &mut kept);
                raw::answer(raw::call(number, [a, mask as usize, c, d]))
            }
            nr::ALARM => return timers::alarm(a as c_uint).into(),
            nr::SETITIMER => timers::setitimer(a as c_int, b as *const TimerVal, c as *mut TimerVal),
            nr::GETITIMER => timers::getitimer(a as c_int, b as *mut TimerVal),
            nr::TIMERFD_CREATE => timerfd::timerfd_create(a as c_int, b as c_int),
            nr::TIMERFD_SETTIME => {
                timerfd::timerfd_settime(a as c_int, b as c_int, c as *const TimerSpec, d as *mut TimerSpec)
            }
            nr::TIMERFD_GETTIME => timerfd::timerfd_gettime(a as c_int, b as *mut TimerSpec),
            nr::CLOSE => files::close(a as c_int),
            nr::CONNECT => sockets::connect(a as c_int, b as *const c_void, c as c_uint),
            nr::ACCEPT => sockets::accept(a as c_int, b as *mut c_void, c as *mut c_uint),
            nr::ACCEPT4 => sockets::accept4(a as c_int, b as *mut c_void, c as *mut c_uint, d as c_int),
            nr::SETSOCKOPT => sockets::setsockopt(a as c_int, b as c_int, c as c_int, d as *const c_void, e as c_uint),
            nr::STAT => stat::stat(a as *const c_char, b as *mut stat::Stat),
            nr::FSTAT => stat::fstat(a as c_int, b as *mut stat::Stat),
            nr::LSTAT => stat::lstat(a as *const c_char, b as *mut stat::Stat),
            nr::NEWFSTATAT => stat::fstatat(a as c_int, b as *const c_char, c as *mut stat::Stat, d as c_int),
            nr::STATX => stat::statx(a as c_int, b as *const c_char, c as c_int, d as c_uint, e as *mut stat::Statx),
            nr::UTIMENSAT => stat::utimensat(a as c_int, b as *const c_char, c as *const [Timespec; 2], d as c_int),
            nr::EXECVE => execve(a as *const c_char, b as *const *const c_char, c as *const *const c_char),
            nr::EXECVEAT => {
                let (arguments, environment) = (c as *const *const c_char, d as *const *const c_char);
                execveat(a as c_int, b as *const c_char, arguments, environment, e as c_int)
            }
            _ => return real(),
        };
        answer.into()
    }
}

/// A wait on a futex with a timeout; `None` for other operations, to whom the fourth argument is something else.
///
/// # Safety
/// As `futex(2)`.
unsafe fn futex_wait(shared: &'static Shared, arguments: [usize; 6]) -> Option<isize> {
    const COMMAND: usize = 0x7f;
    let [address, operation, value, time, _, bits] = arguments;
    let relative = match operation & COMMAND {
        FUTEX_WAIT => true,
        FUTEX_WAIT_BITSET => false,
        _ => return None,
    };
    // SAFETY: the caller's; these two operations have a time there.
    unsafe {
        let time = (time as *const Timespec).as_ref().filter(|time| time.is_valid())?;
        let clock = if operation & FUTEX_CLOCK_REALTIME != 0 { CLOCK_REALTIME } else { CLOCK_MONOTONIC };
        let deadline = match relative {
            true => now(Some(shared)).saturating_add(time.to_nanos()),
            false => deadline_at(shared, clock, *time),
        };
        let operation = operation & !FUTEX_CLOCK_REALTIME;
        let call = |left: i64| {
            let from = if relative { 0 } else { real_time(CLOCK_MONOTONIC) };
            let time = Timespec::from_nanos(from.saturating_add(left));
            raw::call(nr::FUTEX, [address, operation, value, &raw const time as usize, 0, bits])
        };
        Some(wait(shared, deadline, nr::FUTEX, call, || call(0)))
    }
}
