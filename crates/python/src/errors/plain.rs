//! The parser's messages in the words of somebody who teaches Python.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::semantic_errors::{SemanticSyntaxError, SemanticSyntaxErrorKind as Semantic};
use ruff_python_parser::{LexicalErrorType as Lexical, ParseError, ParseErrorType as Kind};

/// A message for what the grammar does not allow.
pub(crate) fn grammar(source: &str, error: &ParseError) -> String {
    let start = error.location.start().to_usize();
    match &error.error {
        Kind::SimpleStatementsOnSameLine | Kind::UnexpectedExpressionToken => match word_before(source, start) {
            Some(word @ ("print" | "exec")) => format!("`{word}` is a function: what it is given goes in parentheses"),
            _ => "two statements on one line need a `;` between them, or a line each".to_owned(),
        },
        Kind::SimpleAndCompoundStatementOnSameLine => "a statement with a block must start on its own line".to_owned(),
        Kind::ExpectedToken { expected, found } => expected_token(*expected, *found),
        Kind::ExpectedExpression => "expected an expression".to_owned(),
        Kind::UnexpectedIndentation => "this line is indented, but nothing before it begins a block".to_owned(),
        Kind::InvalidAssignmentTarget => "cannot assign to this".to_owned(),
        Kind::InvalidAugmentedAssignmentTarget => "cannot update this in place".to_owned(),
        Kind::InvalidAnnotatedAssignmentTarget => "only a name, attribute or item can be annotated".to_owned(),
        Kind::InvalidNamedAssignmentTarget => "`:=` can only assign to a name".to_owned(),
        Kind::InvalidDeleteTarget => "cannot delete this".to_owned(),
        Kind::EmptyDeleteTargets => "`del` needs something to delete".to_owned(),
        Kind::EmptyGlobalNames => "`global` needs at least one name".to_owned(),
        Kind::EmptyNonlocalNames => "`nonlocal` needs at least one name".to_owned(),
        Kind::EmptyImportNames => "`import` needs at least one name".to_owned(),
        Kind::EmptySlice => "expected an index or a slice between the brackets".to_owned(),
        Kind::UnparenthesizedNamedExpression => "`:=` needs parentheses here".to_owned(),
        Kind::UnparenthesizedTupleExpression => "a tuple needs parentheses here".to_owned(),
        Kind::UnparenthesizedGeneratorExpression => "a generator expression needs parentheses here".to_owned(),
        Kind::InvalidStarredExpressionUsage => "`*` cannot be used here".to_owned(),
        Kind::InvalidYieldExpressionUsage => "`yield` cannot be used here".to_owned(),
        Kind::InvalidLambdaExpressionUsage => "`lambda` cannot be used here".to_owned(),
        Kind::PositionalAfterKeywordArgument => "an argument without a name cannot follow one with a name".to_owned(),
        Kind::PositionalAfterKeywordUnpacking => "an argument without a name cannot follow `**`".to_owned(),
        Kind::InvalidArgumentUnpackingOrder => "`*` cannot follow `**` in a call".to_owned(),
        Kind::ParamAfterVarKeywordParam => "no parameter can follow `**`".to_owned(),
        Kind::NonDefaultParamAfterDefaultParam => {
            "a parameter without a default cannot follow one with a default".to_owned()
        }
        Kind::VarParameterWithDefault => "a parameter with `*` or `**` cannot have a default".to_owned(),
        Kind::ExpectedKeywordParam => "expected a parameter after `*`".to_owned(),
        Kind::InvalidMatchPatternTarget => "`_` cannot be used as a name here".to_owned(),
        Kind::UnexpectedTokenAfterAsync(found) => {
            format!("`async` goes before `def`, `for` or `with`, not {}", described(*found))
        }
        Kind::UnexpectedIpythonEscapeCommand => "this is a command for IPython, not Python".to_owned(),
        Kind::Lexical(error) => lexical(error),
        Kind::OtherError(message) => other(message),
        kind => interpolated(&fragment(&kind.to_string())),
    }
}

/// Whether the parser wanted something that is not there (rather than stumbling over something that is).
pub(crate) fn misses_something(error: &Kind) -> bool {
    match error {
        Kind::ExpectedToken { .. } | Kind::ExpectedExpression | Kind::EmptyImportNames | Kind::EmptyDeleteTargets => {
            true
        }
        Kind::OtherError(message) => message.starts_with("Expected") || message.starts_with("Missing"),
        _ => false,
    }
}

/// Whether the parser would go on if a bracket closed here, or a comma stood here.
pub(crate) fn wants_bracket_or_comma(error: &Kind) -> bool {
    use TokenKind::{Comma, Rbrace, Rpar, Rsqb};
    match error {
        Kind::ExpectedToken { expected, .. } => matches!(expected, Comma | Rpar | Rsqb | Rbrace),
        Kind::OtherError(message) => message.starts_with("Missing closing"),
        _ => false,
    }
}

fn expected_token(expected: TokenKind, found: TokenKind) -> String {
    match (expected, found) {
        (TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace, _) => {
            format!("expected {expected} or a comma, found {}", described(found))
        }
        (TokenKind::Colon, TokenKind::Equal) => "`=` assigns; to compare, write `==`".to_owned(),
        (TokenKind::Comma, _) => format!("expected a comma before {}", described(found)),
        _ => format!("expected {}, found {}", described(expected), described(found)),
    }
}

fn described(kind: TokenKind) -> String {
    match kind {
        TokenKind::Newline | TokenKind::NonLogicalNewline => "the end of the line".to_owned(),
        TokenKind::EndOfFile => "the end of the code".to_owned(),
        TokenKind::Indent => "an indented line".to_owned(),
        TokenKind::Dedent => "the end of the block".to_owned(),
        TokenKind::Name => "a name".to_owned(),
        TokenKind::Int | TokenKind::Float | TokenKind::Complex => "a number".to_owned(),
        TokenKind::String
        | TokenKind::FStringStart
        | TokenKind::FStringMiddle
        | TokenKind::FStringEnd
        | TokenKind::TStringStart
        | TokenKind::TStringMiddle
        | TokenKind::TStringEnd => "a string".to_owned(),
        TokenKind::Unknown => "a character that Python does not know".to_owned(),
        // A word or a sign, in backticks already.
        kind => kind.to_string(),
    }
}

fn lexical(error: &Lexical) -> String {
    match error {
        Lexical::UnclosedStringError => "the string is never closed".to_owned(),
        Lexical::UnrecognizedToken { tok } => unrecognized(*tok),
        Lexical::IndentationError => "the indentation matches no block around it".to_owned(),
        Lexical::LineContinuationError => "nothing can follow `\\` on its line".to_owned(),
        Lexical::Eof => "the code ends in the middle of a statement".to_owned(),
        Lexical::InvalidByteLiteral => "bytes can only contain ASCII characters".to_owned(),
        Lexical::UnicodeError | Lexical::StringError => "an escape in this string is not valid".to_owned(),
        Lexical::MissingUnicodeLbrace => "`\\N` needs the name of a character in braces".to_owned(),
        Lexical::MissingUnicodeRbrace => "the `{` of `\\N{…}` is never closed".to_owned(),
        error => interpolated(&fragment(&error.to_string())),
    }
}

/// Typed by a word processor or copied from a page, these look right and are not.
fn unrecognized(character: char) -> String {
    match character {
        '“' | '”' | '„' => format!("`{character}` is a typographic quote: Python strings take `\"`"),
        '‘' | '’' => format!("`{character}` is a typographic quote: Python strings take `'`"),
        '–' | '—' | '−' => format!("`{character}` is a dash: Python's minus sign is `-`"),
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' => {
            format!("a blank that is not a plain space (U+{:04X})", u32::from(character))
        }
        character if character.is_control() || !is_visible(character) => {
            format!("an invisible character (U+{:04X})", u32::from(character))
        }
        character => format!("`{character}` has no meaning here"),
    }
}

fn is_visible(character: char) -> bool {
    !matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn interpolated(message: &str) -> String {
    match message {
        "f-string: expecting `}`" => "a `{` in the f-string is never closed".to_owned(),
        "f-string: single `}` is not allowed" => "a `}` alone in an f-string is written `}}`".to_owned(),
        "f-string: unterminated string" | "f-string: unterminated triple-quoted string" => {
            "the f-string is never closed".to_owned()
        }
        message => message.to_owned(),
    }
}

fn other(message: &str) -> String {
    match message {
        "Expected an identifier" => "expected a name".to_owned(),
        "Missing closing bracket `]`" => "`[` was never closed".to_owned(),
        "Missing closing brace `}`" => "`{` was never closed".to_owned(),
        "Missing closing parenthesis `)`" => "`(` was never closed".to_owned(),
        "Expected a simple statement" => "a statement with a block cannot stand on the line of another one".to_owned(),
        "Expected class, function definition or async function definition after decorator" => {
            "a decorator must be followed by a function or a class".to_owned()
        }
        _ => match message.strip_prefix("Expected an identifier, but found a keyword ") {
            Some(rest) => {
                let word = rest.split_whitespace().next().unwrap_or(rest);
                format!("{word} is a keyword and cannot be used as a name")
            }
            None => fragment(message),
        },
    }
}

/// A message for what only the compiler refuses.
pub(crate) fn semantic(error: &SemanticSyntaxError) -> String {
    match &error.kind {
        Semantic::ReturnOutsideFunction => "`return` outside a function".to_owned(),
        Semantic::YieldOutsideFunction(kind) => format!("`{kind}` outside a function"),
        Semantic::AwaitOutsideAsyncFunction(kind) => format!("{kind} outside an `async def`"),
        Semantic::YieldFromInAsyncFunction => {
            "`yield from` inside `async def`: loop with `async for` and `yield` instead".to_owned()
        }
        Semantic::ReturnInGenerator => "`return` with a value in an async generator".to_owned(),
        Semantic::BreakOutsideLoop => "`break` outside a loop".to_owned(),
        Semantic::ContinueOutsideLoop => "`continue` outside a loop".to_owned(),
        Semantic::DuplicateParameter(name) => format!("two parameters are named `{name}`"),
        Semantic::DuplicateKeywordArgument(name) => format!("the argument `{name}` is given twice"),
        Semantic::GlobalParameter(name) => format!("`{name}` is a parameter and cannot also be `global`"),
        Semantic::NonlocalParameter(name) => format!("`{name}` is a parameter and cannot also be `nonlocal`"),
        Semantic::NonlocalDeclarationAtModuleLevel => "`nonlocal` outside a function".to_owned(),
        Semantic::LateFutureImport => "`from __future__` imports must come first in the file".to_owned(),
        Semantic::FutureFeatureNotDefined(name) => format!("`__future__` has no feature `{name}`"),
        Semantic::NonModuleImportStar(module) => format!("`from {module} import *` inside a function or class"),
        Semantic::InvalidStarExpression => "`*` cannot be used here".to_owned(),
        Semantic::MultipleStarredExpressions => "only one `*` can take what is left".to_owned(),
        Semantic::SingleStarredAssignment => "a `*` target must be in a list or tuple: `*rest, = values`".to_owned(),
        _ => fragment(&error.to_string()),
    }
}

/// As this project writes messages: no capital at the start, no full stop, code in backticks.
fn fragment(message: &str) -> String {
    let message = message.trim_end_matches('.').replace(['\'', '"'], "`");
    let mut characters = message.chars();
    match characters.next() {
        // Not `Got` but also not `TypeVar`.
        Some(first)
            if characters.as_str().starts_with(|second: char| second.is_lowercase())
                && !message.starts_with("TypeVar") =>
        {
            first.to_lowercase().chain(characters).collect()
        }
        _ => message,
    }
}

/// The word that ends before an offset, spaces between, if a line or statement begins with it.
fn word_before(source: &str, offset: usize) -> Option<&str> {
    let before = source.get(..offset)?;
    let line = &before[before.rfind(['\n', '\r', ';', ':']).map_or(0, |at| at + 1)..];
    Some(line.trim())
}
