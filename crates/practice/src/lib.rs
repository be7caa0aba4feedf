//! Runs what a lesson shows, in order and in context, and decides what it claims.
//!
//! Three steps: [`plan`] says what is to be run together and what that needs, [`run`] runs it, [`decide`] holds the claims
//! against what came out. The first and the last are pure; only [`run`] uses the sandbox. This crate touches no disk,
//! prints nothing, and gets courses and interpreters from its callers.

pub mod decide;
pub mod exercise;
pub mod grade;
pub mod plan;
pub mod run;
mod seal;
pub mod stand_ins;
