//! Values that a PowerShell script writes out: texts, numbers, tables, lists, and what `ConvertTo-Json` makes of them.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::Word;
use super::powershell::Token;

pub(super) struct Values<'a> {
    pub(super) code: &'a str,
    pub(super) tokens: &'a [Token],
    /// By their names, in lower case.
    pub(super) variables: &'a HashMap<String, Value>,
}

/// Tables in tables; nobody writes more, and no text may use up the stack.
const DEEPEST: usize = 20;

impl Values<'_> {
    /// A variable as what it holds, anything else as it is.
    pub(super) fn resolved(&self, word: &Word) -> Word {
        match self.variable(word) {
            Some(value) => as_word(value, word.range.clone()),
            None => word.clone(),
        }
    }

    /// What stands in brackets, and the index of the token behind it. What is not written out is not exact.
    pub(super) fn argument(&self, at: usize, range: &Range<usize>) -> (Word, usize) {
        if let Some((value, next)) = self.value(at, 0) {
            return (as_word(&value, range.clone()), next);
        }
        let mut depth = 0;
        let mut next = at;
        while let Some(token) = self.tokens.get(next) {
            next += 1;
            match token {
                Token::Operator("(" | "@(" | "{" | "@{", _) => depth += 1,
                Token::Operator(")" | "}", _) => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let end = match self.tokens.get(next.saturating_sub(1)) {
            Some(Token::Word(word)) => word.range.end,
            Some(Token::Operator(_, range)) => range.end,
            None => range.end,
        };
        let range = range.start..end.max(range.end);
        let text = self.code.get(range.clone()).unwrap_or_default().to_owned();
        (Word { text, range, ..Word::default() }, next)
    }

    /// A value, and what it is piped into.
    pub(super) fn piped(&self, at: usize) -> Option<(Value, usize)> {
        self.piped_at(at, 0)
    }

    fn piped_at(&self, at: usize, depth: usize) -> Option<(Value, usize)> {
        let (mut value, mut at) = self.value(at, depth)?;
        while self.is(at, "|") {
            let converts = self.word(at + 1).is_some_and(|word| word.text.eq_ignore_ascii_case("ConvertTo-Json"));
            if !converts {
                return None;
            }
            value = Value::String(value.to_string());
            at += 2;
            while self.word(at).is_some() {
                at += 1;
            }
        }
        Some((value, at))
    }

    fn value(&self, at: usize, depth: usize) -> Option<(Value, usize)> {
        if depth > DEEPEST {
            return None;
        }
        match self.tokens.get(at)? {
            Token::Operator("(", _) => {
                let (value, next) = self.piped_at(at + 1, depth + 1)?;
                self.is(next, ")").then_some((value, next + 1))
            }
            Token::Operator("@(", _) => self.list(at + 1, depth + 1),
            Token::Operator("@{", _) => self.table(at + 1, depth + 1),
            // `[ordered]@{ … }`
            Token::Word(word) if word.text.starts_with('[') && self.is(at + 1, "@{") => self.table(at + 2, depth + 1),
            Token::Word(word) => Some((self.written(word)?, at + 1)),
            Token::Operator(..) => None,
        }
    }

    fn list(&self, mut at: usize, depth: usize) -> Option<(Value, usize)> {
        let mut items = Vec::new();
        loop {
            match self.tokens.get(at)? {
                Token::Operator(")", _) => return Some((Value::Array(items), at + 1)),
                Token::Operator("," | "\n" | ";", _) => at += 1,
                _ => {
                    let (item, next) = self.value(at, depth)?;
                    items.push(item);
                    at = next;
                }
            }
        }
    }

    fn table(&self, mut at: usize, depth: usize) -> Option<(Value, usize)> {
        let mut fields = Map::new();
        loop {
            match self.tokens.get(at)? {
                Token::Operator("}", _) => return Some((Value::Object(fields), at + 1)),
                Token::Operator("\n" | ";", _) => at += 1,
                Token::Word(name) if self.word(at + 1).is_some_and(|word| word.text == "=") => {
                    let (value, next) = self.value(at + 2, depth)?;
                    fields.insert(name.text.clone(), value);
                    at = next;
                }
                _ => return None,
            }
        }
    }

    /// A text in quotes, a number, `$true`, a variable.
    fn written(&self, word: &Word) -> Option<Value> {
        let quoted = self.code.get(word.range.clone())?.starts_with(['\'', '"', '@', '‘', '“']);
        if quoted {
            return word.exact.then(|| Value::String(word.text.clone()));
        }
        match word.text.to_lowercase().as_str() {
            "$true" => Some(Value::Bool(true)),
            "$false" => Some(Value::Bool(false)),
            "$null" => Some(Value::Null),
            _ => {
                self.variable(word).cloned().or_else(|| serde_json::from_str(&word.text).ok().filter(Value::is_number))
            }
        }
    }

    fn variable(&self, word: &Word) -> Option<&Value> {
        let source = self.code.get(word.range.clone())?;
        self.variables.get(&source.strip_prefix('$')?.to_lowercase())
    }

    fn word(&self, at: usize) -> Option<&Word> {
        match self.tokens.get(at)? {
            Token::Word(word) => Some(word),
            Token::Operator(..) => None,
        }
    }

    fn is(&self, at: usize, operator: &str) -> bool {
        matches!(self.tokens.get(at), Some(Token::Operator(found, _)) if *found == operator)
    }
}

fn as_word(value: &Value, range: Range<usize>) -> Word {
    let (text, table) = match value {
        Value::String(text) => (text.clone(), false),
        other => (other.to_string(), other.is_object() || other.is_array()),
    };
    Word { text, range, exact: true, table, verbatim: false }
}
