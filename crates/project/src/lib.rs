//! Finds, reads and atomically writes courses.
//!
//! The only crate that touches the disk: it turns paths into sources and file ids, and hands those to `etude-course`.
//! It knows which files are lessons, but not what a lesson says; it decides nothing and prints nothing.

mod course_toml;
mod create;
mod error;
mod find;
mod natural;
mod read;
mod upwards;
mod workspace;
mod write;

pub use course_toml::{COURSE_TOML, Finding};
pub use create::create;
pub use error::Error;
pub use workspace::{CourseFolder, Request, Saved, Workspace};
