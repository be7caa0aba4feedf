//! An exercise folder in the making.

use etude_course::Files;

use crate::carrier::Carrier;
use crate::python;
use crate::report::Place;
use crate::settings::Lab;

/// What the folder gets; files by their paths below their part of it.
#[derive(Default)]
pub(crate) struct Exercise<'a> {
    pub(crate) lab: Lab,
    /// Files of the source that the texts, and `lab.toml`, were made of.
    pub(crate) from: Vec<&'a str>,
    pub(crate) instructions: String,
    pub(crate) hints: Option<(&'a str, String)>,
    pub(crate) solution: Vec<Part<'a>>,
    pub(crate) starter: Vec<Part<'a>>,
    pub(crate) tests: Vec<Part<'a>>,
    pub(crate) hidden: Vec<Part<'a>>,
    pub(crate) given: Vec<Part<'a>>,
    /// Modules it needs and does not have, which are no packages.
    pub(crate) absent: Vec<String>,
}

/// A file, and the one it was made of.
pub(crate) struct Part<'a> {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    pub(crate) from: &'a str,
}

impl<'a> Part<'a> {
    /// As it lies in the source.
    pub(crate) fn of(files: &'a Files, from: &'a str, path: &str) -> Option<Self> {
        Some(Self { path: path.to_owned(), content: files.get(from)?.clone(), from })
    }
}

impl Exercise<'_> {
    /// Writes the folder at `to`, which is empty or ends with `/`.
    pub(crate) fn write(mut self, to: &str, carrier: &mut Carrier<'_>) {
        self.lab.needs.extend(python::packages(self.code(), self.provided()));
        self.lab.needs.sort();
        self.lab.needs.dedup();
        for part in &mut self.starter {
            let Some((line, message)) = python::first_error(&part.path, &part.content) else { continue };
            match python::with_bodies(&part.content) {
                Some(mended) => {
                    part.content = mended;
                    carrier.changed(part.from, Place::Line(line), "the starter has `...` where a body was missing");
                }
                None => carrier.lost(part.from, Place::Line(line), format!("the starter is no Python: {message}")),
            }
        }
        if self.solution.is_empty() {
            let from = self.from.first().copied().unwrap_or_default();
            carrier.lost(from, Place::Whole, "there is no solution, so nothing shows that the tests can be passed");
        }
        carrier.write(self.from.get(..1).unwrap_or_default(), &format!("{to}lab.toml"), self.lab.to_toml());
        carrier.write(&self.from, &format!("{to}instructions.md"), self.instructions);
        if let Some((from, hints)) = self.hints {
            carrier.write(&[from], &format!("{to}hints.md"), hints);
        }
        let parts = [
            ("solution", self.solution),
            ("starter", self.starter),
            ("tests", self.tests),
            ("tests_hidden", self.hidden),
            ("files", self.given),
        ];
        for (folder, parts) in parts {
            for part in parts {
                carrier.write(&[part.from], &format!("{to}{folder}/{}", part.path), part.content);
            }
        }
        carrier.exercise(to);
    }

    fn code(&self) -> impl Iterator<Item = &[u8]> {
        let parts = self.solution.iter().chain(&self.tests).chain(&self.hidden).chain(&self.given);
        parts.filter(|part| part.path.ends_with(".py")).map(|part| part.content.as_slice())
    }

    /// Modules that come with it.
    fn provided(&self) -> Vec<&str> {
        let parts = [&self.solution, &self.starter, &self.tests, &self.hidden, &self.given];
        let top = |path: &'_ str| path.split('/').next().unwrap_or_default().len();
        let modules = parts.into_iter().flatten().map(|part| part.path[..top(&part.path)].trim_end_matches(".py"));
        modules.chain(self.absent.iter().map(String::as_str)).collect()
    }
}
