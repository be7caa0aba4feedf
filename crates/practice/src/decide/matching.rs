//! Whether printed lines are those that were foretold, and where they part.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::lines::Pattern;
use super::tracebacks::{TRACEBACK, bare_error, ending, traceback};
use super::varies::Varies;

/// Where printed and foretold lines part.
pub(super) enum Parting {
    /// The foretold line with this index, and what is printed in its place.
    Differs { index: usize, printed: String },
    /// Never printed.
    Missing { index: usize },
    /// Printed behind all that is foretold.
    More { printed: String },
    /// As foretold, but for the seconds since the moment in a line before.
    Apart { index: usize, stated: f64, printed: f64 },
}

/// How lines are compared.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) unordered: bool,
    pub(super) varies: Varies,
}

pub(super) fn trimmed(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    lines[first..last].to_vec()
}

/// All that is printed: on standard output, or in a terminal, which shows standard error too.
fn all(parts: &[String], stdout: &str, stderr: &str, how: How) -> Option<Parting> {
    let stated: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    if let Some(at) = stated.iter().position(|line| line.contains(TRACEBACK)) {
        // IPython rules a line above, and names the error at both ends.
        let above = stated[..at].iter().rposition(|line| !line.is_empty());
        let from = above.filter(|above| stated[*above].len() > 9 && stated[*above].trim_matches('-').is_empty());
        return traceback(&stated, from.unwrap_or(at), stdout, stderr, how);
    }
    if let Some(at) = bare_error(&stated, stdout, stderr, how) {
        return ending(&stated, at, stdout, stderr, how);
    }
    let parting = matched(&stated, &trimmed(stdout), how)?;
    if let [one] = stated[..]
        && is_json(one)
        && is_json(stdout)
    {
        let told = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        return (!same_json(one, stdout)).then_some(Parting::Differs { index: 0, printed: told });
    }
    // A warning comes before what the statement gives, an error behind it.
    let warned = [without_source(stderr), without_advice(stderr), without_advice(&without_source(stderr))];
    let terminals = warned.map(|warned| format!("{warned}{stdout}")).into_iter().chain([format!("{stdout}{stderr}")]);
    let mut partings: Vec<Option<Parting>> =
        terminals.map(|terminal| matched(&stated, &trimmed(&terminal), how)).collect();
    let seen = partings.iter().any(Option::is_none);
    let seen = seen || !stderr.is_empty() && is_merged(&stated, stdout, stderr, how.varies);
    let same = seen || same_json(&stated.join("\n"), stdout) || same_wrapped(&stated, stdout, how.varies);
    // What both streams show is told where they come further than one.
    partings.retain(|_| !stderr.is_empty());
    let further = |one: Parting, other: Parting| if other.index() > one.index() { other } else { one };
    (!same).then(|| partings.into_iter().flatten().fold(parting, further))
}

impl Parting {
    /// The foretold line at which they part.
    fn index(&self) -> usize {
        match self {
            Parting::Differs { index, .. } | Parting::Missing { index } | Parting::Apart { index, .. } => *index,
            Parting::More { .. } => 0,
        }
    }
}

/// Whether it is what a terminal shows of both streams: each in its order, wherever one breaks into the other.
fn is_merged(stated: &[&str], stdout: &str, stderr: &str, varies: Varies) -> bool {
    let (out, warned) = (trimmed(stdout), without_source(stderr));
    let stated: Vec<&str> = trimmed_slice(stated).iter().copied().filter(|line| !line.is_empty()).collect();
    let (bare, short) = (without_advice(stderr), without_advice(&warned));
    [stderr, &warned, &bare, &short].into_iter().any(|stderr| {
        let error: Vec<String> = trimmed(stderr).into_iter().map(|line| place_of_warning(line, &stated)).collect();
        let [out, error]: [Vec<&str>; 2] =
            [out.clone(), error.iter().map(String::as_str).collect()].map(|lines| kept(&lines));
        if stated.len() != out.len() + error.len() {
            return false;
        }
        // How many lines of standard output the lines so far can have taken.
        let mut taken = BTreeSet::from([0]);
        for (index, line) in stated.iter().enumerate() {
            let Some(pattern) = Pattern::new(line, true, varies) else { return false };
            let fits = |lines: &[&str], at: usize| lines.get(at).is_some_and(|line| pattern.fits(line));
            let from_out = taken.iter().filter(|from| fits(&out, **from)).map(|from| from + 1);
            let from_error = taken.iter().filter(|from| fits(&error, index - **from)).copied();
            taken = from_out.chain(from_error).collect();
        }
        taken.contains(&out.len())
    })
}

fn kept<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    lines.iter().copied().filter(|line| !line.is_empty()).collect()
}

/// A warning names the file that the reader made of the snippet, which the lesson may call as it likes.
fn place_of_warning(line: &str, stated: &[&str]) -> String {
    let Some(found) = WARNED.captures(line) else { return line.to_owned() };
    let same = |stated: &&&str| WARNED.captures(stated).is_some_and(|other| other[2] == found[2]);
    let named = stated.iter().find(same).filter(|_| found[1].ends_with(".md"));
    named.map_or(line, |stated| stated).to_owned()
}

/// `main.py:4: RuntimeWarning: coroutine 'brew' was never awaited`
static WARNED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\S+):[0-9]+: ([A-Za-z]*Warning: .*)$").expect("a valid expression"));

/// Without the line of code that some versions of Python show below a warning.
fn without_source(stderr: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in stderr.split_inclusive('\n') {
        if !(line.starts_with("  ") && lines.last().is_some_and(|last| last.contains("Warning: "))) {
            lines.push(line);
        }
    }
    lines.concat()
}

/// Without what Python advises below a warning, and authors leave out.
fn without_advice(stderr: &str) -> String {
    stderr.split_inclusive('\n').filter(|line| !line.contains("Enable tracemalloc to get")).collect()
}

/// What a terminal shows: the command itself stands before what it prints.
pub(super) fn shown(parts: &[String], stdout: &str, stderr: &str, how: How) -> Option<Parting> {
    let parting = all(parts, stdout, stderr, how)?;
    let typed = parts.iter().take_while(|part| part.trim().is_empty() || part.starts_with("$ ")).count();
    let same = typed > 0 && typed < parts.len() && all(&parts[typed..], stdout, stderr, how).is_none();
    (!same).then_some(parting)
}

/// The same where remarks of the author's may stand between and behind what is printed, as at a prompt.
pub(super) fn without_remarks(parts: &[String], stdout: &str, stderr: &str, how: How) -> Option<Parting> {
    let parting = all(parts, stdout, stderr, how)?;
    let bare = |part: &String| match part.find(" #") {
        Some(at) => part[..at].trim_end().to_owned(),
        None => part.trim_end().trim_end_matches("```").trim_end_matches(">>>").to_owned(),
    };
    let remark = |part: &&String| part.trim_start().starts_with(['#', '$']);
    let kept: Vec<String> = parts.iter().filter(|part| !remark(part)).map(bare).collect();
    let same = all(&kept, stdout, stderr, how).is_none() || kept.iter().all(|part| part.trim().is_empty());
    (!same).then_some(parting)
}

/// A value in brackets that the author has wrapped, and maybe shortened.
fn same_wrapped(stated: &[&str], stdout: &str, varies: Varies) -> bool {
    let dense = |text: &str| text.chars().filter(|char| !char.is_whitespace()).collect::<String>();
    let (stated, printed) = (dense(&stated.concat()), dense(stdout));
    let value = [('[', ']'), ('(', ')'), ('{', '}')];
    value.iter().any(|&(open, close)| stated.starts_with(open) && stated.ends_with(close))
        && Pattern::new(&stated, true, varies).is_some_and(|pattern| pattern.fits(&printed))
}

pub(super) fn trimmed_slice<'a, 'b>(lines: &'a [&'b str]) -> &'a [&'b str] {
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    &lines[..last]
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text.trim()).is_ok_and(|it| it.is_object() || it.is_array())
}

fn same_json(stated: &str, printed: &str) -> bool {
    let parse =
        |text: &str| serde_json::from_str::<Value>(text.trim()).ok().filter(|it| it.is_object() || it.is_array());
    if stated.lines().any(is_gap) {
        let kept: Vec<&str> = stated.lines().filter(|line| !is_gap(line)).collect();
        // A comma that stood before what was left out.
        let kept = DANGLING.replace_all(&kept.join("\n"), "$1").into_owned();
        return parse(&kept).is_some_and(|stated| parse(printed).is_some_and(|printed| part_of(&stated, &printed)));
    }
    parse(stated).is_some_and(|stated| parse(printed) == Some(stated))
}

static DANGLING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r",(\s*[}\]])").expect("a valid expression"));

fn part_of(stated: &Value, printed: &Value) -> bool {
    match (stated, printed) {
        (Value::Object(stated), Value::Object(printed)) => {
            stated.iter().all(|(key, value)| printed.get(key).is_some_and(|other| part_of(value, other)))
        }
        _ => stated == printed,
    }
}

/// Where the lines part, if they do. A line `...` stands for any number of lines.
pub(super) fn matched(stated: &[&str], printed: &[&str], how: How) -> Option<Parting> {
    let first = stated.iter().position(|line| !line.is_empty()).unwrap_or(stated.len());
    let stated = &trimmed_slice(stated)[first.min(trimmed_slice(stated).len())..];
    let patterns: Vec<Option<Pattern>> =
        stated.iter().map(|line| (!is_gap(line)).then(|| Pattern::new(line, true, how.varies)).flatten()).collect();
    let fits = |index: usize, line: &str| patterns[index].as_ref().is_some_and(|pattern| pattern.fits(line));
    let gap = |index: usize| is_gap(stated[index]);
    if how.unordered {
        let mut left: Vec<&str> = printed.to_vec();
        for index in (0..stated.len()).filter(|&index| !gap(index)) {
            match left.iter().position(|line| fits(index, line)) {
                Some(at) => drop(left.remove(at)),
                None => return Some(Parting::Missing { index: first + index }),
            }
        }
        let open = (0..stated.len()).any(gap);
        return left.first().filter(|_| !open).map(|line| Parting::More { printed: (*line).to_owned() });
    }
    // Where to go on after the last gap, if what follows it does not fit.
    let mut retry: Option<(usize, usize)> = None;
    let (mut at, mut line) = (0, 0);
    let mut furthest = (0, 0);
    loop {
        if at >= furthest.0 {
            furthest = (at, line);
        }
        if at < stated.len() && gap(at) {
            at += 1;
            retry = Some((at, line));
        } else if at < stated.len() && line < printed.len() && fits(at, printed[line]) {
            (at, line) = (at + 1, line + 1);
        } else if at == stated.len() && line == printed.len() {
            return None;
        } else if let Some((after, from)) = retry.filter(|(_, from)| *from < printed.len()) {
            retry = Some((after, from + 1));
            (at, line) = (after, from + 1);
        } else {
            break;
        }
    }
    let (at, line) = furthest;
    Some(match (at < stated.len(), printed.get(line)) {
        (true, Some(line)) => Parting::Differs { index: first + at, printed: (*line).to_owned() },
        (true, None) => Parting::Missing { index: first + at },
        (false, line) => Parting::More { printed: line.copied().unwrap_or_default().to_owned() },
    })
}

pub(super) fn is_gap(line: &str) -> bool {
    matches!(line.trim(), "..." | "…" | "[...]" | "(...)")
}

/// The lines stand somewhere among those that are printed, one after the other.
pub(super) fn within(parts: &[String], stdout: &str, varies: Varies) -> Option<Parting> {
    let stated: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    let printed = trimmed(stdout);
    let anywhere: Vec<&str> = ["..."].into_iter().chain(stated.iter().copied()).chain(["..."]).collect();
    let how = How { unordered: false, varies };
    matched(&anywhere, &printed, how)?;
    if let ([_], [printed]) = (parts, &printed[..]) {
        return Some(Parting::Differs { index: 0, printed: (*printed).to_owned() });
    }
    // Where it seems to begin, for a person.
    let first = Pattern::new(stated.first()?, true, varies)?;
    let Some(from) = printed.iter().position(|line| first.fits(line)) else {
        return Some(Parting::Missing { index: 0 });
    };
    matched(&stated, &printed[from..], how).or(Some(Parting::Missing { index: 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `matched` says, in words.
    #[track_caller]
    fn check(stated: &[&str], printed: &[&str], unordered: bool, expected: &str) {
        let found = match matched(stated, printed, How { unordered, varies: Varies::default() }) {
            None => "same".to_owned(),
            Some(Parting::Differs { index, printed }) => format!("{index}: {printed}"),
            Some(Parting::Missing { index }) => format!("{index} missing"),
            Some(Parting::More { printed }) => format!("more: {printed}"),
            Some(Parting::Apart { .. }) => unreachable!("no moments are compared"),
        };
        assert_eq!(found, expected, "{stated:?} {printed:?}");
    }

    #[test]
    fn lines_in_order() {
        check(&["a", "b"], &["a", "b"], false, "same");
        check(&["a", "b"], &["a", "c"], false, "1: c");
        check(&["a", "b"], &["a"], false, "1 missing");
        check(&["a"], &["a", "b"], false, "more: b");
        check(&["", "a", ""], &["a"], false, "same");
    }

    #[test]
    fn gaps() {
        check(&["a", "...", "z"], &["a", "b", "c", "z"], false, "same");
        check(&["a", "...", "z"], &["a", "z"], false, "same");
        check(&["...", "m", "...", "z"], &["a", "m", "m", "z"], false, "same");
        check(&["a", "..."], &["a", "b"], false, "same");
        check(&["a", "...", "y"], &["a", "b", "z"], false, "2 missing");
    }

    #[test]
    fn lines_in_any_order() {
        check(&["a", "b"], &["b", "a"], true, "same");
        check(&["a", "a"], &["a", "b"], true, "1 missing");
        check(&["a"], &["b", "a"], true, "more: b");
        check(&["b", "..."], &["a", "b", "c"], true, "same");
    }
}
