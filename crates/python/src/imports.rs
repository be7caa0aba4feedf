use etude_text::Span;
use ruff_python_ast::statement_visitor::{self, StatementVisitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::module::{span, span_of};

/// One imported module. `from . import x` has `level` 1 and an empty `module`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub module: String,
    pub level: u32,
    /// The names taken from it (`from module import a, b as c` gives a and b); empty for `import module`.
    pub names: Vec<String>,
    /// The whole statement.
    pub span: Span,
    /// The module's name in it, without leading dots; the statement if there is no name.
    pub module_span: Span,
    /// Whether it stands at module level, outside any function.
    pub top_level: bool,
    /// Inside `try` with a handler for `ImportError`: the code copes without it.
    pub optional: bool,
    /// Inside `if TYPE_CHECKING:`, so never imported when the code runs.
    pub type_checking: bool,
}

pub(crate) fn collect(body: &[Stmt]) -> Vec<Import> {
    let mut collector = Collector { imports: Vec::new(), functions: 0, guarded: 0, type_checking: 0 };
    collector.visit_body(body);
    collector.imports
}

struct Collector {
    imports: Vec<Import>,
    /// How many functions, guarded `try` bodies and `if TYPE_CHECKING` bodies are open.
    functions: u32,
    guarded: u32,
    type_checking: u32,
}

impl Collector {
    fn push(&mut self, module: &str, level: u32, names: Vec<String>, span: Span, module_span: Span) {
        self.imports.push(Import {
            module: module.to_owned(),
            level,
            names,
            span,
            module_span,
            top_level: self.functions == 0,
            optional: self.guarded > 0,
            type_checking: self.type_checking > 0,
        });
    }
}

impl<'a> StatementVisitor<'a> for Collector {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in import.names.iter().filter(|alias| !alias.name.is_empty()) {
                    self.push(&alias.name, 0, Vec::new(), span(import.range), span_of(&alias.name));
                }
            }
            Stmt::ImportFrom(import) => {
                let names = import.names.iter().map(|alias| alias.name.to_string()).filter(|name| !name.is_empty());
                let module = import.module.as_deref().unwrap_or_default();
                let module_range = import.module.as_ref().map_or(import.range, |module| module.range);
                self.push(module, import.level, names.collect(), span(import.range), span(module_range));
            }
            Stmt::FunctionDef(_) => {
                self.functions += 1;
                statement_visitor::walk_stmt(self, stmt);
                self.functions -= 1;
            }
            Stmt::If(branch) if is_type_checking(&branch.test) => {
                self.type_checking += 1;
                self.visit_body(&branch.body);
                self.type_checking -= 1;
                for clause in &branch.elif_else_clauses {
                    self.visit_elif_else_clause(clause);
                }
            }
            // The handlers too: what they import instead is one of several ways to cope.
            Stmt::Try(attempt) if attempt.handlers.iter().any(catches_import_error) => {
                self.guarded += 1;
                statement_visitor::walk_stmt(self, stmt);
                self.guarded -= 1;
            }
            _ => statement_visitor::walk_stmt(self, stmt),
        }
    }
}

pub(crate) fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

pub(crate) fn catches_import_error(handler: &ast::ExceptHandler) -> bool {
    let ast::ExceptHandler::ExceptHandler(handler) = handler;
    let names = |expr: &Expr| {
        expr.as_name_expr().is_some_and(|name| {
            matches!(name.id.as_str(), "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException")
        })
    };
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(names),
        Some(expr) => names(expr),
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    fn check(source: &str, expected: &[&str]) {
        let described: Vec<String> = parse(source)
            .imports
            .iter()
            .map(|import| {
                let mut text = format!("{}{}", ".".repeat(import.level as usize), import.module);
                if !import.names.is_empty() {
                    text += &format!(": {}", import.names.join(", "));
                }
                for (flag, word) in
                    [(import.top_level, "top"), (import.optional, "optional"), (import.type_checking, "types")]
                {
                    if flag {
                        text += &format!(" [{word}]");
                    }
                }
                text += &format!(" `{}`", import.module_span.slice(source));
                text
            })
            .collect();
        assert_eq!(described, expected, "{source}");
    }

    #[test]
    fn every_form() {
        check("import os, os.path as p", &["os [top] `os`", "os.path [top] `os.path`"]);
        check("from a.b import c, d as e", &["a.b: c, d [top] `a.b`"]);
        check("from .. import x", &["..: x [top] `from .. import x`"]);
        check("from .pkg import (\n    x,\n    y,\n)", &[".pkg: x, y [top] `pkg`"]);
        check("from x import *", &["x: * [top] `x`"]);
        check("def f():\n    import json\nclass C:\n    import csv", &["json `json`", "csv [top] `csv`"]);
    }

    #[test]
    fn optional_and_typing_only() {
        check(
            "try:\n    import uvloop\nexcept ImportError:\n    uvloop = None\nimport sys",
            &["uvloop [top] [optional] `uvloop`", "sys [top] `sys`"],
        );
        check("try:\n    import a\nexcept (KeyError, ModuleNotFoundError):\n    pass", &["a [top] [optional] `a`"]);
        check("try:\n    import a\nexcept ValueError:\n    pass", &["a [top] `a`"]);
        check("if typing.TYPE_CHECKING:\n    import a\nelse:\n    import b", &["a [top] [types] `a`", "b [top] `b`"]);
    }

    #[test]
    fn broken_imports() {
        check("import ", &[]);
        check("from x import", &["x [top] `x`"]);
        check("from import y", &[": y [top] `from import y`"]);
    }
}
