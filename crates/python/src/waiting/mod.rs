//! Where the functions of a module wait, and which of these waits could happen at the same time.
//!
//! Two awaits may overlap only if that is proven from the code: the second needs nothing of the first, nothing between
//! them can see their order, and the functions called, as far as they are in this module, change nothing that outlives
//! the call. Where there is doubt there is no proof. What has been measured is for the caller to add.

mod collect;
mod effects;
mod flow;
mod overlap;

use etude_text::Span;

use crate::depth;

/// What can be seen of waiting without running anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// In source order, nested ones and methods included.
    pub routines: Vec<Routine>,
    /// Every call, in the order in which they begin.
    pub calls: Vec<Call>,
    /// Every `await` of a call, in the order in which they are evaluated.
    pub awaits: Vec<Await>,
    pub pairs: Vec<Pair>,
    pub turns: Vec<Turns>,
}

/// A `def` or `async def`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routine {
    pub name: String,
    pub is_async: bool,
    /// With decorators, so that it begins on the line that Python calls the first.
    pub span: Span,
    /// Holds a `while` whose condition is a true constant: it is meant to be ended from outside.
    pub is_endless: bool,
    /// `finally` blocks, and handlers that raise: a cancelled task may wait here.
    pub cleanup: Vec<Span>,
}

/// A call, and what becomes of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub span: Span,
    /// Dotted: `asyncio.sleep`. Empty if what is called is not a dotted name.
    pub callee: String,
    /// What is between the parentheses.
    pub arguments: Span,
    pub is_awaited: bool,
    /// The call is a whole statement, so that its value is lost.
    pub is_discarded: bool,
    /// What its value, or that of its `await`, is assigned to, if the statement is `target = value`.
    pub target: Option<Span>,
    /// The innermost function around it, by its place in [`Waiting::routines`].
    pub routine: Option<usize>,
    pub statement: Span,
}

/// `await f(…)` in a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Await {
    pub span: Span,
    /// By its place in [`Waiting::calls`].
    pub call: usize,
    pub routine: usize,
}

/// Two awaits of one function, by their places in [`Waiting::awaits`], that are made one after the other and need not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub first: usize,
    pub second: usize,
    /// The awaits between the two, which have to be known to be harmless as well.
    pub between: Vec<usize>,
}

/// An await in a loop whose turns do not need one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns {
    pub turn: usize,
    /// The loop's target and what it goes over: `url` and `urls`.
    pub target: Span,
    pub iterable: Span,
    pub form: Form,
    /// The call needs nothing but the target and what was there before the loop.
    pub is_plain: bool,
}

/// What kind of loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Statement,
    /// A list comprehension that has nothing but the await as its element, with its span, brackets included.
    List(Span),
    OtherComprehension,
}

/// Reads any text; empty for what nests too deeply to be walked.
pub fn read(source: &str) -> Waiting {
    depth::with_tree(source, |parsed| {
        let found = collect::collect(parsed.suite());
        let effects = effects::Effects::new(&found.functions);
        let (pairs, turns) = overlap::prove(&found, &effects);
        collect::describe(source, found, pairs, turns)
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests;
