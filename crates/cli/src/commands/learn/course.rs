//! A course as a learner meets it: its lessons and exercises in one order, and how far they are with each.

use std::collections::BTreeMap;

/// What is learned from.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    /// From the course's root.
    pub(super) path: String,
    pub(super) title: String,
    pub(super) kind: Kind,
    pub(super) standing: Standing,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Its Markdown.
    Lesson(String),
    Exercise(Exercise),
}

/// What of an exercise a learner may see, sooner or later.
#[derive(Clone, Debug, Default)]
pub(super) struct Exercise {
    /// Markdown.
    pub(super) instructions: String,
    pub(super) hints: Vec<Hint>,
    /// Titles by number.
    pub(super) tasks: BTreeMap<u32, String>,
    pub(super) solution: Vec<(String, String)>,
    /// Where the learner's files lie, as they know it.
    pub(super) folder: String,
    /// The files that the learner writes.
    pub(super) files: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Hint {
    pub(super) title: String,
    /// Markdown.
    pub(super) text: String,
}

/// How far the learner is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) begun: bool,
    pub(super) done: bool,
    pub(super) hints: usize,
    pub(super) solution_seen: bool,
    /// Submissions that differ from what the learner was given.
    pub(super) attempts: u32,
    /// Tests that passed the last time, of how many.
    pub(super) passed: Option<(usize, usize)>,
    /// What of the exercise is another than the learner was given.
    pub(super) changed: Vec<&'static str>,
}

impl Standing {
    /// Nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        self.done && self.changed.is_empty()
    }
}

impl Part {
    pub(super) fn exercise(&self) -> Option<&Exercise> {
        match &self.kind {
            Kind::Exercise(exercise) => Some(exercise),
            Kind::Lesson(_) => None,
        }
    }
}

impl Course {
    pub(super) fn done(&self) -> usize {
        self.parts.iter().filter(|part| part.standing.is_done()).count()
    }

    /// What is to be done after `at`: the next part that is not done, from the beginning again after the last.
    pub(super) fn next(&self, at: usize) -> Option<usize> {
        let behind = at + 1..self.parts.len();
        behind.chain(0..at.min(self.parts.len())).find(|index| !self.parts[*index].standing.is_done())
    }
}
