use etude_text::Span;
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use crate::{Field, FrontMatter, Problem, ProblemKind, Yaml};

/// Longer front matter is no front matter; the bound keeps YAML's nesting, and so the stack, small.
const MAX_LEN: usize = 64 * 1024;
const MAX_BRACKETS: usize = 64;

/// What was found at the top of a text.
pub(crate) struct Found {
    pub(crate) front_matter: FrontMatter,
    pub(crate) problem: Option<Problem>,
    /// Where the line behind it starts.
    pub(crate) end: usize,
}

/// Reads YAML between `---` lines, the first of which starts at `start`, the very start of the text.
pub(crate) fn parse(text: &str, start: usize) -> Option<Found> {
    let mut at = start;
    let mut yaml_start = None;
    loop {
        let rest = &text[at..];
        if rest.is_empty() || at - start > MAX_LEN {
            return None;
        }
        let len = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        let line = rest[..len].trim_end_matches([' ', '\t']);
        let next = at + len + usize::from(rest[len..].starts_with("\r\n")) + usize::from(len < rest.len());
        match yaml_start {
            None if line == "---" => yaml_start = Some(next),
            None => return None,
            Some(yaml_start) if line == "---" || line == "..." => {
                let span = Span::at(start..at + 3);
                return read(&text[yaml_start..at], yaml_start, span, next);
            }
            Some(_) => {}
        }
        at = next;
    }
}

fn read(yaml: &str, base: usize, span: Span, end: usize) -> Option<Found> {
    let (fields, problem) = match fields(yaml, base) {
        // A sentence with a colon is YAML too, with a name that nobody gives a field.
        Ok(Some(fields)) if !fields.iter().all(|field| is_name(&field.name)) => return None,
        Ok(fields) => (fields?, None),
        // Prose between two rules is prose.
        Err(_) if !looks_like_fields(yaml) => return None,
        Err(message) => (Vec::new(), Some(Problem { kind: ProblemKind::FrontMatter { message }, span })),
    };
    Some(Found { front_matter: FrontMatter { span, fields }, problem, end })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@'))
        && !name.contains(char::is_whitespace)
}

/// Whether every line that is not indented has the form `key: value`.
fn looks_like_fields(yaml: &str) -> bool {
    let said = |line: &&str| !line.trim().is_empty() && !line.starts_with(['#', ' ', '\t', '-', ']', '}']);
    let is_field = |line: &str| {
        line.split_once(':').is_some_and(|(key, value)| {
            let key = key.trim_matches(['"', '\'']);
            !key.is_empty()
                && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
                && (value.is_empty() || value.starts_with([' ', '\t']))
        })
    };
    let mut lines = yaml.lines().filter(said).peekable();
    lines.peek().is_some() && lines.all(is_field)
}

/// The top-level fields of `yaml`, which starts at `base` of the source. `Ok(None)` if it is no mapping.
pub(crate) fn fields(yaml: &str, base: usize) -> Result<Option<Vec<Field>>, String> {
    let mut depth = 0usize;
    for byte in yaml.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_BRACKETS {
            return Err("nested too deeply".to_owned());
        }
    }
    if yaml.lines().any(|line| line.matches("- ").count() + line.matches("? ").count() > MAX_BRACKETS) {
        return Err("nested too deeply".to_owned());
    }
    let documents = MarkedYaml::load_from_str(yaml).map_err(|error| {
        // The place is that of the front matter; saphyr's counts from a line the author does not see as the first.
        let message = error.to_string();
        message.split(" at byte ").next().unwrap_or_default().to_owned()
    })?;
    let [document] = documents.as_slice() else { return Ok(None) };
    let YamlData::Mapping(mapping) = &document.data else { return Ok(None) };
    // saphyr counts characters.
    let offsets: Vec<usize> = yaml.char_indices().map(|(at, _)| at).chain([yaml.len()]).collect();
    let offset = |index: usize| offsets[index.min(offsets.len() - 1)];
    let span = |node: &MarkedYaml<'_>| {
        let start = offset(node.span.start.index());
        let end = offset(node.span.end.index()).max(start);
        // The span of a block ends where the next token starts.
        let trimmed = match &node.data {
            YamlData::Value(_) | YamlData::Representation(..) => scalar_len(&yaml[start..end]),
            // saphyr leaves out the closing bracket.
            _ if yaml[start..].starts_with(['[', '{']) && yaml[end..].starts_with([']', '}']) => end + 1 - start,
            _ => yaml[start..end].trim_end().len(),
        };
        Span::at(base + start..base + start + trimmed)
    };
    let fields = mapping.iter().map(|(name, value)| Field {
        name: match value_of(name) {
            Yaml::String(name) => name,
            // A name that is no string (`404: missing`), as it is written.
            _ => yaml[span(name).start as usize - base..span(name).end as usize - base].to_owned(),
        },
        name_span: span(name),
        value: value_of(value),
        value_span: span(value),
    });
    Ok(Some(fields.collect()))
}

/// The length of the scalar at the start of `text`: what saphyr gives may reach over a comment behind it.
fn scalar_len(text: &str) -> usize {
    let plain = |text: &str| text.find(" #").map_or(text, |at| &text[..at]).trim_end().len();
    match text.as_bytes().first() {
        Some(b'|' | b'>') => text.trim_end().len(),
        Some(&quote @ (b'"' | b'\'')) => {
            let bytes = text.as_bytes();
            let mut i = 1;
            while i < bytes.len() {
                let doubled = quote == b'\'' && bytes[i] == quote && bytes.get(i + 1) == Some(&quote);
                if doubled || (quote == b'"' && bytes[i] == b'\\') {
                    i += 1;
                } else if bytes[i] == quote {
                    return i + 1;
                }
                i += 1;
            }
            text.trim_end().len()
        }
        _ => plain(text),
    }
}

fn value_of(node: &MarkedYaml<'_>) -> Yaml {
    match &node.data {
        YamlData::Value(Scalar::Boolean(value)) => Yaml::Bool(*value),
        YamlData::Value(Scalar::Integer(value)) => Yaml::Int(*value),
        YamlData::Value(Scalar::FloatingPoint(value)) => Yaml::Float(value.into_inner()),
        YamlData::Value(Scalar::String(value)) => Yaml::String(value.to_string()),
        YamlData::Representation(value, _, _) => Yaml::String(value.to_string()),
        YamlData::Sequence(values) => Yaml::List(values.iter().map(value_of).collect()),
        YamlData::Mapping(pairs) => Yaml::Map(
            pairs
                .iter()
                .map(|(name, value)| {
                    let name = match value_of(name) {
                        Yaml::String(name) => name,
                        other => format!("{other:?}"),
                    };
                    (name, value_of(value))
                })
                .collect(),
        ),
        YamlData::Tagged(_, node) => value_of(node),
        YamlData::Value(Scalar::Null) | YamlData::Alias(_) | YamlData::BadValue => Yaml::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match parse(text, 0) {
            None => "none".to_owned(),
            Some(found) => {
                let fields = found.front_matter.fields.iter().map(|field| {
                    format!(
                        "{}={:?} ({}: {})",
                        field.name,
                        field.value,
                        field.name_span.slice(text),
                        field.value_span.slice(text)
                    )
                });
                let mut shown = fields.collect::<Vec<_>>().join("; ");
                if let Some(Problem { kind: ProblemKind::FrontMatter { message }, .. }) = found.problem {
                    shown += &format!("problem {message}");
                }
                format!("{shown} | rest {:?}", &text[found.end..])
            }
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn fields_with_their_spans() {
        check(
            "---\ntitle: \"Étude\" # c\r\nn: 3\n---\nrest",
            "title=String(\"Étude\") (title: \"Étude\"); n=Int(3) (n: 3) | rest \"rest\"",
        );
        check(
            "---\ntags: [a, 1.5]\nx:\n  - true\n  - ~\n\n...\n",
            "tags=List([String(\"a\"), Float(1.5)]) (tags: [a, 1.5]); x=List([Bool(true), Null]) (x: - true\n  - ~) | rest \"\"",
        );
    }

    #[test]
    fn rules_are_no_front_matter() {
        check("---\n\nSome prose.\n\n---\n", "none");
        check("---\n", "none");
        check("---\ntitle: a\n", "none");
        check("----\na: b\n----\n", "none");
        check("---\n- a\n- b\n---\n", "none");
        check("---\n\nA sentence: with a colon.\n\n---\n", "none");
        check("---\nNote: a `b: c` here\nand more\n---\n", "none");
    }

    #[test]
    fn broken_yaml_is_front_matter_with_a_problem() {
        check(
            "---\ntitle: \"open\n---\nrest",
            "problem while scanning a quoted scalar, found unexpected end of stream | rest \"rest\"",
        );
    }
}
