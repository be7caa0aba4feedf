//! Classes and functions, and how complex each is.
//!
//! The complexity of a function is 1 and one more for every `if` and `elif`, `for` (`async for` too), `while`,
//! `except` clause, operand of `and`/`or` beyond the first, and `case` that can fail to match. Conditional
//! expressions, comprehensions, `with`, `assert`, `else` and `finally` count nothing. Lambdas count where they stand;
//! a nested function or class counts for itself only, so a class is as complex as the statements of its body.

use etude_text::Span;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, AnyParameterRef, Expr, Stmt};
use ruff_text_size::Ranged;

use crate::module::{span, span_of};

mod docstring;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    Class,
    Function,
    AsyncFunction,
}

/// A class or function, nested ones included, in source order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub kind: SymbolKind,
    pub name: String,
    /// `Class.method`, `outer.<locals>.inner`, as Python's `__qualname__`.
    pub qualified: String,
    /// With decorators.
    pub span: Span,
    pub name_span: Span,
    /// From the first statement to the last; empty where the code stops before a body.
    pub body: Span,
    /// Parameter names in order, with their stars: `self`, `*args`, `**kwargs`. A class has none.
    pub parameters: Vec<String>,
    pub decorators: Vec<Decorator>,
    /// As `inspect.cleandoc` leaves it.
    pub docstring: Option<String>,
    /// The first statement of the body, which is the docstring if there is one; empty where the code stops before it.
    pub first: Span,
    /// Its own `yield` expressions.
    pub yields: Vec<Span>,
    /// 1, and one more for every `if`, `elif`, `for`, `while`, `except` clause, operand of `and`/`or` beyond the first
    /// and `case` that can fail to match. Nested definitions count for themselves.
    pub complexity: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decorator {
    /// Dotted, arguments left out: `app.get`. Empty for what is not a dotted name.
    pub name: String,
    /// The first positional argument, if it is a plain string: the path of a route.
    pub first_argument: Option<String>,
    pub span: Span,
}

pub(crate) fn collect(source: &str, body: &[Stmt]) -> Vec<Symbol> {
    let mut collector = Collector { source, symbols: Vec::new(), open: Vec::new() };
    collector.visit_body(body);
    collector.symbols
}

struct Collector<'a> {
    source: &'a str,
    symbols: Vec<Symbol>,
    /// Indices of the symbols around, the innermost last.
    open: Vec<usize>,
}

impl Collector<'_> {
    fn decide(&mut self, ways: usize) {
        if let Some(&innermost) = self.open.last() {
            self.symbols[innermost].complexity += ways as u32;
        }
    }

    fn qualified(&self, name: &str) -> String {
        match self.open.last().map(|&index| &self.symbols[index]) {
            None => name.to_owned(),
            Some(around) if around.kind == SymbolKind::Class => format!("{}.{name}", around.qualified),
            Some(around) => format!("{}.<locals>.{name}", around.qualified),
        }
    }

    fn open(&mut self, kind: SymbolKind, name: &ast::Identifier, stmt: &Stmt, body: &[Stmt]) {
        let whole = span_of(stmt);
        let nowhere = Span::empty(whole.end);
        self.symbols.push(Symbol {
            kind,
            name: name.to_string(),
            qualified: self.qualified(name.as_str()),
            span: whole,
            name_span: span(name.range),
            body: match (body.first(), body.last()) {
                (Some(first), Some(last)) => Span::new(first.start().into(), last.end().into()),
                _ => nowhere,
            },
            first: body.first().map_or(nowhere, span_of),
            parameters: Vec::new(),
            decorators: Vec::new(),
            docstring: docstring::of(body),
            yields: Vec::new(),
            complexity: 1,
        });
    }

    fn last(&mut self) -> &mut Symbol {
        self.symbols.last_mut().expect("a symbol was just opened")
    }
}

impl<'a> Visitor<'a> for Collector<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                let kind = if function.is_async { SymbolKind::AsyncFunction } else { SymbolKind::Function };
                self.open(kind, &function.name, stmt, &function.body);
                self.last().parameters = parameters(&function.parameters);
                self.last().decorators = decorators(self.source, &function.decorator_list);
                let index = self.symbols.len() - 1;
                // Decorators, defaults and annotations run where the definition stands.
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.visit_parameters(&function.parameters);
                self.open.push(index);
                self.visit_body(&function.body);
                self.open.pop();
                return;
            }
            Stmt::ClassDef(class) => {
                self.open(SymbolKind::Class, &class.name, stmt, &class.body);
                self.last().decorators = decorators(self.source, &class.decorator_list);
                let index = self.symbols.len() - 1;
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.open.push(index);
                self.visit_body(&class.body);
                self.open.pop();
                return;
            }
            Stmt::If(branch) => {
                let elifs = branch.elif_else_clauses.iter().filter(|clause| clause.test.is_some()).count();
                self.decide(1 + elifs);
            }
            Stmt::For(_) | Stmt::While(_) => self.decide(1),
            Stmt::Try(attempt) => self.decide(attempt.handlers.len()),
            Stmt::Match(statement) => {
                let failing = |case: &&ast::MatchCase| case.guard.is_some() || !case.pattern.is_irrefutable();
                self.decide(statement.cases.iter().filter(failing).count());
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::BoolOp(operation) = expr {
            self.decide(operation.values.len().saturating_sub(1));
        }
        let Some(&innermost) = self.open.last() else { return visitor::walk_expr(self, expr) };
        let before = self.symbols[innermost].yields.len();
        if matches!(expr, Expr::Yield(_) | Expr::YieldFrom(_)) {
            self.symbols[innermost].yields.push(span_of(expr));
        }
        visitor::walk_expr(self, expr);
        if expr.is_lambda_expr() {
            self.symbols[innermost].yields.truncate(before);
        }
    }
}

fn parameters(parameters: &ast::Parameters) -> Vec<String> {
    let keyword_rest = parameters.kwarg.as_deref();
    parameters
        .iter()
        .map(|parameter| match parameter {
            AnyParameterRef::NonVariadic(parameter) => parameter.parameter.name.to_string(),
            AnyParameterRef::Variadic(parameter) => {
                let stars = if keyword_rest.is_some_and(|rest| std::ptr::eq(rest, parameter)) { "**" } else { "*" };
                format!("{stars}{}", parameter.name)
            }
        })
        .collect()
}

fn decorators(source: &str, decorators: &[ast::Decorator]) -> Vec<Decorator> {
    decorators
        .iter()
        .map(|decorator| {
            let (callee, arguments) = match &decorator.expression {
                Expr::Call(call) => (&*call.func, Some(&call.arguments)),
                expression => (expression, None),
            };
            let first = arguments.and_then(|arguments| arguments.args.first());
            Decorator {
                name: dotted(source, callee).unwrap_or_default(),
                first_argument: first
                    .and_then(Expr::as_string_literal_expr)
                    .map(|literal| literal.value.to_str().to_owned()),
                span: span_of(decorator),
            }
        })
        .collect()
}

/// The text of `a.b.c`, if that is what the expression is.
fn dotted(source: &str, expr: &Expr) -> Option<String> {
    let mut at = expr;
    while let Expr::Attribute(attribute) = at {
        at = &attribute.value;
    }
    // Spaces and line breaks are allowed between the parts.
    at.is_name_expr().then(|| span_of(expr).slice(source).split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use crate::parse;

    fn check(source: &str, expected: &[(&str, u32)]) {
        let module = parse(source);
        let found: Vec<(&str, u32)> =
            module.symbols.iter().map(|symbol| (symbol.qualified.as_str(), symbol.complexity)).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn each_branch_counts_one() {
        check("def f(): pass", &[("f", 1)]);
        check("def f():\n    if a: pass\n    elif b: pass\n    else: pass", &[("f", 3)]);
        check("def f():\n    for x in y: pass\n    else: pass\n    while x: pass", &[("f", 3)]);
        check("async def f():\n    async for x in y: pass\n    async with z: pass", &[("f", 2)]);
        check("def f():\n    try: pass\n    except A: pass\n    except B: pass\n    finally: pass", &[("f", 3)]);
        check(
            "def f(x):\n    match x:\n        case 1: pass\n        case y if y: pass\n        case _: pass",
            &[("f", 3)],
        );
    }

    #[test]
    fn operands_beyond_the_first_count() {
        check("def f():\n    return a and b and c", &[("f", 3)]);
        check("def f():\n    if a or b and not c: pass", &[("f", 4)]);
    }

    #[test]
    fn expressions_without_operands_do_not_count() {
        check("def f():\n    return [x for x in y if x] if z else {}", &[("f", 1)]);
        check("def f():\n    assert x\n    with y: pass", &[("f", 1)]);
    }

    #[test]
    fn nested_definitions_count_for_themselves() {
        check(
            "def f():\n    def g():\n        if x: pass\n    if y: pass\n    return lambda: a or b",
            &[("f", 3), ("f.<locals>.g", 2)],
        );
        check(
            "class C:\n    if x: pass\n    def m(self, n=a or b):\n        for i in n: pass",
            &[("C", 3), ("C.m", 2)],
        );
    }

    #[test]
    fn names_are_qualified() {
        check(
            "class A:\n    class B:\n        def c(self):\n            class D:\n                def e(self): pass",
            &[("A", 1), ("A.B", 1), ("A.B.c", 1), ("A.B.c.<locals>.D", 1), ("A.B.c.<locals>.D.e", 1)],
        );
        check("if x:\n    def f(): pass\nelse:\n    def f(): pass", &[("f", 1), ("f", 1)]);
    }

    #[test]
    fn a_yield_is_of_the_function_around_it() {
        let source =
            "async def f():\n    yield 1\n    def g():\n        x = yield from (yield 2)\n    lambda: (yield 3)\n";
        let module = parse(source);
        let of = |index: usize| module.symbols[index].yields.iter().map(|span| span.slice(source)).collect::<Vec<_>>();
        assert_eq!((of(0), of(1)), (vec!["yield 1"], vec!["yield from (yield 2)", "yield 2"]));
        assert_eq!(module.symbols[1].first.slice(source), "x = yield from (yield 2)");
    }

    #[test]
    fn spans_and_signature() {
        let source = "@app . get(\"/x\")\n@(lambda f: f)\nasync def f(a, /, b, *args, c=1, **rest):\n    \"\"\"Doc.\"\"\"\n    pass\n\nx = 1\n";
        let module = parse(source);
        let f = &module.symbols[0];
        assert!(f.span.slice(source).starts_with("@app") && f.span.slice(source).ends_with("pass"));
        assert_eq!(f.name_span.slice(source), "f");
        assert_eq!(f.body.slice(source), "\"\"\"Doc.\"\"\"\n    pass");
        assert_eq!(f.parameters, ["a", "b", "*args", "c", "**rest"]);
        assert_eq!(f.docstring.as_deref(), Some("Doc."));
        assert_eq!(f.decorators[0].name, "app.get");
        assert_eq!(f.decorators[0].first_argument.as_deref(), Some("/x"));
        assert_eq!(f.decorators[0].span.slice(source), "@app . get(\"/x\")");
        assert_eq!(f.decorators[1].name, "");
    }
}
