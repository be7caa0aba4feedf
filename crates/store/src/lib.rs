//! Who learns what, how far they are, and what they handed in: in one SQLite file.
//!
//! Several processes may use the file at once, and any of them may be killed: every change is one statement. Statements
//! and tables are those that SQLite and PostgreSQL share. This crate knows no courses and no exercises: what a `course`
//! and a `part` stand for is said by its callers, as is what time it is.

mod error;
mod learning;
mod open;

pub use error::Error;
pub use learning::{CourseId, Enrolment, LearnerId, Learning, Progress, Submission, Submitted};
pub use open::Store;

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, Error>;
