//! `lab.toml` and `course.toml`, as texts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What `lab.toml` says.
#[derive(Default)]
pub(crate) struct Lab {
    pub(crate) title: String,
    /// Who made it and where it is from, a line each.
    pub(crate) origin: Vec<String>,
    pub(crate) refactoring: bool,
    pub(crate) needs: Vec<String>,
    pub(crate) points: BTreeMap<String, u32>,
    pub(crate) tasks: BTreeMap<u32, String>,
}

impl Lab {
    pub(crate) fn to_toml(&self) -> String {
        let mut out = String::new();
        for line in &self.origin {
            out.push_str(&format!("# {}\n", line.replace(char::is_control, " ")));
        }
        let _ = writeln!(out, "title = {}", quoted(&self.title));
        if self.refactoring {
            out.push_str("refactoring = true\n");
        }
        if !self.needs.is_empty() {
            let _ = writeln!(out, "needs = [{}]", list(&self.needs));
        }
        if !self.points.is_empty() {
            out.push_str("\n[points]\n");
            for (test, points) in &self.points {
                let _ = writeln!(out, "{} = {points}", quoted(test));
            }
        }
        if !self.tasks.is_empty() {
            out.push_str("\n[tasks]\n");
            for (number, task) in &self.tasks {
                let _ = writeln!(out, "{number} = {}", quoted(task));
            }
        }
        out
    }
}

/// What `course.toml` says.
#[derive(Default)]
pub(crate) struct CourseToml {
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) packages: Vec<String>,
    /// Modules by title; one without a title comes first.
    pub(crate) modules: Vec<(Option<String>, Vec<String>)>,
}

impl CourseToml {
    pub(crate) fn to_toml(&self) -> String {
        let mut out = format!("title = {}\n", quoted(&self.title));
        if let Some(description) = &self.description {
            let _ = writeln!(out, "description = {}", quoted(description));
        }
        if !self.packages.is_empty() {
            let _ = writeln!(out, "packages = [{}]", list(&self.packages));
        }
        for (title, lessons) in &self.modules {
            match title {
                None => {
                    let _ = writeln!(out, "lessons = [{}]", list(lessons));
                }
                Some(title) => {
                    let _ = write!(out, "\n[[module]]\ntitle = {}\nlessons = [{}]\n", quoted(title), list(lessons));
                }
            }
        }
        out
    }
}

fn quoted(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    toml::Value::from(line).to_string()
}

fn list(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}
