//! How a run's time goes, and the memory through which its clock and the reader of its output agree.

use crate::wire::clock;
use crate::{Error, Result};
use etude_clock::shared::Shared;
use etude_clock::supervisor::Control;
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How a run's time goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Clock {
    /// Running takes the time it takes, and waiting is skipped.
    Virtual,
    /// Running takes no time either, so that printed times are the same in every run. A program that computes is
    /// repeated under [`Clock::Virtual`].
    Steady,
    /// Nothing is skipped.
    #[default]
    Real,
}

impl Clock {
    pub const ALL: [Clock; 3] = [Clock::Virtual, Clock::Steady, Clock::Real];

    /// The word for it in settings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Clock::Virtual => "virtual",
            Clock::Steady => "steady",
            Clock::Real => "real",
        }
    }

    pub fn from_name(name: &str) -> Option<Clock> {
        Clock::ALL.into_iter().find(|clock| clock.name() == name)
    }

    pub(crate) fn wire(self) -> u32 {
        match self {
            Clock::Virtual => clock::VIRTUAL,
            Clock::Steady => clock::STEADY,
            Clock::Real => clock::REAL,
        }
    }

    pub(crate) fn from_wire(number: u32) -> Clock {
        Clock::ALL.into_iter().find(|clock| clock.wire() == number).unwrap_or_default()
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What the keeper of a run's clock and its reader share.
pub(crate) struct Kept {
    control: Sealed<Control>,
    /// Where the clock is kept by us, and not by the run's pid 1: what it shares with the run.
    outside: Option<Sealed<Shared>>,
}

impl Kept {
    pub(crate) fn new(outside: bool) -> Result<Kept> {
        Ok(Kept { control: Sealed::new()?, outside: outside.then(Sealed::new).transpose()? })
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        [self.control.file.as_fd()].into_iter().chain(self.outside.as_ref().map(|shared| shared.file.as_fd()))
    }

    pub(crate) fn control(&self) -> &Control {
        self.control.get()
    }

    /// `None`: the run's pid 1 keeps the clock.
    pub(crate) fn shared(&self) -> Option<&Shared> {
        self.outside.as_ref().map(Sealed::get)
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.control().began.load(Ordering::Acquire) != 0
    }

    /// The run's own time.
    pub(crate) fn elapsed(&self, steady: bool) -> Duration {
        Duration::from_nanos(self.control().elapsed(steady).unsigned_abs())
    }
}

/// Memory that others may map as well, and that cannot shrink under us.
struct Sealed<T> {
    file: OwnedFd,
    at: *mut T,
}

// SAFETY: the mapping belongs to this value alone, and both types it is used for hold nothing but atomics.
unsafe impl<T> Send for Sealed<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Sealed<T> {}

impl<T> Sealed<T> {
    fn new() -> Result<Sealed<T>> {
        let make = || {
            let file = rustix::fs::memfd_create("clock", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
            rustix::fs::ftruncate(&file, size_of::<T>() as u64)?;
            rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
            let (rights, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
            // SAFETY: a new mapping at an address of the kernel's choice, of a file that keeps its size.
            let at = unsafe { rustix::mm::mmap(std::ptr::null_mut(), size_of::<T>(), rights, flags, &file, 0)? };
            Ok(Sealed { file, at: at.cast() })
        };
        make().map_err(Error::system("make memory for the clock"))
    }

    fn get(&self) -> &T {
        // SAFETY: mapped as long as `self` lives; zeroed at first, and every value is one of the type's atomics.
        unsafe { &*self.at }
    }
}

impl<T> Drop for Sealed<T> {
    fn drop(&mut self) {
        // SAFETY: mapped in `new`, and no reference outlives `self`.
        let _ = unsafe { rustix::mm::munmap(self.at.cast(), size_of::<T>()) };
    }
}
