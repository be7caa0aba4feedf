//! Makes exercises and courses of what other tools have: the bytes of their files in, the files of ours out, and a report
//! that says of every file what has become of it.
//!
//! It knows no disk, runs nothing and prints nothing. Each kind of source is a file; what they make goes through
//! `Carrier`, so that no file can be lost without a word.

mod carrier;
mod checks;
mod exercise;
mod exercism;
mod folders;
mod learnpack;
mod notebook;
mod python;
mod report;
mod settings;
mod texts;

use std::fmt;

use etude_course::Files;

pub use report::{Carried, Note, Outcome, Place, Report};

use carrier::Carrier;

/// What is to be imported.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Of the folder, or of the one file without its ending.
    pub name: String,
    /// By their paths in the folder.
    pub files: Files,
}

/// Where exercises come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A track, or one exercise of it.
    Exercism,
    Nbgrader,
    Otter,
    /// One that asks for nothing.
    Notebook,
    /// `labs/` and `solutions/`.
    Folders,
    LearnPack,
}

impl Kind {
    pub const ALL: [Kind; 6] =
        [Kind::Exercism, Kind::Nbgrader, Kind::Otter, Kind::Notebook, Kind::Folders, Kind::LearnPack];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Exercism => "exercism",
            Kind::Nbgrader => "nbgrader",
            Kind::Otter => "otter",
            Kind::Notebook => "notebook",
            Kind::Folders => "folders",
            Kind::LearnPack => "learnpack",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// By the looks of the files.
    pub fn of(source: &Source) -> Option<Self> {
        if exercism::looks_like(&source.files) {
            Some(Kind::Exercism)
        } else if learnpack::looks_like(&source.files) {
            Some(Kind::LearnPack)
        } else if folders::looks_like(&source.files) {
            Some(Kind::Folders)
        } else {
            notebook::kind_of(&source.files)
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Why nothing could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("nothing in `{name}` looks like exercises")]
    Unknown { name: String },
    #[error("`{file}` cannot be read as {what}{}: {message}", line.map_or(String::new(), |line| format!(", line {line}")))]
    Broken { file: String, what: &'static str, line: Option<u32>, message: String },
    #[error("`{name}` is for {language}, and only Python is taught here")]
    Language { name: String, language: String },
    #[error("nothing of `{name}` could be carried over")]
    Nothing { name: String, kind: Kind },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Unknown { .. } => {
                let kinds: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
                Some(format!("name the folder that holds them, or say what it is: `--from {}`", kinds.join("|")))
            }
            Error::Broken { .. } => Some("mend it, or leave it out".to_owned()),
            Error::Language { .. } => None,
            Error::Nothing { kind, .. } => Some(format!("it was read as {kind}: `--from KIND` reads it as another")),
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub kind: Kind,
    /// What is to be written: an exercise, or a course.
    pub files: Files,
    pub report: Report,
}

/// Imports, as `kind` or as what it looks like.
pub fn import(source: &Source, kind: Option<Kind>) -> Result<Imported, Error> {
    let unknown = || Error::Unknown { name: source.name.clone() };
    let kind = kind.or_else(|| Kind::of(source)).ok_or_else(unknown)?;
    let mut carrier = Carrier::new(source);
    match kind {
        Kind::Exercism => exercism::import(source, &mut carrier)?,
        Kind::LearnPack => learnpack::import(source, &mut carrier)?,
        Kind::Folders => folders::import(source, &mut carrier)?,
        Kind::Nbgrader | Kind::Otter | Kind::Notebook => notebook::import(source, kind, &mut carrier)?,
    }
    let (files, report) = carrier.finish();
    if report.exercises.is_empty() && report.lessons.is_empty() {
        return Err(Error::Nothing { name: source.name.clone(), kind });
    }
    Ok(Imported { kind, files, report })
}
