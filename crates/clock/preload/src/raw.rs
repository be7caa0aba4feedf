//! System calls, the error number, and the definitions that this library stands in front of.

use crate::sys::{self, EINTR, RTLD_NEXT, c_char, c_int, c_void, nr};
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// Makes a system call and returns what the kernel did: a result, or an error number negated.
///
/// # Safety
/// As the system call `number`.
#[inline(always)]
pub unsafe fn call<const N: usize>(number: usize, arguments: [usize; N]) -> isize {
    let mut all = [0; 6];
    all[..N].copy_from_slice(&arguments);
    let result;
    // SAFETY: the caller's; the kernel changes nothing but these registers.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") all[0], in("rsi") all[1], in("rdx") all[2], in("r10") all[3], in("r8") all[4], in("r9") all[5],
            lateout("rcx") _, lateout("r11") _,
            options(nostack)
        );
    }
    result
}

/// A system call that waits: like the C library's, a place where the thread can be cancelled.
///
/// # Safety
/// As the system call `number`.
pub unsafe fn blocking<const N: usize>(number: usize, arguments: [usize; N]) -> isize {
    type SetType = unsafe extern "C" fn(c_int, *mut c_int) -> c_int;
    static ADDRESS: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());
    const ASYNCHRONOUS: c_int = 1;
    let address = find(&ADDRESS, c"pthread_setcanceltype".as_ptr());
    // SAFETY: a function pointer, or null where there are no threads; the call is the caller's.
    unsafe {
        let Some(set_type) = core::mem::transmute::<*mut c_void, Option<SetType>>(address) else {
            return call(number, arguments);
        };
        let mut before = 0;
        set_type(ASYNCHRONOUS, &mut before);
        let result = call(number, arguments);
        set_type(before, core::ptr::null_mut());
        result
    }
}

pub fn process() -> u32 {
    // SAFETY: no arguments.
    unsafe { call(nr::GETPID, []) as u32 }
}

pub fn thread() -> u32 {
    // SAFETY: no arguments.
    unsafe { call(nr::GETTID, []) as u32 }
}

pub fn errno() -> c_int {
    // SAFETY: always a valid place of this thread.
    unsafe { *sys::__errno_location() }
}

pub fn set_errno(error: c_int) {
    // SAFETY: always a valid place of this thread.
    unsafe { *sys::__errno_location() = error }
}

/// What a function of the C library answers when the kernel answered `result`.
pub fn answer(result: isize) -> c_int {
    long_answer(result) as c_int
}

pub fn long_answer(result: isize) -> isize {
    if (-4095..0).contains(&result) {
        set_errno(-result as c_int);
        return -1;
    }
    result
}

/// The reverse of [`answer`]: of a function that failed with -1, the error number negated.
pub fn outcome(answer: c_int) -> isize {
    if answer == -1 { -(errno() as isize) } else { answer as isize }
}

pub const INTERRUPTED: isize = -(EINTR as isize);

/// The next definition of a symbol after ours, or null where the C library has none.
#[inline(never)]
pub fn find(cache: &AtomicPtr<c_void>, name: *const c_char) -> *mut c_void {
    let mut address = cache.load(Relaxed);
    if address.is_null() {
        // SAFETY: every caller passes a terminated literal.
        address = unsafe { sys::dlsym(RTLD_NEXT, name) };
        cache.store(address, Relaxed);
    }
    address
}

/// As [`find`], for a function that somebody has just called by name, so that it exists.
#[inline]
pub fn next(cache: &AtomicPtr<c_void>, name: *const c_char) -> *mut c_void {
    let address = cache.load(Relaxed);
    if address.is_null() { find_existing(cache, name) } else { address }
}

#[cold]
fn find_existing(cache: &AtomicPtr<c_void>, name: *const c_char) -> *mut c_void {
    let address = find(cache, name);
    if address.is_null() {
        // SAFETY: ends the process, instead of a jump to nowhere.
        unsafe { core::arch::asm!("ud2", options(noreturn)) }
    }
    address
}

/// The C library's own function: `real!(fn close(c_int) -> c_int)(fd)`. Expands to unsafe code.
macro_rules! real {
    (fn $name:ident($($argument:ty),*) -> $result:ty) => {{
        static ADDRESS: core::sync::atomic::AtomicPtr<core::ffi::c_void> =
            core::sync::atomic::AtomicPtr::new(core::ptr::null_mut());
        let address = $crate::raw::next(&ADDRESS, concat!(stringify!($name), "\0").as_ptr().cast());
        core::mem::transmute::<*mut core::ffi::c_void, unsafe extern "C" fn($($argument),*) -> $result>(address)
    }};
}
pub(crate) use real;
