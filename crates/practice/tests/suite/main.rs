#![expect(clippy::disallowed_methods, reason = "tests read their inputs themselves")]

mod lesson;
mod plans;
mod show;
