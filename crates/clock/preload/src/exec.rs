//! Executing programs, which shall have the clock too, whatever environment they are given.

use crate::environment::{show, with_clock};
use crate::raw::{self, answer, real};
use crate::sys::{c_char, c_int, c_void, environ, nr};

/// A list of strings that ends with null.
type Strings = *const *const c_char;

/// # Safety
/// As `execve(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execve(path: *const c_char, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        with_clock(environment, &mut |environment| {
            answer(raw::call(nr::EXECVE, [path as usize, arguments as usize, environment as usize]))
        })
    }
}

/// # Safety
/// As `execv(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execv(path: *const c_char, arguments: Strings) -> c_int {
    // SAFETY: the caller's.
    unsafe { execve(path, arguments, environ.cast_const().cast()) }
}

/// # Safety
/// As `execvpe(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execvpe(file: *const c_char, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        with_clock(environment, &mut |environment| {
            real!(fn execvpe(*const c_char, Strings, Strings) -> c_int)(file, arguments, environment)
        })
    }
}

/// # Safety
/// As `execvp(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execvp(file: *const c_char, arguments: Strings) -> c_int {
    // SAFETY: the caller's.
    unsafe { execvpe(file, arguments, environ.cast_const().cast()) }
}

/// # Safety
/// As `fexecve(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fexecve(fd: c_int, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        with_clock(environment, &mut |environment| {
            real!(fn fexecve(c_int, Strings, Strings) -> c_int)(fd, arguments, environment)
        })
    }
}

/// # Safety
/// As `execveat(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn execveat(
    dir: c_int,
    path: *const c_char,
    arguments: Strings,
    environment: Strings,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        with_clock(environment, &mut |environment| {
            let arguments = [dir as usize, path as usize, arguments as usize, environment as usize, flags as usize];
            answer(raw::call(nr::EXECVEAT, arguments))
        })
    }
}

/// Defines a function with a variable number of arguments: it lays those of the registers before those on the stack,
/// so that they are the list they were written as, and calls `run` with the first argument and this list.
///
/// On the way back, after a failure, the return address goes to where it was.
macro_rules! listed {
    ($name:ident, $run:ident) => {
        /// # Safety
        /// As `execl(3)`.
        #[unsafe(no_mangle)]
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() -> c_int {
            core::arch::naked_asm!(
                "pop r11",
                "push r9",
                "push r8",
                "push rcx",
                "push rdx",
                "push rsi",
                "mov rsi, rsp",
                "push r11",
                "call {run}",
                "mov r11, [rsp]",
                "add rsp, 40",
                "mov [rsp], r11",
                "ret",
                run = sym $run,
            )
        }
    };
}

listed!(execl, execv_listed);
listed!(execlp, execvp_listed);
listed!(execle, execve_listed);

unsafe extern "C" fn execv_listed(path: *const c_char, arguments: Strings) -> c_int {
    // SAFETY: the list ends with the null that the caller of `execl` has written.
    unsafe { execv(path, arguments) }
}

unsafe extern "C" fn execvp_listed(file: *const c_char, arguments: Strings) -> c_int {
    // SAFETY: as above.
    unsafe { execvp(file, arguments) }
}

unsafe extern "C" fn execve_listed(path: *const c_char, arguments: Strings) -> c_int {
    // SAFETY: as above; the environment follows the null.
    unsafe {
        let mut end = 0;
        while !(*arguments.add(end)).is_null() {
            end += 1;
        }
        execve(path, arguments, (*arguments.add(end + 1)).cast())
    }
}

/// # Safety
/// As `posix_spawn(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_spawn(
    process: *mut c_int,
    path: *const c_char,
    actions: *const c_void,
    attributes: *const c_void,
    arguments: Strings,
    environment: Strings,
) -> c_int {
    type Real = unsafe extern "C" fn(
        *mut c_int,
        *const c_char,
        *const c_void,
        *const c_void,
        *const *const c_char,
        *const *const c_char,
    ) -> c_int;
    // SAFETY: the caller's.
    unsafe {
        let real: Real = real!(
            fn posix_spawn(*mut c_int, *const c_char, *const c_void, *const c_void, Strings, Strings) -> c_int
        );
        with_clock(environment, &mut |environment| real(process, path, actions, attributes, arguments, environment))
    }
}

/// # Safety
/// As `posix_spawnp(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_spawnp(
    process: *mut c_int,
    file: *const c_char,
    actions: *const c_void,
    attributes: *const c_void,
    arguments: Strings,
    environment: Strings,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let real = real!(
            fn posix_spawnp(*mut c_int, *const c_char, *const c_void, *const c_void, Strings, Strings) -> c_int
        );
        with_clock(environment, &mut |environment| real(process, file, actions, attributes, arguments, environment))
    }
}

/// # Safety
/// As `system(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn system(command: *const c_char) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        show();
        real!(fn system(*const c_char) -> c_int)(command)
    }
}

/// # Safety
/// As `popen(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn popen(command: *const c_char, mode: *const c_char) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe {
        show();
        real!(fn popen(*const c_char, *const c_char) -> *mut c_void)(command, mode)
    }
}

/// # Safety
/// As `wordexp(3)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wordexp(words: *const c_char, result: *mut c_void, flags: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        show();
        real!(fn wordexp(*const c_char, *mut c_void, c_int) -> c_int)(words, result, flags)
    }
}
