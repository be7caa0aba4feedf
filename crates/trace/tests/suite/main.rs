//! The crate from outside: streams in, findings, timelines, drawings and exports out.

#![expect(clippy::disallowed_methods, reason = "tests read their inputs themselves")]

mod decode;
mod drawings;
mod findings;
mod order;
mod race;
mod support;
