//! Markdown bytes to a document tree in which every node knows exactly where it stands.
//!
//! The tree is read-only: whoever wants a change splices the source (`etude_text::Edit`), so a file that is written
//! back differs only where a change was meant. This crate knows nothing of courses, snippets or claims.
//!
//! comrak decides where blocks begin and end, on a copy of the text that cannot make it slow (`mask`); `blocks` turns
//! its tree into ours, `inline` reads what stands inside.

mod blocks;
mod code;
mod decode;
mod definitions;
mod directive;
mod front_matter;
mod info;
mod inline;
mod mask;
mod parse;
mod slug;
mod text_map;
mod tree;

pub use decode::decode;
pub use parse::parse;
pub use text_map::TextMap;
pub use tree::{
    Block, BlockId, BlockKind, Code, Definition, Directive, Document, Field, FrontMatter, Heading, InfoString, Inline,
    InlineKind, ListItem, Problem, ProblemKind, Yaml,
};
