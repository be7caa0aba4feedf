//! A lesson: one Markdown file, read.

use std::collections::BTreeMap;

use etude_markdown::Document;
use etude_text::{FileId, Source};

use crate::anchor::Anchors;
use crate::claim::{self, Claim};
use crate::config::Config;
use crate::prompt::{self, Prompt};
use crate::section::{self, Section};
use crate::snippet::{self, Snippet};
use crate::verdict::Answer;

#[derive(Debug)]
pub struct Lesson {
    pub file: FileId,
    /// From the course's root, with `/`.
    pub path: String,
    pub document: Document,
    /// The first is what stands before any heading.
    pub sections: Vec<Section>,
    pub snippets: Vec<Snippet>,
    /// In source order.
    pub claims: Vec<Claim>,
    pub prompts: Vec<Prompt>,
    /// What `#…` can lead to.
    pub(crate) anchors: Anchors,
}

impl Lesson {
    /// Reads any source as a lesson.
    pub fn read(file: FileId, path: impl Into<String>, source: &Source) -> Self {
        let path = path.into();
        let text = source.text();
        let document = etude_markdown::parse(text);
        let sections = section::sections(&document, text.len() as u32);
        let snippets = snippet::snippets(&path, text, &document, &sections);
        let claims = claim::claims(text, &document, &sections, &snippets);
        let prompts = prompt::prompts(text, &document);
        let anchors = Anchors::of(text, &document);
        Self { file, path, document, sections, snippets, claims, prompts, anchors }
    }

    /// What the front matter calls it, else its first heading.
    pub fn title(&self) -> Option<&str> {
        self.front_string("title")
            .or_else(|| self.sections.iter().find(|it| it.heading.is_some()).map(|it| it.title.as_str()))
    }

    /// A field of the front matter, if it is there and a string.
    pub(crate) fn front_string(&self, name: &str) -> Option<&str> {
        let mut fields = self.document.front_matter.iter().flat_map(|front| &front.fields);
        fields.find(|field| field.name == name).and_then(|field| match &field.value {
            etude_markdown::Yaml::String(value) => Some(value.as_str()),
            _ => None,
        })
    }
}

/// Lessons that are read together, in their order.
#[derive(Debug, Default)]
pub struct Course {
    pub config: Config,
    pub lessons: Vec<Lesson>,
    /// What other hosts answered, by address; empty where they were not asked.
    pub answers: BTreeMap<String, Answer>,
    by_path: BTreeMap<String, usize>,
    /// The first lesson with each `id` of the front matter.
    by_id: BTreeMap<String, usize>,
}

impl Course {
    pub fn new(config: Config, lessons: Vec<Lesson>) -> Self {
        let by_path = lessons.iter().enumerate().map(|(index, lesson)| (lesson.path.clone(), index)).collect();
        let mut by_id = BTreeMap::new();
        for (index, lesson) in lessons.iter().enumerate() {
            if let Some(id) = lesson.front_string("id") {
                by_id.entry(id.to_owned()).or_insert(index);
            }
        }
        Self { config, lessons, answers: BTreeMap::new(), by_path, by_id }
    }

    pub fn lesson(&self, path: &str) -> Option<&Lesson> {
        self.by_path.get(path).map(|&index| &self.lessons[index])
    }

    /// The first lesson that the front matter gives this `id`.
    pub(crate) fn lesson_with_id(&self, id: &str) -> Option<&Lesson> {
        self.by_id.get(id).map(|&index| &self.lessons[index])
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.lessons.iter().map(|lesson| lesson.path.as_str())
    }
}
