use etude_text::Span;
use ruff_python_ast::token::{Token as RawToken, TokenKind as Raw};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ModModule, Pattern, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use crate::builtins::is_builtin;
use crate::depth;
use crate::module::{span, span_of};

/// What a highlighter paints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Keyword,
    /// The name in a `def` or `class`.
    Definition,
    Builtin,
    /// `@` and the dotted name after it.
    Decorator,
    Name,
    Number,
    /// The literal parts of an f-string too; what stands in its braces is painted as code.
    String,
    Comment,
    Operator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// The tokens of any text, in order and without overlap; blanks lie between them. What nests beyond all measure has
/// none.
pub fn highlight(source: &str) -> Vec<Token> {
    depth::with_tree(source, |parsed| paint(source, parsed)).unwrap_or_default()
}

fn paint(source: &str, parsed: &Parsed<ModModule>) -> Vec<Token> {
    let wildcards = wildcards(parsed.suite());
    let raw: Vec<RawToken> =
        parsed.tokens().iter().copied().filter(|token| token.kind() != Raw::NonLogicalNewline).collect();
    let mut painted: Vec<Token> = Vec::with_capacity(raw.len());
    let mut brackets = 0_usize;
    let mut decorating = false;
    let mut previous = Raw::Newline;
    for (index, token) in raw.iter().enumerate() {
        let next = raw[index + 1..].iter().map(|token| token.kind()).find(|&kind| kind != Raw::Comment);
        match token.kind() {
            Raw::Lpar | Raw::Lsqb | Raw::Lbrace => brackets += 1,
            Raw::Rpar | Raw::Rsqb | Raw::Rbrace => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        let starts_line = matches!(previous, Raw::Newline | Raw::Indent | Raw::Dedent);
        decorating = match token.kind() {
            Raw::At => starts_line && brackets == 0,
            Raw::Name | Raw::Dot => decorating,
            _ => false,
        };
        let span = span(token.range());
        let kind = match token.kind() {
            _ if decorating => Some(TokenKind::Decorator),
            Raw::Name if matches!(previous, Raw::Def | Raw::Class) => Some(TokenKind::Definition),
            Raw::Name if wildcards.binary_search(&span).is_ok() => Some(TokenKind::Keyword),
            Raw::Name => {
                let is_argument_name =
                    brackets > 0 && matches!(previous, Raw::Lpar | Raw::Comma) && next == Some(Raw::Equal);
                let builtin = previous != Raw::Dot && !is_argument_name && is_builtin(span.slice(source));
                Some(if builtin { TokenKind::Builtin } else { TokenKind::Name })
            }
            kind => plain_kind(kind),
        };
        if token.kind() != Raw::Comment {
            previous = token.kind();
        }
        // After an error some tokens are empty, and some were read twice.
        let fresh = painted.last().is_none_or(|last| last.span.end <= span.start);
        if let Some(kind) = kind
            && !span.is_empty()
            && fresh
        {
            push(&mut painted, kind, span);
        }
    }
    painted
}

/// The quotes, the text and the end of an f-string are one string to the reader.
fn push(painted: &mut Vec<Token>, kind: TokenKind, span: Span) {
    match painted.last_mut() {
        Some(last) if kind == TokenKind::String && last.kind == kind && last.span.end == span.start => {
            last.span.end = span.end;
        }
        _ => painted.push(Token { kind, span }),
    }
}

fn plain_kind(kind: Raw) -> Option<TokenKind> {
    Some(match kind {
        Raw::Int | Raw::Float | Raw::Complex => TokenKind::Number,
        Raw::String
        | Raw::FStringStart
        | Raw::FStringMiddle
        | Raw::FStringEnd
        | Raw::TStringStart
        | Raw::TStringMiddle
        | Raw::TStringEnd => TokenKind::String,
        Raw::Comment => TokenKind::Comment,
        // Words first: `and`, `in` and `not` are operators to the parser.
        kind if kind.is_keyword() => TokenKind::Keyword,
        kind if kind.is_operator() => TokenKind::Operator,
        Raw::Dot | Raw::Question | Raw::Exclamation => TokenKind::Operator,
        _ => return None,
    })
}

/// Where `_` is the pattern that matches anything, not a name.
fn wildcards(body: &[Stmt]) -> Vec<Span> {
    #[derive(Default)]
    struct Finder(Vec<Span>);
    impl<'a> Visitor<'a> for Finder {
        fn visit_pattern(&mut self, pattern: &'a Pattern) {
            if let Pattern::MatchAs(capture) = pattern
                && capture.name.is_none()
                && capture.pattern.is_none()
            {
                self.0.push(span_of(capture));
            }
            visitor::walk_pattern(self, pattern);
        }
        // Patterns are in statements only.
        fn visit_expr(&mut self, _: &'a ruff_python_ast::Expr) {}
    }
    let mut finder = Finder::default();
    finder.visit_body(body);
    finder.0.sort_unstable();
    finder.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        let painted: Vec<String> = highlight(source)
            .iter()
            .map(|token| {
                let letter = match token.kind {
                    TokenKind::Keyword => "k",
                    TokenKind::Definition => "d",
                    TokenKind::Builtin => "b",
                    TokenKind::Decorator => "@",
                    TokenKind::Name => "n",
                    TokenKind::Number => "0",
                    TokenKind::String => "s",
                    TokenKind::Comment => "#",
                    TokenKind::Operator => "o",
                };
                format!("{letter}:{}", token.span.slice(source))
            })
            .collect();
        assert_eq!(painted.join(" "), expected, "{source}");
    }

    #[test]
    fn every_kind() {
        check(
            "@app.get('/')\nasync def f(x=1): # c\n    return None",
            "@:@ @:app @:. @:get o:( s:'/' o:) k:async k:def d:f o:( n:x o:= 0:1 o:) o:: #:# c k:return k:None",
        );
        check("class C(Exception): pass", "k:class d:C o:( b:Exception o:) o:: k:pass");
        check("a @ b and not c", "n:a o:@ n:b k:and k:not n:c");
    }

    #[test]
    fn builtins_only_where_they_are_meant() {
        check("def f(a: int=1)", "k:def d:f o:( n:a o:: b:int o:= 0:1 o:)");
        check("print(x.id, id=id)", "b:print o:( n:x o:. n:id o:, n:id o:= b:id o:)");
    }

    #[test]
    fn soft_keywords_only_where_they_are_keywords() {
        check("match x:\n    case _: pass", "k:match n:x o:: k:case k:_ o:: k:pass");
        check("match = _", "n:match o:= n:_");
        check("type X = int", "k:type n:X o:= b:int");
        check("type(x)", "b:type o:( n:x o:)");
    }

    #[test]
    fn strings_with_code_in_them() {
        check("f'a {x!r:>{w}} b'", "s:f'a  o:{ n:x o:! n:r o:: s:> o:{ n:w o:} o:} s: b'");
        check("f'' rb'x'", "s:f'' s:rb'x'");
    }

    #[test]
    fn broken_code_is_painted() {
        check("def f(", "k:def d:f o:(");
        check("x = 'abc\ny = 1", "n:x o:= s:'abc n:y o:= 0:1");
        check("for for $ x", "k:for k:for n:x");
    }
}
