//! The sandbox as its users meet it. Everything here runs real programs in real sandboxes.
#![allow(clippy::disallowed_methods, reason = "tests read their own inputs and ask where pythons are")]

mod attacks;
mod clock;
mod doctor;
mod ends;
mod host;
mod judge;
mod leaks;
mod packages;
mod profiles;
mod python;
mod stand_ins;
mod supervisor;
mod support;
mod traced;
