//! Code of which only a part is shown, or which something that is not run may have changed.

use etude_course::{Lang, Snippet, SnippetKind};

use crate::decide::{Known, Verdict};
use crate::plan::Supply;

/// The line of a snippet of which only a part is shown, among those that a snippet runs with.
pub(in crate::decide) fn partial(known: &Known<'_>, snippet: &Snippet) -> Option<u32> {
    let lesson = known.case.lesson;
    let &(session, step) = known.steps.get(&snippet.index)?;
    let session = &known.case.plan.sessions[session];
    let with = session.steps[..=step].iter().map(|step| step.snippet);
    let files = session.files.iter().filter_map(|file| {
        lesson.snippets.iter().rev().find(|it| it.title.as_ref().is_some_and(|title| title.name == file.path))
    });
    let all = with.map(|index| &lesson.snippets[index]).chain(files);
    // What is lent with `...` for a body does nothing of what is said of it.
    let is_part =
        |it: &&Snippet| it.is_cut() || has_stub(it, "class ") || it.index != snippet.index && has_stub(it, "def ");
    all.into_iter().find(is_part).map(|it| known.line(it.span.start))
}

/// A class or function that is only named, `...` its whole body.
fn has_stub(snippet: &Snippet, keyword: &str) -> bool {
    let mut before = "";
    snippet.python.is_some()
        && snippet.code.lines().filter(|line| !line.trim().is_empty()).any(|line| {
            let begins =
                std::mem::replace(&mut before, line).trim_start().trim_start_matches("async ").starts_with(keyword);
            let meant = ["Protocol", "@overload", "abstract"].iter().any(|word| snippet.code.contains(word));
            begins && line.trim() == "..." && !meant
        })
}

/// A variable that was lent from above, and that something between has used, which may have changed it.
pub(super) fn changed_between(known: &Known<'_>, snippet: &Snippet) -> Option<Verdict> {
    let &(session, step) = known.steps.get(&snippet.index)?;
    let steps = &known.case.plan.sessions[session].steps[..=step];
    let snippets = &known.case.lesson.snippets;
    let word = |code: &str, name: &str| {
        code.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name)
    };
    steps.iter().flat_map(|step| &step.supplied).find_map(|supply| {
        let Supply::Snippet { snippet: from, names } = supply else { return None };
        let lender = &snippets[*from];
        let symbols = |name: &str| {
            lender.python.as_ref().is_some_and(|module| module.symbols.iter().any(|symbol| symbol.name == name))
        };
        let between = from + 1..snippet.index;
        let ran = |index: usize| steps.iter().any(|step| step.snippet == index);
        names.iter().filter(|name| !symbols(name)).find_map(|name| {
            let other = between.clone().find(|&index| {
                let code = &snippets[index];
                (code.lang == Lang::Python || code.kind == SnippetKind::Console)
                    && !ran(index)
                    && word(&code.code, name)
            })?;
            let line = known.line(snippets[other].span.start);
            Some(Verdict::undecided(format!("line {line} may have changed `{name}`, and is not run before it")))
        })
    })
}
