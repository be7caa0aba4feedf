//! Claims: everything a lesson says that can be found true or false.

mod bind;
mod count;
mod elapsed;
mod output;
mod prose;
mod reference;
mod which;

use etude_markdown::Document;
use etude_text::Span;

use crate::section::Section;
use crate::snippet::{Siblings, Snippet};

/// One claim: what is said, where, of what, and how it was recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub kind: ClaimKind,
    /// What is claimed, in the author's words.
    pub text: String,
    pub span: Span,
    /// Read from prose rather than from markup.
    pub inferred: bool,
    pub found: Found,
    pub about: Subject,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ClaimKind {
    /// The whole of what is printed (`whole`), or lines and words that occur in it.
    Output { whole: bool, parts: Vec<String> },
    /// What a server answers: a body, or one of several statuses.
    Response { body: Option<String>, statuses: Vec<u16> },
    /// How long something takes, and how many seconds more or less it may be, if that is said.
    Elapsed { seconds: f64, about: bool, within: Option<f64>, bound: Bound, scope: Scope },
    /// The program fails with this exception.
    Raises { exception: String },
    /// The program ends with this status.
    Exit { status: i32 },
    /// A run behaves as described, in words that no rule can decide.
    Behaviour,
    /// A link leads somewhere.
    Link { url: String },
    /// A line of the shown code, or of a file, is what the text says it is.
    Line { first: u32, last: u32, says: Option<Says> },
    /// The code shown has so many of something.
    Count { number: u32, thing: Thing },
    /// A Python version is needed at least.
    Version { major: u8, minor: u8 },
    /// A name of the standard library came with this Python 3.
    Since { name: String, minor: u8 },
}

impl Claim {
    /// Of a time: what it is the time of.
    fn set_scope(&mut self, of: Scope) {
        if let ClaimKind::Elapsed { scope, .. } = &mut self.kind {
            *scope = of;
        }
    }
}

impl ClaimKind {
    pub fn as_str(&self) -> &'static str {
        match self {
            ClaimKind::Output { .. } => "output",
            ClaimKind::Response { .. } => "response",
            ClaimKind::Elapsed { .. } => "elapsed",
            ClaimKind::Raises { .. } => "raises",
            ClaimKind::Exit { .. } => "exit",
            ClaimKind::Behaviour => "behaviour",
            ClaimKind::Link { .. } => "link",
            ClaimKind::Line { .. } => "line",
            ClaimKind::Count { .. } => "count",
            ClaimKind::Version { .. } | ClaimKind::Since { .. } => "version",
        }
    }
}

/// What a text says that a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Says {
    pub deed: Deed,
    /// The last part of a dotted name, or the code itself.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Calls,
    Awaits,
    Imports,
    Defines,
    Returns,
    Raises,
    /// It stands there, in these letters.
    Shows,
}

impl Deed {
    pub const ALL: [Deed; 6] = [Deed::Calls, Deed::Awaits, Deed::Imports, Deed::Defines, Deed::Returns, Deed::Raises];

    pub fn as_str(self) -> &'static str {
        match self {
            Deed::Calls => "calls",
            Deed::Awaits => "awaits",
            Deed::Imports => "imports",
            Deed::Defines => "defines",
            Deed::Returns => "returns",
            Deed::Raises => "raises",
            Deed::Shows => "shows",
        }
    }
}

/// What code has a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Lines,
    Functions,
    AsyncFunctions,
    Classes,
    Methods,
    Tests,
    /// Of lists, sets and dictionaries; some count generator expressions among them.
    Comprehensions,
    Generators,
    Awaits,
    Withs,
    /// Made by `create_task`.
    Tasks,
    Routes,
    Imports,
}

impl Thing {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Thing::Lines => "lines",
            Thing::Functions => "functions",
            Thing::AsyncFunctions => "async functions",
            Thing::Classes => "classes",
            Thing::Methods => "methods",
            Thing::Tests => "tests",
            Thing::Comprehensions => "comprehensions",
            Thing::Generators => "generator expressions",
            Thing::Awaits => "await expressions",
            Thing::Withs => "with statements",
            Thing::Tasks => "calls that make tasks",
            Thing::Routes => "routes",
            Thing::Imports => "imports",
        }
    }
}

impl Thing {
    pub(crate) fn singular(self) -> &'static str {
        match self {
            Thing::Classes => "class",
            Thing::Tasks => "call that makes a task",
            _ => self.name().strip_suffix('s').unwrap_or(self.name()),
        }
    }

    pub(crate) fn name_of(self, number: usize) -> &'static str {
        if number == 1 { self.singular() } else { self.name() }
    }
}

/// Which times are as a stated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Near,
    AtLeast,
    AtMost,
}

/// What an elapsed time is the time of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole run.
    Total,
    /// Each call, job or request.
    Each,
    /// What the program prints behind these words, or a part of the run they name.
    Part(String),
    /// Some moment or part of the run.
    Within,
}

/// How a claim was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// An attribute on the fence: `elapsed=3s`.
    Attribute,
    /// A fence that shows what was printed or answered.
    Fence,
    /// `#>` lines behind the statement that prints.
    Comment,
    /// `>>>` with what it prints below, or `$` with what it prints below.
    Console,
    /// A comment at the end of a line: `print(x)  # <class 'int'>`.
    TrailingComment,
    /// "Expected:", "Output:", "👉".
    Label,
    /// A sentence.
    Sentence,
    /// A Markdown link.
    Link,
}

impl Found {
    pub fn as_str(self) -> &'static str {
        match self {
            Found::Attribute => "attribute",
            Found::Fence => "fence",
            Found::Comment => "comment",
            Found::Console => "console",
            Found::TrailingComment => "trailing comment",
            Found::Label => "label",
            Found::Sentence => "sentence",
            Found::Link => "link",
        }
    }
}

/// What a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The snippet with this index.
    Snippet(usize),
    /// The lesson as a whole, or something outside of it.
    Lesson,
}

/// All claims of a document, in source order.
pub(crate) fn claims(text: &str, document: &Document, sections: &[Section], snippets: &[Snippet]) -> Vec<Claim> {
    let siblings = Siblings::of(document);
    let binder = bind::Binder::new(text, document, sections, snippets);
    let mut claims = output::claims(text, snippets, &binder);
    claims.extend(elapsed::attributes(snippets));
    claims.extend(prose::claims(text, document, &siblings, &binder));
    claims.extend(reference::claims(text, document, &binder));
    claims.extend(count::claims(text, document, &siblings, &binder));
    claims.sort_by_key(|claim| (claim.span.start, claim.span.end, claim.kind.as_str()));
    claims
}
