//! Whether calling a function of the module changes, or shows, anything that outlives the call.

use std::cell::RefCell;
use std::collections::HashMap;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt, StmtFunctionDef};

use super::flow::{Names, binds_in, changes_receiver, dotted, root};

/// How many calls deep a proof looks.
const DEPTH: usize = 3;

pub(super) struct Effects<'a> {
    functions: HashMap<&'a str, Vec<&'a StmtFunctionDef>>,
    /// By the function's place in memory, and how deep it was looked into.
    known: RefCell<HashMap<(*const StmtFunctionDef, usize), bool>>,
}

impl<'a> Effects<'a> {
    pub(super) fn new(functions: &[&'a StmtFunctionDef]) -> Self {
        let mut by_name: HashMap<&str, Vec<&StmtFunctionDef>> = HashMap::new();
        for function in functions {
            by_name.entry(function.name.as_str()).or_default().push(function);
        }
        Self { functions: by_name, known: RefCell::default() }
    }

    /// `None` if the call leads out of the module, or nobody can say where.
    pub(super) fn of(&self, call: &ast::ExprCall) -> Option<bool> {
        self.look(call, 0)
    }

    /// By the last part of the name only: which object a method belongs to cannot be told, so all of that name count.
    fn look(&self, call: &ast::ExprCall, depth: usize) -> Option<bool> {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return None,
        };
        let functions = self.functions.get(name)?;
        Some(functions.iter().any(|function| self.has(function, depth)))
    }

    fn has(&self, function: &'a StmtFunctionDef, depth: usize) -> bool {
        let key = (std::ptr::from_ref(function), depth);
        if let Some(&known) = self.known.borrow().get(&key) {
            return known;
        }
        // A call of itself adds nothing to what is found in the rest of it.
        self.known.borrow_mut().insert(key, false);
        let mut search = Search::new(self, function, depth);
        search.visit_body(&function.body);
        self.known.borrow_mut().insert(key, search.found);
        search.found
    }
}

struct Search<'e, 'a> {
    effects: &'e Effects<'a>,
    depth: usize,
    parameters: Names<'a>,
    /// Bound in the function and not handed in: what is changed there nobody else sees.
    own: Names<'a>,
    found: bool,
}

impl<'e, 'a> Search<'e, 'a> {
    fn new(effects: &'e Effects<'a>, function: &'a StmtFunctionDef, depth: usize) -> Self {
        let parameters: Names<'a> = function.parameters.iter().map(|parameter| parameter.name().as_str()).collect();
        let mut own: Names<'a> = function.body.iter().flat_map(binds_in).collect();
        own.retain(|name| !parameters.contains(name));
        Self { effects, depth, parameters, own, found: false }
    }

    fn is_shared(&self, expr: &Expr) -> bool {
        root(expr).is_none_or(|root| !self.own.contains(root))
    }
}

impl<'a> Visitor<'a> for Search<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.found |= matches!(stmt, Stmt::Global(_) | Stmt::Nonlocal(_));
        if !self.found {
            visitor::walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.found |= match expr {
            Expr::Attribute(ast::ExprAttribute { ctx, .. }) | Expr::Subscript(ast::ExprSubscript { ctx, .. }) => {
                matches!(ctx, ExprContext::Store | ExprContext::Del) && self.is_shared(expr)
            }
            Expr::Call(call) => match &*call.func {
                // Its order can be seen.
                Expr::Name(name) if matches!(name.id.as_str(), "print" | "input") => true,
                Expr::Name(name) if name.id == "open" => call.arguments.len() > 1,
                // `x.add()` on what is the function's own, or on an imported name that is none of its parameters.
                Expr::Attribute(method) if changes_receiver(method.attr.as_str()) => {
                    root(&method.value).is_some_and(|root| self.parameters.contains(root) || !self.own.contains(root))
                }
                _ => false,
            },
            _ => false,
        };
        if let Expr::Call(call) = expr
            && !self.found
            && self.depth < DEPTH
        {
            self.found = self.effects.look(call, self.depth + 1) == Some(true);
        }
        if !self.found {
            visitor::walk_expr(self, expr);
        }
    }
}

/// Calls that neither change anything nor depend on what others change. Those of `time` are not among them: who looks at
/// the clock between two awaits wants the first to be over.
pub(super) fn is_harmless(call: &ast::ExprCall) -> bool {
    let Some(parts) = dotted(&call.func) else { return false };
    matches!(
        parts[0],
        "print"
            | "len"
            | "str"
            | "int"
            | "float"
            | "sum"
            | "max"
            | "min"
            | "sorted"
            | "list"
            | "dict"
            | "set"
            | "tuple"
            | "range"
            | "round"
            | "repr"
            | "isinstance"
            | "json"
    )
}
