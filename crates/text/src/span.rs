use std::ops::Range;

/// A half-open range of bytes in one source. Files of 4 GiB and more are refused when they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: u32, end: u32) -> Self {
        debug_assert!(start <= end, "span {start}..{end} runs backwards");
        Self { start, end }
    }

    /// A span from `usize` offsets, as slices and regular expressions give them.
    pub fn at(range: Range<usize>) -> Self {
        Self::new(range.start as u32, range.end as u32)
    }

    pub fn empty(offset: u32) -> Self {
        Self::new(offset, offset)
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub fn len(self) -> u32 {
        self.end - self.start
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// The same span in a text that starts `by` bytes into this one.
    pub fn shift(self, by: u32) -> Self {
        Self::new(self.start + by, self.end + by)
    }

    pub fn slice(self, text: &str) -> &str {
        &text[self.range()]
    }
}
