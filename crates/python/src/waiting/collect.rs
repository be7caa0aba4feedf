//! One walk over the tree: functions, calls and awaits, each with what stands around it.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprAwait, ExprCall, Stmt, StmtFor, StmtFunctionDef};
use ruff_text_size::Ranged;

use etude_text::Span;

use super::flow::dotted;
use super::{Await, Call, Pair, Routine, Turns, Waiting};
use crate::module::{span, span_of};

/// What stands between an await and the function it is in, from outside to inside.
#[derive(Clone, Copy)]
pub(super) enum Around<'a> {
    For(&'a StmtFor),
    /// Another loop, or the part of a loop that is evaluated once or each time anew.
    OtherLoop,
    /// Held open while the await waits: a lock, a session, a timeout.
    AsyncWith,
    /// With the whole of it, if it makes a list and has nothing but an await as its element.
    Comprehension(&'a [ast::Comprehension], Option<Span>),
    /// Part of an expression that need not be evaluated.
    Perhaps,
}

pub(super) struct FoundAwait<'a> {
    pub(super) expr: &'a ExprAwait,
    pub(super) call: &'a ExprCall,
    pub(super) routine: usize,
    pub(super) around: Vec<Around<'a>>,
    pub(super) place: Place<'a>,
}

impl FoundAwait<'_> {
    /// The `for` statement whose turns it is made in.
    pub(super) fn innermost_loop(&self) -> Option<*const StmtFor> {
        self.around.iter().rev().find_map(|around| match around {
            Around::For(statement) => Some(std::ptr::from_ref(*statement)),
            _ => None,
        })
    }
}

/// A statement in its block.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) block: usize,
    pub(super) index: usize,
    pub(super) statements: &'a [Stmt],
}

impl<'a> Place<'a> {
    pub(super) fn statement(self) -> &'a Stmt {
        &self.statements[self.index]
    }
}

struct FoundCall<'a> {
    call: &'a ExprCall,
    awaited: Option<&'a ExprAwait>,
    routine: Option<usize>,
    statement: &'a Stmt,
}

#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) functions: Vec<&'a StmtFunctionDef>,
    pub(super) awaits: Vec<FoundAwait<'a>>,
    calls: Vec<FoundCall<'a>>,
    routines: Vec<Routine>,
}

pub(super) fn collect(body: &[Stmt]) -> Found<'_> {
    let mut collector = Collector {
        found: Found::default(),
        routine: None,
        around: Vec::new(),
        blocks: 0,
        place: Place { block: 0, index: 0, statements: body },
        awaited: None,
    };
    collector.visit_body(body);
    collector.found
}

struct Collector<'a> {
    found: Found<'a>,
    routine: Option<usize>,
    around: Vec<Around<'a>>,
    blocks: usize,
    place: Place<'a>,
    /// The `await` whose operand is visited next.
    awaited: Option<&'a ExprAwait>,
}

impl<'a> Collector<'a> {
    fn within(&mut self, around: Around<'a>, visit: impl FnOnce(&mut Self)) {
        self.around.push(around);
        visit(self);
        self.around.pop();
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        self.visit_parameters(&function.parameters);
        self.found.functions.push(function);
        self.found.routines.push(Routine {
            name: function.name.to_string(),
            is_async: function.is_async,
            span: span(function.range),
            is_endless: false,
            cleanup: Vec::new(),
        });
        let outer = self.routine.replace(self.found.routines.len() - 1);
        let around = std::mem::take(&mut self.around);
        self.visit_body(&function.body);
        self.around = around;
        self.routine = outer;
    }

    fn note_cleanup(&mut self, attempt: &ast::StmtTry) {
        let Some(routine) = self.routine else { return };
        let handlers = attempt.handlers.iter().map(|ast::ExceptHandler::ExceptHandler(handler)| &*handler.body);
        let blocks = handlers.filter(|body| raises(body)).chain([&*attempt.finalbody]);
        let spans: Vec<Span> = blocks.filter_map(block_span).collect();
        self.found.routines[routine].cleanup.extend(spans);
    }

    fn comprehension(&mut self, generators: &'a [ast::Comprehension], list: Option<Span>, parts: &[&'a Expr]) {
        self.within(Around::OtherLoop, |it| {
            for generator in generators {
                it.visit_comprehension(generator);
            }
        });
        self.within(Around::Comprehension(generators, list), |it| {
            for part in parts {
                it.visit_expr(part);
            }
        });
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.blocks += 1;
        let outer = self.place;
        for index in 0..body.len() {
            self.place =
                Place { block: if index == 0 { self.blocks } else { self.place.block }, index, statements: body };
            self.visit_stmt(&body[index]);
        }
        self.place = outer;
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(_) => {
                let outer = self.routine.take();
                let around = std::mem::take(&mut self.around);
                visitor::walk_stmt(self, stmt);
                self.around = around;
                self.routine = outer;
            }
            Stmt::For(it) => {
                self.within(Around::OtherLoop, |inner| inner.visit_expr(&it.iter));
                let around = if it.is_async { Around::OtherLoop } else { Around::For(it) };
                self.within(around, |inner| {
                    inner.visit_expr(&it.target);
                    inner.visit_body(&it.body);
                });
                self.visit_body(&it.orelse);
            }
            Stmt::While(it) => {
                if let Some(routine) = self.routine {
                    self.found.routines[routine].is_endless |= is_true(&it.test);
                }
                self.within(Around::OtherLoop, |inner| visitor::walk_stmt(inner, stmt));
            }
            Stmt::With(it) if it.is_async => self.within(Around::AsyncWith, |inner| visitor::walk_stmt(inner, stmt)),
            Stmt::Try(it) => {
                self.note_cleanup(it);
                visitor::walk_stmt(self, stmt);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let awaited = self.awaited.take();
        match expr {
            Expr::Await(it) => {
                self.awaited = Some(it);
                self.visit_expr(&it.value);
                self.awaited = None;
                if let (Expr::Call(call), Some(routine)) = (&*it.value, self.routine) {
                    let around = self.around.clone();
                    self.found.awaits.push(FoundAwait { expr: it, call, routine, around, place: self.place });
                }
            }
            Expr::Call(call) => {
                let statement = self.place.statement();
                self.found.calls.push(FoundCall { call, awaited, routine: self.routine, statement });
                visitor::walk_expr(self, expr);
            }
            Expr::ListComp(it) => {
                let plain = it.elt.is_await_expr() && it.generators.iter().all(|generator| generator.ifs.is_empty());
                self.comprehension(&it.generators, plain.then(|| span_of(it)), &[&it.elt]);
            }
            Expr::SetComp(it) => self.comprehension(&it.generators, None, &[&it.elt]),
            Expr::DictComp(it) => {
                let parts: Vec<&Expr> = it.key.as_deref().into_iter().chain([&*it.value]).collect();
                self.comprehension(&it.generators, None, &parts);
            }
            Expr::Generator(_) => self.within(Around::OtherLoop, |inner| visitor::walk_expr(inner, expr)),
            Expr::Lambda(_) => {
                let outer = self.routine.take();
                visitor::walk_expr(self, expr);
                self.routine = outer;
            }
            Expr::If(_) | Expr::BoolOp(_) | Expr::Named(_) => {
                self.within(Around::Perhaps, |inner| visitor::walk_expr(inner, expr));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

fn is_true(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::NumberLiteral(literal) => literal.value.as_int().is_some_and(|number| number.as_u8() != Some(0)),
        _ => false,
    }
}

fn raises(body: &[Stmt]) -> bool {
    struct Raises(bool);
    impl<'a> Visitor<'a> for Raises {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                Stmt::Raise(_) => self.0 = true,
                _ => visitor::walk_stmt(self, stmt),
            }
        }
    }
    let mut search = Raises(false);
    search.visit_body(body);
    search.0
}

fn block_span(body: &[Stmt]) -> Option<Span> {
    Some(Span::new(body.first()?.start().into(), body.last()?.end().into()))
}

/// What was found, without the tree.
pub(super) fn describe(source: &str, found: Found<'_>, pairs: Vec<Pair>, turns: Vec<Turns>) -> Waiting {
    let mut calls: Vec<Call> = found.calls.iter().map(|found| describe_call(source, found)).collect();
    calls.sort_by_key(|call| (call.span.start, call.span.end));
    let awaits = found.awaits.iter().map(|it| {
        let call = span_of(it.call);
        let at = calls.partition_point(|other| (other.span.start, other.span.end) < (call.start, call.end));
        Await { span: span_of(it.expr), call: at, routine: it.routine }
    });
    Waiting { routines: found.routines, awaits: awaits.collect(), calls, pairs, turns }
}

fn describe_call(source: &str, found: &FoundCall<'_>) -> Call {
    let value = found.awaited.map_or(span_of(found.call), span_of);
    let is = |expr: &Expr| span_of(expr) == value;
    let target = match found.statement {
        Stmt::Assign(it) if it.targets.len() == 1 && is(&it.value) => Some(span_of(&it.targets[0])),
        _ => None,
    };
    Call {
        span: span_of(found.call),
        callee: dotted(&found.call.func).map(|parts| parts.join(".")).unwrap_or_default(),
        arguments: between_parentheses(source, span(found.call.arguments.range)),
        is_awaited: found.awaited.is_some(),
        is_discarded: found.awaited.is_none() && matches!(found.statement, Stmt::Expr(it) if is(&it.value)),
        target,
        routine: found.routine,
        statement: span_of(found.statement),
    }
}

/// A call that is not closed has no second parenthesis, and broken code may lack both.
fn between_parentheses(source: &str, arguments: Span) -> Span {
    let text = arguments.slice(source);
    let start = arguments.start + u32::from(text.starts_with('('));
    Span::new(start, (arguments.end - u32::from(text.ends_with(')'))).max(start))
}
