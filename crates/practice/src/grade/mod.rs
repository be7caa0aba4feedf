//! Grades what a learner hands in, with tests nobody had to rewrite.
//!
//! The learner's modules run in a process of their own. The tests run beside it, in one it cannot reach, where an import
//! of such a module gives stand-ins that ask the other side over a bounded channel. Only the tests' side compares, and
//! only its word is a verdict. What the reference needed of that channel is recorded once, as an [`Expectation`], and
//! holds for every submission.
//!
//! Hidden tests run apart from the visible ones: of what a program does while it sees their inputs, nothing is shown.

mod assignment;
mod code;
mod equality;
mod exercise;
mod expectation;
mod job;
mod lines;
mod passes;
mod printed;
mod verdict;

use etude_sandbox::{Clock, Environment, Limits, Sandbox};

pub use assignment::Assignment;
pub use code::code_of;
pub use equality::{Matrix, Place};
pub use etude_course::Runner;
pub use exercise::{Exercise, TestFile};
pub use expectation::{Expectation, NotRecorded, Part, record};
pub use job::prepared;
pub use lines::Planned;
pub use verdict::{Status, Test, Verdict};

use crate::plan::File;

/// What submissions are graded with.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    pub sandbox: &'a Sandbox,
    /// From [`prepared`].
    pub environment: &'a Environment,
    /// Of the learner's program, and of the tests.
    pub limits: Limits,
    pub clock: Clock,
    /// Of chance, for both sides.
    pub seed: u64,
    /// Bring what the learner's tasks did during the visible tests.
    pub trace: bool,
}

/// The limits of an exercise that says nothing else.
pub fn limits() -> Limits {
    Limits {
        virtual_time: std::time::Duration::from_secs(2 * 3600),
        // What waits takes none of it, and whoever computes for ever is to be told soon.
        cpu: std::time::Duration::from_secs(5),
        // Real time says nothing of a program where others run beside it.
        wall: std::time::Duration::from_secs(60),
        // What the tests' side tells comes this way, with all that is printed.
        output: 16 << 20,
        ..Limits::default()
    }
}

/// Grades a submission: all files the learner hands in, by path.
pub fn grade(
    exercise: &Exercise,
    expectation: &Expectation,
    submission: &[File],
    setup: &Setup<'_>,
) -> etude_sandbox::Result<Verdict> {
    let digest = job::digest(exercise, submission, Some(expectation), setup);
    let mut parts = Vec::new();
    let mut endless = 0;
    for (hidden, part) in [(false, &expectation.visible), (true, &expectation.hidden)] {
        if exercise.tests.iter().any(|file| file.hidden == hidden) {
            let ran = passes::run(exercise, submission, hidden, Some(part), endless, setup)?;
            // One more may do so, that it be told of the hidden tests as well.
            endless = usize::from(ran.endless > 0);
            parts.push((hidden, part, ran));
        }
    }
    Ok(verdict::of(exercise, submission, parts, digest))
}
