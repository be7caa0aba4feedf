//! JSON as a person and `grep` can read it, however long: each field of the whole on a line, and each item of its lists.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Deeper than this everything stands on one line.
const DEEPEST: usize = 2;

#[derive(Default)]
pub(super) struct Lines {
    depth: usize,
    is_empty: bool,
}

impl Lines {
    fn begin(&mut self) {
        self.depth += 1;
        self.is_empty = true;
    }

    fn item(&mut self, out: &mut (impl Write + ?Sized), is_first: bool) -> io::Result<()> {
        self.is_empty = false;
        if !is_first {
            out.write_all(b",")?;
        }
        if self.depth <= DEEPEST { self.line(out) } else { Ok(()) }
    }

    fn end(&mut self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        self.depth -= 1;
        let was_empty = std::mem::take(&mut self.is_empty);
        if !was_empty && self.depth < DEEPEST { self.line(out) } else { Ok(()) }
    }

    fn line(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        write!(out, "\n{:1$}", "", 2 * self.depth)
    }
}

impl Formatter for Lines {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin();
        out.write_all(b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out)?;
        out.write_all(b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.item(out, is_first)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin();
        out.write_all(b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out)?;
        out.write_all(b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.item(out, is_first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(if self.depth <= DEEPEST { b": " } else { b":" })
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;
    use serde_json::json;

    use super::*;

    #[test]
    fn long_lists_have_an_item_on_each_line() {
        let value = json!({"a": [], "b": {}, "c": [[1, {"d": [2, 3]}], {"e": null}], "f": {"g": [4], "h": []}, "i": 5});
        let mut out = Vec::new();
        value
            .serialize(&mut serde_json::Serializer::with_formatter(&mut out, Lines::default()))
            .expect("memory takes everything");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
        assert_eq!(
            text,
            r#"{
  "a": [],
  "b": {},
  "c": [
    [1,{"d":[2,3]}],
    {"e":null}
  ],
  "f": {
    "g": [4],
    "h": []
  },
  "i": 5
}"#
        );
    }
}
