//! How Windows PowerShell 5.1 hands arguments to a program: it puts quotes around what has blanks in it, and leaves the
//! quotes inside as they are; the program's own start-up code then reads these as its own.

use super::Word;

/// The arguments that come of one word.
pub(crate) fn passed(word: &Word) -> Vec<Word> {
    if word.verbatim || word.table {
        return vec![word.clone()];
    }
    if word.text.is_empty() {
        // An empty argument is lost on the way.
        return Vec::new();
    }
    let mut line = word.text.clone();
    if needs_quotes(&line) {
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        line = format!("\"{line}{}\"", "\\".repeat(backslashes));
    }
    split(&line).into_iter().map(|text| Word { text, ..word.clone() }).collect()
}

/// Whether there is a blank outside of quotes.
fn needs_quotes(text: &str) -> bool {
    let (mut quotes, mut escaped) = (0, false);
    for char in text.chars() {
        if char == '"' && !escaped {
            quotes += 1;
        } else if char.is_whitespace() && quotes % 2 == 0 {
            return true;
        }
        escaped = char == '\\';
    }
    false
}

/// The arguments of a command line, by the rules of Microsoft's C library.
pub(super) fn split(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut open: Option<String> = None;
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            ' ' | '\t' | '\n' if !quoted => arguments.extend(open.take()),
            '\\' => {
                let mut backslashes = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    backslashes += 1;
                }
                let argument = open.get_or_insert_default();
                if chars.peek() == Some(&'"') {
                    argument.extend(std::iter::repeat_n('\\', backslashes / 2));
                    if backslashes % 2 == 1 {
                        argument.extend(chars.next());
                    }
                } else {
                    argument.extend(std::iter::repeat_n('\\', backslashes));
                }
            }
            '"' if quoted && chars.next_if_eq(&'"').is_some() => open.get_or_insert_default().push('"'),
            '"' => {
                quoted = !quoted;
                open.get_or_insert_default();
            }
            char => open.get_or_insert_default().push(char),
        }
    }
    arguments.extend(open);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_quotes_are_lost_unless_they_are_escaped() {
        let check = |text: &str, expected: &[&str]| {
            let word = Word { text: text.to_owned(), exact: true, ..Word::default() };
            let found: Vec<String> = passed(&word).into_iter().map(|word| word.text).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("plain", &["plain"]);
        check("two words", &["two words"]);
        check(r#"{"a":1}"#, &["{a:1}"]);
        check(r#"{"a": 1}"#, &["{a: 1}"]);
        check(r#"{"a b": 1}"#, &["{a", "b: 1}"]);
        check(r#"{\"a\": 1}"#, &[r#"{"a": 1}"#]);
        check(r#"{""a"":1}"#, &["{a:1}"]);
        check(r"c:\pots\", &[r"c:\pots\"]);
        check(r"c:\my pots\", &[r"c:\my pots\"]);
        check("", &[]);
    }
}
