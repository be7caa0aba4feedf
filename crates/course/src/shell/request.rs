//! A request, however it is written, and what two of them differ in.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

use super::{Command, Word, curl};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
    /// The address is known to the letter.
    pub(crate) exact: bool,
    /// Of the address, in the code.
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    None,
    Text(String),
    /// From a file, a form, or made when it runs.
    Unknown,
}

/// Headers of which it does not matter whether only one of two shells sends them.
const INCIDENTAL: [&str; 4] = ["accept", "user-agent", "expect", "connection"];

impl Request {
    /// The requests of a command: those of curl, and those of PowerShell's own cmdlets.
    pub(crate) fn of(command: &Command) -> Vec<Request> {
        if command.is_curl() { curl::requests(command) } else { cmdlet(command).into_iter().collect() }
    }

    /// `Name: value`.
    pub(super) fn header(word: &Word) -> Option<(String, String)> {
        let (name, value) = word.text.split_once(':')?;
        Some((name.trim().to_lowercase(), value.trim().to_owned()))
    }

    /// All that this one asks otherwise than `other`, in words: what it is, here and there.
    pub(crate) fn differences(&self, other: &Request) -> Vec<(&'static str, String, String)> {
        let mut found = Vec::new();
        if self.exact && other.exact && address(&self.url) != address(&other.url) {
            found.push(("address", self.url.clone(), other.url.clone()));
        }
        if self.method != other.method {
            found.push(("method", self.method.clone(), other.method.clone()));
        }
        match (&self.body, &other.body) {
            (Body::Text(one), Body::Text(two)) if !same_body(one, two) => {
                found.push(("body", one.clone(), two.clone()));
            }
            (Body::None, Body::Text(body)) => found.push(("body", "nothing".to_owned(), body.clone())),
            (Body::Text(body), Body::None) => found.push(("body", body.clone(), "nothing".to_owned())),
            _ => {}
        }
        let names: BTreeSet<&String> = self.headers.iter().chain(&other.headers).map(|(name, _)| name).collect();
        for name in names.into_iter().filter(|name| !INCIDENTAL.contains(&name.as_str())) {
            let value = |request: &Request| {
                let mut all = request.headers.iter();
                all.find(|(known, _)| known == name).map_or("nothing".to_owned(), |(_, value)| value.clone())
            };
            let (one, two) = (value(self), value(other));
            let variable = one.contains('$') || two.contains('$');
            if !variable && !one.eq_ignore_ascii_case(&two) {
                found.push(("header", format!("{name}: {one}"), format!("{name}: {two}")));
            }
        }
        found
    }
}

/// The slash that every client adds, and the scheme that curl takes for granted.
fn address(url: &str) -> &str {
    let url = url.strip_prefix("http://").unwrap_or(url);
    if url.matches('/').count() == 1 { url.trim_end_matches('/') } else { url }
}

fn same_body(one: &str, two: &str) -> bool {
    match (serde_json::from_str::<Value>(one), serde_json::from_str::<Value>(two)) {
        (Ok(one), Ok(two)) => one == two,
        _ => one.trim() == two.trim(),
    }
}

/// `Invoke-RestMethod -Uri … -Method Post -Body …` and its short names.
fn cmdlet(command: &Command) -> Option<Request> {
    let name = command.name().to_lowercase();
    let known = ["invoke-restmethod", "irm", "invoke-webrequest", "iwr"];
    if !known.contains(&name.as_str()) {
        return None;
    }
    let (mut method, mut body) = ("GET".to_owned(), Body::None);
    let mut headers = Vec::new();
    let mut url: Option<&Word> = None;
    let mut words = command.words[1..].iter().peekable();
    while let Some(word) = words.next() {
        let parameter = word.text.strip_prefix('-').map(str::to_lowercase).filter(|_| !word.table);
        let Some(parameter) = parameter else {
            url = url.or(Some(word));
            continue;
        };
        let switches = ["usebasicparsing", "skipcertificatecheck", "passthru", "disablekeepalive"];
        if switches.contains(&parameter.as_str()) {
            continue;
        }
        let Some(value) = words.next_if(|next| next.table || !next.text.starts_with('-')) else { continue };
        match parameter.as_str() {
            "uri" => url = Some(value),
            "method" => method = value.text.to_uppercase(),
            "body" if value.table || !value.exact => body = Body::Unknown,
            "body" => body = Body::Text(value.text.clone()),
            "infile" | "form" => body = Body::Unknown,
            "contenttype" => headers.push(("content-type".to_owned(), value.text.clone())),
            "headers" if value.table && value.exact => headers.extend(table(&value.text)),
            // What a variable holds is not known.
            "headers" => return None,
            _ => {}
        }
    }
    if body != Body::None && !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    }
    let url = url?;
    Some(Request { method, url: url.text.clone(), headers, body, exact: url.exact, range: url.range.clone() })
}

fn table(json: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(fields)) = serde_json::from_str(json) else { return Vec::new() };
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.into_iter().map(|(name, value)| (name.to_lowercase(), text(value))).collect()
}
