//! What a module does when it runs, as far as it can be seen without running it.

use std::collections::HashMap;

use etude_text::Span;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::closed;
use crate::imports::{catches_import_error, is_type_checking};
use crate::module::span_of;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Running it does more than define: an expression statement, a call, a loop, `if __name__ == "__main__"`.
    pub acts: bool,
    /// Module-level code calls `asyncio.run`, `anyio.run`, `trio.run`, `uvloop.run` or `….run_until_complete`.
    pub runs_loop: bool,
    /// Module-level code makes a task or asks for the running loop, so it works only where one runs.
    pub needs_loop: bool,
    /// Running it leaves nothing behind in its process: other code that runs there afterwards cannot tell.
    pub closed: bool,
    /// Server applications made at module level.
    pub applications: Vec<Application>,
    /// Route decorators on module-level functions.
    pub routes: Vec<Route>,
}

/// `app = FastAPI()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub variable: String,
    /// `fastapi`, `starlette`, `flask`, `quart`, `litestar`, `sanic`, `ninja` or `aiohttp`.
    pub framework: &'static str,
    /// The assignment.
    pub span: Span,
}

/// `@app.get("/items")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The variable that is decorated with: `app`, which may come from the code around.
    pub target: String,
    /// `get`, `route`, `websocket` …
    pub method: String,
    /// If it is a plain string.
    pub path: Option<String>,
    pub span: Span,
}

pub(crate) fn collect(body: &[Stmt]) -> Usage {
    let mut reader = Reader { usage: Usage::default(), imported: HashMap::new() };
    reader.visit_body(body);
    reader.usage.acts = body.iter().any(acts);
    reader.usage.closed = closed::is_closed(body);
    reader.usage
}

struct Reader<'a> {
    usage: Usage,
    /// What module-level imports bind, and to what: `web` to `aiohttp.web`.
    imported: HashMap<&'a str, String>,
}

impl<'a> Reader<'a> {
    /// The dotted path of what is called, from the module it was imported from.
    fn path(&self, callee: &Expr) -> Option<String> {
        match callee {
            Expr::Name(name) => {
                Some(self.imported.get(name.id.as_str()).cloned().unwrap_or_else(|| name.id.to_string()))
            }
            Expr::Attribute(attribute) => Some(format!("{}.{}", self.path(&attribute.value)?, attribute.attr)),
            _ => None,
        }
    }

    fn note_imports(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    if let Some(name) = &alias.asname {
                        self.imported.insert(name.as_str(), alias.name.to_string());
                    }
                }
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                let module = import.module.as_deref().unwrap_or_default();
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.imported.insert(bound.as_str(), format!("{module}.{}", alias.name));
                }
            }
            _ => {}
        }
    }

    fn note_application(&mut self, targets: &[&Expr], value: &Expr, span: Span) {
        let Expr::Call(call) = value else { return };
        let Some(framework) = self.path(&call.func).as_deref().and_then(framework) else { return };
        for name in targets.iter().filter_map(|target| target.as_name_expr()) {
            self.usage.applications.push(Application { variable: name.id.to_string(), framework, span });
        }
    }

    fn note_routes(&mut self, decorators: &[ast::Decorator]) {
        for decorator in decorators {
            let Expr::Call(call) = &decorator.expression else { continue };
            let Expr::Attribute(attribute) = &*call.func else { continue };
            let Expr::Name(target) = &*attribute.value else { continue };
            if !is_route(attribute.attr.as_str()) {
                continue;
            }
            let path = call.arguments.args.first().and_then(Expr::as_string_literal_expr);
            self.usage.routes.push(Route {
                target: target.id.to_string(),
                method: attribute.attr.to_string(),
                path: path.map(|path| path.value.to_str().to_owned()),
                span: span_of(decorator),
            });
        }
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.note_imports(stmt);
        match stmt {
            Stmt::FunctionDef(function) => {
                self.note_routes(&function.decorator_list);
                return;
            }
            // A class body does run, but what runs a loop or makes the application does not stand there.
            Stmt::ClassDef(_) => return,
            Stmt::Assign(assignment) => {
                let targets: Vec<&Expr> = assignment.targets.iter().collect();
                self.note_application(&targets, &assignment.value, span_of(stmt));
            }
            Stmt::AnnAssign(assignment) => {
                if let Some(value) = &assignment.value {
                    self.note_application(&[&assignment.target], value, span_of(stmt));
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) => return,
            Expr::Call(call) => {
                let runs = match &*call.func {
                    Expr::Attribute(attribute) if attribute.attr.as_str() == "run_until_complete" => true,
                    callee => self.path(callee).is_some_and(|path| {
                        matches!(path.as_str(), "asyncio.run" | "anyio.run" | "trio.run" | "uvloop.run")
                    }),
                };
                self.usage.runs_loop |= runs;
                self.usage.needs_loop |= self.path(&call.func).is_some_and(|path| {
                    matches!(
                        path.as_str(),
                        "asyncio.create_task" | "asyncio.ensure_future" | "asyncio.get_running_loop"
                    )
                });
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// The last part is enough where it is telling: a snippet need not repeat the import.
fn framework(path: &str) -> Option<&'static str> {
    if matches!(path, "web.Application" | "aiohttp.web.Application") {
        return Some("aiohttp");
    }
    match path.rsplit('.').next()? {
        "FastAPI" => Some("fastapi"),
        "Starlette" => Some("starlette"),
        "Flask" => Some("flask"),
        "Quart" => Some("quart"),
        "Litestar" => Some("litestar"),
        "Sanic" => Some("sanic"),
        "NinjaAPI" => Some("ninja"),
        _ => None,
    }
}

fn is_route(method: &str) -> bool {
    matches!(
        method,
        "get"
            | "post"
            | "put"
            | "delete"
            | "patch"
            | "head"
            | "options"
            | "trace"
            | "route"
            | "api_route"
            | "websocket"
            | "websocket_route"
    )
}

fn acts(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::FunctionDef(_)
        | Stmt::ClassDef(_)
        | Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::TypeAlias(_)
        | Stmt::Global(_)
        | Stmt::Pass(_) => false,
        Stmt::Expr(statement) => !statement.value.is_literal_expr(),
        Stmt::Assign(assignment) => calls(&assignment.value),
        Stmt::AnnAssign(assignment) => assignment.value.as_deref().is_some_and(calls),
        Stmt::AugAssign(assignment) => calls(&assignment.value),
        // Choosing between definitions is still only defining.
        Stmt::If(branch) => {
            is_main_guard(&branch.test)
                || (!is_type_checking(&branch.test) && calls(&branch.test))
                || branch.body.iter().any(acts)
                || branch.elif_else_clauses.iter().any(|clause| clause.body.iter().any(acts))
        }
        Stmt::Try(attempt) => {
            !attempt.handlers.iter().any(catches_import_error)
                || [&attempt.body, &attempt.orelse, &attempt.finalbody].into_iter().flatten().any(acts)
                || attempt
                    .handlers
                    .iter()
                    .any(|ast::ExceptHandler::ExceptHandler(handler)| handler.body.iter().any(acts))
        }
        _ => true,
    }
}

fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(comparison) = test else { return false };
    std::iter::once(&*comparison.left)
        .chain(&comparison.comparators)
        .any(|side| side.as_name_expr().is_some_and(|name| name.id == "__name__"))
}

/// Whether evaluating the expression runs code of its own.
fn calls(expr: &Expr) -> bool {
    struct Calls(bool);
    impl<'a> Visitor<'a> for Calls {
        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Lambda(_) => {}
                Expr::Call(_) | Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                _ if self.0 => {}
                _ => visitor::walk_expr(self, expr),
            }
        }
    }
    let mut found = Calls(false);
    found.visit_expr(expr);
    found.0
}

#[cfg(test)]
mod tests {
    use crate::parse;

    fn check(source: &str, expected: &str) {
        let usage = parse(source).usage;
        let mut words = Vec::new();
        if usage.acts {
            words.push("acts".to_owned());
        }
        if usage.runs_loop {
            words.push("loop".to_owned());
        }
        if usage.needs_loop {
            words.push("inside a loop".to_owned());
        }
        words.extend(usage.applications.iter().map(|app| format!("{}={}", app.variable, app.framework)));
        words.extend(
            usage
                .routes
                .iter()
                .map(|route| format!("{}.{} {}", route.target, route.method, route.path.as_deref().unwrap_or("?"))),
        );
        assert_eq!(words.join(", "), expected, "{source}");
    }

    #[test]
    fn definitions_and_literals_do_not_act() {
        check(
            "\"\"\"Doc.\"\"\"\nimport os\nLIMIT = 60 * 60\nNAMES = ['a', {'b': -1}]\ndef f(): g()\nclass C: pass\n...",
            "",
        );
        check(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nPair = tuple[int, int]\nkey = lambda x: f(x)",
            "",
        );
        check("try:\n    import a\nexcept ImportError:\n    a = None", "");
    }

    #[test]
    fn calls_loops_and_main_guards_act() {
        check("print(1)", "acts");
        check("x", "acts");
        check("x = f()", "acts");
        check("for i in x: pass", "acts");
        check("if __name__ == '__main__':\n    pass", "acts");
        check("if x:\n    y = 1", "");
        check("raise X", "acts");
    }

    #[test]
    fn loops_are_run_at_module_level() {
        check("import asyncio\nasyncio.run(main())", "acts, loop");
        check("from asyncio import run as go\nif __name__ == '__main__':\n    go(main())", "acts, loop");
        check("import trio as t\nt.run(main)", "acts, loop");
        check("print(asyncio.run(main()))", "acts, loop");
        check("loop.run_until_complete(main())", "acts, loop");
        check("def f():\n    asyncio.run(main())", "");
        check("app.run()", "acts");
    }

    #[test]
    fn tasks_are_made_in_a_running_loop() {
        check("task = asyncio.create_task(f())", "acts, inside a loop");
        check("from asyncio import get_running_loop as g\nloop = g()", "acts, inside a loop");
        check("async def f():\n    asyncio.create_task(g())", "");
        check("group.create_task(f())", "acts");
    }

    #[test]
    fn applications_and_routes() {
        check("from fastapi import FastAPI\napp = FastAPI(title='x')", "acts, app=fastapi");
        check("import fastapi as f\napi: f.FastAPI = f.FastAPI()", "acts, api=fastapi");
        check("from aiohttp import web\napp = web.Application()", "acts, app=aiohttp");
        check("a = b = Flask(__name__)", "acts, a=flask, b=flask");
        check("app = Application()", "acts");
        check("def make():\n    app = FastAPI()", "");
        check(
            "@app.get('/items/{id}')\nasync def item(id: int): ...\n@router.websocket(PATH)\ndef ws(): ...\n@cache.clear()\ndef f(): ...",
            "app.get /items/{id}, router.websocket ?",
        );
    }
}
