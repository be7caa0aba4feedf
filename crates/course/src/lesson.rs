//! A lesson: one Markdown file, read.

use std::collections::BTreeMap;

use etude_markdown::Document;
use etude_text::{FileId, Source};

use crate::claim::{self, Claim};
use crate::config::Config;
use crate::prompt::{self, Prompt};
use crate::section::{self, Section};
use crate::snippet::{self, Snippet};

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
        Self { file, path, document, sections, snippets, claims, prompts }
    }

    /// What the front matter calls it, else its first heading.
    pub fn title(&self) -> Option<&str> {
        let front = self.document.front_matter.iter().flat_map(|front| &front.fields);
        let named = front.filter(|field| field.name == "title").find_map(|field| match &field.value {
            etude_markdown::Yaml::String(title) => Some(title.as_str()),
            _ => None,
        });
        named.or_else(|| self.sections.iter().find(|it| it.heading.is_some()).map(|it| it.title.as_str()))
    }
}

/// Lessons that are read together, in their order.
#[derive(Debug, Default)]
pub struct Course {
    pub config: Config,
    pub lessons: Vec<Lesson>,
    by_path: BTreeMap<String, usize>,
}

impl Course {
    pub fn new(config: Config, lessons: Vec<Lesson>) -> Self {
        let by_path = lessons.iter().enumerate().map(|(index, lesson)| (lesson.path.clone(), index)).collect();
        Self { config, lessons, by_path }
    }

    pub fn lesson(&self, path: &str) -> Option<&Lesson> {
        self.by_path.get(path).map(|&index| &self.lessons[index])
    }
}
