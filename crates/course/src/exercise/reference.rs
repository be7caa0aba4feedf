//! What instructions and hints speak of and the exercise does not have: files, functions, steps, hints.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use etude_markdown::{BlockKind, InlineKind};
use etude_python::is_builtin;
use etude_text::Span;
use regex::Regex;

use super::{Exercise, Files};
use crate::prose::Prose;

/// A reference that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Of the exercise's folder.
    pub text: String,
    pub span: Span,
    pub what: String,
}

static FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.(?:py|txt|json|toml|csv|md)$").expect("a valid expression")
});

/// `pour()`, `pour(cups)`; of a method the class is not known, and of a module neither.
static CALL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([A-Za-z_][A-Za-z0-9_]*)\(.*\)$").expect("a valid expression"));

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?P<what>hint|step|task)\s+(?P<number>[0-9]{1,3})(?-u:\b)").expect("a valid expression")
});

static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^\s*(?:#+\s*)?(?:(?:hint|step|task)\s+)?([0-9]{1,3})(?:[.):\s-]|$)").expect("a valid expression")
});

/// The references of all texts that lead nowhere, in their order.
pub fn lost(exercise: &Exercise) -> Vec<Lost> {
    let known = Known::of(exercise);
    let mut lost = Vec::new();
    for (path, content) in &exercise.texts {
        // Offsets into bytes that are no text would be those of something else.
        let Ok(text) = std::str::from_utf8(content) else { continue };
        let document = etude_markdown::parse(text);
        for (_, block) in document.iter() {
            for inline in &block.inlines {
                let InlineKind::Code(code) = &inline.kind else { continue };
                if let Some(what) = known.lacks(code.trim()) {
                    lost.push(Lost { text: path.clone(), span: inline.span, what });
                }
            }
            if !matches!(block.kind, BlockKind::Paragraph) {
                continue;
            }
            let prose = Prose::of(text, block).without_quotes();
            for found in NUMBERED.captures_iter(&prose.text) {
                let (what, number) = (found["what"].to_lowercase(), found["number"].parse().unwrap_or(0));
                if let Some(range) = found.get(0).map(|whole| whole.range())
                    && let Some(most) = known.numbers(&what).filter(|most| number > *most)
                {
                    let what = format!("there is no {what} {number}: the last is {most}");
                    lost.push(Lost { text: path.clone(), span: prose.span(range), what });
                }
            }
        }
    }
    lost
}

struct Known<'a> {
    exercise: &'a Exercise,
    /// All words of the code: what it defines, what it calls, what it reads and writes.
    words: BTreeSet<&'a str>,
    code: Vec<&'a str>,
    /// The highest number of an item or heading, in texts about hints and in the others.
    last: [Option<usize>; 2],
}

impl<'a> Known<'a> {
    fn of(exercise: &'a Exercise) -> Self {
        let Exercise { starter, solution, tests, tests_hidden, files, .. } = exercise;
        let all = [starter, solution, tests, tests_hidden, files];
        let texts = |files: &'a Files| files.values().filter_map(|content| std::str::from_utf8(content).ok());
        let code: Vec<&str> = all.into_iter().flat_map(texts).collect();
        let is_part = |char: char| char.is_alphanumeric() || char == '_';
        let words = code.iter().flat_map(|text| text.split(|char| !is_part(char))).collect();
        let last = [true, false].map(|hints| {
            let texts = exercise.texts.iter().filter(|(path, _)| path.contains("hint") == hints);
            let texts = texts.filter_map(|(_, content)| std::str::from_utf8(content).ok());
            texts.flat_map(|text| ITEM.captures_iter(text)).filter_map(|found| found[1].parse().ok()).max()
        });
        Self { exercise, words, code, last }
    }

    fn lacks(&self, code: &str) -> Option<String> {
        if FILE.is_match(code) {
            let name = code.rsplit('/').next().unwrap_or(code);
            let Exercise { starter, solution, tests, tests_hidden, files, texts, .. } = self.exercise;
            let mut paths =
                [starter, solution, tests, tests_hidden, files, texts].into_iter().flat_map(|files| files.keys());
            let there = paths.any(|path| path.rsplit('/').next() == Some(name));
            // A file that the code makes or reads.
            let mentioned = self.code.iter().any(|text| text.contains(name));
            return (!there && !mentioned).then(|| format!("the exercise has no file `{code}`"));
        }
        let name = CALL.captures(code)?.get(1)?.as_str();
        let known = self.words.contains(name) || is_builtin(name);
        (!known).then(|| format!("nothing in the exercise is called `{name}`"))
    }

    fn numbers(&self, what: &str) -> Option<usize> {
        self.last[usize::from(what != "hint")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_found_and_nothing_else() {
        let check = |instructions: &str, expected: &[&str]| {
            let files = |path: &str, text: &str| Files::from([(path.to_owned(), text.as_bytes().to_vec())]);
            let mut exercise = Exercise {
                starter: files("tea.py", "def pour(cups): ..."),
                solution: files("tea.py", "def pour(cups): open('log.txt', 'w').write(str(cups))"),
                texts: files("instructions.md", instructions),
                ..Exercise::default()
            };
            exercise.texts.insert("hints.md".to_owned(), b"## Hint 1\n\nLook.\n\n## Hint 2\n\nLook again.\n".to_vec());
            let found: Vec<String> = lost(&exercise).into_iter().map(|lost| lost.what).collect();
            assert_eq!(found, expected, "{instructions}");
        };
        check("Complete `pour(cups)` in `tea.py`; it writes `log.txt`, with `print()` or `asyncio.sleep()`.", &[]);
        check(
            "Complete `brew()` in `pot.py`.",
            &["nothing in the exercise is called `brew`", "the exercise has no file `pot.py`"],
        );
        check("1. Boil.\n2. Pour, as in step 1.\n\nIf step 2 fails, look at hint 2.", &[]);
        check(
            "1. Boil.\n2. Pour.\n\nDo step 3, or read hint 4.",
            &["there is no step 3: the last is 2", "there is no hint 4: the last is 2"],
        );
        check("Step 3 is for tomorrow.\n\n```python\nbrew()\n```", &[]);
    }
}
