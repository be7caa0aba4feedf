use etude_text::Span;

use crate::text_map::TextMap;

/// One Markdown document. Spans are byte offsets into the text that was parsed.
#[derive(Debug, Default)]
pub struct Document {
    pub front_matter: Option<FrontMatter>,
    /// All blocks in source order, parents before their children.
    pub blocks: Vec<Block>,
    /// `[label]: url "title"` lines, in source order, used or not.
    pub definitions: Vec<Definition>,
    /// What could not be read as it was probably meant.
    pub problems: Vec<Problem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u32);

/// A block: what it is, where it stands, and the block it stands in.
#[derive(Debug)]
pub struct Block {
    pub kind: BlockKind,
    /// From its first to its last byte, container markers of the first line left out, the final line end left out.
    pub span: Span,
    pub parent: Option<BlockId>,
    /// The inline content, in source order, for headings, paragraphs and table cells.
    pub inlines: Vec<Inline>,
    /// The index behind the last block inside this one, so that a walk can step over it.
    pub(crate) after: u32,
}

#[derive(Debug)]
pub enum BlockKind {
    Heading(Heading),
    Paragraph,
    /// A fenced code block, in backticks or tildes, at whatever depth; also a MyST `{code-block}` or `{code-cell}`.
    Code(Code),
    /// Code by indentation alone.
    IndentedCode(Code),
    /// A MyST directive other than code, in a backtick or a colon fence. Its body is parsed: those blocks are its children.
    Directive(Directive),
    List {
        ordered: bool,
        start: u32,
    },
    Item(ListItem),
    Quote,
    Table,
    TableRow {
        header: bool,
    },
    TableCell,
    /// Raw HTML, comments included: the source says which.
    Html,
    /// A thematic break.
    Rule,
    FootnoteDefinition {
        label: String,
    },
}

#[derive(Debug)]
pub struct Heading {
    pub level: u8,
    /// The text without markup.
    pub text: String,
    /// The anchor a renderer gives it (GitHub's rule), made unique within the document.
    pub slug: String,
    /// An underlined heading (`Title` over `=====`).
    pub setext: bool,
}

#[derive(Debug)]
pub struct ListItem {
    /// `Some(ticked)` for `- [ ]` and `- [x]`.
    pub task: Option<bool>,
    /// The column, from 0, at which the content of the item starts.
    pub indent: u32,
}

/// The code of a block, without the indentation that belongs to the containers and the fence.
#[derive(Debug, Default)]
pub struct Code {
    pub info: InfoString,
    /// Line ends are `\n`. Ends with one unless empty.
    pub text: String,
    /// Where each byte of `text` stands in the source.
    pub map: TextMap,
    /// Columns of indentation in front of the fence, counted from the start of the line.
    pub indent: u32,
    /// Whether the closing fence is there.
    pub closed: bool,
    /// Option lines of a MyST directive (`:name: value`), in order.
    pub options: Vec<(String, String)>,
    /// The directive's name (`code-cell`), where the fence is one.
    pub directive: Option<String>,
}

/// What stands behind the opening fence, in the habits of ours, MyST, Quarto, mdBook and Pandoc.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InfoString {
    pub span: Span,
    pub raw: String,
    /// The language in lower case, empty if none is given.
    pub lang: String,
    /// `key=value`, quotes removed, in order.
    pub attributes: Vec<(String, String)>,
    /// Words without a value: `norun`, mdBook's `ignore` in `rust,ignore`.
    pub flags: Vec<String>,
    /// `{.class}` of Pandoc and Quarto, without the dot.
    pub classes: Vec<String>,
    /// `{#id}`.
    pub id: Option<String>,
}

#[derive(Debug)]
pub struct Directive {
    pub name: String,
    /// What stands behind `{name}` on the opening line.
    pub argument: String,
    pub options: Vec<(String, String)>,
    pub closed: bool,
}

/// A piece of inline content. Nested markup is flattened: an emphasised link gives the `Link` only, and the
/// `Text` pieces inside it.
#[derive(Debug)]
pub struct Inline {
    pub kind: InlineKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum InlineKind {
    Text,
    /// `code`; the span includes the backticks.
    Code(String),
    /// A link: `reference` holds the label when it was made by reference; `text` is what a reader sees.
    Link {
        text: String,
        url: String,
        title: String,
        url_span: Option<Span>,
        reference: Option<String>,
    },
    Image {
        alt: String,
        url: String,
        url_span: Option<Span>,
    },
    /// `[text][label]`, `[label][]` whose label is nowhere defined.
    UndefinedReference {
        label: String,
    },
    FootnoteReference {
        label: String,
    },
    Html,
    /// A line end inside the block, soft or hard; trailing spaces or the backslash of a hard one belong to it.
    Break,
}

#[derive(Debug)]
pub struct Definition {
    pub label: String,
    pub url: String,
    pub title: String,
    pub span: Span,
    pub url_span: Span,
}

/// YAML between `---` lines at the very start, if it is a mapping.
#[derive(Debug)]
pub struct FrontMatter {
    /// With both `---` lines.
    pub span: Span,
    pub fields: Vec<Field>,
}

/// One top-level field of the front matter.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub name_span: Span,
    pub value: Yaml,
    pub value_span: Span,
}

/// A YAML value, as far as front matter needs them.
#[derive(Clone, Debug, PartialEq)]
pub enum Yaml {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

#[derive(Debug)]
pub struct Problem {
    pub kind: ProblemKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A fence that runs to the end of the file or of its container.
    UnclosedFence,
    UnclosedDirective {
        name: String,
    },
    /// The front matter is not YAML.
    FrontMatter {
        message: String,
    },
    /// Containers nested so deep that what is inside was kept as text.
    TooDeep,
}

impl Document {
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = (BlockId, &Block)> {
        self.blocks.iter().enumerate().map(|(index, block)| (BlockId(index as u32), block))
    }

    /// The blocks that stand in no other block.
    pub fn roots(&self) -> impl Iterator<Item = (BlockId, &Block)> {
        self.siblings(0, self.blocks.len() as u32)
    }

    pub fn children(&self, id: BlockId) -> impl Iterator<Item = (BlockId, &Block)> {
        self.siblings(id.0 + 1, self.block(id).after)
    }

    /// Everything inside `id`, at any depth, in source order.
    pub fn descendants(&self, id: BlockId) -> impl Iterator<Item = (BlockId, &Block)> {
        (id.0 + 1..self.block(id).after).map(|index| (BlockId(index), self.block(BlockId(index))))
    }

    fn siblings(&self, first: u32, end: u32) -> impl Iterator<Item = (BlockId, &Block)> {
        let step = move |index: u32| (index < end).then_some(index);
        std::iter::successors(step(first), move |&index| step(self.block(BlockId(index)).after))
            .map(|index| (BlockId(index), self.block(BlockId(index))))
    }

    /// The blocks that `id` stands in, innermost first.
    pub fn ancestors(&self, id: BlockId) -> impl Iterator<Item = (BlockId, &Block)> {
        std::iter::successors(self.block(id).parent, |&id| self.block(id).parent).map(|id| (id, self.block(id)))
    }
}
