//! Syntax errors, few and in plain words.
//!
//! After one break the parser stumbles on for a while. Errors no more than three lines apart are one run, and only
//! the first of a run is kept. What the compiler would refuse is told only of code that parses: CPython never gets
//! there either, and a recovered tree would be blamed for what it is not.

use etude_text::Span;
use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{LexicalErrorType, ParseErrorType, Parsed};
use ruff_text_size::Ranged;

use crate::compiler::Refusal;
use crate::module::span;

pub(crate) mod plain;

const RUN: u32 = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub span: Span,
    /// A lower-case fragment.
    pub message: String,
    /// The code stops inside something that was begun: a definition without a body, an open bracket or string.
    pub at_end: bool,
    /// The code parses; it is Python's compiler that refuses it, as `return` outside a function.
    pub compiler: bool,
}

pub(crate) fn too_deep(source: &str) -> SyntaxError {
    let first_line = source.find(['\n', '\r']).unwrap_or(source.len());
    SyntaxError {
        span: Span::at(0..first_line),
        message: "nested too deeply".to_owned(),
        at_end: false,
        compiler: false,
    }
}

pub(crate) fn collect(source: &str, parsed: &Parsed<ModModule>, refusals: Vec<Refusal>) -> Vec<SyntaxError> {
    let mut errors = if parsed.errors().is_empty() {
        refusals
            .into_iter()
            .map(|Refusal { span, message }| Found {
                error: SyntaxError { span, message, at_end: false, compiler: true },
                unclosed: false,
            })
            .collect()
    } else {
        grammar(source, parsed)
    };
    // CPython's tokenizer comes first. Further down it may have been led astray by what is broken.
    let first = parsed.errors().iter().map(|error| span(error.location).start).min();
    if let Some(error) = tab_error(source, parsed)
        && first.is_none_or(|first| error.span.start <= first)
    {
        errors.retain(|found| parsed.errors().is_empty() || found.error.span.start > error.span.end);
        errors.push(Found { error, unclosed: false });
    }
    errors.sort_by_key(|found| (found.error.span.start, found.error.span.end));
    first_of_each_run(source, errors)
}

/// The first line whose indentation is deeper or not than another one's depending on how wide a tab is, which is a
/// `TabError` to Python. The parser takes a tab for two columns and lets some of them pass.
fn tab_error(source: &str, parsed: &Parsed<ModModule>) -> Option<SyntaxError> {
    if !source.contains('\t') {
        return None;
    }
    let mut stack = vec![Indentation::default()];
    let mut begins = true;
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::Newline => begins = true,
            TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile => {}
            // The indentation itself, where the parser refuses it too.
            TokenKind::Unknown if span(token.range()).slice(source).trim_matches([' ', '\t']).is_empty() => {}
            _ if begins => {
                begins = false;
                let start = u32::from(token.range().start()) as usize;
                let line = source[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
                // Behind `;` no line begins.
                let Some(here) = Indentation::of(&source[line..start]) else { continue };
                while stack.len() > 1 && stack.last().is_some_and(|outer| outer.wide > here.wide) {
                    stack.pop();
                }
                let outer = stack.last().copied().unwrap_or_default();
                if here.wide.cmp(&outer.wide) != here.narrow.cmp(&outer.narrow) {
                    return Some(SyntaxError {
                        span: Span::at(line..start),
                        message: "the indentation mixes tabs and blanks in a way that Python refuses (`TabError`)"
                            .to_owned(),
                        at_end: false,
                        compiler: false,
                    });
                }
                if here.wide > outer.wide {
                    stack.push(here);
                }
            }
            _ => {}
        }
    }
    None
}

/// How deep a line is indented, a tab taken to go to the next multiple of eight and to be one blank: Python wants both
/// to agree.
#[derive(Clone, Copy, Default)]
struct Indentation {
    wide: u32,
    narrow: u32,
}

impl Indentation {
    fn of(blanks: &str) -> Option<Self> {
        let mut indentation = Self::default();
        for char in blanks.trim_start_matches('\u{feff}').chars() {
            match char {
                ' ' => indentation = Self { wide: indentation.wide + 1, narrow: indentation.narrow + 1 },
                '\t' => {
                    indentation = Self { wide: indentation.wide / 8 * 8 + 8, narrow: indentation.narrow + 1 };
                }
                '\u{c}' => indentation = Self::default(),
                _ => return None,
            }
        }
        Some(indentation)
    }
}

struct Found {
    error: SyntaxError,
    /// A bracket or string is open at the end of the text: certain, where `at_end` may also be an echo.
    unclosed: bool,
}

fn grammar(source: &str, parsed: &Parsed<ModModule>) -> Vec<Found> {
    let end = End::of(source, parsed);
    let mut errors: Vec<Found> = Vec::new();
    let mut bracket_told = false;
    // Where a line is the first thing that cannot stand in the bracket, the bracket was forgotten, not the rest of it.
    let forgotten = end.bracket.is_some_and(|bracket| {
        parsed
            .errors()
            .iter()
            .map(|error| span(error.location).start)
            .any(|start| bracket.start < start && start < end.content && begins_line(source, start))
    });
    for error in parsed.errors() {
        let at = span(error.location);
        let ends = matches!(error.error, ParseErrorType::Lexical(LexicalErrorType::Eof));
        if let Some(bracket) = end.bracket
            && (ends || at.start >= end.content || (forgotten && at.start > bracket.start))
        {
            // Told where it opens, as CPython does, and once: whatever else is missing at the end is missing for this.
            if !std::mem::replace(&mut bracket_told, true) {
                let message = format!("`{}` was never closed", bracket.slice(source));
                errors.push(Found {
                    error: SyntaxError { span: bracket, message, at_end: !forgotten, compiler: false },
                    unclosed: !forgotten,
                });
            }
            continue;
        }
        // The parser stumbles over the next line; what is wrong is further up.
        if plain::wants_bracket_or_comma(&error.error)
            && let Some(bracket) = end.abandoned_before(at.start)
        {
            let message = format!("`{}` was never closed", bracket.slice(source));
            let error = SyntaxError { span: bracket, message, at_end: false, compiler: false };
            errors.push(Found { error, unclosed: false });
            continue;
        }
        let unclosed = end.leaves_string_open(source, &error.error, at);
        let missing = at.start >= end.content && plain::misses_something(&error.error);
        errors.push(Found {
            error: SyntaxError {
                span: within(source, at),
                message: plain::grammar(source, error),
                at_end: unclosed || ends || missing,
                compiler: false,
            },
            unclosed,
        });
    }
    errors
}

fn first_of_each_run(source: &str, errors: Vec<Found>) -> Vec<SyntaxError> {
    let mut kept: Vec<SyntaxError> = Vec::new();
    let mut last = 0;
    for Found { error, unclosed } in errors {
        let start = error.span.start as usize;
        if let Some(first) = kept.last_mut()
            && line_breaks(&source[last..start], RUN + 1) <= RUN
        {
            first.at_end |= unclosed;
        } else {
            kept.push(error);
        }
        last = start;
    }
    kept
}

/// How many line breaks a text has, counted up to `enough`.
fn line_breaks(text: &str, enough: u32) -> u32 {
    let bytes = text.as_bytes();
    let breaks = bytes
        .iter()
        .enumerate()
        .filter(|&(index, &byte)| byte == b'\n' || (byte == b'\r' && bytes.get(index + 1) != Some(&b'\n')));
    breaks.take(enough as usize).count() as u32
}

/// The parser points one past the text where it misses something at the end.
fn within(source: &str, span: Span) -> Span {
    let limit = source.len() as u32;
    let floor = |offset: u32| source.floor_char_boundary(offset.min(limit) as usize) as u32;
    Span::new(floor(span.start), floor(span.end))
}

fn begins_line(source: &str, offset: u32) -> bool {
    let before = source.get(..offset as usize).unwrap_or_default().trim_end_matches([' ', '\t']);
    before.ends_with(['\n', '\r'])
}

/// How the text ends.
struct End {
    /// After the last token that is more than layout.
    content: u32,
    /// The innermost bracket that is still open there.
    bracket: Option<Span>,
    /// Brackets the parser gave up on before that, each with where it did.
    abandoned: Vec<(Span, u32)>,
}

impl End {
    fn of(source: &str, parsed: &Parsed<ModModule>) -> Self {
        let mut content = 0;
        let mut open: Vec<Span> = Vec::new();
        let mut abandoned: Vec<(Span, u32)> = Vec::new();
        let mut statement_ended = false;
        for token in parsed.tokens() {
            match token.kind() {
                TokenKind::Comment
                | TokenKind::NonLogicalNewline
                | TokenKind::Indent
                | TokenKind::Dedent
                | TokenKind::EndOfFile => continue,
                // Inside a bracket this is where the parser gave it up, unless nothing follows.
                TokenKind::Newline => {
                    statement_ended = true;
                    continue;
                }
                _ => {}
            }
            if std::mem::take(&mut statement_ended) {
                abandoned.extend(open.drain(..).map(|bracket| (bracket, token.range().start().into())));
            }
            match token.kind() {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(span(token.range())),
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    open.pop();
                }
                _ => {}
            }
            content = u32::from(token.range().end());
        }
        Self { content: content.min(source.len() as u32), bracket: open.last().copied(), abandoned }
    }

    /// The last bracket that is open where an error stands and never closed.
    fn abandoned_before(&self, offset: u32) -> Option<Span> {
        // In order of both: what was given up at one place was opened after the place before. Broken text can have
        // very many of each.
        let group = self.abandoned.partition_point(|&(_, given_up)| given_up < offset);
        let &(_, place) = self.abandoned.get(group)?;
        let opened = self
            .abandoned
            .partition_point(|&(bracket, given_up)| given_up < place || (given_up == place && bracket.start < offset));
        self.abandoned[group..opened].last().map(|&(bracket, _)| bracket)
    }

    fn leaves_string_open(&self, source: &str, error: &ParseErrorType, at: Span) -> bool {
        match unclosed_string(source, error, at) {
            None => false,
            Some(Quotes::Triple) => true,
            // The string ends with its line.
            Some(Quotes::Single) => {
                let rest = source.get(at.start as usize..).unwrap_or_default();
                let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
                only_comments(&rest[line..])
            }
        }
    }
}

enum Quotes {
    Single,
    Triple,
}

fn unclosed_string(source: &str, error: &ParseErrorType, at: Span) -> Option<Quotes> {
    use ruff_python_parser::InterpolatedStringErrorType as Interpolated;
    let ParseErrorType::Lexical(error) = error else { return None };
    match error {
        LexicalErrorType::UnclosedStringError => {
            let literal = source.get(at.start as usize..).unwrap_or_default();
            let quotes = literal.trim_start_matches(|character: char| character.is_ascii_alphabetic());
            let triple = quotes.starts_with("\"\"\"") || quotes.starts_with("'''");
            Some(if triple { Quotes::Triple } else { Quotes::Single })
        }
        LexicalErrorType::FStringError(kind) | LexicalErrorType::TStringError(kind) => match kind {
            Interpolated::UnterminatedString => Some(Quotes::Single),
            Interpolated::UnterminatedTripleQuotedString => Some(Quotes::Triple),
            _ => None,
        },
        _ => None,
    }
}

fn only_comments(text: &str) -> bool {
    text.split(['\n', '\r']).map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

#[cfg(test)]
mod tests;
