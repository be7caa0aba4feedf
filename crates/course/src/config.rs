//! `course.toml`: what a course is called, the order of its lessons, what its code needs, and which checks count.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use etude_text::{Severity, Span};
use regex::Regex;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{StandIn, checks, spelling};

/// A read `course.toml`. A folder without one has the default.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// Who answers in place of hosts outside when its code runs.
    pub stand_ins: Vec<StandIn>,
    /// Severity by check; `None` is off.
    pub checks: BTreeMap<String, Option<Severity>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
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

/// Reads a `course.toml`. What can be used is, whatever else is wrong.
pub fn parse_config(text: &str) -> (Config, Vec<ConfigError>) {
    parse(text, Reader::config)
}

/// Reads TOML with what takes its fields.
pub(crate) fn parse<T>(text: &str, read: impl FnOnce(&mut Reader, DeTable<'_>) -> T) -> (T, Vec<ConfigError>) {
    let (table, broken) = DeTable::parse_recoverable(text);
    let mut reader = Reader::default();
    let config = read(&mut reader, table.into_inner());
    let Some(first) = broken.first() else {
        reader.errors.sort_by_key(|error| error.span);
        return (config, reader.errors);
    };
    // What is behind the first break may only follow from it.
    let span = first.span().map_or(Span::empty(0), Span::at);
    // The rest of toml's message repeats the place, which the span gives already.
    let message = first.message().lines().next().unwrap_or_default().to_owned();
    reader.errors.retain(|error| error.span.end < span.start);
    reader.errors.push(ConfigError {
        message,
        span,
        hint: Some("correct it: what follows may not be read".to_owned()),
    });
    (config, reader.errors)
}

/// Takes the fields out of a table one by one, and notes what is wrong with each.
#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) errors: Vec<ConfigError>,
}

pub(crate) type Value<'a> = Spanned<DeValue<'a>>;

impl Reader {
    fn config(&mut self, table: DeTable<'_>) -> Config {
        const FIELDS: [&str; 9] =
            ["title", "description", "python", "packages", "tools", "lessons", "module", "stand-in", "checks"];
        let mut config = Config::default();
        let mut lessons = Vec::new();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "title" => config.title = self.string(value).map(Spanned::into_inner),
                "description" => config.description = self.string(value).map(Spanned::into_inner),
                "python" => config.python = self.string(value).and_then(|version| self.version(version)),
                "packages" => config.packages = self.strings(value).map(|packages| self.packages(packages)),
                "tools" => {
                    let tools = self.strings(value).unwrap_or_default();
                    config.tools = tools.into_iter().map(Spanned::into_inner).collect();
                }
                "lessons" => lessons = self.lessons(value),
                "module" => config.modules = self.modules(value),
                "stand-in" => config.stand_ins = self.stand_ins(value),
                "checks" => config.checks = self.checks(value),
                _ => self.unknown(&key, &FIELDS, "`course.toml`"),
            }
        }
        if !lessons.is_empty() {
            config.modules.insert(0, Module { title: None, lessons });
        }
        config
    }

    pub(crate) fn string(&mut self, value: Value<'_>) -> Option<Spanned<String>> {
        let place = value.span();
        match value.into_inner() {
            DeValue::String(text) => Some(Spanned::new(place, text.into_owned())),
            other => {
                self.wrong_type("a string", &other, place);
                None
            }
        }
    }

    pub(crate) fn array<'a>(&mut self, value: Value<'a>, wanted: &str) -> Option<Vec<Value<'a>>> {
        let place = value.span();
        match value.into_inner() {
            DeValue::Array(values) => Some(values.into_iter().collect()),
            other => {
                self.wrong_type(wanted, &other, place);
                None
            }
        }
    }

    pub(crate) fn table<'a>(&mut self, value: Value<'a>) -> Option<DeTable<'a>> {
        let place = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Some(table),
            other => {
                self.wrong_type("a table", &other, place);
                None
            }
        }
    }

    pub(crate) fn strings(&mut self, value: Value<'_>) -> Option<Vec<Spanned<String>>> {
        let values = self.array(value, "a list of strings")?;
        Some(values.into_iter().filter_map(|value| self.string(value)).collect())
    }

    pub(crate) fn truth(&mut self, value: Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            other => {
                self.wrong_type("a truth value", other, value.span());
                None
            }
        }
    }

    fn lessons(&mut self, value: Value<'_>) -> Vec<(String, Span)> {
        paths(self.strings(value).unwrap_or_default(), &mut self.errors)
    }

    fn modules(&mut self, value: Value<'_>) -> Vec<Module> {
        let mut modules = Vec::new();
        for value in self.array(value, "written as `[[module]]`").unwrap_or_default() {
            let place = value.span();
            let Some(table) = self.table(value) else { continue };
            let mut module = Module::default();
            let mut listed = false;
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "title" => module.title = self.string(value).map(Spanned::into_inner),
                    "lessons" => {
                        listed = true;
                        module.lessons = self.lessons(value);
                    }
                    _ => self.unknown(&key, &["title", "lessons"], "a module"),
                }
            }
            if !listed {
                let hint = "list them: `lessons = [\"01-start.md\"]`";
                self.errors.push(error("this module has no `lessons`".to_owned(), place, hint));
            }
            modules.push(module);
        }
        modules
    }

    fn checks(&mut self, value: Value<'_>) -> BTreeMap<String, Option<Severity>> {
        let mut checks = BTreeMap::new();
        for (code, severity) in self.table(value).unwrap_or_default() {
            if checks::find(code.get_ref()).is_none() {
                let message = format!("there is no check called `{}` to be set here", code.get_ref());
                let all = checks::CHECKS.iter().chain(checks::runs::RUN_CHECKS);
                let hint = match spelling::nearest(code.get_ref(), all.map(|check| check.code)) {
                    _ if code.get_ref() == "course-toml" => {
                        "a `course.toml` cannot silence what is wrong with itself: use `--ignore course-toml`"
                            .to_owned()
                    }
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`etude explain` lists them all".to_owned(),
                };
                self.errors.push(error(message, code.span(), &hint));
                continue;
            }
            let Some(severity) = self.string(severity) else { continue };
            let level = match severity.get_ref().as_str() {
                "off" => None,
                "note" => Some(Severity::Note),
                "warning" => Some(Severity::Warning),
                "error" => Some(Severity::Error),
                other => {
                    let message = format!("`{other}` is no severity");
                    let hint = "use \"off\", \"note\", \"warning\" or \"error\"";
                    self.errors.push(error(message, severity.span(), hint));
                    continue;
                }
            };
            checks.insert(code.into_inner().into_owned(), level);
        }
        checks
    }

    fn version(&mut self, version: Spanned<String>) -> Option<String> {
        let known = version.get_ref().split('.').filter(|part| part.parse::<u8>().is_ok()).count();
        if (2..=3).contains(&known) && version.get_ref().starts_with("3.") {
            return Some(version.into_inner());
        }
        let message = format!("`{}` is no Python version", version.get_ref());
        self.errors.push(error(message, version.span(), "write a version such as \"3.12\""));
        None
    }

    /// What is wrong with a requirement is mostly its version, and its name is still known.
    pub(crate) fn packages(&mut self, packages: Vec<Spanned<String>>) -> Vec<String> {
        for package in packages.iter().filter(|package| !REQUIREMENT.is_match(package.get_ref())) {
            let message = format!("`{}` is no requirement", package.get_ref());
            let hint = "write a name, and a version if it matters, as in \"httpx\" or \"httpx>=0.28\"";
            self.errors.push(error(message, package.span(), hint));
        }
        packages.into_iter().map(Spanned::into_inner).collect()
    }

    pub(crate) fn unknown(&mut self, key: &Spanned<Cow<'_, str>>, known: &[&str], of: &str) {
        let hint = match spelling::nearest(key.get_ref(), known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{of} takes {}", known.join(", ")),
        };
        self.errors.push(error(format!("there is no field `{}`", key.get_ref()), key.span(), &hint));
    }

    pub(crate) fn wrong_type(&mut self, wanted: &str, found: &DeValue<'_>, place: Range<usize>) {
        let found = match found {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a truth value",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = format!("this has to be {wanted}, and is {found}");
        let span = Span::at(place);
        self.errors.push(ConfigError { message, span, hint: None });
    }
}

/// A requirement as PEP 508 has it: name, extras, versions or an address, and for which interpreters.
static REQUIREMENT: LazyLock<Regex> = LazyLock::new(|| {
    const NAME: &str = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
    const CLAUSE: &str = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9_.*+!-]+";
    let clauses = format!(r"{CLAUSE}(?:\s*,\s*{CLAUSE})*\s*,?");
    let marker = r#"[^"']*(?:(?:"[^"]*"|'[^']*')[^"']*)+"#;
    Regex::new(&format!(
        r"^\s*{NAME}\s*(?:\[\s*(?:{NAME}(?:\s*,\s*{NAME})*)?\s*\])?\s*(?:{clauses}|\(\s*{clauses}\s*\)|@\s*[^\s;]+)?\s*(?:;{marker})?$"
    ))
    .expect("a valid expression")
});

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

pub(crate) fn error(message: String, place: Range<usize>, hint: &str) -> ConfigError {
    ConfigError { message, span: Span::at(place), hint: Some(hint.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The errors, each as `what it points at: message (hint)`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) -> Config {
        let (config, errors) = parse_config(text);
        let shown: Vec<String> = errors
            .iter()
            .map(|error| {
                let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
                format!("{}: {}{hint}", error.span.slice(text), error.message)
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
        config
    }

    #[test]
    fn one_wrong_field_leaves_the_others() {
        let text = "titel = \"x\"\ndescription = 3\ntools = [\"jq\", 1]\n[checks]\ndead-link = \"off\"\nmojibak = \"off\"\nquiz-answer = true\nfront-matter = \"loud\"\n";
        let config = check(
            text,
            &[
                "titel: there is no field `titel` (did you mean `title`?)",
                "3: this has to be a string, and is a number",
                "1: this has to be a string, and is a number",
                "mojibak: there is no check called `mojibak` to be set here (did you mean `mojibake`?)",
                "true: this has to be a string, and is a truth value",
                "\"loud\": `loud` is no severity (use \"off\", \"note\", \"warning\" or \"error\")",
            ],
        );
        assert_eq!(config.tools, ["jq"]);
        assert_eq!(config.checks, BTreeMap::from([("dead-link".to_owned(), None)]));
    }

    #[test]
    fn modules_are_read_one_by_one() {
        let text = "[[module]]\ntitle = \"One\"\nlesons = [\"a.md\"]\n[[module]]\nlessons = [\"b.md\"]\n";
        let config = check(
            text,
            &[
                "[[module]]: this module has no `lessons` (list them: `lessons = [\"01-start.md\"]`)",
                "lesons: there is no field `lesons` (did you mean `lessons`?)",
            ],
        );
        let lessons: Vec<&str> =
            config.modules.iter().flat_map(|module| &module.lessons).map(|(path, _)| path.as_str()).collect();
        assert_eq!(lessons, ["b.md"]);
        check("module = 1", &["1: this has to be written as `[[module]]`, and is a number"]);
        check(
            "xyzzy = 1",
            &[
                "xyzzy: there is no field `xyzzy` (`course.toml` takes title, description, python, packages, tools, lessons, module, stand-in, checks)",
            ],
        );
    }

    #[test]
    fn what_stands_before_a_break_counts() {
        let (config, errors) = parse_config("title = \"Tea\"\n[checks]\ndead-link = \"off\"\nmojibake = \n");
        assert_eq!(config.title.as_deref(), Some("Tea"));
        assert_eq!(config.checks.get("dead-link"), Some(&None));
        assert_eq!(errors.len(), 1);
    }

    #[test]
    fn requirements() {
        let check = |text: &str, good| assert_eq!(REQUIREMENT.is_match(text), good, "{text}");
        for good in [
            "httpx",
            "httpx==0.28.1",
            "httpx >= 0.28, < 1",
            "uvicorn[standard]~=0.30",
            "uvicorn [standard , x] (>=0.3)",
            "numpy==1.*",
            "tzdata; sys_platform == 'win32'",
            "x>=1 ; python_version < \"3.12\" and os_name != 'nt'",
            "pkg @ https://example.org/pkg-1.0.zip",
            "torch==2.0+cu118",
        ] {
            check(good, true);
        }
        for bad in [
            "",
            "httpx==",
            "httpx=0.28",
            "httpx 0.28",
            "==1",
            "uvicorn[",
            "x>=1,,<2",
            "x; ",
            "-x",
            "two words",
            "x; os_name == 'nt",
        ] {
            check(bad, false);
        }
    }
}
