use etude_text::Span;
use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};

use crate::{Counts, Import, Names, Symbol, SyntaxError, Usage};
use crate::{counts, depth, errors, imports, names, surrogates, symbols, usage, version};

/// A parsed module (or snippet): whatever could be understood, and the errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// In source order. ruff's parser reports many after one break; these are the first of each run.
    pub errors: Vec<SyntaxError>,
    pub symbols: Vec<Symbol>,
    pub imports: Vec<Import>,
    pub names: Names,
    pub usage: Usage,
    pub counts: Counts,
    /// `# comment` spans, in order.
    pub comments: Vec<Span>,
    /// Escapes such as `\ud800` that stand for half a character, without the other half.
    pub lone_surrogates: Vec<Span>,
    /// The lowest Python version whose grammar has everything used here, if that is later than 3.7. Not told of code
    /// that does not parse: Python 2 looks like news there.
    pub min_version: Option<(u8, u8)>,
}

/// Reads any text as a Python module.
pub fn parse(source: &str) -> Module {
    depth::with_tree(source, |parsed| describe(source, parsed))
        .unwrap_or_else(|| Module { errors: vec![errors::too_deep(source)], ..Module::default() })
}

fn describe(source: &str, parsed: &Parsed<ModModule>) -> Module {
    let body = parsed.suite();
    let analysis = names::analyse(source, body);
    let comments = parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment);
    Module {
        errors: errors::collect(source, parsed, analysis.errors),
        symbols: symbols::collect(source, body),
        imports: imports::collect(body),
        usage: usage::collect(body),
        counts: counts::collect(body),
        names: analysis.names,
        comments: comments.map(|token| span(token.range())).collect(),
        lone_surrogates: surrogates::lone(source, parsed),
        min_version: version::lowest(parsed),
    }
}

pub(crate) fn span(range: TextRange) -> Span {
    Span::new(range.start().into(), range.end().into())
}

pub(crate) fn span_of(node: &impl Ranged) -> Span {
    span(node.range())
}
