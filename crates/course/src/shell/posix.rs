//! POSIX shell words.

use std::ops::Range;

use super::{Command, Cursor, Word, typed};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Word(Word),
    /// What stands in a here-document.
    Here(Word),
    Operator(&'static str, Range<usize>),
}

/// The longest first.
const OPERATORS: [&str; 18] =
    ["&&", "||", ";;", "<<<", "<<-", "<<", "<&", ">>", ">&", ">|", "&>", "|&", "&", "|", ";", "(", ")", "\n"];

/// Words after which a command begins.
const RESERVED: [&str; 14] =
    ["do", "done", "then", "else", "elif", "fi", "if", "while", "until", "time", "{", "}", "!", "sudo"];

pub(super) fn commands(code: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut open = Command::default();
    let mut redirected = false;
    for token in tokens(code) {
        match token {
            Token::Word(_) if redirected => redirected = false,
            Token::Word(word) if open.words.is_empty() && leads(&word.text) => {}
            Token::Word(word) => open.words.push(word),
            Token::Here(word) => open.input = Some(word),
            Token::Operator("<" | ">" | ">>" | ">&" | "<&" | "&>" | ">|" | "<<<" | "<<" | "<<-", _) => {
                redirected = true
            }
            Token::Operator(operator, _) => {
                let before = std::mem::take(&mut open);
                if operator == "|" {
                    open.input = echoed(&before);
                }
                finish(before, &mut commands);
            }
        }
    }
    finish(open, &mut commands);
    commands
}

fn finish(command: Command, commands: &mut Vec<Command>) {
    let Some(first) = command.words.first() else { return };
    let script = command.words.iter().skip_while(|word| word.text != "-c").nth(1);
    // `bash -c '…'`: what counts are the commands inside.
    if let (true, Some(script)) = (matches!(first.text.as_str(), "bash" | "sh" | "zsh"), script) {
        let mut inner = self::commands(&script.text);
        for word in inner.iter_mut().flat_map(|command| &mut command.words) {
            word.range = script.range.clone();
        }
        commands.extend(inner);
    } else {
        commands.push(command);
    }
}

/// What stands before a command without being its name: `time`, `do`, `X=1`.
fn leads(word: &str) -> bool {
    let assigns = word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    assigns || RESERVED.contains(&word)
}

/// `echo '…' |`: what the next command reads.
fn echoed(command: &Command) -> Option<Word> {
    match command.words.as_slice() {
        [echo, text] if echo.text == "echo" => Some(text.clone()),
        _ => None,
    }
}

/// The tokens of a script; prompts are none.
pub(crate) fn tokens(code: &str) -> Vec<Token> {
    let prompt = |line: &str| if line.starts_with("$ ") || line.starts_with("% ") { 2 } else { 0 };
    let typed = typed(code, prompt);
    let mut lexer = Lexer { cursor: Cursor { text: &typed, at: 0 }, here: Vec::new(), tokens: Vec::new() };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    cursor: Cursor<'a>,
    /// Delimiters of here-documents that begin with the next line, and whether what they hold is taken as it is.
    here: Vec<(String, bool)>,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(char) = self.cursor.rest().chars().next() {
            if self.cursor.rest().starts_with("\\\n") {
                self.cursor.at += 2;
            } else if matches!(char, ' ' | '\t' | '\r') {
                self.cursor.at += 1;
            } else if char == '#' {
                self.cursor.at += self.cursor.rest().find('\n').unwrap_or(self.cursor.rest().len());
            } else if let Some(operator) = self.operator() {
                let range = self.cursor.at..self.cursor.at + operator.len();
                self.cursor.at = range.end;
                // What stands in here-documents belongs to the line that announces them.
                if operator == "\n" {
                    self.here_documents();
                }
                self.tokens.push(Token::Operator(operator, range));
            } else {
                let quoted = matches!(char, '\'' | '"' | '\\');
                let word = self.word();
                // The number of a descriptor: `2>file`.
                let descriptor =
                    self.cursor.rest().starts_with(['<', '>']) && word.text.bytes().all(|it| it.is_ascii_digit());
                if let Some(Token::Operator("<<" | "<<-", _)) = self.tokens.last() {
                    self.here.push((word.text.clone(), quoted));
                }
                if !descriptor || quoted {
                    self.tokens.push(Token::Word(word));
                }
            }
        }
    }

    fn operator(&self) -> Option<&'static str> {
        let rest = self.cursor.rest();
        OPERATORS.into_iter().chain(["<", ">"]).find(|operator| rest.starts_with(operator))
    }

    fn here_documents(&mut self) {
        for (delimiter, literal) in std::mem::take(&mut self.here) {
            let start = self.cursor.at;
            let mut text = String::new();
            while !self.cursor.rest().is_empty() {
                let line = self.cursor.rest().split_inclusive('\n').next().unwrap_or_default().to_owned();
                self.cursor.at += line.len();
                if line.trim() == delimiter {
                    break;
                }
                text.push_str(&line);
            }
            let exact = literal || !text.contains(['$', '`']);
            self.tokens.push(Token::Here(Word { text, range: start..self.cursor.at, exact, ..Word::default() }));
        }
    }

    fn word(&mut self) -> Word {
        let start = self.cursor.at;
        let mut word = Word { exact: true, ..Word::default() };
        while let Some(char) = self.cursor.rest().chars().next() {
            if char.is_ascii_whitespace() || matches!(char, '|' | '&' | ';' | '(' | ')' | '<' | '>') {
                break;
            }
            self.cursor.at += char.len_utf8();
            match char {
                '\\' => match self.cursor.next() {
                    Some('\n') | None => {}
                    Some(escaped) => word.text.push(escaped),
                },
                '\'' => self.until('\'', &mut word),
                '"' => self.double(&mut word),
                '`' => {
                    self.until('`', &mut word);
                    word.exact = false;
                }
                '$' => self.dollar(&mut word),
                char => word.text.push(char),
            }
        }
        word.range = start..self.cursor.at;
        word
    }

    fn until(&mut self, end: char, word: &mut Word) {
        while let Some(char) = self.cursor.next().filter(|char| *char != end) {
            word.text.push(char);
        }
    }

    fn double(&mut self, word: &mut Word) {
        while let Some(char) = self.cursor.next().filter(|char| *char != '"') {
            match char {
                '\\' => match self.cursor.next() {
                    Some('\n') | None => {}
                    Some(escaped @ ('"' | '\\' | '$' | '`')) => word.text.push(escaped),
                    Some(other) => word.text.extend(['\\', other]),
                },
                '`' => {
                    self.until('`', word);
                    word.exact = false;
                }
                '$' => self.dollar(word),
                char => word.text.push(char),
            }
        }
    }

    /// `$x`, `${x}`, `$(…)`, `$'…'`; a dollar before anything else is one.
    fn dollar(&mut self, word: &mut Word) {
        let start = self.cursor.at;
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
            Some('{') => while self.cursor.next().is_some_and(|char| char != '}') {},
            Some('\'') => {
                self.cursor.at += 1;
                self.ansi(word);
                return;
            }
            Some(char) if char.is_alphanumeric() || matches!(char, '_' | '?' | '!' | '@' | '#' | '*') => {
                self.cursor.at += char.len_utf8();
                while let Some(char) = self.cursor.rest().chars().next().filter(|it| it.is_alphanumeric() || *it == '_')
                {
                    self.cursor.at += char.len_utf8();
                }
            }
            _ => {
                word.text.push('$');
                return;
            }
        }
        word.exact = false;
        word.text.push('$');
        word.text.push_str(&self.cursor.text[start..self.cursor.at]);
    }

    fn ansi(&mut self, word: &mut Word) {
        while let Some(char) = self.cursor.next().filter(|char| *char != '\'') {
            match char {
                '\\' => match self.cursor.next() {
                    Some('n') => word.text.push('\n'),
                    Some('t') => word.text.push('\t'),
                    Some(escaped) => word.text.push(escaped),
                    None => {}
                },
                char => word.text.push(char),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_programs_get_them() {
        let check = |code: &str, expected: &[&[&str]]| {
            let found: Vec<Vec<String>> =
                commands(code).into_iter().map(|it| it.words.into_iter().map(|word| word.text).collect()).collect();
            assert_eq!(found, expected, "{code}");
        };
        check("curl -d '{\"a\": 1}' \"x y\" a\\ b", &[&["curl", "-d", "{\"a\": 1}", "x y", "a b"]]);
        check("a \\\n  b # c\nd 2>/dev/null >x e", &[&["a", "b"], &["d", "e"]]);
        check("X=1 time ( a & b ); wait", &[&["a"], &["b"], &["wait"]]);
        check("for i in 1 2; do curl x >/dev/null & done", &[&["for", "i", "in", "1", "2"], &["curl", "x"]]);
        check("bash -c 'a b; c'", &[&["a", "b"], &["c"]]);
        check("echo \"\\n \\\" \\$x\" $'a\\tb'", &[&["echo", "\\n \" $x", "a\tb"]]);
        check("cat <<'EOF' | b\n$x (\nEOF\nc", &[&["cat"], &["b"], &["c"]]);
        check("'open \"", &[&["open \""]]);
    }

    #[test]
    fn what_depends_on_something_else_is_not_exact() {
        let check = |code: &str, expected: bool| {
            assert_eq!(commands(code)[0].words[1].exact, expected, "{code}");
        };
        check("a b", true);
        check("a \"$x\"", false);
        check("a '$x'", true);
        check("a $(date)/b", false);
        check("a 5$", true);
    }
}
