//! Inline content of one block, with exact places.
//!
//! comrak reads inline content as well, but its columns drift behind escaped pipes, links over several lines and
//! link definitions, so that an edit by them would hit the wrong bytes. This reader works on the block's text and
//! never forgets an offset. It has CommonMark's rules (delimiter stack, bracket stack) and GFM's bare links,
//! strikethrough and footnotes; each construct is scanned with a bound, so that no input takes quadratic time.

use std::collections::HashMap;
use std::ops::Range;

use crate::decode::decode;
use crate::definitions::{self, Labels};

/// A piece of inline content, as a range of the block's text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Code(String),
    Link { text: String, target: Target },
    Image { alt: String, target: Target },
    Undefined { label: String },
    Footnote { label: String },
    Html,
    Break,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The range of the destination, and what is put before it (`mailto:`).
    Inline {
        url: Range<usize>,
        prefix: &'static str,
        title: Range<usize>,
    },
    Reference {
        label: Range<usize>,
        definition: usize,
    },
}

/// What is known of the whole document.
pub(crate) struct Known<'k> {
    pub(crate) labels: &'k Labels,
    pub(crate) footnotes: &'k Labels,
}

pub(crate) fn parse(text: &str, known: &Known<'_>) -> Vec<Piece> {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        known,
        at: 0,
        tokens: Vec::new(),
        delimiters: Vec::new(),
        brackets: Vec::new(),
        backticks: None,
        absent: [false; 5],
        budget: 64 * 1024 + 16 * text.len(),
    };
    scanner.run();
    scanner.emphasis(0);
    emit(text, scanner.tokens)
}

/// The text of inline content without markup, as a heading's anchor is made from.
pub(crate) fn plain(text: &str, pieces: &[Piece]) -> String {
    let mut plain = String::new();
    for piece in pieces {
        match &piece.kind {
            Kind::Text => plain.push_str(&decode(&text[piece.range.clone()])),
            Kind::Code(code) => plain.push_str(code),
            Kind::Break => plain.push(' '),
            _ => {}
        }
    }
    plain
}

#[derive(Debug)]
struct Token {
    kind: TokenKind,
    start: usize,
    end: usize,
}

#[derive(Debug)]
enum TokenKind {
    /// Characters that a reader sees; also delimiters that found no partner.
    Text,
    Code(Range<usize>),
    Html,
    Break,
    Footnote(Range<usize>),
    /// A link or image over the tokens that follow, up to its end.
    Link {
        image: bool,
        target: Target,
        text_end: usize,
    },
    Autolink {
        url: Range<usize>,
        prefix: &'static str,
    },
    Undefined {
        label: Range<usize>,
    },
}

struct Delimiter {
    token: usize,
    byte: u8,
    /// How many there were at first: the rule of three looks at that.
    original: usize,
    opens: bool,
    closes: bool,
    previous: Option<usize>,
    next: Option<usize>,
}

struct Bracket {
    token: usize,
    image: bool,
    /// Cleared when a link was made after it: links hold no links.
    active: bool,
    /// Whether another bracket opens inside.
    bracket_after: bool,
    delimiters: usize,
}

struct Scanner<'t, 'k> {
    text: &'t str,
    bytes: &'t [u8],
    known: &'t Known<'k>,
    at: usize,
    tokens: Vec<Token>,
    delimiters: Vec<Delimiter>,
    brackets: Vec<Bracket>,
    /// Where runs of backticks start, by length.
    backticks: Option<HashMap<usize, Vec<usize>>>,
    /// Ends of HTML constructs that do not occur in what is left: `-->`, `?>`, `]]>`, `>` of a declaration, `>` at all.
    absent: [bool; 5],
    /// Bytes that may still be looked at in vain.
    budget: usize,
}

impl Scanner<'_, '_> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            let start = self.at;
            match self.bytes[start] {
                b'\n' => self.line_end(),
                b'`' => self.code(),
                b'\\' => match self.bytes.get(start + 1) {
                    Some(b'\n') => self.line_end(),
                    Some(byte) if byte.is_ascii_punctuation() => self.text(start + 2),
                    _ => self.text(start + 1),
                },
                b'<' => self.pointy(),
                b'*' | b'_' | b'~' => self.delimiter(),
                b'[' => self.open(start + 1, false),
                b'!' if self.bytes.get(start + 1) == Some(&b'[') => self.open(start + 2, true),
                b']' => self.close(),
                _ => {
                    let len = self.bytes[start + 1..].iter().position(|&b| SPECIAL[b as usize]);
                    self.text(len.map_or(self.bytes.len(), |len| start + 1 + len));
                }
            }
        }
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        self.tokens.push(Token { kind, start: self.at, end });
        self.at = end;
    }

    fn text(&mut self, end: usize) {
        self.push(TokenKind::Text, end);
    }

    /// A line end with the blanks around it, or the backslash, belongs to neither line.
    fn line_end(&mut self) {
        let mut start = self.at;
        let end = start + usize::from(self.bytes[start] == b'\\') + 1;
        if self.bytes[start] == b'\n'
            && let Some(last) =
                self.tokens.last_mut().filter(|last| matches!(last.kind, TokenKind::Text) && last.end == start)
        {
            let trimmed = self.text[last.start..last.end].trim_end_matches([' ', '\t']).len();
            last.end = last.start + trimmed;
            start = last.end;
        }
        self.at = start;
        self.push(TokenKind::Break, end);
    }

    fn code(&mut self) {
        let run = self.bytes[self.at..].iter().take_while(|&&b| b == b'`').count();
        let inside = self.at + run;
        let bytes = self.bytes;
        let runs = self.backticks.get_or_insert_with(|| {
            let mut runs: HashMap<usize, Vec<usize>> = HashMap::new();
            let mut at = 0;
            while let Some(start) = memchr::memchr(b'`', &bytes[at..]).map(|found| at + found) {
                let len = bytes[start..].iter().take_while(|&&b| b == b'`').count();
                runs.entry(len).or_default().push(start);
                at = start + len;
            }
            runs
        });
        let close = runs.get(&run).and_then(|starts| starts.get(starts.partition_point(|&start| start < inside)));
        match close {
            Some(&close) => self.push(TokenKind::Code(inside..close), close + run),
            None => self.text(inside),
        }
    }

    fn pointy(&mut self) {
        let start = self.at;
        if let Some((url, prefix)) = autolink(&self.bytes[start..]) {
            let end = start + url + 2;
            return self.push(TokenKind::Autolink { url: start + 1..start + 1 + url, prefix }, end);
        }
        match self.html() {
            Some(end) => self.push(TokenKind::Html, end),
            None => self.text(start + 1),
        }
    }

    /// The end of the HTML tag, comment, instruction or declaration here.
    fn html(&mut self) -> Option<usize> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b"<!--") {
            if rest.starts_with(b"<!-->") || rest.starts_with(b"<!--->") {
                return Some(self.at + if rest[4] == b'>' { 5 } else { 6 });
            }
            return self.until(0, 4, b"-->");
        }
        if rest.starts_with(b"<?") {
            return self.until(1, 2, b"?>");
        }
        if rest.starts_with(b"<![CDATA[") {
            return self.until(2, 9, b"]]>");
        }
        if rest.starts_with(b"<!") && rest.get(2).is_some_and(u8::is_ascii_alphabetic) {
            return self.until(3, 2, b">");
        }
        // Without a `>` ahead there is no tag to look for.
        self.until(4, 1, b">")?;
        match tag(rest) {
            Ok(len) => Some(self.at + len),
            Err(seen) => {
                self.budget = self.budget.saturating_sub(seen);
                if self.budget == 0 {
                    self.absent[4] = true;
                }
                None
            }
        }
    }

    fn until(&mut self, which: usize, skip: usize, end: &[u8]) -> Option<usize> {
        if self.absent[which] {
            return None;
        }
        let from = self.at + skip;
        match memchr::memmem::find(&self.bytes[from.min(self.bytes.len())..], end) {
            Some(found) => Some(from + found + end.len()),
            None => {
                self.absent[which] = true;
                None
            }
        }
    }

    fn delimiter(&mut self) {
        let start = self.at;
        let byte = self.bytes[start];
        let run = self.bytes[start..].iter().take_while(|&&b| b == byte).count();
        let end = start + run;
        let before = self.text[..start].chars().next_back().unwrap_or('\n');
        let after = self.text[end..].chars().next().unwrap_or('\n');
        let left =
            !after.is_whitespace() && (!is_punctuation(after) || before.is_whitespace() || is_punctuation(before));
        let right =
            !before.is_whitespace() && (!is_punctuation(before) || after.is_whitespace() || is_punctuation(after));
        let (opens, closes) = match byte {
            b'_' => (left && (!right || is_punctuation(before)), right && (!left || is_punctuation(after))),
            _ => (left, right),
        };
        let token = self.tokens.len();
        self.text(end);
        if (opens || closes) && (byte != b'~' || run <= 2) {
            // The links between delimiters are made when they are paired.
            self.delimiters.push(Delimiter { token, byte, original: run, opens, closes, previous: None, next: None });
        }
    }

    fn open(&mut self, end: usize, image: bool) {
        if let Some(last) = self.brackets.last_mut() {
            last.bracket_after = true;
        }
        let bracket = Bracket {
            token: self.tokens.len(),
            image,
            active: true,
            bracket_after: false,
            delimiters: self.delimiters.len(),
        };
        self.text(end);
        self.brackets.push(bracket);
    }

    fn close(&mut self) {
        let start = self.at;
        let Some(bracket) = self.brackets.pop() else { return self.text(start + 1) };
        let inside = self.tokens[bracket.token].end..start;
        if bracket.active
            && let Some((target, end)) = self.inline_target(start + 1)
        {
            return self.link(bracket, target, start, end);
        }
        // A label that follows; an empty or absent one stands for the text itself.
        let following = definitions::label(self.text, start + 1).filter(|label| !self.is_footnote(label));
        let explicit = following.clone().filter(|label| !self.text[label.clone()].trim().is_empty());
        let end = following.as_ref().map_or(start + 1, |label| label.end + 1);
        let own = (!bracket.bracket_after && inside.len() < 1000).then_some(inside.clone());
        if !bracket.image && own.as_ref().is_some_and(|own| self.is_footnote(own)) {
            let label = inside.start + 1..inside.end;
            let name = &self.text[label.clone()];
            // An undefined number is still meant as a footnote; `[^abc]` in prose may be anything.
            if self.known.footnotes.get(name).is_some() || name.bytes().all(|b| b.is_ascii_digit()) {
                self.tokens.truncate(bracket.token);
                self.drop_delimiters(bracket.delimiters);
                self.at = inside.start - 1;
                return self.push(TokenKind::Footnote(label), start + 1);
            }
        }
        if let Some(label) = explicit.clone().or(own)
            && let Some(definition) = self.known.labels.get(&self.text[label.clone()])
            && bracket.active
        {
            return self.link(bracket, Target::Reference { label, definition }, start, end);
        }
        let blank = self.text[inside.clone()].trim().is_empty();
        let label = explicit.or_else(|| (following.is_some() && !bracket.bracket_after && !blank).then_some(inside));
        if let Some(label) = label.filter(|_| bracket.active && !self.is_target(end)) {
            // Kept as a link would be, so that the text of its label does not show up as text.
            self.emphasis(bracket.delimiters);
            let token = &mut self.tokens[bracket.token];
            token.kind = TokenKind::Undefined { label };
            token.end = end;
            self.at = end;
            return;
        }
        self.text(start + 1);
    }

    /// Whether what stands at `at` makes a link of the brackets before it: `(url)`, or a label that is defined.
    fn is_target(&mut self, at: usize) -> bool {
        let label = definitions::label(self.text, at);
        label.is_some_and(|label| self.known.labels.get(&self.text[label]).is_some())
            || self.inline_target(at).is_some()
    }

    fn is_footnote(&self, label: &Range<usize>) -> bool {
        let label = &self.bytes[label.clone()];
        label.len() > 1 && label[0] == b'^' && !label.iter().any(u8::is_ascii_whitespace)
    }

    /// `(url "title")` at `at`, and where it ends.
    fn inline_target(&mut self, at: usize) -> Option<(Target, usize)> {
        if self.bytes.get(at) != Some(&b'(') || self.budget == 0 {
            return None;
        }
        let result = inline_target(self.bytes, at);
        match result {
            Ok(found) => Some(found),
            Err(seen) => {
                self.budget = self.budget.saturating_sub(seen - at);
                None
            }
        }
    }

    /// Turns the tokens since `bracket` into a link that ends at `end`.
    fn link(&mut self, bracket: Bracket, target: Target, text_end: usize, end: usize) {
        self.emphasis(bracket.delimiters);
        let token = &mut self.tokens[bracket.token];
        token.kind = TokenKind::Link { image: bracket.image, target, text_end };
        token.end = end;
        self.at = end;
        if !bracket.image {
            // Those before an inactive one are inactive already.
            for outer in self.brackets.iter_mut().rev().filter(|outer| !outer.image) {
                if !std::mem::replace(&mut outer.active, false) {
                    break;
                }
            }
        }
    }

    fn drop_delimiters(&mut self, from: usize) {
        self.delimiters.truncate(from);
    }

    /// Pairs the delimiters from index `from` on and takes the paired characters out of their tokens.
    fn emphasis(&mut self, from: usize) {
        let count = self.delimiters.len();
        for index in from..count {
            self.delimiters[index].previous = (index > from).then(|| index - 1);
            self.delimiters[index].next = (index + 1 < count).then_some(index + 1);
        }
        // Where the search for an opener may stop, by character, length and whether the closer opens too.
        let mut bottoms: HashMap<(u8, bool, usize), usize> = HashMap::new();
        let mut current = (from < count).then_some(from);
        while let Some(closer) = current {
            let Delimiter { byte, opens, closes, original, .. } = self.delimiters[closer];
            if !closes {
                current = self.delimiters[closer].next;
                continue;
            }
            let len = self.len(closer);
            let key = (byte, opens, if byte == b'~' { len } else { original % 3 });
            let bottom = bottoms.get(&key).copied().unwrap_or(from);
            let mut opener = self.delimiters[closer].previous;
            while let Some(index) = opener.filter(|&index| index >= bottom) {
                let candidate = &self.delimiters[index];
                let odd = (opens || candidate.closes)
                    && !original.is_multiple_of(3)
                    && (original + candidate.original).is_multiple_of(3);
                let fits = if byte == b'~' { self.len(index) == len } else { !odd };
                if candidate.byte == byte && candidate.opens && fits {
                    break;
                }
                opener = candidate.previous;
            }
            match opener.filter(|&index| index >= bottom) {
                Some(opener) => {
                    // What stands between the two found no partner.
                    self.delimiters[opener].next = Some(closer);
                    self.delimiters[closer].previous = Some(opener);
                    let used = if byte == b'~' { len } else { self.len(opener).min(len).min(2) };
                    let (left, right) = (self.delimiters[opener].token, self.delimiters[closer].token);
                    self.tokens[left].end -= used;
                    self.tokens[right].start += used;
                    if self.len(opener) == 0 {
                        self.unlink(opener);
                    }
                    if self.len(closer) == 0 {
                        current = self.delimiters[closer].next;
                        self.unlink(closer);
                    }
                }
                None => {
                    bottoms.insert(key, closer);
                    current = self.delimiters[closer].next;
                    if !opens {
                        self.unlink(closer);
                    }
                }
            }
        }
        self.drop_delimiters(from);
    }

    fn len(&self, delimiter: usize) -> usize {
        let token = &self.tokens[self.delimiters[delimiter].token];
        token.end - token.start
    }

    fn unlink(&mut self, index: usize) {
        let Delimiter { previous, next, .. } = self.delimiters[index];
        if let Some(previous) = previous {
            self.delimiters[previous].next = next;
        }
        if let Some(next) = next {
            self.delimiters[next].previous = previous;
        }
    }
}

const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    let special = b"\n`\\<*_~[!]";
    while i < special.len() {
        table[special[i] as usize] = true;
        i += 1;
    }
    table
};

fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    // Beyond ASCII: what is neither letter, digit, blank, mark nor control counts, as symbols do since CommonMark 0.31.
    !c.is_alphanumeric()
        && !c.is_whitespace()
        && !c.is_control()
        && !matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The length of the address in `<address>`, and what a link puts before it.
fn autolink(rest: &[u8]) -> Option<(usize, &'static str)> {
    let first = rest.get(1)?;
    if first.is_ascii_alphabetic() {
        let scheme =
            1 + rest[2..].iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || b"+.-".contains(b)).count();
        if (2..=32).contains(&scheme) && rest.get(1 + scheme) == Some(&b':') {
            let len = rest[1..].iter().position(|&b| b <= b' ' || b == b'<' || b == b'>' || b == 0x7f)?;
            return (rest[1 + len] == b'>').then_some((len, ""));
        }
    }
    let local =
        rest[1..].iter().take(256).take_while(|&&b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b));
    let at = 1 + local.count();
    if at == 1 || rest.get(at) != Some(&b'@') {
        return None;
    }
    let domain = &rest[at + 1..];
    let len = domain.iter().take(256).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')).count();
    let labels = domain[..len].split(|&b| b == b'.');
    let valid =
        |label: &[u8]| !label.is_empty() && label.len() <= 63 && label[0] != b'-' && label[label.len() - 1] != b'-';
    (len > 0 && domain.get(len) == Some(&b'>') && labels.clone().all(valid)).then_some((at + len, "mailto:"))
}

/// The length of the open or closing tag at the start of `rest`, or how many bytes were looked at in vain.
fn tag(rest: &[u8]) -> Result<usize, usize> {
    let blanks = |mut i: usize| {
        while rest.get(i).is_some_and(u8::is_ascii_whitespace) {
            i += 1;
        }
        i
    };
    let closing = rest.get(1) == Some(&b'/');
    let mut i = 1 + usize::from(closing);
    if !rest.get(i).is_some_and(u8::is_ascii_alphabetic) {
        return Err(i);
    }
    while rest.get(i).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-') {
        i += 1;
    }
    if closing {
        i = blanks(i);
        return if rest.get(i) == Some(&b'>') { Ok(i + 1) } else { Err(i) };
    }
    loop {
        let name = blanks(i);
        match rest.get(name) {
            Some(b'>') => return Ok(name + 1),
            Some(b'/') => return if rest.get(name + 1) == Some(&b'>') { Ok(name + 2) } else { Err(name) },
            Some(b) if name > i && (b.is_ascii_alphabetic() || matches!(b, b'_' | b':')) => {}
            _ => return Err(name),
        }
        i = name;
        while rest.get(i).is_some_and(|b| b.is_ascii_alphanumeric() || b"_:.-".contains(b)) {
            i += 1;
        }
        let equals = blanks(i);
        if rest.get(equals) != Some(&b'=') {
            continue;
        }
        i = blanks(equals + 1);
        match rest.get(i) {
            Some(&quote @ (b'"' | b'\'')) => match memchr::memchr(quote, &rest[i + 1..]) {
                Some(len) => i += len + 2,
                None => return Err(rest.len()),
            },
            _ => {
                let len = rest[i..].iter().take_while(|b| !b.is_ascii_whitespace() && !b"\"'=<>`".contains(b)).count();
                if len == 0 {
                    return Err(i);
                }
                i += len;
            }
        }
    }
}

/// `(url "title")` at `at` and where it ends, or how far was looked in vain.
fn inline_target(bytes: &[u8], at: usize) -> Result<(Target, usize), usize> {
    let blanks = |mut i: usize| {
        while bytes.get(i).is_some_and(u8::is_ascii_whitespace) {
            i += 1;
        }
        i
    };
    let start = blanks(at + 1);
    let limit = bytes.len();
    let (url, after) = definitions::destination(bytes, start).ok_or(limit.min(start + 4096))?;
    let mut i = blanks(after);
    let mut title = after..after;
    if i > after
        && let Some((inside, end)) = definitions::title(bytes, i)
    {
        title = inside;
        i = blanks(end);
    }
    if bytes.get(i) == Some(&b')') { Ok((Target::Inline { url, prefix: "", title }, i + 1)) } else { Err(i.min(limit)) }
}

/// Links deeper than this inside images collect no text: each would repeat that of all inside it.
const MAX_TEXTS: usize = 4;

fn emit(text: &str, tokens: Vec<Token>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(tokens.len());
    // Links that are open: their piece, where their text ends, where they end.
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    let mut run: Option<Range<usize>> = None;
    for token in tokens {
        // Delimiters that were used up; they may have moved past the end of the link they closed in.
        if token.start == token.end {
            continue;
        }
        // Tokens that a link's destination swallowed do not exist; what starts behind its text is outside.
        while let Some(&(_, _, end)) = open.last().filter(|&&(_, text_end, _)| token.start >= text_end) {
            flush(text, &mut run, &mut out, &open);
            open.pop();
            debug_assert!(token.start >= end);
        }
        if matches!(token.kind, TokenKind::Text) {
            match &mut run {
                Some(run) if run.end == token.start => run.end = token.end,
                _ => {
                    flush(text, &mut run, &mut out, &open);
                    run = Some(token.start..token.end);
                }
            }
            continue;
        }
        flush(text, &mut run, &mut out, &open);
        let range = token.start..token.end;
        let hidden = in_image(&open, &out);
        let mut inside = None;
        let kind = match token.kind {
            TokenKind::Text => continue,
            TokenKind::Code(inside) => {
                let code = code_text(&text[inside]);
                show(&mut out, &open, &code);
                Kind::Code(code)
            }
            TokenKind::Html => Kind::Html,
            TokenKind::Break => {
                show(&mut out, &open, " ");
                Kind::Break
            }
            TokenKind::Footnote(label) => Kind::Footnote { label: text[label].to_owned() },
            TokenKind::Autolink { url, prefix } => {
                let shown = text[url.clone()].to_owned();
                show(&mut out, &open, &shown);
                inside = Some(url.clone());
                Kind::Link { text: shown, target: Target::Inline { title: url.end..url.end, url, prefix } }
            }
            TokenKind::Link { image, target, text_end } => {
                open.push((out.len(), text_end, range.end));
                if image {
                    Kind::Image { alt: String::new(), target }
                } else {
                    Kind::Link { text: String::new(), target }
                }
            }
            TokenKind::Undefined { label } => Kind::Undefined { label: definitions_label(&text[label]) },
        };
        if !hidden || matches!(kind, Kind::Link { .. } | Kind::Image { .. } | Kind::Undefined { .. }) {
            out.push(Piece { kind, range });
            out.extend(inside.filter(|_| !hidden).map(|range| Piece { kind: Kind::Text, range }));
        }
    }
    flush(text, &mut run, &mut out, &open);
    out
}

fn in_link(open: &[(usize, usize, usize)], out: &[Piece]) -> bool {
    open.iter().take(MAX_TEXTS).any(|&(index, ..)| matches!(out[index].kind, Kind::Link { .. }))
}

/// What stands in an image is its description, not text on the page.
fn in_image(open: &[(usize, usize, usize)], out: &[Piece]) -> bool {
    open.iter().take(MAX_TEXTS).any(|&(index, ..)| matches!(out[index].kind, Kind::Image { .. }))
}

/// A label as it is written, on one line.
fn definitions_label(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Adds to the text of the links that are open.
fn show(out: &mut [Piece], open: &[(usize, usize, usize)], shown: &str) {
    for &(index, ..) in open.iter().take(MAX_TEXTS) {
        if let Kind::Link { text, .. } | Kind::Image { alt: text, .. } = &mut out[index].kind {
            text.push_str(shown);
        }
    }
}

fn flush(text: &str, run: &mut Option<Range<usize>>, out: &mut Vec<Piece>, open: &[(usize, usize, usize)]) {
    let Some(range) = run.take() else { return };
    if !open.is_empty() {
        show(out, open, &decode(&text[range.clone()]));
        if in_image(open, out) {
            return;
        }
    }
    let mut start = range.start;
    if !in_link(open, out) {
        while let Some((link, prefix)) = bare_link(text, start..range.end) {
            if link.start > start {
                out.push(Piece { kind: Kind::Text, range: start..link.start });
            }
            start = link.end;
            let target = Target::Inline { url: link.clone(), prefix, title: link.end..link.end };
            let shown = text[link.clone()].to_owned();
            out.push(Piece { kind: Kind::Link { text: shown, target }, range: link.clone() });
            out.push(Piece { kind: Kind::Text, range: link });
        }
    }
    if start < range.end {
        out.push(Piece { kind: Kind::Text, range: start..range.end });
    }
}

/// The first `https://…` or `www.…` in `range`, by GFM's rules, and what its address lacks.
fn bare_link(text: &str, range: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let bytes = &text.as_bytes()[..range.end];
    let mut from = range.start;
    loop {
        let found = from + memchr::memchr2(b':', b'w', &bytes[from..])?;
        from = found + 1;
        let (start, host, prefix) = if bytes[found..].starts_with(b"://") {
            let scheme = [&b"https"[..], b"http", b"ftp"]
                .into_iter()
                .find(|scheme| ends_with(&bytes[range.start..found], scheme));
            let Some(scheme) = scheme else { continue };
            (found - scheme.len(), found + 3, "")
        } else if bytes[found..].starts_with(b"www.") {
            (found, found, "http://")
        } else {
            continue;
        };
        // What comes before must not be part of a word.
        let before = text[..start].chars().next_back();
        if before
            .is_some_and(|c| c.is_alphanumeric() || (!prefix.is_empty() && !c.is_whitespace() && !"*_~(".contains(c)))
        {
            continue;
        }
        let rest = &text[host..range.end];
        let len = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>')).unwrap_or(rest.len());
        let end = trim_link(text, start, host + len);
        let domain = &text[host..end.max(host)];
        let domain = &domain[..domain.find(['/', '?', '#', ':']).unwrap_or(domain.len())];
        let last_two: Vec<&str> = domain.rsplitn(3, '.').take(2).collect();
        if !domain.starts_with(|c: char| c.is_alphanumeric())
            || last_two.iter().any(|part| part.contains('_'))
            || (!prefix.is_empty() && domain.len() <= 4)
        {
            continue;
        }
        return Some((start..end, prefix));
    }
}

fn ends_with(bytes: &[u8], suffix: &[u8]) -> bool {
    bytes.len() >= suffix.len() && bytes[bytes.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

/// Takes off what ends a sentence rather than an address.
fn trim_link(text: &str, start: usize, mut end: usize) -> usize {
    let bytes = text.as_bytes();
    let mut open = bytes[start..end].iter().filter(|&&b| b == b'(').count() as isize;
    open -= bytes[start..end].iter().filter(|&&b| b == b')').count() as isize;
    while end > start {
        match bytes[end - 1] {
            b'?' | b'!' | b'.' | b',' | b':' | b'*' | b'_' | b'~' | b'\'' | b'"' => end -= 1,
            b')' if open < 0 => {
                open += 1;
                end -= 1;
            }
            b';' => {
                // `&amp;` at the end is an entity.
                let name = bytes[start..end - 1].iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
                if name > 0 && end - 1 - name > start && bytes[end - 2 - name] == b'&' {
                    end -= name + 2;
                } else {
                    break;
                }
            }
            _ => break,
        }
    }
    end
}

/// The text of a code span: line ends are spaces, and one space is taken off at both ends.
fn code_text(inside: &str) -> String {
    let code = inside.replace('\n', " ");
    match code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')) {
        Some(trimmed) if !trimmed.trim_matches(' ').is_empty() => trimmed.to_owned(),
        _ => code,
    }
}
