//! `course.toml`: what a course is called, the order of its lessons, what its code needs, and which checks count.

use std::collections::BTreeMap;
use std::ops::Range;

use etude_text::{Severity, Span};
use serde::Deserialize;
use toml::Spanned;

use crate::checks;

/// A read `course.toml`. A folder without one has the default.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub title: Option<String>,
    pub description: Option<String>,
    /// The Python its code is for, as `3.12`.
    pub python: Option<String>,
    /// Requirements such as `httpx==0.28.1`; `None` if the course does not say.
    pub packages: Option<Vec<String>>,
    /// Programs the reader must have: `curl`, `jq`.
    pub tools: Vec<String>,
    /// In order. Empty: all lessons in natural order.
    pub modules: Vec<Module>,
    /// Severity by check; `None` is off.
    pub checks: BTreeMap<String, Option<Severity>>,
}

#[derive(Clone, Debug, Default)]
pub struct Module {
    pub title: Option<String>,
    /// Paths from the course's root, and where they stand in `course.toml`.
    pub lessons: Vec<(String, Span)>,
}

/// What is wrong with a `course.toml`, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub message: String,
    pub span: Span,
    pub hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    title: Option<String>,
    description: Option<String>,
    python: Option<Spanned<String>>,
    packages: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    tools: Vec<String>,
    #[serde(default)]
    lessons: Vec<Spanned<String>>,
    #[serde(default, rename = "module")]
    modules: Vec<RawModule>,
    #[serde(default)]
    checks: BTreeMap<Spanned<String>, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModule {
    title: Option<String>,
    lessons: Vec<Spanned<String>>,
}

/// Reads a `course.toml`. What can be used is, whatever else is wrong.
pub fn parse_config(text: &str) -> (Config, Vec<ConfigError>) {
    let raw: Raw = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let span = error.span().map_or(Span::empty(0), Span::at);
            // The rest of toml's message repeats the place, which the span gives already.
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            let hint =
                "`course.toml` takes title, description, python, packages, tools, lessons, [[module]] and [checks]";
            return (Config::default(), vec![ConfigError { message, span, hint: Some(hint.to_owned()) }]);
        }
    };
    let mut errors = Vec::new();
    let python = raw.python.and_then(|version| {
        let known = version.get_ref().split('.').filter(|part| part.parse::<u8>().is_ok()).count();
        if (2..=3).contains(&known) && version.get_ref().starts_with("3.") {
            return Some(version.into_inner());
        }
        errors.push(error(
            format!("`{}` is no Python version", version.get_ref()),
            version.span(),
            "write a version such as \"3.12\"",
        ));
        None
    });
    let mut checks = BTreeMap::new();
    for (code, severity) in raw.checks {
        if checks::find(code.get_ref()).is_none() {
            let message = format!("there is no check called `{}` to be set here", code.get_ref());
            let hint = if code.get_ref() == "course-toml" {
                "a `course.toml` cannot silence what is wrong with itself: use `--ignore course-toml`"
            } else {
                "`etude explain` lists them all"
            };
            errors.push(error(message, code.span(), hint));
            continue;
        }
        let severity = match severity.get_ref().as_str() {
            "off" => None,
            "note" => Some(Severity::Note),
            "warning" => Some(Severity::Warning),
            "error" => Some(Severity::Error),
            other => {
                let message = format!("`{other}` is no severity");
                errors.push(error(message, severity.span(), "use \"off\", \"note\", \"warning\" or \"error\""));
                continue;
            }
        };
        checks.insert(code.into_inner(), severity);
    }
    let mut modules = Vec::new();
    if !raw.lessons.is_empty() {
        modules.push(Module { title: None, lessons: paths(raw.lessons, &mut errors) });
    }
    for module in raw.modules {
        modules.push(Module { title: module.title, lessons: paths(module.lessons, &mut errors) });
    }
    let config = Config {
        title: raw.title,
        description: raw.description,
        python,
        packages: raw.packages.map(|packages| packages.into_iter().map(Spanned::into_inner).collect()),
        tools: raw.tools,
        modules,
        checks,
    };
    (config, errors)
}

/// Lesson paths stay inside the course.
fn paths(raw: Vec<Spanned<String>>, errors: &mut Vec<ConfigError>) -> Vec<(String, Span)> {
    let mut kept = Vec::new();
    for path in raw {
        let place = path.span();
        let path = path.into_inner();
        let outside = path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == "..");
        if outside {
            errors.push(error(
                format!("the lesson `{path}` lies outside the course"),
                place,
                "write a path from the folder of `course.toml`, with `/`",
            ));
        } else {
            kept.push((path.trim_start_matches("./").to_owned(), Span::at(place)));
        }
    }
    kept
}

fn error(message: String, place: Range<usize>, hint: &str) -> ConfigError {
    ConfigError { message, span: Span::at(place), hint: Some(hint.to_owned()) }
}
