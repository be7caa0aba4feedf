//! The proofs that two awaits, or the turns of a loop, may happen at the same time.

use std::collections::{BTreeMap, HashMap};

use ruff_python_ast::comparable::ComparableExpr;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprAwait, ExprCall, Stmt, StmtFor};

use super::collect::{Around, Found, FoundAwait};
use super::effects::{Effects, is_harmless};
use super::flow::{Names, binds, binds_in, dotted, needs, reads, root, spread};
use super::{Form, Pair, Turns};
use crate::module::span_of;

/// Awaits of one block, or one loop, that are looked at. Nobody reads a function with more.
const MOST: usize = 64;
/// Pairs and loops of one file that are looked at.
const MOST_PROOFS: usize = 20_000;

pub(super) fn prove(found: &Found<'_>, effects: &Effects<'_>) -> (Vec<Pair>, Vec<Turns>) {
    let proof = Proof { found, effects };
    let mut blocks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut in_loop: HashMap<*const StmtFor, usize> = HashMap::new();
    for (index, it) in found.awaits.iter().enumerate() {
        let block = blocks.entry(it.place.block).or_default();
        if block.len() < MOST {
            block.push(index);
        }
        if let Some(around) = it.innermost_loop() {
            *in_loop.entry(around).or_default() += 1;
        }
    }
    let candidates = blocks.values().flat_map(|block| {
        block.iter().enumerate().flat_map(|(at, &first)| block[at + 1..].iter().map(move |&second| (first, second)))
    });
    let mut pairs: Vec<Pair> =
        candidates.take(MOST_PROOFS).filter_map(|(first, second)| proof.pair(first, second)).collect();
    pairs.sort_by_key(|pair| (pair.first, pair.second));
    let small = |index: &usize| {
        let around = found.awaits[*index].innermost_loop();
        around.is_none_or(|around| in_loop.get(&around).is_some_and(|&count| count <= MOST))
    };
    let turns = (0..found.awaits.len()).filter(small).take(MOST_PROOFS).filter_map(|turn| proof.turns(turn));
    let turns = turns.collect();
    (pairs, turns)
}

/// Loops longer than this, in bytes, are not looked into, and awaits farther apart not compared.
const FARTHEST: u32 = 20_000;

struct Proof<'p, 'a> {
    found: &'p Found<'a>,
    effects: &'p Effects<'a>,
}

impl<'a> Proof<'_, 'a> {
    fn pair(&self, first: usize, second: usize) -> Option<Pair> {
        let (one, two) = (&self.found.awaits[first], &self.found.awaits[second]);
        if one.routine != two.routine || !is_ordinary(one.call) || !is_ordinary(two.call) {
            return None;
        }
        if span_of(two.expr).start.saturating_sub(span_of(one.expr).start) > FARTHEST {
            return None;
        }
        // Whoever makes the same call twice wants to see whether something has changed.
        if ComparableExpr::from(&*one.expr.value) == ComparableExpr::from(&*two.expr.value) {
            return None;
        }
        if one.place.index == two.place.index {
            return self.same_statement(one, two).then_some(Pair { first, second, between: Vec::new() });
        }
        let (from, to) = (one.place.index, two.place.index);
        let statements = one.place.statements;
        if from > to || !is_used(&statements[from]) || !is_used(&statements[to]) || holds_open(two) {
            return None;
        }
        let between = &statements[from + 1..to];
        if !between.iter().all(|statement| self.is_passable(statement)) {
            return None;
        }
        let later = &statements[from + 1..=to];
        let results = spread(later, results(&statements[from]))?;
        if !needs(two.call).is_disjoint(&results) {
            return None;
        }
        let known = |call| self.effects.of(call) == Some(false);
        if let (Some(a), Some(b)) = (receiver(one.call), receiver(two.call))
            && a == b
            && !(known(one.call) && known(two.call))
        {
            return None;
        }
        if self.effects.of(one.call) == Some(true) || self.effects.of(two.call) == Some(true) {
            return None;
        }
        let between = (first + 1..second).filter(|&index| {
            let place = self.found.awaits[index].place;
            place.block == one.place.block && (from + 1..to).contains(&place.index)
        });
        Some(Pair { first, second, between: between.collect() })
    }

    /// Two awaits in one expression, neither inside the other nor behind a condition.
    fn same_statement(&self, one: &FoundAwait<'a>, two: &FoundAwait<'a>) -> bool {
        let (inner, outer) = (span_of(one.expr), span_of(two.expr));
        let nested = inner.contains(outer) || outer.contains(inner);
        let simple =
            matches!(one.place.statement(), Stmt::Assign(_) | Stmt::Return(_) | Stmt::Expr(_) | Stmt::AnnAssign(_));
        let certain = |it: &FoundAwait<'_>| {
            !matches!(it.around.last(), Some(Around::Perhaps | Around::Comprehension(..) | Around::OtherLoop))
        };
        let harmless = |it: &FoundAwait<'_>| self.effects.of(it.call) == Some(false);
        !nested && simple && certain(one) && certain(two) && harmless(one) && harmless(two)
    }

    /// A statement between two awaits that cannot change what the second one sees, nor keep it from being reached.
    fn is_passable(&self, statement: &Stmt) -> bool {
        if !matches!(
            statement,
            Stmt::Assign(_) | Stmt::AugAssign(_) | Stmt::AnnAssign(_) | Stmt::Expr(_) | Stmt::Pass(_)
        ) {
            return false;
        }
        let inside = Inside::of(std::slice::from_ref(statement));
        inside.awaits.iter().all(|it| it.value.is_call_expr())
            && inside.calls.iter().all(|call| is_harmless(call) || self.effects.of(call) == Some(false))
    }

    fn turns(&self, turn: usize) -> Option<Turns> {
        let it = &self.found.awaits[turn];
        if !is_ordinary(it.call) {
            return None;
        }
        let mut loops = it.around.iter().rev().filter(|around| !matches!(around, Around::Perhaps));
        let around = loops.next()?;
        // Of a loop within a loop nobody can tell from outside which turns belong together.
        if loops.any(|around| !matches!(around, Around::AsyncWith)) {
            return None;
        }
        match *around {
            Around::For(statement) => self.loop_turns(turn, it, statement),
            Around::Comprehension([generator], list) => {
                let target = binds(&generator.target);
                let proven = !generator.is_async
                    && !needs(it.call).is_disjoint(&target)
                    && self.effects.of(it.call) == Some(false);
                proven.then(|| Turns {
                    turn,
                    target: span_of(&generator.target),
                    iterable: span_of(&generator.iter),
                    form: list.map_or(Form::OtherComprehension, Form::List),
                    is_plain: true,
                })
            }
            _ => None,
        }
    }

    fn loop_turns(&self, turn: usize, it: &FoundAwait<'a>, statement: &'a ast::StmtFor) -> Option<Turns> {
        let place = it.place.statement();
        if !is_used(place) || span_of(statement).len() > FARTHEST {
            return None;
        }
        let inside = Inside::of(&statement.body);
        let own = receiver(it.call);
        let disturbs = |other: &&ExprAwait| {
            let Expr::Call(call) = &*other.value else { return false };
            // A loop that paces itself means to; one that talks to the same object twice a turn has an order to keep.
            is_pause(call) || (span_of(*other) != span_of(it.expr) && own.is_some() && receiver(call) == own)
        };
        if inside.leaves || inside.awaits.iter().any(disturbs) {
            return None;
        }
        let body = &*statement.body;
        let needed = needs(it.call);
        let derived = spread(body, binds(&statement.target))?;
        // The same call again and again is a retry, or a poll.
        if needed.is_disjoint(&derived) {
            return None;
        }
        let results = spread(body, results(place))?;
        if !needed.is_disjoint(&results) || inside.tests.iter().any(|test| !reads(test).is_disjoint(&results)) {
            return None;
        }
        if self.effects.of(it.call) == Some(true) || own.is_some_and(|own| !derived.contains(own[0])) {
            return None;
        }
        // What else the turns do to be ready for the call would have to be done before.
        let made_in_loop = body.iter().flat_map(binds_in).collect();
        Some(Turns {
            turn,
            target: span_of(&*statement.target),
            iterable: span_of(&*statement.iter),
            form: Form::Statement,
            is_plain: needed.is_disjoint(&made_in_loop) && std::ptr::eq(it.place.statements, body),
        })
    }
}

/// Not something of asyncio itself: sleeping, waiting for others, limits of time.
fn is_ordinary(call: &ExprCall) -> bool {
    dotted(&call.func).is_none_or(|parts| parts[0] != "asyncio" && parts != ["sleep"])
}

fn is_pause(call: &ExprCall) -> bool {
    dotted(&call.func).is_some_and(|parts| matches!(parts[..], ["asyncio", "sleep"] | ["sleep"]))
}

/// The object whose method is called.
fn receiver(call: &ExprCall) -> Option<Vec<&str>> {
    let Expr::Attribute(method) = &*call.func else { return None };
    dotted(&method.value)
}

/// Whether the value is bound, returned or handed on. Who drops it waits for something else than a value.
fn is_used(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(it) => it.value.is_call_expr(),
        Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_) | Stmt::Return(_) => true,
        _ => false,
    }
}

/// The names that hold the value of the statement's await afterwards, or something with it in it.
fn results(statement: &Stmt) -> Names<'_> {
    let mut names = binds_in(statement);
    match statement {
        Stmt::Assign(it) => names.extend(it.targets.iter().filter_map(root)),
        Stmt::AnnAssign(it) => names.extend(root(&it.target)),
        Stmt::AugAssign(it) => names.extend(root(&it.target)),
        Stmt::Expr(it) => {
            if let Expr::Call(call) = &*it.value
                && let Expr::Attribute(method) = &*call.func
            {
                names.extend(root(&method.value));
            }
        }
        _ => {}
    }
    names
}

/// Whether a lock, a limit or a session is held while this waits.
fn holds_open(it: &FoundAwait<'_>) -> bool {
    it.around.iter().any(|around| matches!(around, Around::AsyncWith))
}

/// All that stands in some statements, however deep.
#[derive(Default)]
struct Inside<'a> {
    awaits: Vec<&'a ExprAwait>,
    calls: Vec<&'a ExprCall>,
    /// Conditions that decide what is done.
    tests: Vec<&'a Expr>,
    /// The statements can be left early: a search, or a retry.
    leaves: bool,
}

impl<'a> Inside<'a> {
    fn of(body: &'a [Stmt]) -> Self {
        let mut inside = Inside::default();
        inside.visit_body(body);
        inside
    }
}

impl<'a> Visitor<'a> for Inside<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Break(_) | Stmt::Return(_) => self.leaves = true,
            Stmt::If(it) => {
                self.tests.push(&it.test);
                self.tests.extend(it.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref()));
            }
            Stmt::While(it) => self.tests.push(&it.test),
            Stmt::Match(it) => self.tests.push(&it.subject),
            // The turns before it took place; those after it must not.
            Stmt::Raise(_) => self.leaves = true,
            // Between the turns somebody else gets to see how far this has come.
            Stmt::With(it) if it.is_async => self.leaves = true,
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Await(it) => self.awaits.push(it),
            Expr::Call(it) => self.calls.push(it),
            Expr::Yield(_) | Expr::YieldFrom(_) => self.leaves = true,
            Expr::If(it) => self.tests.push(&it.test),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
