//! PowerShell words, as far as lessons use them: quotes, backticks, here-strings, tables, variables that are given a text.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;

use super::value::Values;
use super::{Command, Cursor, Word, native, typed};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Word(Word),
    Operator(&'static str, Range<usize>),
}

/// The longest first.
const OPERATORS: [&str; 16] = ["&&", "||", ">>", "2>", "@{", "@(", "|", ";", "&", "(", ")", "{", "}", ",", ">", "\n"];

pub(super) fn commands(code: &str) -> Vec<Command> {
    let tokens = tokens(code);
    let mut variables: HashMap<String, Value> = HashMap::new();
    let mut commands = Vec::new();
    let mut open = Command::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let values = Values { code, tokens: &tokens, variables: &variables };
        match token {
            Token::Word(word) if open.words.is_empty() && is_equals(tokens.get(at + 1)) => {
                let (value, next) = values.piped(at + 2).map_or((None, at + 2), |(value, next)| (Some(value), next));
                let name = word.text.trim_start_matches('$').to_lowercase();
                match value {
                    Some(value) => variables.insert(name, value),
                    None => variables.remove(&name),
                };
                at = next;
                continue;
            }
            Token::Operator("@{" | "@(" | "(", range) if !open.words.is_empty() => {
                let (word, next) = values.argument(at, range);
                open.words.push(word);
                at = next;
                continue;
            }
            Token::Word(word) => open.words.push(values.resolved(word)),
            Token::Operator(",", _) => {}
            // A line may end after the bar.
            Token::Operator("\n", _) if open.words.is_empty() => {}
            Token::Operator(">" | ">>" | "2>", _) => at += 1,
            Token::Operator(operator, _) => {
                let before = std::mem::take(&mut open);
                if *operator == "|"
                    && let [text] = before.words.as_slice()
                {
                    open.input = Some(text.clone());
                }
                if !before.words.is_empty() {
                    commands.push(before);
                }
            }
        }
        at += 1;
    }
    if !open.words.is_empty() {
        commands.push(open);
    }
    commands
}

fn is_equals(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(word)) if word.text == "=")
}

/// The tokens of a script; prompts are none.
pub(crate) fn tokens(code: &str) -> Vec<Token> {
    let prompt = |line: &str| {
        let end = line.find("> ").map_or(0, |at| at + 2);
        if line.starts_with("PS") && !line[..end].contains('|') { end } else { 0 }
    };
    let typed = typed(code, prompt);
    let mut lexer = Lexer { cursor: Cursor { text: &typed, at: 0 }, tables: Vec::new(), tokens: Vec::new() };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    cursor: Cursor<'a>,
    /// For each open bracket whether it began a table, in which names end at `=`.
    tables: Vec<bool>,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(char) = self.cursor.rest().chars().next() {
            let rest = self.cursor.rest();
            if rest.starts_with("`\n") || rest.starts_with("`\r\n") {
                self.cursor.at += rest.find('\n').map_or(1, |at| at + 1);
            } else if char != '\n' && char.is_whitespace() {
                self.cursor.at += char.len_utf8();
            } else if rest.starts_with("<#") {
                self.cursor.at += rest.find("#>").map_or(rest.len(), |at| at + 2);
            } else if char == '#' {
                self.cursor.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("@'") || rest.starts_with("@\"") {
                self.here_string();
            } else if let Some(operator) = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)) {
                match operator {
                    "@{" | "@(" | "(" | "{" => self.tables.push(operator == "@{"),
                    ")" | "}" => drop(self.tables.pop()),
                    _ => {}
                }
                self.tokens.push(Token::Operator(operator, self.cursor.at..self.cursor.at + operator.len()));
                self.cursor.at += operator.len();
            } else {
                self.word();
            }
        }
    }

    /// `@'` or `@"`, lines, and the same the other way round at the beginning of a line.
    fn here_string(&mut self) {
        let start = self.cursor.at;
        let double = self.cursor.rest().starts_with("@\"");
        let close = if double { "\n\"@" } else { "\n'@" };
        let first = self.cursor.rest().find('\n').map_or(self.cursor.text.len(), |at| self.cursor.at + at);
        let end = self.cursor.text[first..].find(close).map_or(self.cursor.text.len(), |at| first + at);
        let text = self.cursor.text[(first + 1).min(end)..end].replace('\r', "");
        self.cursor.at = (end + close.len()).min(self.cursor.text.len());
        let exact = !double || !text.contains(['$', '`']);
        self.tokens.push(Token::Word(Word { text, range: start..self.cursor.at, exact, ..Word::default() }));
    }

    fn word(&mut self) {
        let start = self.cursor.at;
        let mut word = Word { exact: true, ..Word::default() };
        while let Some(char) = self.cursor.rest().chars().next() {
            let ends = char.is_whitespace()
                || matches!(char, '|' | ';' | '(' | ')' | '{' | '}' | ',' | '&')
                || self.cursor.rest().starts_with("@{")
                || self.cursor.rest().starts_with("@(");
            // `$x=…` and the names in a table.
            let named = self.tables.last() == Some(&true) || self.cursor.text[start..].starts_with('$');
            if ends || char == '=' && named && self.cursor.at > start {
                break;
            }
            self.cursor.at += char.len_utf8();
            match char {
                '=' if named => {
                    word.text.push('=');
                    break;
                }
                '`' => self.escaped(&mut word),
                '$' => self.variable(&mut word),
                _ if is_single(char) || is_double(char) => {
                    let first = self.cursor.at - char.len_utf8() == start;
                    self.quoted(is_double(char), &mut word);
                    // An argument that begins with a quote ends with it.
                    if first {
                        break;
                    }
                }
                char => word.text.push(char),
            }
        }
        if self.cursor.at == start {
            // An operator that stands for nothing here.
            self.cursor.next();
            return;
        }
        word.range = start..self.cursor.at;
        let stops = word.text == "--%";
        self.tokens.push(Token::Word(word));
        if stops {
            self.verbatim();
        }
    }

    /// What follows `--%` is handed on as it is.
    fn verbatim(&mut self) {
        let end = self.cursor.rest().find(['\n', '|']).map_or(self.cursor.text.len(), |at| self.cursor.at + at);
        let range = self.cursor.at..end;
        let words = native::split(&self.cursor.text[range.clone()]).into_iter();
        let word = |text| Token::Word(Word { text, range: range.clone(), exact: true, table: false, verbatim: true });
        self.tokens.extend(words.map(word));
        self.cursor.at = end;
    }

    fn quoted(&mut self, double: bool, word: &mut Word) {
        let closes = |char: char| if double { is_double(char) } else { is_single(char) };
        while let Some(char) = self.cursor.next() {
            if closes(char) {
                match self.cursor.rest().chars().next().filter(|next| closes(*next)) {
                    Some(quote) => {
                        self.cursor.at += quote.len_utf8();
                        word.text.push(quote);
                    }
                    None => return,
                }
            } else if double && char == '`' {
                self.escaped(word);
            } else if double && char == '$' {
                self.variable(word);
            } else {
                word.text.push(char);
            }
        }
    }

    fn escaped(&mut self, word: &mut Word) {
        match self.cursor.next() {
            Some('n') => word.text.push('\n'),
            Some('t') => word.text.push('\t'),
            Some('r') => word.text.push('\r'),
            Some(char) => word.text.push(char),
            None => {}
        }
    }

    /// `$x`, `$env:X`, `${x}`, `$(…)`; a dollar before anything else is one.
    fn variable(&mut self, word: &mut Word) {
        word.text.push('$');
        match self.cursor.rest().chars().next() {
            Some('(') => {
                let mut depth = 0;
                while let Some(char) = self.cursor.next() {
                    depth += i32::from(char == '(') - i32::from(char == ')');
                    if depth == 0 {
                        break;
                    }
                }
            }
            Some(char) if char.is_alphanumeric() || matches!(char, '{' | '_' | '?') => {}
            _ => return,
        }
        word.exact = false;
    }
}

/// PowerShell takes typographic quotes for quotes.
fn is_single(char: char) -> bool {
    matches!(char, '\'' | '‘' | '’' | '‚' | '‛')
}

fn is_double(char: char) -> bool {
    matches!(char, '"' | '“' | '”' | '„')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_powershell_reads_them() {
        let check = |code: &str, expected: &[&[&str]]| {
            let found: Vec<Vec<String>> =
                commands(code).into_iter().map(|it| it.words.into_iter().map(|word| word.text).collect()).collect();
            assert_eq!(found, expected, "{code}");
        };
        check("curl.exe -d \"{`\"a`\": 1}\" 'it''s'", &[&["curl.exe", "-d", "{\"a\": 1}", "it's"]]);
        check("a `\n  b # c\nd > x; e", &[&["a", "b"], &["d"], &["e"]]);
        check("Measure-Command { a b } | c", &[&["Measure-Command"], &["a", "b"], &["c"]]);
        check("$x = '{\"a\":1}'\na -d $x $y", &[&["a", "-d", "{\"a\":1}", "$y"]]);
        check(
            "$x=@{ name = \"tea\"; n=2\n ok = $true } | ConvertTo-Json -Depth 3\na $x",
            &[&["a", r#"{"n":2,"name":"tea","ok":true}"#]],
        );
        check("a (@{ p = @(1, 'b') } | ConvertTo-Json) (b c) d", &[&["a", r#"{"p":[1,"b"]}"#, "(b c)", "d"]]);
        check("a @'\n{\n'@\n", &[&["a", "{"]]);
        check("PS C:\\tea> a b\nprinted\n", &[&["a", "b"]]);
        check("a --% -d \"x y\" | b", &[&["a", "--%", "-d", "x y"], &["b"]]);
        check("a \"{\\\"b\\\": 1}\"", &[&["a", "{\\", "b\\: 1}"]]);
        check("'open", &[&["open"]]);
        check(") } @{ (", &[]);
    }
}
