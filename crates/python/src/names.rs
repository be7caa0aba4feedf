//! The names a piece of code takes from, and gives to, the code around it.
//!
//! Order is looked at only where it costs nothing: a module-level name counts as bound wherever in the module it is
//! bound. Annotations are uses where Python evaluates them (not under `from __future__ import annotations`, not on
//! the local variables of a function); annotations in quotes never are.

use std::collections::{BTreeMap, BTreeSet};

use etude_text::Span;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt};
use ruff_python_parser::semantic_errors::SemanticSyntaxChecker;

use crate::compiler::{Context, Frame, Refusal};
use crate::module::{span, span_of};
use crate::scope::{Binding, ScopeKind, Scopes};

/// What a piece of code takes from and gives to the code around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Names used but bound nowhere in the code (no builtins, imports, definitions), with their first use.
    pub needs: BTreeMap<String, Span>,
    /// Names bound at module level, imports included.
    pub provides: BTreeSet<String>,
    /// `from module import *` stands here: any of `needs` may come from it.
    pub star_import: bool,
    /// `await`, `async for`, `async with` or an async comprehension outside any function.
    pub top_level_await: bool,
    /// `return` or `yield` outside any function.
    pub top_level_return: bool,
}

pub(crate) struct Analysis {
    pub(crate) names: Names,
    /// What the compiler would refuse in code that parses.
    pub(crate) errors: Vec<Refusal>,
}

pub(crate) fn analyse(source: &str, body: &[Stmt]) -> Analysis {
    let mut walker = Walker {
        scopes: Scopes::new(),
        checker: SemanticSyntaxChecker::new(),
        context: Context::new(source),
        star_import: false,
        blocks: 0,
    };
    walker.visit_body(body);
    let Walker { scopes, context, star_import, .. } = walker;
    for (name, span) in scopes.unanswered_nonlocals() {
        context.refuse(span, format!("`nonlocal {name}`, but no function around this one has a variable `{name}`"));
    }
    let needs = scopes.unresolved();
    let mut provides: BTreeSet<String> = scopes.provided().map(str::to_owned).collect();
    // `from __future__ import annotations` is an instruction to the compiler.
    if context.future_annotations {
        provides.remove("annotations");
    }
    Analysis {
        names: Names {
            needs,
            provides,
            star_import,
            top_level_await: context.top_level_await.get(),
            top_level_return: context.top_level_return.get(),
        },
        errors: context.refusals.into_inner(),
    }
}

struct Walker<'a> {
    scopes: Scopes<'a>,
    checker: SemanticSyntaxChecker,
    context: Context<'a>,
    star_import: bool,
    /// How many compound statements are open in the current scope.
    blocks: u32,
}

impl<'a> Walker<'a> {
    fn inside(&mut self, frame: Frame<'a>, walk: impl FnOnce(&mut Self)) {
        self.scopes.enter(frame.kind);
        self.context.frames.push(frame);
        let blocks = std::mem::take(&mut self.blocks);
        walk(self);
        self.blocks = blocks;
        self.context.frames.pop();
        self.scopes.leave();
    }

    /// Runs `walk` in a scope for the type parameters, if there are any.
    fn with_type_parameters(&mut self, parameters: Option<&'a ast::TypeParams>, walk: impl FnOnce(&mut Self)) {
        let Some(parameters) = parameters else { return walk(self) };
        self.inside(Frame::new(ScopeKind::TypeParameters), |walker| {
            for parameter in parameters.iter() {
                walker.scopes.bind(parameter.name().as_str(), Binding::Plain);
            }
            walker.visit_type_params(parameters);
            walk(walker);
        });
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        for parameter in function.parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
        self.scopes.bind(function.name.as_str(), Binding::Plain);
        self.with_type_parameters(function.type_params.as_deref(), |walker| {
            for parameter in function.parameters.iter() {
                walker.visit_parameter(parameter.as_parameter());
            }
            if let Some(returns) = &function.returns {
                walker.visit_annotation(returns);
            }
            let frame = Frame {
                is_async: function.is_async,
                parameters: Some(&function.parameters),
                ..Frame::new(ScopeKind::Function)
            };
            walker.inside(frame, |walker| {
                walker.bind_parameters(&function.parameters);
                walker.visit_body(&function.body);
            });
        });
    }

    fn bind_parameters(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters.iter() {
            self.scopes.bind(parameter.name().as_str(), Binding::Plain);
        }
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        for decorator in &class.decorator_list {
            self.visit_decorator(decorator);
        }
        self.with_type_parameters(class.type_params.as_deref(), |walker| {
            if let Some(arguments) = &class.arguments {
                walker.visit_arguments(arguments);
            }
            walker.inside(Frame::new(ScopeKind::Class), |walker| walker.visit_body(&class.body));
        });
        self.scopes.bind(class.name.as_str(), Binding::Plain);
    }

    fn lambda(&mut self, lambda: &'a ast::ExprLambda) {
        let parameters = lambda.parameters.as_deref();
        for parameter in parameters.iter().flat_map(|parameters| parameters.iter_non_variadic_params()) {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
        self.inside(Frame { parameters, ..Frame::new(ScopeKind::Lambda) }, |walker| {
            if let Some(parameters) = parameters {
                walker.bind_parameters(parameters);
            }
            walker.visit_expr(&lambda.body);
        });
    }

    /// The first iterable is evaluated outside, everything else in the comprehension's own scope.
    fn comprehension(
        &mut self,
        generators: &'a [ast::Comprehension],
        elements: [Option<&'a Expr>; 2],
        is_generator: bool,
    ) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        if !is_generator && generators.iter().any(|generator| generator.is_async) {
            self.context.note_await();
        }
        self.inside(Frame { is_generator, ..Frame::new(ScopeKind::Comprehension) }, |walker| {
            for (index, generator) in generators.iter().enumerate() {
                walker.visit_expr(&generator.target);
                if index > 0 {
                    walker.visit_expr(&generator.iter);
                }
                for condition in &generator.ifs {
                    walker.visit_expr(condition);
                }
            }
            for element in elements.into_iter().flatten() {
                walker.visit_expr(element);
            }
        });
    }

    fn declare(&mut self, statement: &'static str, names: &'a [ast::Identifier]) {
        for name in names {
            let facts = self.scopes.facts(name.as_str());
            let is_parameter = self.context.is_parameter(name.as_str());
            if facts.used || (facts.is_bound() && !is_parameter) {
                self.context.refuse(
                    span_of(name),
                    format!("`{name}` is used before `{statement} {name}`: the declaration must come first"),
                );
            }
            match statement {
                "global" => self.scopes.declare_global(name.as_str()),
                _ => self.scopes.declare_nonlocal(name.as_str(), span_of(name)),
            }
        }
    }

    fn looped(&mut self, body: &'a [Stmt]) {
        self.context.frame_mut().loops += 1;
        self.visit_body(body);
        self.context.frame_mut().loops -= 1;
    }

    fn statement(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::TypeAlias(alias) => {
                self.with_type_parameters(alias.type_params.as_deref(), |walker| walker.visit_expr(&alias.value));
                self.visit_expr(&alias.name);
            }
            Stmt::AugAssign(update) => {
                self.visit_expr(&update.value);
                match &*update.target {
                    Expr::Name(name) => {
                        self.scopes.use_name(name.id.as_str(), span(name.range));
                        self.scopes.bind(name.id.as_str(), Binding::Update);
                    }
                    target => self.visit_expr(target),
                }
            }
            Stmt::AnnAssign(assignment) => self.annotated(assignment),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    self.visit_expr(target);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = match &alias.asname {
                        Some(name) => name.as_str(),
                        None => alias.name.as_str().split('.').next().unwrap_or_default(),
                    };
                    self.scopes.bind(bound, Binding::Plain);
                }
            }
            Stmt::ImportFrom(import) => {
                let future = import.module.as_deref() == Some("__future__");
                for alias in &import.names {
                    if future && alias.name.as_str() == "annotations" {
                        self.context.future_annotations = true;
                    }
                    if alias.name.as_str() == "*" {
                        self.star_import = true;
                    } else {
                        self.scopes.bind(alias.asname.as_ref().unwrap_or(&alias.name).as_str(), Binding::Plain);
                    }
                }
            }
            Stmt::Global(global) => self.declare("global", &global.names),
            Stmt::Nonlocal(nonlocal) => self.declare("nonlocal", &nonlocal.names),
            Stmt::Return(_) => {
                self.context.note_return();
                visitor::walk_stmt(self, stmt);
            }
            Stmt::For(statement) => {
                if statement.is_async {
                    self.context.note_await();
                }
                self.visit_expr(&statement.iter);
                self.visit_expr(&statement.target);
                self.looped(&statement.body);
                self.visit_body(&statement.orelse);
            }
            Stmt::While(statement) => {
                self.visit_expr(&statement.test);
                self.looped(&statement.body);
                self.visit_body(&statement.orelse);
            }
            Stmt::With(statement) => {
                if statement.is_async {
                    self.context.note_await();
                }
                visitor::walk_stmt(self, stmt);
            }
            Stmt::Try(statement) => {
                self.context.check_handlers(&statement.handlers);
                visitor::walk_stmt(self, stmt);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn annotated(&mut self, assignment: &'a ast::StmtAnnAssign) {
        if let Some(value) = &assignment.value {
            self.visit_expr(value);
        }
        let Expr::Name(name) = &*assignment.target else {
            self.visit_annotation(&assignment.annotation);
            self.visit_expr(&assignment.target);
            return;
        };
        let in_function = self.context.frame().kind == ScopeKind::Function;
        let facts = self.scopes.facts(name.id.as_str());
        if facts.global || facts.nonlocal {
            let declared = if facts.global { "global" } else { "nonlocal" };
            self.context.refuse(
                span(name.range),
                format!("`{}` is declared `{declared}` and cannot have an annotation", name.id),
            );
        }
        // Python never evaluates the annotation of a local variable.
        if !(in_function && assignment.simple) {
            self.visit_annotation(&assignment.annotation);
        }
        // Without a value, `x: int` makes a local variable in a function and nothing elsewhere.
        if in_function || assignment.value.is_some() {
            self.visit_expr(&assignment.target);
        }
    }
}

impl<'a> Visitor<'a> for Walker<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.checker.visit_stmt(stmt, &self.context);
        let compound =
            matches!(stmt, Stmt::If(_) | Stmt::For(_) | Stmt::While(_) | Stmt::With(_) | Stmt::Try(_) | Stmt::Match(_));
        self.blocks += u32::from(compound);
        self.statement(stmt);
        self.blocks -= u32::from(compound);
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        if !self.context.future_annotations {
            self.visit_expr(annotation);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.checker.visit_expr(expr, &self.context);
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load | ExprContext::Invalid => self.scopes.use_name(name.id.as_str(), span(name.range)),
                ExprContext::Store => self.scopes.bind(name.id.as_str(), Binding::Plain),
                ExprContext::Del => self.scopes.delete(name.id.as_str(), span(name.range), self.blocks == 0),
            },
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                match &*named.target {
                    Expr::Name(name) => self.scopes.bind_around_comprehensions(name.id.as_str()),
                    target => self.visit_expr(target),
                }
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::ListComp(list) => self.comprehension(&list.generators, [Some(&list.elt), None], false),
            Expr::SetComp(set) => self.comprehension(&set.generators, [Some(&set.elt), None], false),
            Expr::DictComp(dict) => {
                self.comprehension(&dict.generators, [dict.key.as_deref(), Some(&dict.value)], false);
            }
            Expr::Generator(generator) => {
                self.comprehension(&generator.generators, [Some(&generator.elt), None], true);
            }
            Expr::Await(_) => {
                self.context.note_await();
                visitor::walk_expr(self, expr);
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.context.note_return();
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_keyword(&mut self, keyword: &'a ast::Keyword) {
        self.context.check_keyword(keyword);
        visitor::walk_keyword(self, keyword);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(clause) = handler;
        if let Some(type_) = &clause.type_ {
            self.visit_expr(type_);
        }
        if let Some(name) = &clause.name {
            self.scopes.bind(name.as_str(), Binding::Caught);
        }
        self.visit_body(&clause.body);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.scopes.bind(name.as_str(), Binding::Plain);
        }
        visitor::walk_pattern(self, pattern);
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    /// Needs and provides, each separated by blanks.
    fn check(source: &str, needs: &str, provides: &str) {
        let names = parse(source).names;
        let join = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!(join(names.needs.keys().collect()), needs, "needs of {source}");
        assert_eq!(join(names.provides.iter().collect()), provides, "provides of {source}");
    }

    #[test]
    fn bound_names_are_not_needed() {
        check("x = y\nprint(x, z)", "y z", "x");
        check("print(x)\nx = 1", "", "x");
        check("a, (b, *c) = d\ne[f] = g.h", "d e f g", "a b c");
        check("import a.b, c as d\nfrom e import f, g as h", "", "a d f h");
        check("for i, j in k: pass\nwith l as m, n as (o, p): pass", "k l n", "i j m o p");
        check("try: pass\nexcept E as e: print(e)", "E", "");
        check(
            "match x:\n    case [a, *b, {'k': c, **d}] as e: pass\n    case K(f, g=h.i): pass",
            "K h x",
            "a b c d e f",
        );
    }

    #[test]
    fn builtins_and_the_module_itself_are_given() {
        check("print(__name__, __file__, len, ExceptionGroup, __all__)", "", "");
        check("class C:\n    n = __qualname__\n    def m(self): return __class__, super()", "", "C");
        check("print(__qualname__)", "__qualname__", "");
    }

    #[test]
    fn functions_see_outwards() {
        check("def f(a, b=c, *d, e: g = h, **i) -> j:\n    return a, b, d, e, i, k", "c g h j k", "f");
        check("@d\ndef f(): return f", "d", "f");
        check("def f():\n    x = 1\n    def g(): return x", "", "f");
        check("def f():\n    def g(): x = 1\n    return x", "x", "f");
        check("f = lambda x, y=z: x + y + w", "w z", "f");
    }

    #[test]
    fn class_bodies_are_not_seen_from_inside() {
        check("class C(B, metaclass=M):\n    x = 1\n    y = x\n    def f(self): return x", "B M x", "C");
        check("class C:\n    n = 3\n    a = [n for _ in range(n)]", "n", "C");
        check("class C:\n    n = 3\n    a = [i for i in range(n)]", "", "C");
        check("class C:\n    x = x", "x", "C");
        check("class C:\n    def a(self): pass\n    b = property(a)", "", "C");
    }

    #[test]
    fn comprehensions_have_their_own_scope() {
        check("[x for x in y if x]\nx", "x y", "");
        check("{a: b for a, b in c for d in a}", "c", "");
        check("[(n := i) for i in j]\nn", "j", "n");
        check("def f():\n    [[(n := i) for i in j] for j in k]\n    return n", "k", "f");
    }

    #[test]
    fn global_and_nonlocal() {
        check("def f():\n    global x\n    x = 1\ndef g(): return x", "", "f g x");
        check("def f():\n    global x\n    return x", "x", "f");
        check("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2", "", "f");
        check("x = 1\ndef f():\n    x = 2\n    def g():\n        global y\n        return y", "y", "f x");
    }

    #[test]
    fn updates_and_deletions_need_what_they_change() {
        check("count += 1", "count", "count");
        check("count = 0\ncount += 1", "", "count");
        check("del x", "x", "");
        check("x = 1\ndel x", "", "");
        check("x = 1\nif y:\n    del x", "y", "x");
        check("x = 1\ndel x\nx = 2", "", "x");
        check("def f():\n    x = 1\n    del x", "", "f");
        check("def f():\n    global n\n    n += 1", "n", "f n");
    }

    #[test]
    fn annotations_count_where_they_are_evaluated() {
        check("x: A = 1\ny: B", "A B", "x");
        check("def f():\n    x: A = 1\n    return x", "", "f");
        check("x: 'A' = 1", "", "x");
        check("from __future__ import annotations\nx: A = 1\ndef f(a: B) -> C: pass", "", "f x");
        check("class C:\n    x: A\n    def f(self) -> C: pass", "A", "C");
    }

    #[test]
    fn type_parameters() {
        check("def f[T: B](x: T) -> list[T]: return T", "B", "f");
        check("class C[T](Base[T]):\n    x: T\n    def m(self) -> T: pass", "Base", "C");
        check("type A[T] = dict[T, B]", "B", "A");
        check("class C:\n    class In: pass\n    def m[T](self, x: In) -> T: return In", "In", "C");
        check("T", "T", "");
    }

    #[test]
    fn broken_code_still_has_names() {
        check("def f(a:\n    return b", "b", "f");
        check("x = y +\nz", "y z", "x");
        check("import os\nos.path.join(", "", "os");
    }

    #[test]
    fn the_first_use_is_pointed_at() {
        let source = "def f():\n    return é\né(é)";
        let needs = parse(source).names.needs;
        assert_eq!(needs["é"], etude_text::Span::new(20, 22));
    }

    #[test]
    fn what_runs_only_inside_something() {
        let flags = |source: &str| {
            let names = parse(source).names;
            (names.top_level_await, names.top_level_return, names.star_import)
        };
        assert_eq!(flags("await f()"), (true, false, false));
        assert_eq!(flags("if x:\n    async with y: pass"), (true, false, false));
        assert_eq!(flags("[x async for x in y]"), (true, false, false));
        assert_eq!(flags("(x async for x in y)"), (false, false, false));
        assert_eq!(flags("(x for x in await y)"), (true, false, false));
        assert_eq!(flags("async def f(): await g()"), (false, false, false));
        assert_eq!(flags("if x:\n    return"), (false, true, false));
        assert_eq!(flags("yield x"), (false, true, false));
        assert_eq!(flags("from x import *"), (false, false, true));
    }
}
