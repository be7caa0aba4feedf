//! Names: which an expression reads, which a statement binds, and how far a value spreads.

use std::collections::HashSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};

pub(super) type Names<'a> = HashSet<&'a str>;

/// Methods that change what they are called on.
pub(super) fn changes_receiver(method: &str) -> bool {
    matches!(
        method,
        "add"
            | "append"
            | "appendleft"
            | "clear"
            | "close"
            | "commit"
            | "delete"
            | "difference_update"
            | "discard"
            | "execute"
            | "extend"
            | "extendleft"
            | "insert"
            | "intersection_update"
            | "mkdir"
            | "patch"
            | "pop"
            | "popitem"
            | "popleft"
            | "post"
            | "publish"
            | "put"
            | "put_nowait"
            | "remove"
            | "rename"
            | "reverse"
            | "send"
            | "sendall"
            | "set"
            | "set_exception"
            | "set_result"
            | "setdefault"
            | "sort"
            | "symmetric_difference_update"
            | "unlink"
            | "update"
            | "write"
            | "write_bytes"
            | "write_text"
            | "writelines"
            | "writerow"
    )
}

/// `a.b.c` in parts, if that is what the expression is.
pub(super) fn dotted(expr: &Expr) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut at = expr;
    while let Expr::Attribute(attribute) = at {
        parts.push(attribute.attr.as_str());
        at = &attribute.value;
    }
    parts.push(at.as_name_expr()?.id.as_str());
    parts.reverse();
    Some(parts)
}

/// The name that `a.b[c].d` begins with.
pub(super) fn root(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => root(&attribute.value),
        Expr::Subscript(subscript) => root(&subscript.value),
        _ => None,
    }
}

struct Collector<'a> {
    names: Names<'a>,
    bound: bool,
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && self.bound == (name.ctx == ExprContext::Store)
        {
            self.names.insert(name.id.as_str());
        }
        visitor::walk_expr(self, expr);
    }
}

/// The names an expression reads.
pub(super) fn reads(expr: &Expr) -> Names<'_> {
    let mut collector = Collector { names: Names::new(), bound: false };
    collector.visit_expr(expr);
    collector.names
}

/// The names a call needs: those of its arguments, and of what is called.
pub(super) fn needs(call: &ast::ExprCall) -> Names<'_> {
    let mut collector = Collector { names: Names::new(), bound: false };
    collector.visit_expr(&call.func);
    collector.visit_arguments(&call.arguments);
    collector.names
}

/// The names that are bound anywhere within the expression.
pub(super) fn binds(expr: &Expr) -> Names<'_> {
    let mut collector = Collector { names: Names::new(), bound: true };
    collector.visit_expr(expr);
    collector.names
}

/// The names that are bound anywhere within the statement.
pub(super) fn binds_in(stmt: &Stmt) -> Names<'_> {
    let mut collector = Collector { names: Names::new(), bound: true };
    collector.visit_stmt(stmt);
    collector.names
}

/// What a later statement passes on may be read by an earlier one in the next turn, and so on, but not for ever.
const ROUNDS: usize = 8;

/// All names that hold something made from one of `start` once the statements have run, in whatever order; `None` if
/// that goes round too often to be found out.
pub(super) fn spread<'a>(body: &'a [Stmt], start: Names<'a>) -> Option<Names<'a>> {
    let mut spread = Spread { names: start };
    for _ in 0..ROUNDS {
        let before = spread.names.len();
        spread.visit_body(body);
        if spread.names.len() == before {
            return Some(spread.names);
        }
    }
    None
}

struct Spread<'a> {
    names: Names<'a>,
}

impl<'a> Spread<'a> {
    fn reaches(&self, expr: &Expr) -> bool {
        !reads(expr).is_disjoint(&self.names)
    }

    fn pass(&mut self, value: &'a Expr, targets: &[&'a Expr]) {
        if !self.reaches(value) {
            return;
        }
        for target in targets {
            self.names.extend(binds(target));
            self.names.extend(root(target));
        }
    }
}

impl<'a> Visitor<'a> for Spread<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(it) => self.pass(&it.value, &it.targets.iter().collect::<Vec<_>>()),
            Stmt::AugAssign(it) => self.pass(&it.value, &[&it.target]),
            Stmt::AnnAssign(it) => {
                if let Some(value) = &it.value {
                    self.pass(value, &[&it.target]);
                }
            }
            Stmt::For(it) => self.pass(&it.iter, &[&it.target]),
            Stmt::With(it) => {
                for item in &it.items {
                    if let Some(target) = &item.optional_vars {
                        self.pass(&item.context_expr, &[target]);
                    }
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Named(it) => self.pass(&it.value, &[&it.target]),
            Expr::Call(call) => {
                if let Expr::Attribute(method) = &*call.func
                    && changes_receiver(method.attr.as_str())
                    && call.arguments.iter_source_order().any(|argument| self.reaches(argument.value()))
                {
                    self.names.extend(root(&method.value));
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ast::Comprehension) {
        self.pass(&comprehension.iter, &[&comprehension.target]);
        visitor::walk_comprehension(self, comprehension);
    }
}
