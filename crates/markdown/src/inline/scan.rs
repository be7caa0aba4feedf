//! From text to tokens: code spans, tags, links by their brackets, emphasis by its delimiters.

use std::collections::HashMap;
use std::ops::Range;

use super::address::{autolink, inline_target};
use super::{Known, Target, Token, TokenKind};
use crate::definitions;

pub(super) fn tokens(text: &str, known: &Known<'_>) -> Vec<Token> {
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
    scanner.tokens
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
