//! What curl makes of its arguments.

use super::request::{Body, Request};
use super::{Command, Word};

/// Short options that take a value.
const SHORT: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// Long options that take a value, apart from those that are looked at.
const LONG: [&str; 24] = [
    "cacert",
    "cert",
    "config",
    "connect-timeout",
    "cookie",
    "cookie-jar",
    "form",
    "interface",
    "key",
    "limit-rate",
    "max-time",
    "max-redirs",
    "output",
    "output-dir",
    "parallel-max",
    "proxy",
    "range",
    "referer",
    "resolve",
    "retry",
    "retry-delay",
    "upload-file",
    "user-agent",
    "write-out",
];

/// How curl reads a word of one dash: `-UseBasicParsing` is `-U seBasicParsing`.
pub(crate) fn short_options(word: &str) -> String {
    let letters = word.trim_start_matches('-');
    let mut read = Vec::new();
    for (at, letter) in letters.char_indices() {
        let rest = &letters[at + letter.len_utf8()..];
        if SHORT.contains(letter) && !rest.is_empty() {
            read.push(format!("-{letter} {rest}"));
            break;
        }
        read.push(format!("-{letter}"));
    }
    read.join(" ")
}

/// The requests that one command makes, one for each address.
pub(super) fn requests(command: &Command) -> Vec<Request> {
    let mut method = None;
    let mut headers = Vec::new();
    let mut body: Option<Body> = None;
    let (mut json, mut in_query, mut head) = (false, false, false);
    let mut urls: Vec<&Word> = Vec::new();
    let mut words = command.words.iter().skip(1);
    while let Some(word) = words.next() {
        let (option, attached) = match option(word) {
            Some(found) => found,
            None => {
                urls.push(word);
                continue;
            }
        };
        let takes = option.len() == 1 && SHORT.contains(option)
            || LONG.contains(&option)
            || is_data(option)
            || ["request", "header", "user", "url", "data-urlencode", "json"].contains(&option);
        let value = match attached {
            Some(text) => Some(Word { text: text.to_owned(), ..word.clone() }),
            None if takes => words.next().cloned(),
            None => None,
        };
        match (option, value) {
            ("X" | "request", Some(value)) => method = Some(value.text),
            ("H" | "header", Some(value)) => headers.extend(Request::header(&value)),
            ("url", Some(_)) => urls.push(word),
            ("I" | "head", _) => head = true,
            ("G" | "get", _) => in_query = true,
            (name, Some(value)) if name == "d" || is_data(name) => {
                json |= name == "json";
                add(&mut body, data(&value, name, command));
            }
            ("F" | "form" | "T" | "upload-file", Some(_)) => body = Some(Body::Unknown),
            _ => {}
        }
    }
    if body.is_some() && !in_query && !headers.iter().any(|(name, _)| name == "content-type") {
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    let default = match (&body, head) {
        (_, true) => "HEAD",
        (Some(_), _) if !in_query => "POST",
        _ => "GET",
    };
    let method = method.unwrap_or_else(|| default.to_owned());
    let body = body.unwrap_or(Body::None);
    let request = |url: &&Word| Request {
        method: method.to_uppercase(),
        url: url.text.clone(),
        headers: headers.clone(),
        body: body.clone(),
        exact: url.exact && !in_query,
        range: url.range.clone(),
    };
    urls.iter().map(request).collect()
}

/// The name of an option, and what is attached to it: `-XPOST`, `-sS`, `--data=…`.
fn option(word: &Word) -> Option<(&str, Option<&str>)> {
    let text = word.text.as_str();
    if let Some(long) = text.strip_prefix("--") {
        return Some(long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value))));
    }
    let letters = text.strip_prefix('-').filter(|letters| !letters.is_empty())?;
    let at = letters.find(|letter| SHORT.contains(letter)).unwrap_or(letters.len() - last_len(letters));
    let (name, rest) = letters[at..].split_at(letters[at..].chars().next().map_or(0, char::len_utf8));
    Some((name, Some(rest).filter(|rest| !rest.is_empty())))
}

fn last_len(text: &str) -> usize {
    text.chars().next_back().map_or(0, char::len_utf8)
}

fn is_data(name: &str) -> bool {
    ["data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json"].contains(&name)
}

fn data(value: &Word, option: &str, command: &Command) -> Body {
    if !value.exact || option == "data-urlencode" {
        return Body::Unknown;
    }
    match value.text.as_str() {
        "@-" => match command.input.as_ref().filter(|input| input.exact) {
            Some(input) => Body::Text(input.text.trim_end().to_owned()),
            None => Body::Unknown,
        },
        text if text.starts_with('@') && option != "data-raw" => Body::Unknown,
        text => Body::Text(text.to_owned()),
    }
}

/// Several `-d` are joined.
fn add(body: &mut Option<Body>, more: Body) {
    *body = Some(match (body.take(), more) {
        (Some(Body::Text(text)), Body::Text(more)) => Body::Text(format!("{text}&{more}")),
        (None, more) => more,
        _ => Body::Unknown,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dash_holds_several_options() {
        let check = |word: &str, expected: &str| assert_eq!(short_options(word), expected);
        check("-UseBasicParsing", "-U seBasicParsing");
        check("-sSX", "-s -S -X");
        check("-Method", "-M -e thod");
    }
}
