//! The folders that hold an exercise, each with `lab.toml`, or with `.meta/config.json` as Exercism has it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::find::Input;
use crate::program::current_folder;
use crate::workspace::CourseFolder;
use crate::{Error, find, read};

/// Files beyond are no part of an exercise.
const MOST_FILES: usize = 200;
const LARGEST: u64 = 1 << 20;

/// What lies in the folder of an exercise.
#[derive(Debug)]
pub struct ExerciseFolder {
    /// From the course's root, empty for the root itself; of one that was looked for alone, where it lies.
    pub path: String,
    /// As the user knows it.
    pub shown: String,
    /// By their paths in the folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl CourseFolder {
    /// The exercises in the folders that were asked for, in the order of their paths.
    pub fn exercises(&self) -> Vec<ExerciseFolder> {
        let mut found: BTreeMap<String, ExerciseFolder> = BTreeMap::new();
        for scope in &self.scopes {
            for entry in find::walker(&scope.location).build().flatten().filter(|entry| entry.path().is_dir()) {
                let folder = entry.path();
                if !is_exercise(folder) {
                    continue;
                }
                let Some(path) = folder.strip_prefix(&self.root).ok().and_then(slashed) else { continue };
                let below = folder.strip_prefix(&scope.location).unwrap_or(folder);
                let shown = scope.prefix.join(below).display().to_string();
                found.entry(path.clone()).or_insert_with(|| ExerciseFolder { path, shown, files: files(folder) });
            }
        }
        found.into_values().collect()
    }
}

impl ExerciseFolder {
    /// The exercise at or around a path, or the one of this name in or below the current folder.
    pub fn find(given: &Path) -> Result<Self, Error> {
        let input = match Input::locate(given) {
            Err(Error::Missing { path, .. }) if given.components().count() == 1 => return Self::named(&path),
            input => input?,
        };
        let folder = input.folder();
        let around = folder.ancestors().take(MOST_LEVELS).find(|folder| is_exercise(folder));
        let Some(folder) = around else {
            return Err(Error::NoExercise { path: given.display().to_string(), nearest: None });
        };
        Ok(Self::at(folder, find::show_from(&current_folder()?, folder, true)))
    }

    fn named(name: &str) -> Result<Self, Error> {
        let current = current_folder()?;
        let entries = find::walker(&current).max_depth(Some(MOST_LEVELS)).sort_by_file_name(Ord::cmp).build();
        let folders = entries.flatten().filter(|entry| entry.file_type().is_some_and(|it| it.is_dir()));
        let found: Vec<_> = folders.map(|entry| entry.into_path()).filter(|folder| is_exercise(folder)).collect();
        let called = |folder: &&PathBuf| folder.file_name().is_some_and(|it| it == name);
        if let Some(folder) = found.iter().find(called) {
            return Ok(Self::at(folder, find::show_from(&current, folder, false)));
        }
        let names: Vec<_> = found.iter().filter_map(|folder| folder.file_name()?.to_str()).collect();
        let nearest = etude_course::nearest(name, names.iter().copied()).map(str::to_owned);
        Err(Error::NoExercise { path: name.to_owned(), nearest })
    }

    fn at(folder: &Path, shown: String) -> Self {
        Self { path: folder.display().to_string(), shown, files: files(folder) }
    }
}

/// An exercise lies no deeper below the folder that somebody names it from, and its files no deeper in it.
const MOST_LEVELS: usize = 6;

fn is_exercise(folder: &Path) -> bool {
    folder.join("lab.toml").is_file() || folder.join(".meta/config.json").is_file()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    // What is hidden belongs to it: Exercism keeps its solutions there.
    let walk = WalkBuilder::new(folder).standard_filters(false).sort_by_file_name(Ord::cmp).build();
    let mut files = BTreeMap::new();
    for entry in walk.flatten().filter(|entry| entry.file_type().is_some_and(|it| it.is_file())) {
        let small = entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST);
        let path = entry.path().strip_prefix(folder).ok().and_then(slashed);
        let Some(path) = path.filter(|path| small && !path.contains("__pycache__")) else { continue };
        if let Ok(bytes) = read::read(entry.path(), &path) {
            files.insert(path, bytes);
        }
        if files.len() == MOST_FILES {
            break;
        }
    }
    files
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
