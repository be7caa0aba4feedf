#![expect(clippy::disallowed_methods, reason = "tests read their inputs and the session's variables themselves")]

mod decisions;
mod grading;
mod labs;
mod lesson;
mod plans;
mod show;
