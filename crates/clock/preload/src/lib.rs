//! The preload library of a run's virtual clock.
//!
//! It stands in front of those functions of the C library that read a clock, wait with a timeout, or start a program.
//! Until it is attached to the memory a run shares with its supervisor, they do what the C library's do. Afterwards a
//! wait with a deadline takes a slot in that memory and then really waits; the supervisor jumps the clock when the
//! whole run waits, and wakes the waits that are due.
//!
//! Every exported function keeps the contract of the C function of its name, which its callers keep as well: this is
//! the argument for all the unsafe code that passes a caller's pointers on. Nothing here allocates memory or takes a
//! lock, so that the functions stay as safe in signal handlers and after `vfork` as they were.
#![no_std]

#[path = "../../src/shared.rs"]
#[allow(dead_code, reason = "the supervisor uses the rest")]
mod shared;

mod attach;
mod clocks;
mod cond;
mod environment;
mod exec;
mod files;
mod locks;
mod poll;
mod queues;
mod raw;
mod signals;
mod sleep;
mod sockets;
mod stat;
mod sys;
mod syscall;
mod timerfd;
mod timers;
mod wait;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    // SAFETY: ends the process: there is nobody to tell.
    unsafe { core::arch::asm!("ud2", options(noreturn)) }
}
