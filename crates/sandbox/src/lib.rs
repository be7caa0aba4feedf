//! Runs programs of strangers under limits, in milliseconds, and tells precisely how each went.
//!
//! A [`Sandbox`] has slots. Each holds warm interpreters, processes that have started Python and imported what programs
//! usually need; a run is a fork of one of them, confined before it learns what it is to run:
//!
//! ```text
//! supervisor (this crate)      slots, limits held from outside, transcripts
//! └ outer sandbox              user, mount, pid, net, ipc, uts and cgroup namespaces; a read-only root; loopback
//!   └ warm interpreter         CPython, with the guest library as its `main`
//!     └ init, pid 1 of a run   mount, pid and ipc namespaces of its own; waits and reports
//!       └ the program
//! ```
//!
//! This crate knows nothing of courses or lessons, and it is the only one that starts untrusted processes.
//! A program that fails, hangs or is stopped is an [`Outcome`], never an [`Error`].

#[cfg(not(target_os = "linux"))]
compile_error!("the sandbox is made of namespaces, Landlock and seccomp, which only Linux has");

mod accounting;
#[allow(unreachable_pub, reason = "shared with the guest library, which writes what is read here")]
mod area;
mod authority;
mod cgroup;
mod channel;
mod clock;
pub mod doctor;
pub mod environment;
mod error;
mod job;
mod keeper;
mod layers;
mod limits;
mod mounts;
mod outer;
mod run;
#[cfg_attr(not(target_arch = "x86_64"), path = "seccomp_elsewhere.rs")]
mod seccomp;
mod stand_ins;
mod supervisor;
mod traced;
mod transcript;
mod verdict;
mod warm;
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "shared with the guest library, which uses the other half"
)]
mod wire;

pub use cgroup::Hierarchy;
pub use clock::Clock;
pub use environment::{Environment, Interpreter, Interpreters};
pub use error::Error;
pub use job::{Job, Judge, Profile, Program, RelativePath};
pub use layers::{Layer, Layers};
pub use limits::Limits;
pub use stand_ins::StandIn;
pub use supervisor::{Config, Policy, Sandbox};
pub use transcript::{Answer, Failure, Outcome, Place, RealTime, Stream, Transcript, Waiting, Write};
pub use wire::Step;

/// The result of everything that can fail on our side.
pub type Result<T> = std::result::Result<T, Error>;
