//! One page shared by init and the learner: what the run's own process can tell about how it went.
//!
//! The learner's program can scribble on it. Init therefore reads only bounded bytes and plain integers from it, and
//! nothing here decides anything but the wording of a report. What does decide, that the run was never prepared, lies in
//! a page of its own, which the learner gives up before the program runs.

use crate::sys;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};

/// Writing to this descriptor, which never exists, appends to the dump; the next number sets the failure.
/// `faulthandler` accepts any number, and so the program has no extra descriptor it could notice or close.
pub const DUMP_FD: i32 = 0x3fff_fff0;
pub const FAILURE_FD: i32 = 0x3fff_fff1;
pub const WAITING_FD: i32 = 0x3fff_fff2;
pub const ANSWERS_FD: i32 = 0x3fff_fff3;

const DUMP_BYTES: usize = 8 * 1024;
const FAILURE_BYTES: usize = 4 * 1024;
const WAITING_BYTES: usize = 16 * 1024;
const ANSWERS_BYTES: usize = 32 * 1024;

#[repr(C)]
pub struct Notes {
    pub events: AtomicU32,
    /// The standard stream written last, 1 or 2: see `interpose::write`.
    pub last_stream: AtomicU32,
    dump_length: AtomicU32,
    failure_length: AtomicU32,
    waiting_length: AtomicU32,
    answers_length: AtomicU32,
    dump: [u8; DUMP_BYTES],
    failure: [u8; FAILURE_BYTES],
    waiting: [u8; WAITING_BYTES],
    answers: [u8; ANSWERS_BYTES],
}

/// The step of the preparation that failed, told by the learner before it is the program's.
#[repr(C)]
pub struct Broken {
    pub step: AtomicU32,
    pub errno: AtomicU32,
}

static NOTES: AtomicPtr<Notes> = AtomicPtr::new(std::ptr::null_mut());
static BROKEN: AtomicPtr<Broken> = AtomicPtr::new(std::ptr::null_mut());

/// Maps fresh pages; called by init before it forks the learner. Without the second, nothing could be relied on.
pub fn create() -> bool {
    NOTES.store(page(size_of::<Notes>()).cast(), Release);
    let broken = page(size_of::<Broken>());
    BROKEN.store(broken.cast(), Release);
    !broken.is_null()
}

/// Shared and zeroed, which is a valid value of both; null when there is none to be had.
fn page(size: usize) -> *mut sys::c_void {
    // SAFETY: a new anonymous mapping.
    let page = unsafe { sys::mmap(std::ptr::null_mut(), size, sys::PROT_READ_WRITE, sys::MAP_SHARED_ANONYMOUS, -1, 0) };
    if page as isize == -1 { std::ptr::null_mut() } else { page }
}

/// In the learner, before the program: from now on it cannot say that its preparation failed.
pub fn give_up_broken() -> bool {
    let page = BROKEN.swap(std::ptr::null_mut(), AcqRel);
    // SAFETY: the mapping made above, to which nobody keeps a reference in this process.
    page.is_null() || unsafe { sys::munmap(page.cast(), size_of::<Broken>()) } == 0
}

pub fn broken() -> Option<&'static Broken> {
    let page = BROKEN.load(Acquire);
    // SAFETY: either null or the mapping made above; what `give_up_broken` unmaps is not to be had here any more, and
    // no caller keeps it. All fields are atomics.
    (!page.is_null()).then(|| unsafe { &*page })
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

    pub fn append_waiting(&self, bytes: &[u8]) {
        append(&self.waiting_length, &raw const self.waiting as *mut u8, WAITING_BYTES, bytes);
    }

    pub fn append_answers(&self, bytes: &[u8]) {
        append(&self.answers_length, &raw const self.answers as *mut u8, ANSWERS_BYTES, bytes);
    }

    pub fn waiting_length(&self) -> u32 {
        self.waiting_length.load(Acquire)
    }

    pub fn waiting(&self) -> Vec<u8> {
        copy(&self.waiting_length, &raw const self.waiting as *const u8, WAITING_BYTES)
    }

    pub fn answers(&self) -> Vec<u8> {
        copy(&self.answers_length, &raw const self.answers as *const u8, ANSWERS_BYTES)
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
