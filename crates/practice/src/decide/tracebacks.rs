//! Errors as authors show them: a traceback of Python's or of IPython's, or the message alone.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Pattern;
use super::matching::{How, Parting, matched, trimmed, trimmed_slice};
use super::varies::Varies;

pub(super) const TRACEBACK: &str = "Traceback (most recent call last)";

/// Where the message of the error that ends a program stands behind all that is printed, without the traceback.
pub(super) fn bare_error(stated: &[&str], stdout: &str, stderr: &str, how: How) -> Option<usize> {
    stderr.contains(TRACEBACK).then_some(())?;
    let at = stated.iter().rposition(|line| ERROR.find(line).is_some_and(|found| found.start() == 0))?;
    let before = trimmed_slice(&stated[..at]);
    matched(before, &trimmed(stdout), how).is_none().then_some(at)
}

/// A traceback somewhere among what is printed.
pub(super) fn traceback(stated: &[&str], at: usize, stdout: &str, stderr: &str, how: How) -> Option<Parting> {
    let parting = ending(stated, at, stdout, stderr, how)?;
    // A program that shows one itself goes on.
    let begins = |line: &str| !line.contains(TRACEBACK) && ERROR.find(line).is_some_and(|found| found.start() == 0);
    let Some(error) = (at + 1..stated.len()).find(|index| begins(stated[*index])) else { return Some(parting) };
    let around = [&stated[..at], &stated[error + 1..]].concat();
    if around.iter().all(|line| line.is_empty()) || matched(&around, &trimmed(stdout), how).is_some() {
        return Some(parting);
    }
    let told = trimmed(stderr);
    if told.iter().any(|line| same_error(stated[error], line, how.varies)) {
        return None;
    }
    Some(match told.iter().rfind(|line| begins(line)) {
        Some(printed) => Parting::Differs { index: error, printed: (*printed).to_owned() },
        None => Parting::Missing { index: error },
    })
}

/// A traceback is compared by its last line: the lines of the files in it are the reader's own.
pub(super) fn ending(stated: &[&str], at: usize, stdout: &str, stderr: &str, how: How) -> Option<Parting> {
    let before = trimmed_slice(&stated[..at]);
    if let Some(parting) = matched(before, &trimmed(stdout), how).filter(|_| !before.is_empty()) {
        return Some(parting);
    }
    let last = (at..stated.len()).rev().find(|&index| !stated[index].is_empty())?;
    // Authors wrap a long message, and set it behind the place.
    let names = |line: &&str| ERROR.is_match(line);
    let from = (at..=last).rev().find(|&index| names(&stated[index])).unwrap_or(last);
    let message = stated[from..=last].join(" ");
    let message = ERROR.find(&message).map_or(message.as_str(), |found| &message[found.start()..]);
    let printed = trimmed(stderr);
    let begins = printed.iter().rposition(|line| ERROR.find(line).is_some_and(|found| found.start() == 0));
    let whole = printed[begins.unwrap_or(printed.len().saturating_sub(1))..].join(" ");
    let printed = printed.last().copied().unwrap_or_default().to_owned();
    let fits = [message, stated[last]].iter().any(|stated| {
        let stated = spaced(stated).trim_end_matches(':').to_owned();
        same_error(&stated, printed.trim(), how.varies) || same_error(&stated, &spaced(&whole), how.varies)
    });
    (!fits).then_some(if printed.is_empty() {
        Parting::Missing { index: last }
    } else {
        Parting::Differs { index: last, printed }
    })
}

/// An error as it is printed, or with words left out of it that some versions of Python have.
pub(super) fn same_error(stated: &str, printed: &str, varies: Varies) -> bool {
    let kind = |line: &str| line.split_once(": ").map(|(kind, message)| (kind.to_owned(), message.to_owned()));
    let shorter = match (kind(stated), kind(printed)) {
        (Some((one, stated)), Some((other, printed))) => {
            let mut words = printed.split_whitespace();
            let name = |kind: &str| kind.rsplit('.').next().map(str::to_owned);
            name(&one) == name(&other)
                && stated.split_whitespace().count() > 2
                && stated.split_whitespace().all(|word| words.any(|other| other == word))
        }
        _ => false,
    };
    shorter || Pattern::new(stated, true, varies).is_some_and(|pattern| pattern.fits(printed))
}

/// The name with which the last line of a traceback begins.
static ERROR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)[A-Za-z_][A-Za-z0-9_.]*(?:Error|Exception|Warning|Interrupt|Iteration|Exit|Group|Timeout)(?-u:\b)",
    )
    .expect("a valid expression")
});

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
