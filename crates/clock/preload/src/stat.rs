//! The times of files: the kernel has written real ones, the program sees those of its clock.

use crate::attach::{is_steady, shared};
use crate::raw::{self, answer, real};
use crate::shared::{JUMPS, Jump, STEADY_WALL, Shared};
use crate::sys::*;
use core::sync::atomic::Ordering::*;

/// Seconds by which the times that a program gives a file itself are kept later: 220 years. The log of jumps has no real
/// time for every virtual one, and `stat` shall give back what was set.
const GIVEN: i64 = 220 * 31_556_952;
/// From here on, the year 2240, times are such.
const GIVEN_FROM: i64 = GIVEN + 1_577_836_800;
/// ext4 knows no later times than the year 2446.
const LATEST: i64 = 15_032_385_535;

/// The virtual wall time at which the kernel wrote `time`, or the program had it written.
fn to_virtual(shared: &Shared, time: Timespec) -> Timespec {
    if time.seconds >= GIVEN_FROM {
        return Timespec { seconds: time.seconds - GIVEN, ..time };
    }
    let (real, start) = (time.to_nanos(), shared.start_wall.load(Relaxed));
    if real < start {
        return time;
    }
    Timespec::from_nanos(match (last_jump(shared, real), is_steady()) {
        (Some((_, wall)), true) => wall,
        (None, true) => STEADY_WALL,
        (Some((from, wall)), false) => wall.saturating_add(real - from),
        (None, false) => real,
    })
}

/// What to write for a time that the program gives.
fn to_real(shared: &Shared, given: Timespec) -> Timespec {
    let later = given.seconds.saturating_add(GIVEN);
    if given.to_nanos() >= shared.start_wall.load(Relaxed) && (GIVEN_FROM..=LATEST).contains(&later) {
        return Timespec { seconds: later, ..given };
    }
    given
}

/// The last jump before a real time, as (real, virtual) wall time.
fn last_jump(shared: &Shared, real: i64) -> Option<(i64, i64)> {
    let mut found = None;
    // Bounded, because the program can spoil the memory.
    for _ in 0..1_000 {
        let generation = shared.jump_generation.load(Acquire);
        let count = (shared.jump_count.load(Acquire) as usize).min(JUMPS);
        let jumps = shared.jumps.get(..count).unwrap_or_default();
        let after = jumps.partition_point(|jump| jump.real.load(Acquire) <= real);
        let read = |jump: &Jump| (jump.real.load(Acquire), jump.wall.load(Acquire));
        found = after.checked_sub(1).and_then(|index| jumps.get(index)).map(read);
        if generation % 2 == 0 && shared.jump_generation.load(Acquire) == generation {
            break;
        }
        core::hint::spin_loop();
    }
    found
}

/// `struct stat`
#[repr(C)]
pub struct Stat {
    device: u64,
    inode: u64,
    links: u64,
    mode: u32,
    user: u32,
    group: u32,
    pad: u32,
    special: u64,
    size: i64,
    block_size: i64,
    blocks: i64,
    /// Accessed, modified, changed.
    times: [Timespec; 3],
    unused: [i64; 3],
}

impl Stat {
    // SAFETY: integers, for which zero is a value.
    const EMPTY: Self = unsafe { core::mem::zeroed() };

    fn is_regular(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

/// The length of an open file, or -1.
pub fn length(fd: c_int) -> i64 {
    let mut stat = Stat::EMPTY;
    // SAFETY: a place of our own.
    if unsafe { raw::call(nr::FSTAT, [fd as usize, &raw mut stat as usize]) } == 0 { stat.size } else { -1 }
}

/// What changes when an open file is written; `None` of what is no file.
pub fn state(fd: c_int) -> Option<u64> {
    let mut stat = Stat::EMPTY;
    // SAFETY: a place of our own.
    let is_open = unsafe { raw::call(nr::FSTAT, [fd as usize, &raw mut stat as usize]) } == 0;
    let [_, modified, _] = stat.times;
    (is_open && stat.is_regular()).then_some(stat.size as u64 ^ (modified.to_nanos() as u64).rotate_left(24))
}

/// The answer of a call that has filled `stat`, with its times made virtual.
///
/// # Safety
/// `stat` is what that call was given.
unsafe fn filled(result: isize, stat: *mut Stat) -> c_int {
    if let (Some(shared), 0) = (shared(), result) {
        // SAFETY: the kernel has filled it.
        for time in unsafe { &mut (*stat).times } {
            *time = to_virtual(shared, *time);
        }
    }
    answer(result)
}

/// # Safety
/// As `fstatat(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstatat(dir: c_int, path: *const c_char, stat: *mut Stat, flags: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe { filled(raw::call(nr::NEWFSTATAT, [dir as usize, path as usize, stat as usize, flags as usize]), stat) }
}

/// # Safety
/// As `fstat(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstat(fd: c_int, stat: *mut Stat) -> c_int {
    // SAFETY: the caller's.
    unsafe { filled(raw::call(nr::FSTAT, [fd as usize, stat as usize]), stat) }
}

/// Defines the other names of these two. On x86-64 the 64-bit forms are the same, and so are the versions that old
/// programs ask for.
macro_rules! names {
    ($($name:ident($($argument:ident: $type:ty),*) => $call:expr;)*) => {$(
        /// # Safety
        /// As the function of this name in `stat(2)`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> c_int {
            // SAFETY: the caller's.
            unsafe { $call }
        }
    )*};
}

names! {
    stat(path: *const c_char, place: *mut Stat) => fstatat(AT_FDCWD, path, place, 0);
    stat64(path: *const c_char, place: *mut Stat) => fstatat(AT_FDCWD, path, place, 0);
    lstat(path: *const c_char, place: *mut Stat) => fstatat(AT_FDCWD, path, place, AT_SYMLINK_NOFOLLOW);
    lstat64(path: *const c_char, place: *mut Stat) => fstatat(AT_FDCWD, path, place, AT_SYMLINK_NOFOLLOW);
    fstat64(fd: c_int, place: *mut Stat) => fstat(fd, place);
    fstatat64(dir: c_int, path: *const c_char, place: *mut Stat, flags: c_int) => fstatat(dir, path, place, flags);
    __xstat(_version: c_int, path: *const c_char, place: *mut Stat) => fstatat(AT_FDCWD, path, place, 0);
    __xstat64(_version: c_int, path: *const c_char, place: *mut Stat) => fstatat(AT_FDCWD, path, place, 0);
    __lxstat(_version: c_int, path: *const c_char, place: *mut Stat)
        => fstatat(AT_FDCWD, path, place, AT_SYMLINK_NOFOLLOW);
    __lxstat64(_version: c_int, path: *const c_char, place: *mut Stat)
        => fstatat(AT_FDCWD, path, place, AT_SYMLINK_NOFOLLOW);
    __fxstat(_version: c_int, fd: c_int, place: *mut Stat) => fstat(fd, place);
    __fxstat64(_version: c_int, fd: c_int, place: *mut Stat) => fstat(fd, place);
    __fxstatat(_version: c_int, dir: c_int, path: *const c_char, place: *mut Stat, flags: c_int)
        => fstatat(dir, path, place, flags);
    __fxstatat64(_version: c_int, dir: c_int, path: *const c_char, place: *mut Stat, flags: c_int)
        => fstatat(dir, path, place, flags);
}

/// `struct statx_timestamp`
#[repr(C)]
#[derive(Clone, Copy)]
struct StatxTime {
    seconds: i64,
    nanos: u32,
    pad: i32,
}

/// `struct statx`
#[repr(C)]
pub struct Statx {
    before: [u64; 8],
    /// Accessed, born, changed, modified.
    times: [StatxTime; 4],
    after: [u64; 16],
}

/// # Safety
/// As `statx(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn statx(
    dir: c_int,
    path: *const c_char,
    flags: c_int,
    mask: c_uint,
    place: *mut Statx,
) -> c_int {
    // SAFETY: the caller's; the kernel has filled the place when it succeeds.
    unsafe {
        let arguments = [dir as usize, path as usize, flags as usize, mask as usize, place as usize];
        let result = match raw::call(nr::STATX, arguments) {
            // The C library puts it together for older kernels.
            result if result == -(ENOSYS as isize) => {
                real!(fn statx(c_int, *const c_char, c_int, c_uint, *mut Statx) -> c_int)(dir, path, flags, mask, place)
            }
            result => answer(result),
        };
        if let (Some(shared), 0) = (shared(), result) {
            for time in &mut (*place).times {
                let seen = to_virtual(shared, Timespec { seconds: time.seconds, nanos: time.nanos.into() });
                (time.seconds, time.nanos) = (seen.seconds, seen.nanos as u32);
            }
        }
        result
    }
}

/// # Safety
/// As `utimensat(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn utimensat(
    dir: c_int,
    path: *const c_char,
    times: *const [Timespec; 2],
    flags: c_int,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real;
        let times = match (shared(), times.as_ref()) {
            (Some(shared), Some(times)) => {
                // Beyond a second there are the marks for "now" and "leave it", which the kernel understands.
                real = times.map(|time| match time.nanos {
                    0..SECOND => to_real(shared, time),
                    _ => time,
                });
                &raw const real
            }
            _ => times,
        };
        crate::files::changed(raw::call(nr::UTIMENSAT, [dir as usize, path as usize, times as usize, flags as usize]))
    }
}

/// # Safety
/// As `futimens(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn futimens(fd: c_int, times: *const [Timespec; 2]) -> c_int {
    // SAFETY: the caller's; without a path the descriptor itself is meant.
    unsafe { utimensat(fd, core::ptr::null(), times, 0) }
}

/// # Safety
/// `times` is null or readable; `path` is as for `utimensat(2)`.
unsafe fn set_micros(dir: c_int, path: *const c_char, times: *const [Timeval; 2], flags: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let Some(times) = times.as_ref() else { return utimensat(dir, path, core::ptr::null(), flags) };
        if !times.iter().all(|time| (0..1_000_000).contains(&time.micros)) {
            return answer(-(EINVAL as isize));
        }
        let times = times.map(|time| Timespec { seconds: time.seconds, nanos: time.micros * 1_000 });
        utimensat(dir, path, &times, flags)
    }
}

/// `struct utimbuf`
#[repr(C)]
pub struct Utimbuf([i64; 2]);

/// # Safety
/// As `utime(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn utime(path: *const c_char, times: *const Utimbuf) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let times = times.as_ref().map(|times| times.0.map(|seconds| Timespec { seconds, nanos: 0 }));
        utimensat(AT_FDCWD, path, times.as_ref().map_or(core::ptr::null(), |times| times), 0)
    }
}

names! {
    utimes(path: *const c_char, times: *const [Timeval; 2]) => set_micros(AT_FDCWD, path, times, 0);
    lutimes(path: *const c_char, times: *const [Timeval; 2])
        => set_micros(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
    futimes(fd: c_int, times: *const [Timeval; 2]) => set_micros(fd, core::ptr::null(), times, 0);
    futimesat(dir: c_int, path: *const c_char, times: *const [Timeval; 2]) => set_micros(dir, path, times, 0);
}
