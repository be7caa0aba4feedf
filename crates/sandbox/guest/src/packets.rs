//! Packets with descriptors over the control and status sockets.

use crate::sys;
use std::mem::zeroed;

/// Receives one packet. `Some((0, _))` is the end of the stream; `None` is an error that waiting cannot cure.
pub fn receive(socket: i32, buffer: &mut [u8], flags: i32) -> Option<(usize, Vec<i32>)> {
    loop {
        let mut part = sys::iovec { base: buffer.as_mut_ptr().cast(), len: buffer.len() };
        // SAFETY: all-zero is a valid value for these plain C structures.
        let (mut rights, mut message): (sys::rights, sys::msghdr) = unsafe { (zeroed(), zeroed()) };
        message.iov = &mut part;
        message.iovlen = 1;
        message.control = (&raw mut rights).cast();
        message.controllen = size_of::<sys::rights>();
        // SAFETY: every pointer in `message` refers to a live local of the stated length.
        let count = unsafe { sys::recvmsg(socket, &mut message, flags | sys::MSG_CMSG_CLOEXEC) };
        if count < 0 {
            if sys::errno() == sys::EINTR {
                continue;
            }
            return None;
        }
        let mut fds = Vec::new();
        if message.controllen >= 16 && rights.level == sys::SOL_SOCKET && rights.kind == sys::SCM_RIGHTS {
            let number = (rights.len.saturating_sub(16) / 4).min(rights.fds.len());
            fds.extend_from_slice(&rights.fds[..number]);
        }
        return Some((count as usize, fds));
    }
}

/// Sends one packet, with at most one descriptor.
pub fn send(socket: i32, packet: &[u8], fd: Option<i32>) -> bool {
    let mut part = sys::iovec { base: packet.as_ptr() as *mut _, len: packet.len() };
    // SAFETY: all-zero is a valid value for these plain C structures.
    let (mut rights, mut message): (sys::rights, sys::msghdr) = unsafe { (zeroed(), zeroed()) };
    message.iov = &mut part;
    message.iovlen = 1;
    if let Some(fd) = fd {
        (rights.len, rights.level, rights.kind) = (16 + 4, sys::SOL_SOCKET, sys::SCM_RIGHTS);
        rights.fds[0] = fd;
        message.control = (&raw mut rights).cast();
        message.controllen = 24;
    }
    loop {
        // SAFETY: every pointer in `message` refers to a live local of the stated length.
        let count = unsafe { sys::sendmsg(socket, &message, sys::MSG_NOSIGNAL) };
        if count >= 0 || sys::errno() != sys::EINTR {
            return count == packet.len() as isize;
        }
    }
}
