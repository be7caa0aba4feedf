use crate::Span;

/// Bytes to put in place of a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    pub span: Span,
    pub replacement: String,
}

impl Edit {
    pub fn new(span: Span, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }
}

/// A repair that changes what was meant and nothing else, so that it may be applied without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub edits: Vec<Edit>,
}

impl Fix {
    pub fn new(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), edits }
    }
}

/// Why a set of edits cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    Overlap(Span, Span),
    OutOfRange(Span),
}

/// Splices `edits`, in any order, into `bytes`. An edit given twice is applied once.
pub fn apply_edits(bytes: &[u8], edits: &[Edit]) -> Result<Vec<u8>, EditError> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort();
    edits.dedup();
    let mut result = Vec::with_capacity(bytes.len());
    let mut done = Span::empty(0);
    for edit in edits {
        if edit.span.end as usize > bytes.len() {
            return Err(EditError::OutOfRange(edit.span));
        }
        if edit.span.start < done.end {
            return Err(EditError::Overlap(done, edit.span));
        }
        result.extend_from_slice(&bytes[done.end as usize..edit.span.start as usize]);
        result.extend_from_slice(edit.replacement.as_bytes());
        done = edit.span;
    }
    result.extend_from_slice(&bytes[done.end as usize..]);
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, replacement: &str) -> Edit {
        Edit::new(Span::new(start, end), replacement)
    }

    fn check(edits: &[Edit], expected: Result<&str, EditError>) {
        let result = apply_edits(b"0123456789", edits).map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
        assert_eq!(result.as_deref().map_err(|&error| error), expected);
    }

    #[test]
    fn no_edit_changes_nothing() {
        check(&[], Ok("0123456789"));
    }

    #[test]
    fn edits_apply_in_any_order() {
        check(&[edit(8, 10, "x"), edit(0, 1, ""), edit(3, 3, "<"), edit(5, 6, "five")], Ok("12<34five67x"));
    }

    #[test]
    fn an_edit_given_twice_applies_once() {
        check(&[edit(2, 4, "x"), edit(0, 0, "a"), edit(2, 4, "x"), edit(0, 0, "a")], Ok("a01x456789"));
    }

    #[test]
    fn neighbours_do_not_overlap() {
        check(&[edit(2, 4, "a"), edit(4, 6, "b")], Ok("01ab6789"));
        check(&[edit(2, 2, "["), edit(2, 4, "a"), edit(4, 4, "]")], Ok("01[a]456789"));
    }

    #[test]
    fn insertions_at_one_place_all_apply_in_the_order_of_their_text() {
        check(&[edit(5, 5, "b"), edit(5, 5, "a")], Ok("01234ab56789"));
    }

    #[test]
    fn overlaps_are_refused() {
        check(&[edit(4, 8, "b"), edit(2, 5, "a")], Err(EditError::Overlap(Span::new(2, 5), Span::new(4, 8))));
        check(&[edit(2, 6, "a"), edit(4, 4, "b")], Err(EditError::Overlap(Span::new(2, 6), Span::new(4, 4))));
        check(&[edit(2, 4, "a"), edit(2, 4, "b")], Err(EditError::Overlap(Span::new(2, 4), Span::new(2, 4))));
    }

    #[test]
    fn an_edit_beyond_the_end_is_refused() {
        check(&[edit(10, 10, "!")], Ok("0123456789!"));
        check(&[edit(9, 11, "!")], Err(EditError::OutOfRange(Span::new(9, 11))));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_kept() {
        assert_eq!(apply_edits(b"a\xff\xfeb", &[edit(3, 4, "c")]), Ok(b"a\xff\xfec".to_vec()));
    }
}
