//! What speaks against calling something false: chance, threads, things a run lacks, code that is meant to be wrong.

mod errors;
mod machine;
mod parts;
mod prompts;
mod settled;
mod shown;
mod tests;
mod values;

use super::Verdict;

pub(super) use self::errors::{another_meant, is_commented, lacking, unbound};
pub(super) use self::machine::{varying, wants_arguments};
pub(super) use self::parts::partial;
pub(super) use self::prompts::{failing_statement, nameless};
pub(super) use self::shown::lead;
pub(super) use self::tests::of_tests;
pub(super) use self::values::of_output;

fn hinted(reason: impl Into<String>, hint: &str) -> Verdict {
    Verdict::Undecided { reason: reason.into(), hint: Some(hint.to_owned()) }
}
