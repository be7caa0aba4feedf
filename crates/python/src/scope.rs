//! Python's scopes: which names each binds and uses, and where a use finds its binding.

use std::collections::BTreeMap;
use std::collections::HashMap;

use etude_text::Span;

use crate::builtins::{is_given, is_given_in_class};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    Comprehension,
    /// Around a definition with type parameters. The only scope that sees the names of a class around it.
    TypeParameters,
}

/// What is known of one name in one scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) bound: bool,
    /// Bound by `x += 1`, which needs a binding from elsewhere first.
    pub(crate) updated: bool,
    /// Bound by `except … as x`, and gone after the handler.
    pub(crate) caught: bool,
    /// Removed again by `del x`, and not bound after that.
    pub(crate) deleted: bool,
    pub(crate) global: bool,
    pub(crate) nonlocal: bool,
    pub(crate) used: bool,
}

impl Facts {
    /// Bound in this scope, by whatever it may be.
    pub(crate) fn is_bound(self) -> bool {
        self.bound || self.caught || self.updated
    }

    fn is_local(self) -> bool {
        self.bound || self.caught
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    Plain,
    Update,
    Caught,
}

struct Scope<'a> {
    kind: ScopeKind,
    parent: usize,
    names: HashMap<&'a str, Facts>,
    /// First uses only; where they resolve is known once everything has been seen.
    uses: Vec<(&'a str, Span)>,
}

const MODULE: usize = 0;

/// All scopes of a module, the innermost open one current.
pub(crate) struct Scopes<'a> {
    all: Vec<Scope<'a>>,
    current: usize,
    nonlocals: Vec<(usize, &'a str, Span)>,
}

impl<'a> Scopes<'a> {
    pub(crate) fn new() -> Self {
        let module = Scope { kind: ScopeKind::Module, parent: MODULE, names: HashMap::new(), uses: Vec::new() };
        Self { all: vec![module], current: MODULE, nonlocals: Vec::new() }
    }

    pub(crate) fn enter(&mut self, kind: ScopeKind) {
        self.all.push(Scope { kind, parent: self.current, names: HashMap::new(), uses: Vec::new() });
        self.current = self.all.len() - 1;
    }

    pub(crate) fn leave(&mut self) {
        self.current = self.all[self.current].parent;
    }

    /// What the current scope knows of a name by now.
    pub(crate) fn facts(&self, name: &str) -> Facts {
        self.all[self.current].names.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn bind(&mut self, name: &'a str, binding: Binding) {
        self.bind_in(self.current, name, binding);
    }

    /// `:=` inside comprehensions binds in the scope around them.
    pub(crate) fn bind_around_comprehensions(&mut self, name: &'a str) {
        let mut scope = self.current;
        while self.all[scope].kind == ScopeKind::Comprehension {
            scope = self.all[scope].parent;
        }
        self.bind_in(scope, name, Binding::Plain);
    }

    fn bind_in(&mut self, mut scope: usize, name: &'a str, binding: Binding) {
        // Broken code has names of no letters.
        if name.is_empty() {
            return;
        }
        let declared = self.all[scope].names.get(name).copied().unwrap_or_default();
        if declared.nonlocal {
            return;
        }
        if declared.global {
            scope = MODULE;
        }
        // In a function `x += 1` makes a local; whether one was bound before is the program's own affair.
        let in_namespace = matches!(self.all[scope].kind, ScopeKind::Module | ScopeKind::Class);
        let facts = self.all[scope].names.entry(name).or_default();
        facts.deleted = false;
        match binding {
            Binding::Update if in_namespace => facts.updated = true,
            Binding::Plain | Binding::Update => facts.bound = true,
            Binding::Caught => facts.caught = true,
        }
    }

    /// `del x`: a use, and in a function it also makes the name local. `surely` if nothing can skip it.
    pub(crate) fn delete(&mut self, name: &'a str, span: Span, surely: bool) {
        match self.all[self.current].kind {
            ScopeKind::Module | ScopeKind::Class => {
                self.use_name(name, span);
                if surely && let Some(facts) = self.all[self.current].names.get_mut(name) {
                    facts.deleted = true;
                }
            }
            _ => self.bind(name, Binding::Plain),
        }
    }

    pub(crate) fn use_name(&mut self, name: &'a str, span: Span) {
        if name.is_empty() {
            return;
        }
        let scope = &mut self.all[self.current];
        let facts = scope.names.entry(name).or_default();
        // A class body looks a name up as it runs: before it is bound there, it is that of the module.
        let already_resolved = scope.kind == ScopeKind::Class && facts.bound;
        if !facts.used && !already_resolved {
            scope.uses.push((name, span));
        }
        facts.used = true;
    }

    pub(crate) fn declare_global(&mut self, name: &'a str) {
        if self.current != MODULE {
            self.all[self.current].names.entry(name).or_default().global = true;
        }
    }

    pub(crate) fn declare_nonlocal(&mut self, name: &'a str, span: Span) {
        if self.current != MODULE {
            self.all[self.current].names.entry(name).or_default().nonlocal = true;
            self.nonlocals.push((self.current, name, span));
        }
    }

    /// `nonlocal` declarations that no function around them answers.
    pub(crate) fn unanswered_nonlocals(&self) -> impl Iterator<Item = (&'a str, Span)> {
        self.nonlocals
            .iter()
            .filter(|(scope, name, _)| !self.is_answered(*scope, name))
            .map(|&(_, name, span)| (name, span))
    }

    fn is_answered(&self, scope: usize, name: &str) -> bool {
        let mut at = self.all[scope].parent;
        while at != MODULE {
            let scope = &self.all[at];
            let facts = scope.names.get(name).copied().unwrap_or_default();
            if matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda) && facts.is_local() && !facts.global {
                return true;
            }
            at = scope.parent;
        }
        false
    }

    /// The names that resolve nowhere, with their first use in the source.
    pub(crate) fn unresolved(&self) -> BTreeMap<String, Span> {
        let mut unresolved: BTreeMap<String, Span> = BTreeMap::new();
        for (index, scope) in self.all.iter().enumerate() {
            for &(name, span) in &scope.uses {
                if is_given(name) || self.resolves(index, name) {
                    continue;
                }
                unresolved.entry(name.to_owned()).and_modify(|first| *first = (*first).min(span)).or_insert(span);
            }
        }
        unresolved
    }

    fn resolves(&self, from: usize, name: &str) -> bool {
        let mut at = from;
        let mut sees_class = true;
        loop {
            let scope = &self.all[at];
            let facts = scope.names.get(name).copied().unwrap_or_default();
            if at == MODULE {
                return facts.is_local();
            }
            if facts.global {
                return self.all[MODULE].names.get(name).is_some_and(|facts| facts.is_local());
            }
            match scope.kind {
                // Uses before the binding start here and must look further; later ones were never recorded.
                ScopeKind::Class if at == from && is_given_in_class(name) => return true,
                ScopeKind::Class if at == from => {}
                ScopeKind::Class if !sees_class => {}
                _ if facts.is_local() && !facts.nonlocal => return true,
                _ => {}
            }
            sees_class &= scope.kind == ScopeKind::TypeParameters;
            at = scope.parent;
        }
    }

    /// The names the module is left with.
    pub(crate) fn provided(&self) -> impl Iterator<Item = &'a str> {
        self.all[MODULE]
            .names
            .iter()
            .filter(|(_, facts)| (facts.bound || facts.updated) && !facts.deleted)
            .map(|(&name, _)| name)
    }
}
