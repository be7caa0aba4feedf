//! Python source to what Étude needs to know of it: always an answer, syntax errors beside it.
//!
//! Nobody else in the workspace sees the parser underneath. Spans are byte offsets into the source that was parsed.
//! This crate knows nothing of files, lessons or the versions of Python that happen to be installed.

mod builtins;
mod closed;
mod compiler;
mod counts;
mod depth;
mod errors;
mod highlight;
mod imports;
mod module;
mod names;
mod prints;
mod scope;
mod statements;
mod surrogates;
mod symbols;
mod usage;
mod version;
pub mod waiting;

pub use builtins::is_builtin;
pub use counts::Counts;
pub use errors::SyntaxError;
pub use highlight::{Token, TokenKind, highlight};
pub use imports::Import;
pub use module::{Module, parse};
pub use names::Names;
pub use prints::{Print, Prints, prints};
pub use statements::{Statement, StatementKind, headers, statements};
pub use symbols::{Decorator, Symbol, SymbolKind};
pub use usage::{Application, Route, Usage};
