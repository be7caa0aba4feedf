//! Finds, reads and atomically writes courses, copies what programs need, and keeps what is costly to make again.
//!
//! The only crate that touches the disk: it turns paths into sources and file ids, and hands those to `etude-course`.
//! It knows which files are lessons, but not what a lesson says; it decides nothing and prints nothing.

mod cache;
mod copy;
mod course_toml;
mod create;
mod desk;
mod error;
mod exercises;
mod find;
mod keep;
mod natural;
mod program;
mod read;
mod settings;
mod submission;
mod tree;
mod upwards;
mod watch;
mod workspace;
mod write;

pub use cache::{Cache, Held};
pub use copy::{Bounds, Copies};
pub use course_toml::{COURSE_TOML, Finding};
pub use create::{can_create, can_fill, create, fill};
pub use desk::Desk;
pub use error::Error;
pub use exercises::ExerciseFolder;
pub use keep::{can_keep, keep};
pub use natural::compare as natural_order;
pub use program::Program;
pub use read::{folder_size, read_file};
pub use settings::course_settings;
pub use submission::{one_of_many, own_files, submission, submissions};
pub use tree::Tree;
pub use watch::Stamp;
pub use workspace::{CourseFolder, Request, Saved, Workspace};
pub use write::{can_put, put};
