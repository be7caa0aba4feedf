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
