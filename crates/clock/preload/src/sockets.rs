//! Connections: no delays of the network's own making, and timeouts that only the kernel knows.

use crate::attach::shared;
use crate::raw::{self, answer, real};
use crate::shared::SOCKET_TIMEOUT;
use crate::sys::*;
use crate::wait::unmanaged;

/// Nagle's algorithm and delayed acknowledgements wait for each other by kernel timers, which look like quiet.
fn send_at_once(fd: c_int) {
    const IPPROTO_TCP: usize = 6;
    const TCP_NODELAY: usize = 1;
    let on: c_int = 1;
    // SAFETY: four readable bytes; a socket of another kind refuses, and the error number is not touched.
    unsafe { raw::call(nr::SETSOCKOPT, [fd as usize, IPPROTO_TCP, TCP_NODELAY, &raw const on as usize, 4]) };
}

/// # Safety
/// As `connect(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn connect(fd: c_int, address: *const c_void, length: c_uint) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        if shared().is_some() {
            send_at_once(fd);
        }
        real!(fn connect(c_int, *const c_void, c_uint) -> c_int)(fd, address, length)
    }
}

/// # Safety
/// As `listen(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn listen(fd: c_int, backlog: c_int) -> c_int {
    const GETSOCKOPT: usize = 55;
    const SOL_SOCKET: usize = 1;
    const SO_DOMAIN: usize = 39;
    const AF_UNIX: c_int = 1;
    let (mut domain, mut length) = (AF_UNIX, 4u32);
    // SAFETY: places for what is asked; the rest is the caller's.
    unsafe {
        let places = (&raw mut domain as usize, &raw mut length as usize);
        raw::call(GETSOCKOPT, [fd as usize, SOL_SOCKET, SO_DOMAIN, places.0, places.1]);
        // Whoever finds the queue full tries again by a kernel timer, which looks like quiet. The kernel has a limit.
        let roomy = shared().is_some() && domain != AF_UNIX;
        real!(fn listen(c_int, c_int) -> c_int)(fd, if roomy { backlog.max(4096) } else { backlog })
    }
}

/// # Safety
/// As `accept(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn accept(fd: c_int, address: *mut c_void, length: *mut c_uint) -> c_int {
    // SAFETY: the caller's.
    let new = unsafe { real!(fn accept(c_int, *mut c_void, *mut c_uint) -> c_int)(fd, address, length) };
    if new >= 0 && shared().is_some() {
        send_at_once(new);
    }
    new
}

/// # Safety
/// As `accept4(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn accept4(fd: c_int, address: *mut c_void, length: *mut c_uint, flags: c_int) -> c_int {
    // SAFETY: the caller's.
    let new = unsafe { real!(fn accept4(c_int, *mut c_void, *mut c_uint, c_int) -> c_int)(fd, address, length, flags) };
    if new >= 0 && shared().is_some() {
        send_at_once(new);
    }
    new
}

/// # Safety
/// As `setsockopt(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn setsockopt(
    fd: c_int,
    level: c_int,
    option: c_int,
    value: *const c_void,
    length: c_uint,
) -> c_int {
    const SOL_SOCKET: c_int = 1;
    /// `SO_RCVTIMEO` and `SO_SNDTIMEO`, and what they are where `time_t` is new.
    const TIMEOUTS: [c_int; 4] = [20, 21, 66, 67];
    // SAFETY: the caller's; the kernel has read a time there when it succeeds.
    unsafe {
        let arguments = [fd as usize, level as usize, option as usize, value as usize, length as usize];
        let result = answer(raw::call(nr::SETSOCKOPT, arguments));
        if let Some(shared) = shared()
            && result == 0
            && level == SOL_SOCKET
            && TIMEOUTS.contains(&option)
            && value.cast::<Timeval>().read_unaligned().to_nanos() != 0
        {
            unmanaged(shared, SOCKET_TIMEOUT);
        }
        result
    }
}
