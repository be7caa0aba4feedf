//! The guest library: preloaded into the interpreter, it *is* the warm interpreter's `main`.
//!
//! It replaces `main` (through `__libc_start_main`), starts Python, imports what runs usually need, and then forks a
//! confined run for every request. No Python frame is on the stack while it waits, so a program sees the same stack,
//! modules and shutdown that plain `python FILE` gives it.
//!
//! The process tree, from outside in: warm interpreter → init (pid 1 of a run, waits and reports) → learner.

#[path = "../../src/area.rs"]
mod area;
mod clock;
mod confine;
mod folder;
mod init;
mod interpose;
mod judge;
mod landlock;
mod learner;
mod notes;
mod packets;
mod python;
mod serve;
mod stand_ins;
#[allow(dead_code, reason = "the sandbox uses the other half")]
#[path = "../../../clock/src/supervisor/mod.rs"]
mod supervisor;
mod sys;
mod trace;
#[allow(dead_code, unused_imports, reason = "each side of the wire uses its half")]
#[path = "../../src/wire/mod.rs"]
mod wire;
