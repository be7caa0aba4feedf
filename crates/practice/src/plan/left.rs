//! Snippets that are in no session, and why.

use etude_course::{Lang, Pair, SnippetKind};

use super::Why;
use super::context::Lender;

/// Why a snippet is not run, if that can be told from the snippet alone.
pub(super) fn why(lender: &Lender<'_>, index: usize) -> Option<Why> {
    let snippet = lender.snippet(index);
    let nothing = |words: &str| Some(Why::Nothing(words.to_owned()));
    if let Some(place) = snippet.attribute("stand-in") {
        return Some(Why::Nothing(format!("what the stand-in answers at `{place}`")));
    }
    match snippet.kind {
        SnippetKind::Output => return nothing("what another snippet prints"),
        SnippetKind::Response => return nothing("what a server answers"),
        SnippetKind::Diff => return nothing("a difference between two files"),
        SnippetKind::Placeholder => return Some(Why::undecided("its code is still to be written")),
        SnippetKind::Other if snippet.lang == Lang::None || snippet.lang == Lang::Text => return nothing("plain text"),
        SnippetKind::Other if snippet.info.lang.is_empty() => return nothing("no code"),
        SnippetKind::Other => return Some(Why::Nothing(format!("`{}`, which is not run", snippet.info.lang))),
        SnippetKind::PowerShell => {
            return match snippet.pair {
                Some(Pair::Platform(twin)) => {
                    Some(Why::Nothing(format!("the same for PowerShell as the commands on line {}", lender.line(twin))))
                }
                _ => Some(Why::hinted("PowerShell is not run here", "show the same for bash beside it")),
            };
        }
        SnippetKind::Script
        | SnippetKind::Fragment
        | SnippetKind::Test
        | SnippetKind::Server
        | SnippetKind::Shell
        | SnippetKind::Console => {}
    }
    if snippet.norun() {
        return nothing("marked as not to be run");
    }
    if snippet.flag("fragment") {
        return nothing("marked as a part that is only to be read");
    }
    if snippet.kind == SnippetKind::Console && snippet.code.trim_start().starts_with("In [") {
        return Some(Why::hinted("a session of IPython", "write it with `>>>`"));
    }
    let module = lender.module(index)?;
    let error =
        module.errors.iter().find(|error| !(error.compiler && module.names.top_level_await && is_await(error)))?;
    if snippet.attribute("raises").is_some_and(|name| name.ends_with("Error")) {
        return None;
    }
    let hint = "mark it `norun` if it is only to be read";
    Some(Why::hinted(format!("it is no whole Python: {}", error.message), hint))
}

/// What is refused outside functions only, and runs in an event loop.
fn is_await(error: &etude_python::SyntaxError) -> bool {
    error.message.contains("await") || error.message.contains("async")
}
