//! How deeply code nests, found out before a tree is built of it.
//!
//! The parser grows its stack as it needs to, but walking a tree and dropping it recurse on the stack there is: a line
//! of a hundred thousand minus signs is enough to end the process. CPython refuses such code too (200 brackets, 100
//! levels of indentation, some thousands of operators).
//!
//! For code that parses the measure is an upper bound. In one expression, every token that is not an operand can add a
//! level, and a bracket adds what is inside it; a comma or the end of a statement begins again. The tree of broken code
//! is measured once it is there.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ModModule, Pattern, Stmt};
use ruff_python_parser::lexer::lex;
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};

use crate::version;

const MAX_BRACKETS: usize = 200;
const MAX_INDENTS: usize = 100;
const MAX_DEPTH: usize = 3_000;
/// With a bracket that is never closed, all the rest of a file may seem to be inside it, and rarely is.
const MAX_DEPTH_FORGOTTEN: usize = 20_000;

/// Up to here any thread's stack is enough, even in a debug build.
const SHALLOW: usize = 100;

/// Generous for one level of any walk or of the parser; the tests of this file go to the bounds.
const STACK_PER_LEVEL: usize = if cfg!(debug_assertions) { 32 * 1024 } else { 8 * 1024 };

/// Parses and hands over the tree, on a stack that is large enough for it; `None` for what nobody wrote by hand and
/// nobody needs read.
pub(crate) fn with_tree<T>(source: &str, read: impl FnOnce(&Parsed<ModModule>) -> T) -> Option<T> {
    let levels = levels(source)?;
    Some(on_stack_for(levels, || {
        let options = ParseOptions::from(Mode::Module).with_target_version(version::OLDEST);
        // The tree is read for the oldest version the parser knows: newer syntax is parsed all the same, and noted.
        let parsed = parse_unchecked(source, options).try_into_module().expect("module mode gives a module");
        // Of code that parses the measure holds. While the parser recovers it may see brackets and blocks elsewhere.
        let levels = if parsed.has_invalid_syntax() { of_tree(parsed.suite()) } else { 0 };
        // The tree moves in, to be dropped there too.
        on_stack_for(levels, move || read(&parsed))
    }))
}

fn on_stack_for<T>(levels: usize, run: impl FnOnce() -> T) -> T {
    if levels <= SHALLOW { run() } else { stacker::grow(levels * STACK_PER_LEVEL, run) }
}

/// The true depth of a tree, found out on a stack that grows on the way.
fn of_tree(body: &[Stmt]) -> usize {
    #[derive(Default)]
    struct Plumb {
        now: usize,
        deepest: usize,
    }
    impl Plumb {
        fn down(&mut self, walk: impl FnOnce(&mut Self)) {
            self.now += 1;
            self.deepest = self.deepest.max(self.now);
            match self.now % SHALLOW {
                0 => stacker::grow(2 * SHALLOW * STACK_PER_LEVEL, || walk(self)),
                _ => walk(self),
            }
            self.now -= 1;
        }
    }
    impl<'a> Visitor<'a> for Plumb {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            self.down(|plumb| visitor::walk_stmt(plumb, stmt));
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.down(|plumb| visitor::walk_expr(plumb, expr));
        }
        fn visit_pattern(&mut self, pattern: &'a Pattern) {
            self.down(|plumb| visitor::walk_pattern(plumb, pattern));
        }
    }
    let mut plumb = Plumb::default();
    plumb.visit_body(body);
    plumb.deepest
}

/// `None` beyond the bounds.
fn levels(source: &str) -> Option<usize> {
    // Each level takes a byte at least; many snippets are one call.
    if source.len() <= SHALLOW / 4 {
        return Some(source.len());
    }
    let mut lexer = lex(source, Mode::Module);
    let mut statement = Level::default();
    let mut open: Vec<Level> = Vec::new();
    let mut indents = 0_usize;
    let mut deepest = 0_usize;
    let mut deepest_indent = 0_usize;
    loop {
        let kind = lexer.next_token();
        let level = open.last_mut().unwrap_or(&mut statement);
        match kind {
            TokenKind::EndOfFile => break,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                level.links += 1;
                open.push(Level { closer: closer(kind), ..Level::default() });
                if open.len() > MAX_BRACKETS {
                    return None;
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                // A closer of another kind may or may not close something for the parser: assume not.
                if level.closer == Some(kind) {
                    let depth = level.depth();
                    open.pop();
                    open.last_mut().unwrap_or(&mut statement).nest(depth);
                }
            }
            TokenKind::Newline => {
                if open.is_empty() {
                    deepest = deepest.max(statement.depth());
                    statement = Level::default();
                }
            }
            TokenKind::Comma => level.next_item(),
            TokenKind::Indent => {
                indents += 1;
                deepest_indent = deepest_indent.max(indents);
                if indents > MAX_INDENTS {
                    return None;
                }
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Lambda => {
                level.links += 1;
                level.lambdas += 1;
            }
            TokenKind::Colon => {
                level.links += 1;
                level.lambdas = level.lambdas.saturating_sub(1);
            }
            // The parser goes on inside these across commas.
            TokenKind::Yield | TokenKind::Async => level.lasting += 1,
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd => {}
            _ => level.links += 1,
        }
    }
    let forgotten = !open.is_empty();
    while let Some(level) = open.pop() {
        open.last_mut().unwrap_or(&mut statement).nest(level.depth());
    }
    let levels = deepest.max(statement.depth()) + 2 * deepest_indent;
    let bound = if forgotten { MAX_DEPTH_FORGOTTEN } else { MAX_DEPTH };
    (levels <= bound).then_some(levels)
}

/// What is known of one open bracket, or of the statement outside them.
#[derive(Default)]
struct Level {
    closer: Option<TokenKind>,
    /// Operators, dots and brackets since the last comma: as many levels of a chain, whichever way it leans.
    links: usize,
    lasting: usize,
    /// Lambdas that have not come to their colon: commas up to there are between their parameters.
    lambdas: usize,
    /// The deepest bracket in the item.
    nested: usize,
    /// The deepest item so far.
    items: usize,
}

impl Level {
    fn nest(&mut self, depth: usize) {
        self.nested = self.nested.max(depth + 1);
    }

    fn next_item(&mut self) {
        // Nor does the operand of `yield` end there.
        if self.lambdas > 0 || self.lasting > 0 {
            return;
        }
        self.items = self.items.max(self.links + self.nested);
        self.links = 0;
        self.nested = 0;
    }

    fn depth(&self) -> usize {
        self.items.max(self.links + self.nested) + self.lasting
    }
}

fn closer(opener: TokenKind) -> Option<TokenKind> {
    match opener {
        TokenKind::Lpar => Some(TokenKind::Rpar),
        TokenKind::Lsqb => Some(TokenKind::Rsqb),
        TokenKind::Lbrace => Some(TokenKind::Rbrace),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{highlight, parse};

    fn check(source: &str, expected: Option<usize>) {
        assert_eq!(levels(source), expected, "{}", &source[..source.len().min(80)]);
    }

    #[test]
    fn levels_add_up() {
        let pad = "# a comment that is long enough\n";
        check(&format!("{pad}x"), Some(0));
        check(&format!("{pad}f(a, b, c)"), Some(2));
        check(&format!("{pad}a + b + c"), Some(2));
        check(&format!("{pad}a.b, c.d, e.f"), Some(1));
        check(&format!("{pad}if a:\n    b(c[d])"), Some(6));
        check(&format!("{pad}[\n    1, 2, 3,\n]"), Some(2));
    }

    #[test]
    fn long_is_not_deep() {
        check(&"x = f(a, [b, c], d.e)\n".repeat(10_000), Some(5));
        check(&format!("x = [{}]", "f(1), ".repeat(100_000)), Some(5));
    }

    #[test]
    fn one_forgotten_bracket_does_not_make_the_rest_deep() {
        let function = "def f(a):\n    x = a + a + a\n    return g.h.i(x)\n\n";
        let deep = levels(&format!("x = f(a\n{}", function.repeat(1_000)));
        assert!(deep.is_some(), "{deep:?}");
    }

    /// What recurses in the parser, and so nests in the tree.
    const REPEATED: &[(&str, &str, &str)] = &[
        ("(", "x", ")"),
        ("[", "", "]"),
        ("{", "", "}"),
        ("f(", "", ")"),
        ("x[", "0", "]"),
        ("-", "x", ""),
        ("not ", "x", ""),
        ("await ", "x", ""),
        ("lambda: ", "x", ""),
        ("lambda a, b: ", "x", ""),
        ("x if y else ", "z", ""),
        ("x", "", ".a"),
        ("x", "", "()"),
        ("x", "", "[0]"),
        ("x + ", "x", ""),
        ("x ** ", "x", ""),
        ("x and ", "x", ""),
        ("x < ", "x", ""),
        ("x = ", "x", ""),
        ("f'{", "x", "}'"),
        ("f'{x:{", "y", "}}'"),
        ("yield ", "x", ""),
        ("yield x, ", "x", ""),
        ("async ", "def f(): pass", ""),
        ("(x := ", "y", ")"),
        ("*", "x", ""),
        ("[x for x in ", "y", "]"),
        ("(", "", ""),
        ("(]", "", ""),
        ("f(x.\ndef ", "", ""),
        ("f(a,\ndef ", "", ""),
        ("match x:\n case [", "", ""),
        ("a[b:", "", ""),
        ("{a: ", "", ""),
        ("with (", "", ""),
        ("if x: ", "", ""),
        ("f(a=", "", ""),
        ("(yield ", "", ")"),
        ("x: ", "", ""),
        ("@x\n", "", ""),
        ("del (", "", ""),
        ("else: ", "", ""),
    ];

    /// Small stacks as threads of a pool have them: what the measure lets through must be read without harm.
    #[test]
    fn no_repetition_overflows() {
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(|| {
                for (open, middle, close) in REPEATED {
                    for count in [10, 95, 190, 900, 2_900, 30_000] {
                        let source = format!("{}{middle}{}", open.repeat(count), close.repeat(count));
                        parse(&source);
                        highlight(&source);
                    }
                }
            })
            .unwrap()
            .join()
            .unwrap();
    }

    #[test]
    fn deep_but_bearable_is_read() {
        let sum = format!("x = {}1", "1 + ".repeat(2_000));
        assert_eq!(parse(&sum).errors, []);
        let elif = format!("if x: pass\n{}", "elif x: pass\n".repeat(100_000));
        assert_eq!(parse(&elif).errors, []);
        let indented: String = (0..90).map(|level| format!("{}if x:\n", " ".repeat(level))).collect();
        assert_eq!(parse(&format!("{indented}{}pass", " ".repeat(90))).errors, []);
    }

    #[test]
    fn beyond_is_refused() {
        for (open, count) in [("(", 201), ("-", 3_001), ("x + ", 3_001), ("f(", 201), ("(-", 201)] {
            check(&open.repeat(count), None);
        }
        let indented: String = (0..102).map(|level| format!("{}if x:\n", " ".repeat(level))).collect();
        check(&indented, None);
    }
}
