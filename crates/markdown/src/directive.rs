//! What a fence is: code, or a directive of MyST, Pandoc or Docusaurus.

use etude_text::Span;

use crate::info::{self, unquote};
use crate::{InfoString, Yaml};

/// What the opening line of a fence makes of it.
#[derive(Debug)]
pub(crate) enum Fence {
    Code { info: InfoString, directive: Option<String> },
    Directive { name: String, argument: String },
}

/// MyST's names for a block of code.
const CODE: [&str; 4] = ["code-block", "code", "code-cell", "sourcecode"];

/// Languages that Quarto and R Markdown run from ```` ```{lang} ````; any other word in braces is a directive.
const LANGUAGES: [&str; 30] = [
    "python",
    "python3",
    "py",
    "py3",
    "ipython",
    "ipython3",
    "pycon",
    "r",
    "julia",
    "ojs",
    "bash",
    "sh",
    "shell",
    "zsh",
    "console",
    "powershell",
    "sql",
    "js",
    "javascript",
    "ts",
    "typescript",
    "rust",
    "go",
    "c",
    "cpp",
    "java",
    "ruby",
    "css",
    "dot",
    "html",
];

/// Directives whose body is not Markdown.
const LITERAL: [&str; 12] = [
    "math",
    "raw",
    "eval-rst",
    "toctree",
    "csv-table",
    "bibliography",
    "mermaid",
    "graphviz",
    "uml",
    "plantuml",
    "list-of-figures",
    "parsed-literal",
];

/// Whether the body of the directive `name` is Markdown.
pub(crate) fn has_markdown(name: &str) -> bool {
    !LITERAL.contains(&name)
}

/// Reads the opening line behind the fence characters `fence`.
pub(crate) fn classify(fence: u8, raw: &str, span: Span) -> Fence {
    let code = || Fence::Code { info: info::parse(raw, span), directive: None };
    if let Some((inside, after)) = raw.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let name = inside.trim();
        if is_name(name) {
            let argument = after.trim();
            if CODE.contains(&name) {
                let mut info = info::parse(argument, span);
                info.raw = raw.to_owned();
                return Fence::Code { info, directive: Some(name.to_owned()) };
            }
            if fence == b':' || !LANGUAGES.contains(&name.to_ascii_lowercase().as_str()) {
                return Fence::Directive { name: name.to_owned(), argument: argument.to_owned() };
            }
        }
    }
    if fence != b':' {
        return code();
    }
    // `::: {.callout title="x"}` of Pandoc, `:::note[Title]` and `:::tip Title` of Docusaurus.
    if raw.starts_with('{') {
        let info = info::parse(raw, span);
        let argument = info.attribute("title").unwrap_or_default().to_owned();
        return Fence::Directive { name: info.lang, argument };
    }
    let end = raw.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(raw.len());
    // Pandoc allows closing colons: `::: note :::`.
    let argument = raw[end..].trim().trim_end_matches(':').trim_end();
    let argument = argument.strip_prefix('[').and_then(|title| title.strip_suffix(']')).unwrap_or(argument);
    Fence::Directive { name: raw[..end].to_owned(), argument: argument.to_owned() }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'+' | b'.'))
}

/// The options at the top of a body, and how many bytes and lines they take.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) len: usize,
    pub(crate) lines: u32,
}

/// Reads `:key: value` lines or a YAML block at the top of `body`, whose lines end in `\n`.
pub(crate) fn options(body: &str) -> Options {
    if body.starts_with("---\n") || body.starts_with("--- ") {
        return yaml_options(body).unwrap_or_default();
    }
    let mut options = Options::default();
    for line in body.split_inclusive('\n') {
        let Some((key, value)) = line.trim().strip_prefix(':').and_then(|rest| rest.split_once(':')) else { break };
        if !is_name(key) || !(value.is_empty() || value.starts_with([' ', '\t'])) {
            break;
        }
        options.pairs.push((key.to_owned(), unquote(value.trim()).to_owned()));
        options.len += line.len();
        options.lines += 1;
    }
    options
}

fn yaml_options(body: &str) -> Option<Options> {
    let mut options = Options::default();
    let mut lines = body.split_inclusive('\n');
    let open = lines.next().filter(|line| line.trim_end() == "---")?;
    (options.len, options.lines) = (open.len(), 1);
    for line in lines {
        options.len += line.len();
        options.lines += 1;
        if line.trim_end() == "---" {
            let yaml = &body[open.len()..options.len - line.len()];
            let fields = crate::front_matter::fields(yaml, 0).ok()??;
            options.pairs = fields.into_iter().map(|field| (field.name, shown(&field.value))).collect();
            return Some(options);
        }
    }
    None
}

/// `#| key: value` lines at the top of a cell, as Quarto has them. They stay in the code.
pub(crate) fn cell_options(code: &str) -> Vec<(String, String)> {
    code.lines()
        .map_while(|line| line.trim_start().strip_prefix("#|"))
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.trim().to_owned(), unquote(value.trim()).to_owned()))
        .collect()
}

/// A YAML value as an option has it.
fn shown(value: &Yaml) -> String {
    match value {
        Yaml::Null => String::new(),
        Yaml::Bool(value) => value.to_string(),
        Yaml::Int(value) => value.to_string(),
        Yaml::Float(value) => value.to_string(),
        Yaml::String(value) => value.clone(),
        Yaml::List(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Yaml::Map(pairs) => {
            pairs.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fence: u8, raw: &str, expected: &str) {
        let shown = match classify(fence, raw, Span::default()) {
            Fence::Code { info, directive } => format!("code {} {directive:?}", info.lang),
            Fence::Directive { name, argument } => format!("{name} | {argument}"),
        };
        assert_eq!(shown, expected, "{raw}");
    }

    #[test]
    fn backtick_fences() {
        check(b'`', "python", "code python None");
        check(b'`', "{note} A *title*", "note | A *title*");
        check(b'`', "{code-block} python", "code python Some(\"code-block\")");
        check(b'`', "{code-cell}", "code  Some(\"code-cell\")");
        check(b'`', "{python}", "code python None");
        check(b'`', "{.python .numberLines}", "code python None");
        check(b'`', "{python echo=false}", "code python None");
        check(b'`', "{py:function} f(x)", "py:function | f(x)");
    }

    #[test]
    fn colon_fences() {
        check(b':', "{exercise}", "exercise | ");
        check(b':', "note", "note | ");
        check(b':', "note[Mind *this*]", "note | Mind *this*");
        check(b':', "tip Mind this", "tip | Mind this");
        check(b':', "{.callout-note title=\"Mind\"}", "callout-note | Mind");
        check(b':', "warning :::::", "warning | ");
    }

    #[test]
    fn options_are_lines_or_yaml() {
        let read = |body: &str| {
            let options = options(body);
            (options.pairs, options.len, options.lines)
        };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read(":name: a b\n:open:\ntext\n"), (vec![pair("name", "a b"), pair("open", "")], 18, 2));
        assert_eq!(read("---\na: 1\nb: [x, y]\n---\ntext\n"), (vec![pair("a", "1"), pair("b", "x, y")], 23, 4));
        assert_eq!(read("---\n\ntext\n"), (vec![], 0, 0));
        assert_eq!(read("::: note\n"), (vec![], 0, 0));
        assert_eq!(
            cell_options("#| echo: false\n#| label: \"a\"\nx\n#| b: c\n"),
            vec![pair("echo", "false"), pair("label", "a")]
        );
    }
}
