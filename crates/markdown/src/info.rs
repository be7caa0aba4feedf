use etude_text::Span;

use crate::InfoString;

/// Reads what stands behind an opening fence. It is given as written, without the blanks around it.
pub(crate) fn parse(raw: &str, span: Span) -> InfoString {
    let mut info = InfoString { span, raw: raw.to_owned(), ..InfoString::default() };
    let mut rest = raw.trim();
    if !rest.starts_with('{') {
        let word = &rest[..rest.find(|c: char| c.is_whitespace() || c == '{').unwrap_or(rest.len())];
        // `title=a.py` with no language before it.
        if !word.contains('=') || word.contains(',') {
            let mut parts = word.split(',').filter(|part| !part.is_empty());
            info.lang = parts.next().unwrap_or_default().to_lowercase();
            for part in parts {
                info.word(part);
            }
            rest = rest[word.len()..].trim_start();
        }
    }
    while !rest.is_empty() {
        let (token, next) = token(rest);
        match token.strip_prefix('{').and_then(|token| token.strip_suffix('}')) {
            Some(group) => info.group(group),
            None => info.word(token),
        }
        rest = next;
    }
    info
}

impl InfoString {
    /// The value of `key=value`, the last one if there are several.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|name| name == flag)
    }

    /// `{.class #id key=value}` of Pandoc, `{python}` of Quarto, `{2,4-5}` of Docusaurus.
    fn group(&mut self, group: &str) {
        let group = group.trim();
        if group.starts_with(|c: char| c.is_ascii_digit())
            && group.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'-' | b' ' | b'.'))
        {
            self.flags.push(format!("{{{group}}}"));
            return;
        }
        let mut rest = group;
        while !rest.is_empty() {
            let (token, next) = token(rest);
            rest = next;
            if let Some(class) = token.strip_prefix('.').filter(|class| !class.is_empty()) {
                self.class(class);
            } else if let Some(id) = token.strip_prefix('#').filter(|id| !id.is_empty()) {
                self.id = Some(id.to_owned());
            } else if let Some(raw) = token.strip_prefix('=').filter(|raw| !raw.is_empty() && self.lang.is_empty()) {
                // Pandoc's raw block: ```{=html}
                self.lang = raw.to_lowercase();
                self.flags.push("raw".to_owned());
            } else if token.contains('=') {
                self.word(token);
            } else {
                self.class(token);
            }
        }
    }

    /// The first class of a fence without a language is the language.
    fn class(&mut self, class: &str) {
        if self.lang.is_empty() { self.lang = class.to_lowercase() } else { self.classes.push(class.to_owned()) }
    }

    fn word(&mut self, word: &str) {
        match word.split_once('=') {
            Some((key, value)) if !key.is_empty() => self.attributes.push((key.to_owned(), unquote(value).to_owned())),
            _ => self.flags.push(word.to_owned()),
        }
    }
}

/// `value` without the quotes around it.
pub(crate) fn unquote(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|&quote| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote)))
        .unwrap_or(value)
}

/// The first word of `text`, which does not start with a blank, and what follows it. A comma separates words too;
/// quotes and braces hold a word together.
fn token(text: &str) -> (&str, &str) {
    let mut quote = None;
    let mut before = '=';
    let mut end = text.len();
    if text.starts_with('{') {
        end = text.find('}').map_or(text.len(), |at| at + 1);
    } else {
        for (at, c) in text.char_indices() {
            match quote {
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None if matches!(c, '"' | '\'') && before == '=' && text[at + 1..].contains(c) => quote = Some(c),
                None if c.is_whitespace() || c == ',' => {
                    end = at;
                    break;
                }
                None => {}
            }
            before = c;
        }
    }
    (&text[..end], text[end..].trim_start_matches(|c: char| c.is_whitespace() || c == ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        let InfoString { lang, attributes, flags, classes, id, .. } = parse(raw, Span::default());
        let attributes: Vec<String> = attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let mut shown = lang;
        for (name, values) in [("attributes", attributes), ("flags", flags), ("classes", classes)] {
            if !values.is_empty() {
                shown += &format!(" {name}[{}]", values.join(" | "));
            }
        }
        if let Some(id) = id {
            shown += &format!(" id[{id}]");
        }
        assert_eq!(shown, expected, "{raw}");
    }

    #[test]
    fn our_own_habits() {
        check("", "");
        check("Python", "python");
        check(
            "python title=step.py norun elapsed=3s±10%",
            "python attributes[title=step.py | elapsed=3s±10%] flags[norun]",
        );
        check("python needs=httpx,server", "python attributes[needs=httpx] flags[server]");
        check("python {exercise}", "python classes[exercise]");
        check("title=a.py", " attributes[title=a.py]");
        check("c++ a= =b", "c++ attributes[a=] flags[=b]");
        check("python raises='Value Error'", "python attributes[raises=Value Error]");
        check("python title=\"open", "python attributes[title=\"open]");
    }

    #[test]
    fn other_tools_habits() {
        check("rust,ignore,editable", "rust flags[ignore | editable]");
        check("rust,edition=2021 hide", "rust attributes[edition=2021] flags[hide]");
        check("py title=\"a b.py\" {2,4-5}", "py attributes[title=a b.py] flags[{2,4-5}]");
        check("js{1,3}", "js flags[{1,3}]");
        check("{python}", "python");
        check("{python, echo=FALSE}", "python attributes[echo=FALSE]");
        check("{.python .numberLines key=val #one}", "python attributes[key=val] classes[numberLines] id[one]");
        check("python {.numberLines startFrom=\"3\"}", "python attributes[startFrom=3] classes[numberLines]");
        check("{=html}", "html flags[raw]");
        check("{.python", " flags[{.python]");
    }
}
