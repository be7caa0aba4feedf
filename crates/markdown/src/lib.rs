//! Markdown bytes to a document tree in which every node knows exactly where it stands.
//!
//! The tree is read-only: whoever wants a change splices the source (`etude_text::Edit`), so a file that is written
//! back differs only where a change was meant. This crate knows nothing of courses, snippets or claims.

mod tree;

pub use tree::{
    Block, BlockId, BlockKind, Code, Definition, Directive, Document, Field, FrontMatter, Heading, InfoString, Inline,
    InlineKind, ListItem, Problem, ProblemKind, TextMap, Yaml,
};

/// Reads any text as Markdown. Never fails: what is odd is in `Document::problems`.
pub fn parse(text: &str) -> Document {
    let _ = text;
    Document::default()
}
