//! What a sentence says that code raises.

use etude_course::{Snippet, SnippetKind};

use super::output::shortened;
use super::{Known, Verdict, doubt, ends};
use crate::run::{End, Evidence, Raised};

/// Python's own exceptions, each with those that it stands for as well.
const FAMILIES: [(&str, &[&str]); 12] = [
    (
        "OSError",
        &[
            "FileNotFoundError",
            "FileExistsError",
            "PermissionError",
            "IsADirectoryError",
            "NotADirectoryError",
            "ConnectionError",
            "ConnectionRefusedError",
            "ConnectionResetError",
            "BrokenPipeError",
            "TimeoutError",
        ],
    ),
    ("ConnectionError", &["ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError"]),
    ("LookupError", &["KeyError", "IndexError"]),
    ("ArithmeticError", &["ZeroDivisionError", "OverflowError"]),
    ("ValueError", &["UnicodeDecodeError", "UnicodeEncodeError"]),
    ("RuntimeError", &["RecursionError", "NotImplementedError"]),
    ("ImportError", &["ModuleNotFoundError"]),
    ("SyntaxError", &["IndentationError", "TabError"]),
    ("NameError", &["UnboundLocalError"]),
    ("TypeError", &[]),
    ("AttributeError", &[]),
    ("AssertionError", &[]),
];

/// Code that deals with what it raises, so that nobody sees it from outside.
const CAUGHT: [&str; 5] = ["except", "raises(", "suppress(", "return_exceptions", "assertRaises"];

pub(super) fn raises(known: &Known<'_>, stated: &str, snippet: &Snippet, evidence: &Evidence) -> Verdict {
    let name = stated.rsplit('.').next().unwrap_or(stated);
    let shown = [&evidence.stdout, &evidence.stderr].iter().any(|text| text.contains(name));
    match &evidence.end {
        End::Exit { raised: Some(raised), .. } if is(raised, name) => Verdict::Holds,
        End::Exit { .. } if shown => Verdict::Holds,
        End::Exit { raised: Some(raised), .. } => another(known, snippet, raised),
        End::Exit { code: 0, raised: None } => nothing(snippet),
        End::Exit { code, .. } => Verdict::undecided(format!("it exits with {code}, and nobody saw an exception")),
        End::Stopped { cause, .. } => Verdict::undecided(format!("it did not end by itself: {cause}")),
        End::Never { why } => Verdict::undecided(why.clone()),
    }
}

fn is(raised: &Raised, name: &str) -> bool {
    let kind = last(raised);
    let stands_for = FAMILIES.iter().any(|(family, kinds)| *family == name && kinds.contains(&kind));
    kind == name || stands_for || ["Exception", "BaseException"].contains(&name)
}

fn last(raised: &Raised) -> &str {
    raised.kind.rsplit('.').next().unwrap_or_default()
}

fn another(known: &Known<'_>, snippet: &Snippet, raised: &Raised) -> Verdict {
    if let Some(doubt) = ends::doubts(known, snippet, raised) {
        return doubt;
    }
    let found = shortened(format!("{}: {}", raised.kind, raised.message).trim_end_matches(": "));
    let kind = last(raised);
    let own = FAMILIES.iter().any(|(family, kinds)| *family == kind || kinds.contains(&kind));
    if own && snippet.kind != SnippetKind::Test {
        return Verdict::wrong(format!("it raises `{found}`"), format!("write `{kind}`"));
    }
    Verdict::undecided(format!("it raises `{found}`, which may be one"))
}

fn nothing(snippet: &Snippet) -> Verdict {
    let acts = snippet.python.as_ref().is_some_and(|module| module.usage.acts || module.names.top_level_await);
    if !acts || snippet.kind == SnippetKind::Test {
        return Verdict::undecided("the code only defines, and nothing runs what it defines");
    }
    if CAUGHT.iter().any(|word| snippet.code.contains(word)) || doubt::is_commented(snippet, "") {
        return Verdict::undecided("nothing is raised that is seen from outside");
    }
    Verdict::wrong("it raises nothing", "take the sentence out, or show what raises it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_also_one_of_its_family() {
        let check = |kind: &str, name, expected| {
            let raised = Raised { kind: kind.to_owned(), message: String::new(), file: String::new(), line: 0 };
            assert_eq!(is(&raised, name), expected, "{kind} {name}");
        };
        check("ValueError", "ValueError", true);
        check("asyncio.exceptions.InvalidStateError", "InvalidStateError", true);
        check("FileNotFoundError", "OSError", true);
        check("ValueError", "Exception", true);
        check("ValueError", "TypeError", false);
    }
}
