//! The two environment variables that lead an executed program to the clock.
//!
//! The program does not see them: they are taken out of its environment at its start, and every way to execute another
//! program puts them back. Where the C library does that out of our sight they are set for good (see [`show`]).

use crate::raw::{self, find};
use crate::shared::VARIABLE;
use crate::sys::{self, CStr, c_char, c_int, c_void, environ, nr};
use core::cell::UnsafeCell;
use core::sync::atomic::AtomicPtr;

const PRELOAD: &str = "LD_PRELOAD";
const LONGEST: usize = 4096;

/// An environment entry, `NAME=value`, written once, before the process has threads. Empty when there is none.
struct Entry(UnsafeCell<[u8; LONGEST]>);

// SAFETY: written by `remember` alone, before anybody reads it.
unsafe impl Sync for Entry {}

static LIBRARY: Entry = Entry(UnsafeCell::new([0; LONGEST]));
static FILE: Entry = Entry(UnsafeCell::new([0; LONGEST]));

impl Entry {
    fn pointer(&self) -> *const c_char {
        self.0.get().cast()
    }

    fn bytes(&self) -> &'static [u8] {
        // SAFETY: a static that always holds a zero byte.
        unsafe { bytes_at(self.pointer()) }
    }

    fn value(&self, name: &str) -> &'static [u8] {
        self.bytes().get(name.len() + 1..).unwrap_or_default()
    }

    /// # Safety
    /// `value` ends with a zero byte; nobody reads the entry now.
    unsafe fn set(&self, name: &str, value: *const c_char) {
        // SAFETY: the caller's.
        unsafe { join(&mut *self.0.get(), &[name.as_bytes(), b"=", bytes_at(value)]) };
    }
}

/// # Safety
/// `text` ends with a zero byte.
unsafe fn bytes_at<'a>(text: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

/// Writes the parts one after the other, with a zero byte behind, or nothing but that where they are too long.
fn join(buffer: &mut [u8; LONGEST], parts: &[&[u8]]) -> bool {
    let mut rest = &mut buffer[..];
    for part in parts {
        match rest.split_at_mut_checked(part.len()) {
            Some((place, after)) if !after.is_empty() => {
                place.copy_from_slice(part);
                rest = after;
            }
            _ => {
                buffer[0] = 0;
                return false;
            }
        }
    }
    rest[0] = 0;
    true
}

/// The value of the entry, if it is one of `name`.
fn value_of<'a>(entry: &'a [u8], name: &str) -> Option<&'a [u8]> {
    entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")
}

/// The place and the value of a variable.
///
/// # Safety
/// `environment` is null, or an array of terminated strings that ends with null.
unsafe fn look_up<'a>(environment: *const *const c_char, name: &str) -> Option<(usize, &'a [u8])> {
    let mut index = 0;
    // SAFETY: the caller's.
    unsafe {
        while !environment.is_null() && !(*environment.add(index)).is_null() {
            if let Some(value) = value_of(bytes_at(*environment.add(index)), name) {
                return Some((index, value));
            }
            index += 1;
        }
    }
    None
}

/// The value of a variable of this process.
///
/// # Safety
/// Nobody changes the environment meanwhile.
pub unsafe fn value(name: &str) -> Option<*const c_char> {
    // SAFETY: the C library's environment.
    unsafe { look_up(environ.cast_const().cast(), name) }.map(|(_, value)| value.as_ptr().cast())
}

/// Remembers what executed programs need. Without a file they get nothing.
///
/// # Safety
/// Both are null, or end with a zero byte. The process has no other thread.
pub unsafe fn remember(library: *const c_char, file: *const c_char) {
    // SAFETY: the caller's.
    unsafe {
        if library.is_null() || file.is_null() || *library == 0 || *file == 0 {
            return;
        }
        LIBRARY.set(PRELOAD, library);
        FILE.set(VARIABLE, file);
    }
}

fn is_remembered() -> bool {
    crate::attach::shared().is_some() && !LIBRARY.bytes().is_empty() && !FILE.bytes().is_empty()
}

/// The dynamic linker takes both as separators.
fn separates(byte: &u8) -> bool {
    matches!(byte, b':' | b' ')
}

fn holds(list: &[u8], library: &[u8]) -> bool {
    list.split(separates).any(|item| item == library)
}

/// Remembers the two variables of this process and takes them out of its environment.
///
/// # Safety
/// The process has no other thread yet, and [`VARIABLE`] is set.
pub unsafe fn hide() {
    // SAFETY: the strings and the array of the environment are this process's own, on its first stack.
    unsafe {
        let Some(file) = value(VARIABLE) else { return };
        let Some((index, list)) = look_up(environ.cast_const().cast(), PRELOAD) else {
            remember(own_path(), file);
            return;
        };
        remember(own_path(), file);
        let start = list.as_ptr().cast_mut();
        let (mut read, mut written) = (0, 0);
        for item in list.split(separates) {
            if !item.is_empty() && item != LIBRARY.value(PRELOAD) {
                if written > 0 {
                    *start.add(written) = b':';
                    written += 1;
                }
                // Never ahead of what is still to be read.
                core::ptr::copy(start.add(read), start.add(written), item.len());
                written += item.len();
            }
            read += item.len() + 1;
        }
        *start.add(written) = 0;
        if written == 0 {
            take_out(index);
        }
        if let Some((index, _)) = look_up(environ.cast_const().cast(), VARIABLE) {
            take_out(index);
        }
    }
}

/// # Safety
/// The environment has an entry at `index`, and nobody else looks at it.
unsafe fn take_out(mut index: usize) {
    // SAFETY: moves the entries behind it, up to the null at the end.
    unsafe {
        while !(*environ.add(index)).is_null() {
            *environ.add(index) = *environ.add(index + 1);
            index += 1;
        }
    }
}

/// Where this library was loaded from, as the dynamic linker was told.
fn own_path() -> *const c_char {
    /// `Dl_info`
    #[repr(C)]
    struct Place {
        file: *const c_char,
        rest: [usize; 3],
    }
    type Find = unsafe extern "C" fn(*const c_void, *mut Place) -> c_int;
    static ADDRESS: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());
    let mut place = Place { file: core::ptr::null(), rest: [0; 3] };
    let here = own_path as *const ();
    // SAFETY: the dynamic linker's function, or null where a program does not link it.
    unsafe {
        let dladdr: Option<Find> = core::mem::transmute(find(&ADDRESS, c"dladdr".as_ptr()));
        if dladdr.is_some_and(|dladdr| dladdr(here.cast(), &mut place) != 0) {
            return place.file;
        }
        // Ours is the only library a run preloads.
        value(PRELOAD).unwrap_or(c"".as_ptr())
    }
}

/// Calls `start` with `environment` and the two variables in it. Uses the stack alone: after `vfork` everything else
/// is the parent's.
///
/// # Safety
/// `environment` is null, or an array of terminated strings that ends with null.
pub unsafe fn with_clock(
    environment: *const *const c_char,
    start: &mut dyn FnMut(*const *const c_char) -> c_int,
) -> c_int {
    const FEW: usize = 512;
    if !is_remembered() {
        return start(environment);
    }
    // SAFETY: the caller's; the array has room for all entries, two more and the null.
    unsafe {
        let library = look_up(environment, PRELOAD);
        let file = look_up(environment, VARIABLE);
        let has_library = library.is_some_and(|(_, list)| holds(list, LIBRARY.value(PRELOAD)));
        if has_library && file.is_some() {
            return start(environment);
        }
        let mut count = 0;
        while !environment.is_null() && !(*environment.add(count)).is_null() {
            count += 1;
        }
        let mut few = [core::ptr::null(); FEW];
        let bytes = (count + 3) * size_of::<*const c_char>();
        let entries = if count + 3 <= FEW { few.as_mut_ptr() } else { map(bytes) };
        if entries.is_null() {
            return start(environment);
        }
        if count > 0 {
            core::ptr::copy_nonoverlapping(environment, entries, count);
        }
        let mut both = [0; LONGEST];
        if let (false, Some((index, list))) = (has_library, library) {
            let joined = join(&mut both, &[LIBRARY.bytes(), b":", list]);
            *entries.add(index) = if joined { both.as_ptr().cast() } else { LIBRARY.pointer() };
        } else if !has_library {
            *entries.add(count) = LIBRARY.pointer();
            count += 1;
        }
        if file.is_none() {
            *entries.add(count) = FILE.pointer();
            count += 1;
        }
        *entries.add(count) = core::ptr::null();
        let result = start(entries);
        if entries != few.as_mut_ptr() {
            raw::call(nr::MUNMAP, [entries as usize, bytes]);
        }
        result
    }
}

unsafe fn map(bytes: usize) -> *mut *const c_char {
    const READ_WRITE: usize = 3;
    const PRIVATE_ANONYMOUS: usize = 0x22;
    // SAFETY: new memory.
    let address = unsafe { raw::call(nr::MMAP, [0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, usize::MAX, 0]) };
    if (-4095..0).contains(&address) { core::ptr::null_mut() } else { address as *mut _ }
}

/// Puts the variables into the environment, for functions of the C library that start programs with it themselves.
/// They stay there: to take them out again could not be made safe against other threads.
///
/// # Safety
/// As `setenv(3)`.
pub unsafe fn show() {
    if !is_remembered() {
        return;
    }
    // SAFETY: the caller's; the strings are terminated.
    unsafe {
        let list = look_up(environ.cast_const().cast(), PRELOAD).map(|(_, list)| list);
        let own = LIBRARY.value(PRELOAD);
        let mut both = [0; LONGEST];
        let value = match list {
            Some(list) if holds(list, own) => None,
            Some(list) if join(&mut both, &[own, b":", list]) => Some(both.as_ptr()),
            _ => Some(own.as_ptr()),
        };
        if let Some(value) = value {
            sys::setenv(c"LD_PRELOAD".as_ptr(), value.cast(), 1);
        }
        let name = const {
            let mut name = [0; VARIABLE.len() + 1];
            let mut index = 0;
            while index < VARIABLE.len() {
                name[index] = VARIABLE.as_bytes()[index];
                index += 1;
            }
            name
        };
        sys::setenv(name.as_ptr().cast(), FILE.value(VARIABLE).as_ptr().cast(), 0);
    }
}
