//! Positions in source text, and what there is to say about them.
//!
//! This crate knows nothing of Markdown, Python or courses, and never touches the disk.

mod diagnostic;
mod edit;
pub mod render;
mod source;
mod span;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use edit::{Edit, EditError, Fix, apply_edits};
pub use source::{DecodeNote, FileId, LineIndex, Position, Source, Sources, unix_lines};
pub use span::Span;
