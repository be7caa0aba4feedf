use std::borrow::Cow;
use std::sync::Arc;

use crate::Span;

/// Which of the [`Sources`] a span belongs to. Paths stay in [`Sources`]; everything else passes ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A place as people count: lines from 1, columns from 1 in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Something odd about the bytes of a file that reading had to work around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeNote {
    /// The first byte that is not UTF-8, and how many there are.
    NotUtf8 { span: Span, count: u32 },
    /// The first NUL byte, and how many there are.
    Nul { span: Span, count: u32 },
}

/// One file: its text, where its lines start, and the path to show for it.
///
/// Bytes that cannot be text are each shown as one `?`, so that every offset into the text is also an offset into
/// the bytes on disk and an edit can be spliced into the original.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: String,
    text: Arc<str>,
    /// What is on disk, where it differs from `text`.
    raw: Option<Arc<[u8]>>,
    lines: LineIndex,
    notes: Vec<DecodeNote>,
}

impl Source {
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self { path: path.into(), lines: LineIndex::new(&text), text, raw: None, notes: Vec::new() }
    }

    /// Reads any bytes as text.
    pub fn decode(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) if memchr::memchr(0, text.as_bytes()).is_none() => Self::new(path, text),
            Ok(text) => Self::patched(path.into(), text.into_bytes()),
            Err(error) => Self::patched(path.into(), error.into_bytes()),
        }
    }

    fn patched(path: String, raw: Vec<u8>) -> Self {
        let mut text = String::with_capacity(raw.len());
        let mut bad = Bad::default();
        let mut nul = Bad::default();
        for chunk in raw.utf8_chunks() {
            for (at, piece) in chunk.valid().split('\0').enumerate() {
                if at > 0 {
                    nul.note(text.len());
                    text.push('?');
                }
                text.push_str(piece);
            }
            for _ in chunk.invalid() {
                bad.note(text.len());
                text.push('?');
            }
        }
        let notes = [
            bad.first.map(|span| DecodeNote::NotUtf8 { span, count: bad.count }),
            nul.first.map(|span| DecodeNote::Nul { span, count: nul.count }),
        ];
        let mut source = Self::new(path, text);
        source.raw = Some(raw.into());
        source.notes = notes.into_iter().flatten().collect();
        source
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }

    pub fn notes(&self) -> &[DecodeNote] {
        &self.notes
    }

    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.text, offset)
    }

    /// The line number, from 1, in which `offset` lies.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines.line(offset)
    }

    /// Line `line` (from 1) without its line end.
    pub fn line_text(&self, line: u32) -> &str {
        self.lines.span(line).slice(&self.text).trim_end_matches(['\n', '\r'])
    }
}

#[derive(Default)]
struct Bad {
    first: Option<Span>,
    count: u32,
}

impl Bad {
    fn note(&mut self, at: usize) {
        self.first.get_or_insert(Span::at(at..at + 1));
        self.count += 1;
    }
}

/// Where the lines of a text start. A line ends with `\n`, `\r\n` or a lone `\r`, as CommonMark has it.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
    /// In lines that are long, so that a column there need not be counted from the start of the line.
    milestones: Vec<Milestone>,
}

#[derive(Clone, Copy, Debug)]
struct Milestone {
    offset: u32,
    /// How many characters of its line stand before it.
    characters: u32,
}

/// How far apart milestones are, in bytes. Lines that are no longer have none.
const MILESTONE: usize = 4096;

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        let mut index = Self { starts, len: bytes.len() as u32, milestones: Vec::new() };
        for line in 0..index.starts.len() {
            index.measure(text, line);
        }
        index
    }

    fn measure(&mut self, text: &str, line: usize) {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).copied().unwrap_or(self.len);
        if (end - start) as usize <= MILESTONE {
            return;
        }
        let mut last = Milestone { offset: start, characters: 0 };
        for at in (start as usize..end as usize).step_by(MILESTONE).skip(1) {
            let at = text.floor_char_boundary(at);
            let characters = last.characters + text[last.offset as usize..at].chars().count() as u32;
            last = Milestone { offset: at as u32, characters };
            self.milestones.push(last);
        }
    }

    /// How many lines there are. A final line end starts no further line.
    pub fn count(&self) -> u32 {
        let last = self.starts[self.starts.len() - 1];
        self.starts.len() as u32 - u32::from(last == self.len && self.len > 0)
    }

    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The bytes of line `line` (from 1) with its line end; the last line for numbers beyond it.
    pub fn span(&self, line: u32) -> Span {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        Span::new(self.starts[index], self.starts.get(index + 1).copied().unwrap_or(self.len))
    }

    fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = Milestone { offset: self.starts[line as usize - 1], characters: 0 };
        let end = text.floor_char_boundary(offset as usize);
        let passed = self.milestones[..self.milestones.partition_point(|it| it.offset as usize <= end)].last();
        let from = passed.copied().filter(|it| it.offset >= start.offset).unwrap_or(start);
        let behind = text[from.offset as usize..end].chars().count() as u32;
        Position { line, column: from.characters + behind + 1 }
    }
}

/// All files of one invocation.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    pub fn add(&mut self, source: Source) -> FileId {
        self.0.push(source);
        FileId(self.0.len() as u32 - 1)
    }

    pub fn get(&self, id: FileId) -> &Source {
        &self.0[id.0 as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.0.iter().enumerate().map(|(index, source)| (FileId(index as u32), source))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `text` with every line end turned into `\n`.
pub fn unix_lines(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines as they are shown, and how many there are said to be.
    fn check_lines(text: &str, expected: &[&str]) {
        let source = Source::new("a.md", text);
        assert_eq!(source.lines().count() as usize, expected.len(), "{text:?}");
        let lines: Vec<&str> = (1..=source.lines().count()).map(|line| source.line_text(line)).collect();
        assert_eq!(lines, expected, "{text:?}");
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        check_lines("a\nb\r\nc\rd", &["a", "b", "c", "d"]);
        check_lines("a\n\r\n\rb\n", &["a", "", "", "b"]);
        check_lines("\r\r\n", &["", ""]);
    }

    #[test]
    fn a_final_line_end_starts_no_further_line() {
        check_lines("a\nb", &["a", "b"]);
        check_lines("a\nb\n", &["a", "b"]);
        check_lines("a\r", &["a"]);
        check_lines("\n", &[""]);
    }

    #[test]
    fn an_empty_text_is_one_empty_line() {
        check_lines("", &[""]);
    }

    #[test]
    fn spans_of_lines_include_their_ends_and_join_without_gaps() {
        for text in ["", "a", "a\n", "a\r\nb\rc\n\nd", "\r\r\n\n"] {
            let lines = LineIndex::new(text);
            let joined: String = (1..=lines.count()).map(|line| lines.span(line).slice(text)).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn a_number_beyond_the_last_line_gives_what_follows_the_last_line_end() {
        assert_eq!(LineIndex::new("a\nb").span(9), Span::new(2, 3));
        assert_eq!(LineIndex::new("a\n").span(9), Span::new(2, 2));
        assert_eq!(LineIndex::new("a\nb").span(0), Span::new(0, 2));
    }

    fn check_position(text: &str, offset: u32, line: u32, column: u32) {
        assert_eq!(Source::new("a.md", text).position(offset), Position { line, column }, "{text:?} at {offset}");
    }

    #[test]
    fn columns_count_characters() {
        check_position("日本\n🚀x", 6, 1, 3);
        check_position("日本\n🚀x", 7, 2, 1);
        check_position("日本\n🚀x", 11, 2, 2);
        check_position("\tx", 1, 1, 2);
    }

    #[test]
    fn columns_of_long_lines_are_counted_in_parts() {
        let line = "a日🚀".repeat(2000);
        let text = format!("short\n{line}\r\n{line}");
        let source = Source::new("a.md", text.as_str());
        for (start, number) in [(6, 2), (6 + line.len() + 2, 3)] {
            for (column, (at, _)) in line.char_indices().enumerate() {
                let expected = Position { line: number, column: column as u32 + 1 };
                assert_eq!(source.position((start + at) as u32), expected);
            }
        }
    }

    #[test]
    fn a_very_long_line_costs_no_more_for_each_place_in_it() {
        let source = Source::new("a.md", "é".repeat(20_000_000));
        for offset in (0..40_000_000).step_by(2000) {
            assert_eq!(source.position(offset).column, offset / 2 + 1);
        }
    }

    #[test]
    fn an_offset_inside_a_character_counts_as_its_start() {
        check_position("日本", 4, 1, 2);
    }

    #[test]
    fn a_line_end_belongs_to_the_line_it_ends() {
        check_position("a\r\nb", 1, 1, 2);
        check_position("a\r\nb", 2, 1, 3);
        check_position("a\r\nb", 3, 2, 1);
        check_position("a\rb", 2, 2, 1);
    }

    #[test]
    fn an_offset_beyond_the_end_is_the_end() {
        check_position("", 0, 1, 1);
        check_position("ab", 99, 1, 3);
        check_position("ab\n", 3, 2, 1);
    }

    #[test]
    fn good_bytes_are_the_text() {
        let source = Source::decode("a.md", "é\u{feff}\n".into());
        assert_eq!(source.text(), "é\u{feff}\n");
        assert_eq!(source.bytes(), "é\u{feff}\n".as_bytes());
        assert_eq!(source.notes(), &[]);
    }

    #[test]
    fn each_bad_byte_is_one_question_mark_at_its_own_offset() {
        let bytes = b"caf\xe9 \xed\xa0\x80 \xe6\x97 end\n".to_vec();
        let source = Source::decode("a.md", bytes.clone());
        assert_eq!(source.text(), "caf? ??? ?? end\n");
        assert_eq!(source.bytes(), bytes);
        assert_eq!(source.notes(), &[DecodeNote::NotUtf8 { span: Span::new(3, 4), count: 6 }]);
    }

    #[test]
    fn each_nul_is_one_question_mark() {
        let source = Source::decode("a.md", b"a\0b\0".to_vec());
        assert_eq!(source.text(), "a?b?");
        assert_eq!(source.bytes(), b"a\0b\0");
        assert_eq!(source.notes(), &[DecodeNote::Nul { span: Span::new(1, 2), count: 2 }]);
    }

    #[test]
    fn bad_bytes_and_nuls_together_keep_every_offset() {
        let bytes = b"\0\xff\xc3\xa9\0\xf0\x9f\x9a\n\0".to_vec();
        let source = Source::decode("a.md", bytes.clone());
        assert_eq!(source.text(), "??é????\n?");
        assert_eq!(source.text().len(), bytes.len());
        assert_eq!(
            source.notes(),
            &[
                DecodeNote::NotUtf8 { span: Span::new(1, 2), count: 4 },
                DecodeNote::Nul { span: Span::new(0, 1), count: 3 },
            ]
        );
    }

    #[test]
    fn unix_lines_turns_every_line_end() {
        assert_eq!(unix_lines("a\r\nb\rc\n\r"), "a\nb\nc\n\n");
        assert!(matches!(unix_lines("a\nb"), Cow::Borrowed("a\nb")));
    }
}
