//! Whether code leaves anything behind in the process that runs it.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};

use crate::builtins::is_builtin;

/// Built-in functions that change nothing but what they are given, and cannot be used to get at what is not one's own.
/// `type` and the exceptions are classes, of which the built-in ones cannot be changed. Sorted.
const HARMLESS: &[&str] = &[
    "abs",
    "all",
    "any",
    "ascii",
    "bin",
    "bool",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "complex",
    "dict",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "format",
    "frozenset",
    "hex",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "oct",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "zip",
];

/// Whether the code, once its names are gone, has changed nothing in its process. So it looks as if it had: it imports
/// nothing, reaches for no internals, and calls no built-in function that gets at files, modules or the process.
pub(crate) fn is_closed(body: &[Stmt]) -> bool {
    let mut reader = Reader { open: false };
    reader.visit_body(body);
    !reader.open
}

struct Reader {
    open: bool,
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.open |= match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::IpyEscapeCommand(_) => true,
            Stmt::FunctionDef(function) => function.is_async,
            Stmt::For(statement) => statement.is_async,
            Stmt::With(statement) => statement.is_async,
            _ => false,
        };
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.open |= match expr {
            Expr::Name(name) => !is_harmless(name.id.as_str()),
            Expr::Attribute(attribute) => is_internal(attribute.attr.as_str()),
            Expr::Await(_) | Expr::IpyEscapeCommand(_) => true,
            _ => false,
        };
        visitor::walk_expr(self, expr);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ruff_python_ast::Comprehension) {
        self.open |= comprehension.is_async;
        visitor::walk_comprehension(self, comprehension);
    }
}

/// Names of its own are harmless, and those that nobody binds end it.
fn is_harmless(name: &str) -> bool {
    match name {
        "__name__" => true,
        // How deep it comes hangs on who has called it.
        "RecursionError" => false,
        _ if name.starts_with("__") => false,
        _ if is_builtin(name) => {
            HARMLESS.binary_search(&name).is_ok() || name.starts_with(|it: char| it.is_uppercase())
        }
        _ => true,
    }
}

/// `__globals__`, `f_back`, `gi_frame`: a way out of one's own names.
fn is_internal(attribute: &str) -> bool {
    attribute.starts_with("__")
        || ["f_", "tb_", "gi_", "cr_", "ag_", "co_"].iter().any(|start| attribute.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[track_caller]
    fn check(source: &str, expected: bool) {
        assert_eq!(parse(source).usage.closed, expected, "{source}");
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(HARMLESS.is_sorted());
        assert!(HARMLESS.iter().all(|name| is_builtin(name)));
    }

    #[test]
    fn plain_code_is_closed() {
        check("print(1 + 1)", true);
        check("cups = ['tea']\ncups.append('milk')\nprint(len(cups), sorted(cups))", true);
        check("class Tea:\n    def __init__(self):\n        self.hot = True\nprint(Tea().hot)", true);
        check("def brew(n):\n    return [i for i in range(n)]\nif __name__ == '__main__':\n    print(brew(3))", true);
        check("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    print(error)", true);
    }

    #[test]
    fn what_reaches_further_is_not() {
        for source in [
            "import os",
            "from math import pi",
            "open('x', 'w')",
            "read = open",
            "exec('import os')",
            "getattr(print, 'x')",
            "globals()",
            "input()",
            "__import__('os')",
            "print.__self__",
            "__builtins__",
            "(lambda: 1).__globals__",
            "g.gi_frame.f_back",
            "async def f(): ...",
            "await f()",
            "print(id(1))",
            "exit()",
            "def f():\n    import os",
            "try:\n    f()\nexcept RecursionError:\n    print(depth)",
        ] {
            check(source, false);
        }
    }
}
