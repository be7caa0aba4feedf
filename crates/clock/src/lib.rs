//! The virtual clock of a run: waiting costs nothing, and nothing a program can see tells that it did not wait.
//!
//! A preload library ([`PRELOAD`]) gives every program of a run one shared clock and writes down, in [`shared::Shared`],
//! who waits until when. A [`supervisor::Supervisor`] proves that all threads of all processes sleep, moves the clock to
//! the earliest deadline and wakes whoever waits for it. This crate starts no processes and knows no sandbox; it gets a
//! view of `/proc` and the shared memory, and is compiled once more into the guest of the sandbox.

#[path = "supervisor/mod.rs"]
pub mod supervisor;

pub use supervisor::shared;

/// The preload library, for programs of x86-64 Linux; empty elsewhere.
pub const PRELOAD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/clock.so"));
