//! What has become of every file.

/// Of a whole import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The folders of exercises that were made; empty for the root itself.
    pub exercises: Vec<String>,
    /// Lessons that were made.
    pub lessons: Vec<String>,
    pub carried: Vec<Carried>,
    /// In the order of the files and their lines.
    pub notes: Vec<Note>,
}

impl Report {
    pub fn count(&self, outcome: Outcome) -> usize {
        self.notes.iter().filter(|note| note.outcome == outcome).count()
    }
}

/// A file of which something is in the files that were made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carried {
    pub from: String,
    pub to: Vec<String>,
}

/// What did not stay as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    pub file: String,
    pub place: Place,
    pub outcome: Outcome,
    /// A lower-case fragment.
    pub what: String,
}

/// What a note is about within its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Whole,
    Line(u32),
    /// Of a notebook: cells count from 1, and so do the lines in each.
    Cell(u32, Option<u32>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// There is nothing that could stand for it.
    Lost,
    /// It is there in another form.
    Changed,
    /// Only the tool it comes from needs it.
    Left,
}

impl Outcome {
    pub const ALL: [Outcome; 3] = [Outcome::Lost, Outcome::Changed, Outcome::Left];

    pub fn name(self) -> &'static str {
        match self {
            Outcome::Lost => "lost",
            Outcome::Changed => "changed",
            Outcome::Left => "left",
        }
    }
}
