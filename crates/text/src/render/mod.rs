//! Diagnostics for people and for programs.
//!
//! One function per format. Each takes the sources and the diagnostics in the order they are to appear, and hands back
//! what it made or writes it where it is told; whether that is a terminal, a file or a pipe is the caller's business.

mod excerpt;
mod github;
mod json;
mod region;
mod sarif;
mod terminal;
#[cfg(test)]
mod tests;
mod visible;
mod wrap;

pub use github::github;
pub use json::{JsonDiagnostic, json};
pub use sarif::{Rule, Tool, sarif};
pub use terminal::{Terminal, terminal};
pub use visible::{push_visible, visible};
pub use wrap::wrap;
