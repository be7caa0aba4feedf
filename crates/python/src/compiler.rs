//! What CPython's compiler refuses although its grammar allows it: ruff's checker with the context it asks for.

use std::cell::{Cell, RefCell};

use etude_text::Span;
use ruff_python_ast::{self as ast, PythonVersion};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxContext, SemanticSyntaxError, SemanticSyntaxErrorKind as Kind,
    YieldOutsideFunctionKind,
};
use ruff_text_size::{Ranged, TextRange};

use crate::errors::plain;
use crate::module::{span, span_of};
use crate::scope::ScopeKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// A scope as the compiler's rules look at it.
pub(crate) struct Frame<'a> {
    pub(crate) kind: ScopeKind,
    pub(crate) is_async: bool,
    /// A generator expression, which runs later and may therefore await anywhere.
    pub(crate) is_generator: bool,
    /// How many loops are open.
    pub(crate) loops: u32,
    pub(crate) parameters: Option<&'a ast::Parameters>,
}

impl Frame<'_> {
    pub(crate) fn new(kind: ScopeKind) -> Self {
        Self { kind, is_async: false, is_generator: false, loops: 0, parameters: None }
    }
}

pub(crate) struct Context<'a> {
    source: &'a str,
    pub(crate) frames: Vec<Frame<'a>>,
    pub(crate) future_annotations: bool,
    pub(crate) top_level_await: Cell<bool>,
    pub(crate) top_level_return: Cell<bool>,
    pub(crate) refusals: RefCell<Vec<Refusal>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self {
            source,
            frames: vec![Frame::new(ScopeKind::Module)],
            future_annotations: false,
            top_level_await: Cell::new(false),
            top_level_return: Cell::new(false),
            refusals: RefCell::new(Vec::new()),
        }
    }

    pub(crate) fn refuse(&self, span: Span, message: String) {
        self.refusals.borrow_mut().push(Refusal { span, message });
    }

    pub(crate) fn frame(&self) -> &Frame<'a> {
        self.frames.last().expect("the module's frame stays")
    }

    pub(crate) fn frame_mut(&mut self) -> &mut Frame<'a> {
        self.frames.last_mut().expect("the module's frame stays")
    }

    pub(crate) fn is_parameter(&self, name: &str) -> bool {
        self.frame().parameters.is_some_and(|parameters| parameters.includes(name))
    }

    /// An `await`, or what awaits, stands here.
    pub(crate) fn note_await(&self) {
        if self.awaits_at_top_level() {
            self.top_level_await.set(true);
        }
    }

    /// A `return` or `yield` stands here.
    pub(crate) fn note_return(&self) {
        if self.frame().kind == ScopeKind::Module {
            self.top_level_return.set(true);
        }
    }

    fn awaits_at_top_level(&self) -> bool {
        self.frames.iter().all(|frame| match frame.kind {
            ScopeKind::Module => true,
            ScopeKind::Comprehension => !frame.is_generator,
            _ => false,
        })
    }

    /// `except:` catches everything, so what comes after it never runs.
    pub(crate) fn check_handlers(&self, handlers: &[ast::ExceptHandler]) {
        let earlier = handlers.len().saturating_sub(1);
        for ast::ExceptHandler::ExceptHandler(handler) in &handlers[..earlier] {
            // A broken header has no type either; its error is the parser's.
            if handler.type_.is_none() {
                self.refuse(
                    Span::new(handler.start().into(), u32::from(handler.start()) + "except".len() as u32),
                    "a bare `except:` must be the last of the handlers".to_owned(),
                );
            }
        }
    }

    /// `f((a)=1)`: refused since Python 3.8, and nothing the parser would note for the version it reads for.
    pub(crate) fn check_keyword(&self, keyword: &ast::Keyword) {
        if let Some(name) = &keyword.arg
            && name.range.start() != keyword.range.start()
        {
            self.refuse(span_of(name), format!("the argument name `{name}` cannot stand in parentheses"));
        }
    }

    /// The scopes from the inside out.
    fn outwards(&self) -> impl Iterator<Item = &Frame<'a>> {
        self.frames.iter().rev()
    }
}

impl SemanticSyntaxContext for Context<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        self.future_annotations
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        self.outwards().find_map(|frame| match frame.kind {
            ScopeKind::Function | ScopeKind::Lambda => Some(LazyImportContext::Function),
            ScopeKind::Class => Some(LazyImportContext::Class),
            _ => None,
        })
    }

    fn python_version(&self) -> PythonVersion {
        PythonVersion::latest()
    }

    fn source(&self) -> &str {
        self.source
    }

    /// Uses before `global` are found while the scopes are built, which also sees bindings.
    fn global(&self, _name: &str) -> Option<TextRange> {
        None
    }

    /// Known only once every scope around has been read: `Scopes::unanswered_nonlocals`.
    fn has_nonlocal_binding(&self, _name: &str) -> bool {
        true
    }

    fn in_async_context(&self) -> bool {
        self.outwards()
            .find_map(|frame| match frame.kind {
                ScopeKind::Function => Some(frame.is_async),
                ScopeKind::Class | ScopeKind::Lambda => Some(false),
                _ => None,
            })
            .unwrap_or(false)
    }

    fn in_await_allowed_context(&self) -> bool {
        self.outwards()
            .find_map(|frame| match frame.kind {
                ScopeKind::Function | ScopeKind::Lambda => Some(true),
                ScopeKind::Class => Some(false),
                _ => None,
            })
            .unwrap_or(false)
    }

    fn in_yield_allowed_context(&self) -> bool {
        self.outwards()
            .find_map(|frame| match frame.kind {
                ScopeKind::Function | ScopeKind::Lambda => Some(true),
                ScopeKind::Class | ScopeKind::Comprehension => Some(false),
                _ => None,
            })
            .unwrap_or(false)
    }

    /// Asked only for versions before 3.11.
    fn in_sync_comprehension(&self) -> bool {
        false
    }

    fn in_class_body_comprehension(&self) -> bool {
        self.outwards()
            .find(|frame| frame.kind != ScopeKind::Comprehension)
            .is_some_and(|frame| frame.kind == ScopeKind::Class)
    }

    fn in_module_scope(&self) -> bool {
        self.frame().kind == ScopeKind::Module
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.frame().kind, ScopeKind::Function | ScopeKind::Lambda)
    }

    fn in_generator_context(&self) -> bool {
        self.outwards().take_while(|frame| frame.kind == ScopeKind::Comprehension).any(|frame| frame.is_generator)
    }

    /// As in a notebook, `await` at top level is fine: lessons are written in that style.
    fn in_notebook(&self) -> bool {
        true
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        let is_await = matches!(
            error.kind,
            Kind::AwaitOutsideAsyncFunction(_) | Kind::YieldOutsideFunction(YieldOutsideFunctionKind::Await)
        );
        // ruff lets it pass in the module itself, not in a comprehension there.
        if is_await && self.awaits_at_top_level() {
            return;
        }
        self.refuse(span(error.range), plain::semantic(&error));
    }

    fn in_loop_context(&self) -> bool {
        self.frame().loops > 0
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.is_parameter(name)
    }
}
