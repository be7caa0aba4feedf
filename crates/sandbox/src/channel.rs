//! Packets and descriptors over Unix sockets, on the supervisor's side.

use crate::wire::MAX_PACKET;
use crate::{Error, Result};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A pair of connected sockets that keep packets apart.
pub(crate) fn packets() -> Result<(OwnedFd, OwnedFd)> {
    pair(SocketType::SEQPACKET)
}

/// A pair of connected stream sockets.
pub(crate) fn stream() -> Result<(OwnedFd, OwnedFd)> {
    pair(SocketType::STREAM)
}

fn pair(kind: SocketType) -> Result<(OwnedFd, OwnedFd)> {
    socketpair(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None).map_err(Error::system("make a socket pair"))
}

/// Sends one packet with up to ten descriptors.
pub(crate) fn send(socket: BorrowedFd, packet: &[u8], fds: &[BorrowedFd]) -> Result<()> {
    debug_assert!(packet.len() <= MAX_PACKET);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(10))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(fds));
    }
    loop {
        match sendmsg(socket, &[IoSlice::new(packet)], &mut ancillary, SendFlags::NOSIGNAL) {
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(Errno::PIPE | Errno::CONNRESET) => return Err(Error::Lost),
            Err(errno) => return Err(Error::system("send a request to the warm interpreter")(errno)),
        }
    }
}

/// Receives one packet and at most one descriptor; further ones are closed. `None` is the end of the stream.
/// A packet that did not fit is cut, and then fails to decode.
pub(crate) fn receive(socket: BorrowedFd, buffer: &mut [u8]) -> rustix::io::Result<Option<(usize, Option<OwnedFd>)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(8))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let message =
        recvmsg(socket, &mut [IoSliceMut::new(buffer)], &mut ancillary, RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT)?;
    let mut fds = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(fds) => Some(fds),
        _ => None,
    });
    let fd = fds.next().and_then(|mut fds| fds.next());
    fds.for_each(drop);
    Ok((message.bytes > 0).then_some((message.bytes, fd)))
}

/// A pipe, reading end first.
pub(crate) fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(Error::system("make a pipe"))
}

/// A pipe for what a run writes. Our end, the first, never blocks: a program can open its end for reading and take back
/// what we were told is there.
pub(crate) fn outlet() -> Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) = pipe()?;
    rustix::fs::fcntl_setfl(&ours, rustix::fs::OFlags::NONBLOCK).map_err(Error::system("make a pipe"))?;
    Ok((ours, theirs))
}

/// Waits until one of the descriptors is readable; `false` after `timeout`.
pub(crate) fn readable(fds: &[BorrowedFd], timeout: std::time::Duration) -> Result<bool> {
    use rustix::event::{PollFd, PollFlags, poll};
    let end = std::time::Instant::now() + timeout;
    loop {
        let mut polled: Vec<PollFd> =
            fds.iter().map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)).collect();
        let left = end.saturating_duration_since(std::time::Instant::now());
        let left = rustix::event::Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut polled, Some(&left)) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(Error::system("wait for the warm interpreter")(errno)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{OFlags, fcntl_getfl};

    #[test]
    fn only_our_end_of_an_outlet_does_not_block() {
        let (ours, theirs) = outlet().expect("a pipe is to be had");
        assert_eq!(rustix::io::read(&ours, &mut [0; 8]), Err(Errno::AGAIN));
        assert!(!fcntl_getfl(&theirs).expect("it is open").contains(OFlags::NONBLOCK));
        drop(theirs);
        assert_eq!(rustix::io::read(&ours, &mut [0; 8]), Ok(0));
    }
}
