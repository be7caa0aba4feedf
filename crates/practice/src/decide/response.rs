//! What a server answers.

use etude_course::{Claim, Found};
use serde_json::Value;

use super::output::shortened;
use super::{Known, Verdict};
use crate::run::{Evidence, Request};

pub(super) fn decide(
    known: &Known<'_>,
    claim: &Claim,
    body: Option<&str>,
    statuses: &[u16],
    evidence: &Evidence,
) -> Verdict {
    if !statuses.is_empty() {
        return status(known, claim, statuses, evidence);
    }
    let Some(body) = body else { return Verdict::undecided("it says nothing that can be compared") };
    let answers = values(&evidence.stdout);
    let failed = evidence.requests.iter().filter_map(|request| request.status).find(|status| *status >= 400);
    let with_status = failed.map(|status| format!(" with status {status}")).unwrap_or_default();
    let Ok(stated) = serde_json::from_str::<Value>(body) else {
        if evidence.stdout.trim() == body.trim() {
            return Verdict::Holds;
        }
        return Verdict::undecided("what is shown is no JSON that can be compared");
    };
    let alike = sounds_rough(known, claim);
    if answers.iter().any(|answer| same(&stated, answer, alike)) {
        return Verdict::Holds;
    }
    match answers.last() {
        Some(answer) => Verdict::wrong(
            format!("it answers `{}`{with_status}", shortened(&answer.to_string())),
            "show what is answered, or declare what it depends on",
        ),
        None if evidence.stdout.trim().is_empty() => Verdict::undecided("nothing shows what was answered"),
        None => Verdict::wrong(
            format!("it answers `{}`{with_status}", shortened(evidence.stdout.trim())),
            "show what is answered, or declare what it depends on",
        ),
    }
}

/// The status of a request beside the comment. It may speak of the command before it as well as of the one behind.
fn status(known: &Known<'_>, claim: &Claim, statuses: &[u16], evidence: &Evidence) -> Verdict {
    if matches!(claim.found, Found::Sentence | Found::Label) {
        return status_in_words(statuses, evidence);
    }
    let line = known.line(claim.span.start);
    let at = |request: &&Request| request.line.is_some_and(|at| at >= line);
    let behind = evidence.requests.iter().find(at);
    let before = evidence.requests.iter().rfind(|request| !at(request));
    let near = || [behind, before].into_iter().flatten();
    if near().any(|request| request.status.is_some_and(|status| statuses.contains(&status))) {
        return Verdict::Holds;
    }
    match near().next().map(|request| request.status) {
        Some(Some(status)) => Verdict::wrong(format!("the status is {status}"), format!("write `{status}`")),
        Some(None) => Verdict::wrong("there was no answer", "show a server that answers this"),
        None => Verdict::undecided("nothing shows the status of the answer"),
    }
}

/// A status that a sentence tells of all that is asked.
fn status_in_words(statuses: &[u16], evidence: &Evidence) -> Verdict {
    let answered = evidence.requests.iter().filter_map(|request| request.status);
    let shown = evidence.stdout.lines().filter_map(|line| {
        // `curl -i`, or nothing but what `-w "%{http_code}"` prints.
        let alone = evidence.stdout.trim() == line.trim();
        let status = line.strip_prefix("HTTP/").and_then(|rest| rest.split(' ').nth(1)).or(alone.then_some(line))?;
        status.trim().parse().ok().filter(|status| (100..600).contains(status))
    });
    let of_hosts = evidence.answers.iter().map(|answer| answer.status);
    let all: Vec<u16> = answered.chain(of_hosts).chain(shown).collect();
    let printed = |status: &u16| {
        let status = status.to_string();
        evidence.stdout.split(|char: char| !char.is_ascii_digit()).any(|number| number == status)
    };
    if all.iter().any(|status| statuses.contains(status)) || statuses.iter().any(printed) {
        return Verdict::Holds;
    }
    match all.first() {
        Some(status) if all.iter().all(|other| other == status) => {
            Verdict::wrong(format!("the status is {status}"), format!("write `{status}`"))
        }
        Some(_) => Verdict::undecided("there are several answers, and which is meant is unclear"),
        None => Verdict::undecided("nothing shows the status of the answer"),
    }
}

/// "JSON like": an example of the shape, not the very values.
fn sounds_rough(known: &Known<'_>, claim: &Claim) -> bool {
    let before = &known.case.source.text()[..claim.span.start as usize];
    let lead = before.rsplit("\n\n").nth(1).or(before.rsplit("\n\n").next()).unwrap_or_default().to_lowercase();
    let here = before.rsplit("\n\n").next().unwrap_or_default().to_lowercase();
    [" like", "similar", "for example", "e.g.", "something"]
        .iter()
        .any(|word| lead.contains(word) || here.contains(word))
}

/// Every JSON object and array in a text, one after the other.
fn values(text: &str) -> Vec<Value> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        let mut stream = serde_json::Deserializer::from_str(&rest[at..]).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                values.push(value);
                rest = &rest[at + stream.byte_offset()..];
            }
            _ => rest = &rest[at + 1..],
        }
    }
    values
}

/// Whether an answer is what is shown: by value, and only by shape where `alike` is enough. `"..."` is anything.
fn same(stated: &Value, answer: &Value, alike: bool) -> bool {
    match (stated, answer) {
        (Value::String(any), _) if matches!(any.as_str(), "..." | "…" | "<...>") => true,
        (Value::Object(stated), Value::Object(answer)) => {
            stated.len() == answer.len()
                && stated.iter().all(|(key, value)| answer.get(key).is_some_and(|it| same(value, it, alike)))
        }
        (Value::Array(stated), Value::Array(answer)) => {
            let open = stated.last().is_some_and(|last| last == "...");
            let shown = if open { &stated[..stated.len() - 1] } else { &stated[..] };
            (open && answer.len() >= shown.len() || answer.len() == shown.len())
                && shown.iter().zip(answer).all(|(stated, answer)| same(stated, answer, alike))
        }
        (Value::Number(stated), Value::Number(answer)) => alike || stated.as_f64() == answer.as_f64(),
        (Value::String(_), Value::String(_)) | (Value::Bool(_), Value::Bool(_)) if alike => true,
        (stated, answer) => stated == answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_found_in_a_text() {
        assert_eq!(values("HTTP/1.1 200\n\n{\"a\": 1}[2]{ no"), [json!({"a": 1}), json!([2])]);
    }

    #[test]
    fn answers_are_compared_by_value() {
        let check = |stated: Value, answer: Value, alike, expected| {
            assert_eq!(same(&stated, &answer, alike), expected, "{stated} {answer}");
        };
        check(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), false, true);
        check(json!({"a": 1}), json!({"a": 1.0}), false, true);
        check(json!({"a": 1}), json!({"a": 2}), false, false);
        check(json!({"a": 1}), json!({"a": 2}), true, true);
        check(json!({"a": 1}), json!({"a": "1"}), true, false);
        check(json!({"a": 1}), json!({"a": 1, "b": 2}), true, false);
        check(json!({"at": "..."}), json!({"at": 17}), false, true);
        check(json!([1, "..."]), json!([1, 2, 3]), false, true);
    }
}
