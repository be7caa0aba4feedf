//! One page shared by init and the learner: what the run's own process can tell about how it went.
//!
//! The learner's program can scribble on it. Init therefore reads only bounded bytes and plain integers from it, and
//! nothing here decides anything but the wording of a report.

use crate::sys;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};

/// Writing to this descriptor, which never exists, appends to the dump; the next number sets the failure.
/// `faulthandler` accepts any number, and so the program has no extra descriptor it could notice or close.
pub const DUMP_FD: i32 = 0x3fff_fff0;
pub const FAILURE_FD: i32 = 0x3fff_fff1;

const DUMP_BYTES: usize = 8 * 1024;
const FAILURE_BYTES: usize = 4 * 1024;

#[repr(C)]
pub struct Notes {
    pub events: AtomicU32,
    /// The standard stream written last, 1 or 2: see `interpose::write`.
    pub last_stream: AtomicU32,
    pub broken_step: AtomicU32,
    pub broken_errno: AtomicU32,
    dump_length: AtomicU32,
    failure_length: AtomicU32,
    dump: [u8; DUMP_BYTES],
    failure: [u8; FAILURE_BYTES],
}

static NOTES: AtomicPtr<Notes> = AtomicPtr::new(std::ptr::null_mut());

/// Maps a fresh page; called by init before it forks the learner.
pub fn create() {
    // SAFETY: an anonymous mapping of a fixed size; zeroed memory is a valid `Notes`.
    let page = unsafe {
        sys::mmap(std::ptr::null_mut(), size_of::<Notes>(), sys::PROT_READ_WRITE, sys::MAP_SHARED_ANONYMOUS, -1, 0)
    };
    if page as isize != -1 {
        NOTES.store(page.cast(), Release);
    }
}

pub fn get() -> Option<&'static Notes> {
    let page = NOTES.load(Acquire);
    // SAFETY: either null or the mapping made above, which is never unmapped; the fields that change are atomics and
    // the byte arrays are only read and written through raw pointers, so a concurrent scribble is not a data race
    // that Rust could observe through a reference.
    (!page.is_null()).then(|| unsafe { &*page })
}

pub fn event(bit: u32) {
    if let Some(notes) = get() {
        notes.events.fetch_or(bit, Relaxed);
    }
}

impl Notes {
    pub fn append_dump(&self, bytes: &[u8]) {
        append(&self.dump_length, &raw const self.dump as *mut u8, DUMP_BYTES, bytes);
    }

    pub fn set_failure(&self, bytes: &[u8]) {
        self.failure_length.store(0, Relaxed);
        append(&self.failure_length, &raw const self.failure as *mut u8, FAILURE_BYTES, bytes);
    }

    pub fn dump_length(&self) -> u32 {
        self.dump_length.load(Acquire)
    }

    pub fn dump(&self) -> Vec<u8> {
        copy(&self.dump_length, &raw const self.dump as *const u8, DUMP_BYTES)
    }

    pub fn failure(&self) -> Vec<u8> {
        copy(&self.failure_length, &raw const self.failure as *const u8, FAILURE_BYTES)
    }
}

fn append(length: &AtomicU32, area: *mut u8, size: usize, bytes: &[u8]) {
    let at = (length.load(Relaxed) as usize).min(size);
    let count = bytes.len().min(size - at);
    // SAFETY: `at + count <= size`, and `area` is the start of an array of `size` bytes in the shared mapping. The
    // mapping is writable; nobody holds a Rust reference to the bytes themselves.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), area.add(at), count) };
    length.store((at + count) as u32, Release);
}

fn copy(length: &AtomicU32, area: *const u8, size: usize) -> Vec<u8> {
    let count = (length.load(Acquire) as usize).min(size);
    let mut out = vec![0; count];
    // SAFETY: `count <= size`, the length of the area; the destination has `count` bytes.
    unsafe { std::ptr::copy_nonoverlapping(area, out.as_mut_ptr(), count) };
    out
}
