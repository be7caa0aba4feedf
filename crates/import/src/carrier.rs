//! The one way from the files of a source to those that are made. It keeps account.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use etude_course::Files;

use crate::Source;
use crate::report::{Carried, Note, Outcome, Place, Report};

pub(crate) struct Carrier<'a> {
    source: &'a Files,
    files: Files,
    /// Folders above the files that were made.
    folders: BTreeSet<String>,
    carried: BTreeMap<String, Vec<String>>,
    notes: BTreeSet<Note>,
    exercises: Vec<String>,
    lessons: Vec<String>,
    /// What the code of lessons needs.
    pub(crate) packages: BTreeSet<String>,
}

impl<'a> Carrier<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self {
            source: &source.files,
            files: Files::new(),
            folders: BTreeSet::new(),
            carried: BTreeMap::new(),
            notes: BTreeSet::new(),
            exercises: Vec::new(),
            lessons: Vec::new(),
            packages: BTreeSet::new(),
        }
    }

    /// Carries a file as it is. Whether it could be.
    pub(crate) fn copy(&mut self, from: &str, to: &str) -> bool {
        let Some(content) = self.source.get(from) else { return false };
        self.write(&[from], to, content.clone())
    }

    /// Writes what was made of some files. Whether it could be.
    pub(crate) fn write(&mut self, from: &[&str], to: &str, content: impl Into<Vec<u8>>) -> bool {
        let content = content.into();
        if let Some(why) = self.obstacle(to, &content) {
            for from in from {
                self.note(Outcome::Lost, from, Place::Whole, format!("it would be `{to}`, {why}"));
            }
            return false;
        }
        let above = to.match_indices('/').map(|(at, _)| to[..at].to_owned());
        self.folders.extend(above);
        self.files.insert(to.to_owned(), content);
        for from in from {
            let all = self.carried.entry((*from).to_owned()).or_default();
            if !all.iter().any(|one| one == to) {
                all.push(to.to_owned());
            }
        }
        true
    }

    fn obstacle(&self, to: &str, content: &[u8]) -> Option<&'static str> {
        if self.files.get(to).is_some_and(|there| there != content) {
            return Some("which another file is already");
        }
        if !is_inside(to) {
            return Some("which leads out of the folder");
        }
        let within_file = to.match_indices('/').any(|(at, _)| self.files.contains_key(&to[..at]));
        (within_file || self.folders.contains(to)).then_some("and a file is no folder")
    }

    pub(crate) fn note(&mut self, outcome: Outcome, file: &str, place: Place, what: impl Into<String>) {
        self.notes.insert(Note { file: file.to_owned(), place, outcome, what: what.into() });
    }

    pub(crate) fn lost(&mut self, file: &str, place: Place, what: impl Into<String>) {
        self.note(Outcome::Lost, file, place, what);
    }

    pub(crate) fn changed(&mut self, file: &str, place: Place, what: impl Into<String>) {
        self.note(Outcome::Changed, file, place, what);
    }

    pub(crate) fn left(&mut self, file: &str, what: impl Into<String>) {
        self.note(Outcome::Left, file, Place::Whole, what);
    }

    /// What is said of all files whose path is accepted and of which nothing was said yet.
    pub(crate) fn rest(&mut self, accepts: impl Fn(&str) -> bool, outcome: Outcome, what: &str) {
        let rest: Vec<String> =
            self.source.keys().filter(|path| accepts(path) && !self.has_told(path)).cloned().collect();
        for path in rest {
            self.note(outcome, &path, Place::Whole, what);
        }
    }

    pub(crate) fn has_told(&self, path: &str) -> bool {
        self.carried.contains_key(path) || self.notes.iter().any(|note| note.file == path)
    }

    pub(crate) fn has_made(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub(crate) fn exercise(&mut self, folder: &str) {
        self.exercises.push(folder.trim_end_matches('/').to_owned());
    }

    pub(crate) fn lesson(&mut self, path: &str) {
        self.lessons.push(path.to_owned());
    }

    pub(crate) fn finish(mut self) -> (Files, Report) {
        self.rest(|_| true, Outcome::Lost, "nothing refers to it");
        let carried = self.carried.into_iter().map(|(from, to)| Carried { from, to }).collect();
        let notes = self.notes.into_iter().collect();
        (self.files, Report { exercises: self.exercises, lessons: self.lessons, carried, notes })
    }
}

/// Whether a path, which a source may have made up, stays below the folder it is for.
pub(crate) fn is_inside(path: &str) -> bool {
    let odd = |char: char| char.is_control() || matches!(char, '\\' | ':');
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    plain
        && !path.is_empty()
        && !path.ends_with('/')
        && !path.contains("//")
        && !path.contains("/./")
        && !path.contains(odd)
}
