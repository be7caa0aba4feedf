use etude_text::Span;
use ruff_python_ast::statement_visitor::{self, StatementVisitor};
use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_python_parser::Parsed;

use crate::depth;
use crate::module::span_of;

/// What a statement of a module does, as far as somebody asks who takes code apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// A value that nobody keeps: a notebook shows the one that comes last.
    Expression,
    /// `del` of these names.
    Delete(Vec<String>),
    Import,
    /// A function or a class.
    Definition,
    Other,
}

/// A statement at module level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub kind: StatementKind,
    /// With decorators.
    pub span: Span,
}

/// The statements at module level, in order, of whatever could be understood.
pub fn statements(source: &str) -> Vec<Statement> {
    depth::with_tree(source, describe).unwrap_or_default()
}

/// Every statement, however deep; of those with a body, the part before it.
pub fn headers(source: &str) -> Vec<Span> {
    depth::with_tree(source, |parsed| {
        let mut collector = Headers(Vec::new());
        collector.visit_body(parsed.suite());
        collector.0
    })
    .unwrap_or_default()
}

struct Headers(Vec<Span>);

impl<'a> StatementVisitor<'a> for Headers {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let own = self.0.len();
        self.0.push(span_of(stmt));
        statement_visitor::walk_stmt(self, stmt);
        if let Some(inner) = self.0.get(own + 1) {
            self.0[own].end = inner.start;
        }
    }
}

fn describe(parsed: &Parsed<ModModule>) -> Vec<Statement> {
    let kind = |statement: &Stmt| match statement {
        Stmt::Expr(_) => StatementKind::Expression,
        Stmt::Delete(delete) => {
            let name = |target: &Expr| target.as_name_expr().map(|name| name.id.to_string());
            StatementKind::Delete(delete.targets.iter().filter_map(name).collect())
        }
        Stmt::Import(_) | Stmt::ImportFrom(_) => StatementKind::Import,
        Stmt::FunctionDef(_) | Stmt::ClassDef(_) => StatementKind::Definition,
        _ => StatementKind::Other,
    };
    parsed.suite().iter().map(|statement| Statement { kind: kind(statement), span: span_of(statement) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_statement_with_a_body_what_stands_before_it() {
        let source = "def f(a,\n      b):\n    return g(\n        a)\nx = 1\n";
        let found: Vec<&str> = headers(source).into_iter().map(|span| span.slice(source).trim_end()).collect();
        assert_eq!(found, ["def f(a,\n      b):", "return g(\n        a)", "x = 1"]);
    }

    #[test]
    fn statements_are_told_apart() {
        let source = "import os\n@cached\ndef f(): ...\nx = f()\ndel x, os.name\nf(\n  1)\n";
        let found: Vec<(StatementKind, &str)> =
            statements(source).into_iter().map(|it| (it.kind, it.span.slice(source))).collect();
        let expected = [
            (StatementKind::Import, "import os"),
            (StatementKind::Definition, "@cached\ndef f(): ..."),
            (StatementKind::Other, "x = f()"),
            (StatementKind::Delete(vec!["x".to_owned()]), "del x, os.name"),
            (StatementKind::Expression, "f(\n  1)"),
        ];
        assert_eq!(found, expected);
    }
}
