//! The model of a course: what its lessons hold and what they claim, and the checks that reading alone can make.
//!
//! Built from text and bytes that somebody else found. This crate never touches the disk, runs nothing and prints nothing.

mod anchor;
pub mod checks;
mod claim;
mod config;
mod count;
mod exercise;
mod lesson;
mod line;
mod prompt;
mod prose;
mod section;
mod shell;
mod since;
mod snippet;
mod spelling;
mod stand_in;
mod verdict;

pub use claim::{Bound, Claim, ClaimKind, Deed, Found, Says, Scope, Subject, Thing};
pub use config::{Config, ConfigError, Module, parse_config};
pub use exercise::{Exercise, Files, Hint, Lost, Problem, Runner, Wrong, derive, is_called, is_test, lost};
pub use lesson::{Course, Lesson};
pub use prompt::{Prompt, PromptForm};
pub use section::{Section, SectionId};
pub use since::newest;
pub use snippet::{CLOCKS, Lang, Pair, Snippet, SnippetKind, Title, TitleSource};
pub use spelling::nearest;
pub use stand_in::{Collection, Route, StandIn, parse_stand_ins};
pub use verdict::{Answer, Surroundings, Verdict, anchored, decide, linked, outside};
