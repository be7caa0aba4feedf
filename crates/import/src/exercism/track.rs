//! A whole track: a module for each concept and its exercises, the others behind them.

use std::collections::{BTreeMap, BTreeSet};

use etude_course::Files;
use serde_json::Value;

use super::{CONFIG, Folder, Named, exercise, index};
use crate::carrier::Carrier;
use crate::report::{Outcome, Place};
use crate::settings::CourseToml;
use crate::{Error, Source, python, texts};

/// An exercise as the track lists it.
pub(super) struct Listed {
    pub(super) slug: String,
    pub(super) title: String,
    /// `concept` or `practice`.
    pub(super) folder: &'static str,
    pub(super) difficulty: Option<u64>,
    /// Concepts it teaches or practises, and those that come before it.
    pub(super) concepts: Vec<String>,
    pub(super) prerequisites: Vec<String>,
    pub(super) deprecated: bool,
}

pub(super) struct Concept {
    pub(super) slug: String,
    pub(super) name: String,
    /// Lessons that were made of it.
    pub(super) lessons: Vec<String>,
}

pub(super) fn import(source: &Source, carrier: &mut Carrier<'_>) -> Result<(), Error> {
    let files = &source.files;
    let config: Value = serde_json::from_slice(&files["config.json"]).unwrap_or_default();
    let language = config["language"].as_str().unwrap_or("Python");
    if language != "Python" {
        return Err(Error::Language { name: source.name.clone(), language: language.to_owned() });
    }
    let listed = listed(files, &config, carrier);
    let mut concepts = concepts(files, &config, &listed);
    let names: BTreeMap<String, String> =
        concepts.iter().map(|concept| (concept.slug.clone(), concept.name.clone())).collect();
    let site = Site { files, listed: &listed, concepts: &names };
    for concept in &mut concepts {
        lessons(concept, &site, carrier);
    }
    for one in &listed {
        let from = format!("exercises/{}/{}/", one.folder, one.slug);
        let to = format!("exercises/{}/", one.slug);
        let title = Some(one.title.clone());
        let name = Named { slug: one.slug.clone(), title, patterns: config["files"].clone() };
        let folder = Folder { from: &from, to: &to, name };
        if let Err(error) = exercise(files, &folder, &|text: &str| site.mended(text, "../../"), carrier) {
            carrier.lost(&format!("{from}{CONFIG}"), Place::Whole, error.to_string());
        }
    }
    let afterwards = afterwards(&site, carrier);
    let about = about(&site, carrier);

    let mut course = CourseToml {
        title: config["language"].as_str().unwrap_or(&source.name).to_owned(),
        description: config["blurb"].as_str().map(str::to_owned),
        ..CourseToml::default()
    };
    let taught = concepts.iter().filter(|concept| !concept.lessons.is_empty());
    course.modules.extend(taught.map(|concept| (Some(concept.name.clone()), concept.lessons.clone())));
    let more = index::practice(&concepts, &listed, carrier);
    for (title, lessons) in
        [("More to practise", more), ("About the track", about), ("Approaches, for afterwards", afterwards)]
    {
        if !lessons.is_empty() {
            course.modules.push((Some(title.to_owned()), lessons));
        }
    }
    let index = index::text(&config, &concepts, &listed, carrier);
    carrier.write(&["config.json"], "course.toml", course.to_toml());
    // No lesson: in whatever lesson an exercise is named first, there it belongs.
    carrier.write(&["config.json"], "README.md", index);
    carrier.copy("LICENSE", "LICENSE");

    carrier.rest(|path| path.starts_with("exercises/shared/"), Outcome::Left, "it is about Exercism's own platform");
    carrier.rest(|path| path.ends_with("config.json"), Outcome::Left, "Exercism's own settings");
    let inside = |path: &str| path.starts_with("exercises/") || path.starts_with("concepts/");
    carrier.rest(|path| !inside(path), Outcome::Left, "it is for those who look after the track");
    Ok(())
}

/// The exercises in the track's order, concepts first; those it does not list, and those it gave up, come last.
fn listed(files: &Files, config: &Value, carrier: &mut Carrier<'_>) -> Vec<Listed> {
    let mut listed = Vec::new();
    let mut seen = BTreeSet::new();
    for folder in ["concept", "practice"] {
        for entry in config["exercises"][folder].as_array().into_iter().flatten() {
            let Some(slug) = entry["slug"].as_str() else { continue };
            let strings = |key: &str| -> Vec<String> {
                entry[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
            };
            if !files.contains_key(&format!("exercises/{folder}/{slug}/{CONFIG}")) {
                carrier.lost("config.json", Place::Whole, format!("the exercise `{slug}` is listed, and is not there"));
                continue;
            }
            if !seen.insert((folder, slug.to_owned())) {
                continue;
            }
            let concepts = strings("concepts");
            listed.push(Listed {
                slug: slug.to_owned(),
                title: entry["name"].as_str().map_or_else(|| python::title(slug), str::to_owned),
                folder,
                difficulty: entry["difficulty"].as_u64(),
                concepts: if concepts.is_empty() { strings("practices") } else { concepts },
                prerequisites: strings("prerequisites"),
                deprecated: entry["status"].as_str() == Some("deprecated"),
            });
        }
    }
    listed.sort_by_key(|exercise| exercise.deprecated);
    for folder in ["concept", "practice"] {
        let prefix = format!("exercises/{folder}/");
        let unlisted =
            files.keys().filter_map(|path| path.strip_prefix(&prefix)?.strip_suffix(CONFIG)?.strip_suffix('/'));
        for slug in unlisted.filter(|slug| !slug.contains('/') && !seen.contains(&(folder, (*slug).to_owned()))) {
            let title = python::title(slug);
            let (slug, concepts, prerequisites) = (slug.to_owned(), Vec::new(), Vec::new());
            listed.push(Listed { slug, title, folder, difficulty: None, concepts, prerequisites, deprecated: false });
        }
    }
    listed
}

/// Concepts in the order in which exercises teach them, then those that nothing teaches.
fn concepts(files: &Files, config: &Value, listed: &[Listed]) -> Vec<Concept> {
    let known: Vec<(&str, &str)> = config["concepts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|concept| Some((concept["slug"].as_str()?, concept["name"].as_str()?)))
        .collect();
    let names: BTreeMap<&str, &str> = known.iter().copied().collect();
    let taught = listed.iter().filter(|exercise| exercise.folder == "concept").flat_map(|exercise| &exercise.concepts);
    let folders = files.keys().filter_map(|path| path.strip_prefix("concepts/")?.split_once('/')).map(|(slug, _)| slug);
    let mut seen = BTreeSet::new();
    taught
        .map(String::as_str)
        .chain(known.iter().map(|(slug, _)| *slug))
        .chain(folders)
        .filter(|slug| seen.insert(*slug))
        .map(|slug| Concept {
            slug: slug.to_owned(),
            name: names.get(slug).map_or_else(|| python::title(slug), |name| (*name).to_owned()),
            lessons: Vec::new(),
        })
        .collect()
}

/// A concept's introduction with the exercises that teach it, and what is to be read about it afterwards with those that
/// practise it.
fn lessons(concept: &mut Concept, site: &Site<'_>, carrier: &mut Carrier<'_>) {
    let files = site.files;
    let folder = format!("concepts/{}/", concept.slug);
    let links = format!("{folder}links.json");
    let sources = ["introduction.md", "about.md"].map(|file| format!("{folder}{file}"));
    let there: Vec<(&String, String)> = sources.iter().filter_map(|path| Some((path, site.written(path)?))).collect();
    for source in sources.iter().filter(|path| files.contains_key(*path) && !there.iter().any(|it| it.0 == *path)) {
        carrier.left(source, "it is still to be written");
    }
    let links_to = |kind: &str, heading: &str| {
        let of = |one: &&Listed| one.folder == kind && one.concepts.first() == Some(&concept.slug);
        let lines: Vec<String> = site.listed.iter().filter(of).map(|one| format!("- {}", one.link("../../"))).collect();
        if lines.is_empty() { String::new() } else { format!("## {heading}\n\n{}", lines.join("\n")) }
    };
    for (index, (from, text)) in there.iter().enumerate() {
        let (is_first, is_last) = (index == 0, index + 1 == there.len());
        let text = texts::with_neighbours(text, from, &folder, files, carrier);
        let mut parts = vec![site.mended(&text, "../../")];
        let mut from = vec![from.as_str()];
        if is_first {
            parts.push(links_to("concept", "To do"));
        }
        if is_last {
            parts.push(links_to("practice", "To practise"));
            let further = further(files, &links);
            from.extend(further.is_some().then_some(links.as_str()));
            parts.extend(further);
        }
        let title = if is_first { concept.name.clone() } else { format!("{}: about", concept.name) };
        carrier.write(&from, from[0], texts::joined(&title, parts.iter().map(String::as_str)));
        carrier.lesson(from[0]);
        concept.lessons.push(from[0].to_owned());
    }
    let why = if there.is_empty() { "it is still to be written" } else { "it is for those who look after the concept" };
    carrier.rest(|path| path.starts_with(&folder), Outcome::Left, why);
}

/// `links.json` as a list.
fn further(files: &Files, path: &str) -> Option<String> {
    let links: Value = serde_json::from_slice(files.get(path)?).ok()?;
    let line = |link: &Value| {
        let url = link["url"].as_str()?;
        Some(format!("- [{}]({url})", link["description"].as_str().unwrap_or(url).replace(['[', ']'], "")))
    };
    let lines: Vec<String> = links.as_array()?.iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| format!("## Links\n\n{}", lines.join("\n")))
}

/// A placeholder: a comment and nothing else.
fn is_to_be_written(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.clone().count() <= 1 && lines.all(|line| line.to_uppercase().contains("TODO"))
}

/// Approaches and articles, which show solutions.
fn afterwards(site: &Site<'_>, carrier: &mut Carrier<'_>) -> Vec<String> {
    let files = site.files;
    let mut lessons = Vec::new();
    for one in site.listed {
        for kind in ["approaches", "articles"] {
            let from = format!("exercises/{}/{}/.{kind}/", one.folder, one.slug);
            let to = format!("{kind}/{}/", one.slug);
            let mut made: Vec<String> = Vec::new();
            for path in files.keys().filter(|path| path.starts_with(&from)) {
                let inner = &path[from.len()..];
                if let Some(text) = inner
                    .strip_suffix("/content.md")
                    .or_else(|| inner.strip_suffix(".md").filter(|it| *it == "introduction"))
                {
                    let lesson = format!("{to}{text}.md");
                    let text = site.mended(&texts::text(files, path).unwrap_or_default(), "../../");
                    if carrier.write(&[path], &lesson, text) {
                        carrier.lesson(&lesson);
                        made.push(lesson);
                    }
                } else if inner.contains("/snippet.") {
                    carrier.left(path, "the beginning of the text beside it");
                } else if inner.contains('/') {
                    carrier.copy(path, &format!("{to}{inner}"));
                }
            }
            made.sort_by_key(|lesson| !lesson.ends_with("/introduction.md"));
            lessons.extend(made);
        }
    }
    lessons
}

/// What the track says of itself and of the language.
fn about(site: &Site<'_>, carrier: &mut Carrier<'_>) -> Vec<String> {
    let files = site.files;
    let mut lessons = Vec::new();
    for path in files.keys().filter(|path| path.starts_with("docs/")) {
        if !path.ends_with(".md") {
            if !path.ends_with("config.json") {
                carrier.copy(path, path);
            }
        } else if path.ends_with("GENERATOR.md") {
            carrier.left(path, "it is for those who look after the track");
        } else if carrier.write(&[path], path, site.mended(&texts::text(files, path).unwrap_or_default(), "../")) {
            carrier.lesson(path);
            lessons.push(path.clone());
        }
    }
    lessons
}

impl Listed {
    /// A link to it; `up` leads to the root of the course.
    pub(super) fn link(&self, up: &str) -> String {
        format!("[{}]({up}exercises/{}/instructions.md)", self.title, self.slug)
    }
}

/// Exercism's own site, of which much is in the course now.
struct Site<'a> {
    files: &'a Files,
    listed: &'a [Listed],
    /// Names by slugs.
    concepts: &'a BTreeMap<String, String>,
}

impl Site<'_> {
    /// The text of a concept, without its title; `None` if there is none yet.
    fn written(&self, path: &str) -> Option<String> {
        let (_, text) = texts::without_title(&texts::text(self.files, path)?);
        (!is_to_be_written(&text)).then_some(text)
    }

    /// A text with links into the course where they led to the site; `up` leads from it to the root.
    fn mended(&self, text: &str, up: &str) -> String {
        let text = texts::with_shortcuts(text, |kind, slug| {
            let (title, address) = self.place(kind, slug)?;
            Some((title, format!("{up}{address}")))
        });
        texts::with_addresses(&text, |address| {
            let rest = address.strip_prefix("https://exercism.org").unwrap_or(address).strip_prefix('/')?;
            let mut parts = rest.strip_prefix("tracks/python/").unwrap_or_default().trim_end_matches('/').split('/');
            let (kind, slug, more) = (parts.next()?, parts.next(), parts.next());
            match slug.filter(|_| more.is_none()).and_then(|slug| self.place(kind.trim_end_matches('s'), slug)) {
                Some((_, place)) => Some(format!("{up}{place}")),
                None => address.starts_with('/').then(|| format!("https://exercism.org/{rest}")),
            }
        })
    }

    fn place(&self, kind: &str, slug: &str) -> Option<(String, String)> {
        if kind == "exercise" {
            let one = self.listed.iter().find(|one| one.slug == slug)?;
            return Some((one.title.clone(), format!("exercises/{slug}/instructions.md")));
        }
        let name = self.concepts.get(slug).filter(|_| kind == "concept")?;
        let lessons = ["introduction.md", "about.md"].map(|file| format!("concepts/{slug}/{file}"));
        let lesson = lessons.into_iter().find(|lesson| self.written(lesson).is_some())?;
        Some((name.clone(), lesson))
    }
}
