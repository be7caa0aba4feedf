use etude_text::{Severity, Span};
use serde::de::IgnoredAny;

use super::{Check, Context, Report};
use crate::snippet::Snippet;

pub(super) static CHECK: Check = Check {
    code: "invalid-json",
    severity: Severity::Warning,
    summary: "A JSON fence that is not JSON",
    documentation: r#"
Finds `json` fences that cannot be read as JSON: single quotes, commas behind the last entry, Python's `True` and
`None`, brackets that are never closed. Several values one after the other are fine. What shows that it is a part
(`...`, comments, placeholders, an entry without its object) is left alone, and so are `jsonc` and `json5`.

Learners copy a response or a settings file and get an error that the lesson did not mention.

Wrong:

````markdown
```json
{"name": 'Ann', "paid": True,}
```
````

Right:

````markdown
```json
{"name": "Ann", "paid": true}
```
````

Correct it, or call the fence what it is: `python` for a dictionary, `jsonc` or `json5` for JSON with comments. Mark a
part of something larger with `fragment`.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in ctx.lesson.snippets.iter().filter(|snippet| is_json(snippet)) {
        // What is wrong with an answer, `fence-setting` says.
        let answered = snippet.attribute("stand-in").is_some();
        if answered || !snippet.closed || snippet.flag("fragment") || snippet.norun() || is_part(&snippet.code) {
            continue;
        }
        let Some(error) = first_error(&snippet.code) else { continue };
        let hint = "correct it, or call the fence what it is: `python`, `jsonc`, `text`";
        report.add(report.at(snippet.source_span(error.span), error.message).hint(hint));
    }
}

pub(super) fn is_json(snippet: &Snippet) -> bool {
    snippet.info.lang.eq_ignore_ascii_case("json")
}

/// Whether the code leaves something out, and shows it.
fn is_part(code: &str) -> bool {
    const MARKS: [&str; 8] = ["...", "…", "//", "/*", "{{", "{%", "${", "<!--"];
    let start = code.trim_start();
    let comment = code.lines().any(|line| line.trim_start().starts_with('#'));
    let placeholder = code
        .split('<')
        .skip(1)
        .any(|rest| rest.split_once('>').is_some_and(|(name, _)| !name.is_empty() && !name.contains(['\n', '"', '{'])));
    // `"name": "Ann"` without the object around it.
    let string = start.strip_prefix('"').and_then(|rest| rest.split_once('"'));
    let entry = string.is_some_and(|(_, rest)| rest.trim_start().starts_with(':'));
    // An address in a string has two slashes too, and is no reason to look away.
    let outside = without_strings(code);
    start.is_empty()
        || comment
        || placeholder
        || entry
        || MARKS.iter().any(|mark| outside.contains(mark))
        || code.contains("...")
        || code.contains('…')
}

fn without_strings(code: &str) -> String {
    let mut outside = String::with_capacity(code.len());
    let mut inside = false;
    let mut characters = code.chars();
    while let Some(char) = characters.next() {
        match char {
            '"' => inside = !inside,
            // A string ends with its line at the latest.
            '\n' => inside = false,
            '\\' if inside => {
                characters.next();
            }
            _ => {}
        }
        if !inside {
            outside.push(char);
        }
    }
    outside
}

struct Error {
    span: Span,
    message: String,
}

fn first_error(code: &str) -> Option<Error> {
    let mut values = serde_json::Deserializer::from_str(code).into_iter::<IgnoredAny>();
    let error = values.find_map(Result::err)?;
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    let line_start: usize = code.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // What is never closed is missed behind the last character.
    let last = code.trim_end().len().saturating_sub(1);
    let place = if error.is_eof() { last } else { line_start + error.column().saturating_sub(1) };
    let at = code.floor_char_boundary(place.min(code.len()));
    let end = at + code[at..].chars().next().filter(|char| *char != '\n').map_or(0, char::len_utf8);
    let rest = &code[at..];
    let message = if ["True", "False", "None"].iter().any(|word| code[word_start(code, at)..].starts_with(word)) {
        let start = word_start(code, at);
        let word: String = code[start..].chars().take_while(char::is_ascii_alphabetic).collect();
        let json = if word == "None" { "null".to_owned() } else { word.to_lowercase() };
        let span = Span::at(start..start + word.len());
        return Some(Error { span, message: format!("`{word}` is Python: JSON has `{json}`") });
    } else if rest.starts_with('\'') {
        "JSON strings take `\"`, not `'`".to_owned()
    } else if error.is_eof() {
        "this JSON is never closed".to_owned()
    } else if rest.starts_with(['}', ']']) && code[..at].trim_end().ends_with(',') {
        "JSON has no comma behind the last entry".to_owned()
    } else {
        format!("this is not JSON: {}", plain(reason))
    };
    Some(Error { span: Span::at(at..end), message })
}

/// Where the word at `at` begins.
fn word_start(code: &str, at: usize) -> usize {
    at - code[..at].bytes().rev().take_while(u8::is_ascii_alphabetic).count()
}

fn plain(reason: &str) -> &str {
    match reason {
        "key must be a string" => "a key has to be a string in `\"`",
        "expected value" => "a value is missing",
        "trailing characters" => "something stands behind the end",
        "expected ident" => "a word it does not know",
        "invalid escape" => "`\\` begins no escape here",
        "control character (\\u0000-\\u001F) found while parsing a string" => "a string has to end on its line",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_in_plain_words() {
        let check = |code: &str, place: &str, message: &str| {
            let error = first_error(code).expect(code);
            assert_eq!((error.span.slice(code), error.message.as_str()), (place, message), "{code}");
        };
        check("{'a': 1}", "'", "JSON strings take `\"`, not `'`");
        check("{\"a\": True}", "True", "`True` is Python: JSON has `true`");
        check("[1, None]", "None", "`None` is Python: JSON has `null`");
        check("{\"a\": 1,}", "}", "JSON has no comma behind the last entry");
        check("{\"a\": 1", "1", "this JSON is never closed");
        check("{a: 1}", "a", "this is not JSON: a key has to be a string in `\"`");
        check("{\"a\" 1}", "1", "this is not JSON: expected `:`");
        check("{\"日本\": 1 2}", "2", "this is not JSON: expected `,` or `}`");
    }

    #[test]
    fn values_in_a_row_are_json() {
        assert!(first_error("{\"a\": 1}\n{\"a\": 2}\n").is_none());
        assert!(first_error("\"a\"").is_none());
        assert!(first_error(&format!("{}{}", "[".repeat(9999), "]".repeat(9999))).is_none());
    }

    #[test]
    fn parts_are_left_alone() {
        let check = |code, part| assert_eq!(is_part(code), part, "{code}");
        check("{\"a\": ...}", true);
        check("{\"a\": 1, // one\n}", true);
        check("\"a\": 1,\n\"b\": 2", true);
        check("{\"id\": <number>}", true);
        check("{\"id\": {{ id }}}", true);
        check("", true);
        check("{\"a\": \"https://example.org\"}", false);
        check("{'a': 1}", false);
    }
}
