//! How much each check matters: what it says of itself, what `course.toml` says, and what the arguments say.

use etude_course::Config;
use etude_course::checks::CHECKS;
use etude_course::checks::runs::RUN_CHECKS;
use etude_project::COURSE_TOML;
use etude_text::{Diagnostic, Severity};

use crate::catalogue::{self, Entry};

/// `None` is off.
type Level = Option<Severity>;

#[derive(Debug, clap::Args)]
pub(super) struct Levels {
    /// Leave out these checks
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = catalogue::parse_check)]
    ignore: Vec<Entry>,

    /// Leave out all others
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = catalogue::parse_check)]
    only: Vec<Entry>,

    /// Let a check report with another severity: error, warning, note or off
    #[arg(long, value_name = "CODE=LEVEL", value_delimiter = ',', value_parser = parse)]
    severity: Vec<(Entry, Level)>,
}

fn parse(argument: &str) -> Result<(Entry, Level), String> {
    let (code, level) = argument.split_once('=').ok_or("write it as CODE=LEVEL, for example missing-alt-text=error")?;
    let level = match level {
        "off" => None,
        "note" => Some(Severity::Note),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => return Err(format!("`{level}` is no severity, use error, warning, note or off")),
    };
    Ok((catalogue::parse_check(code)?, level))
}

impl Levels {
    /// What the arguments say of a check, if they say anything.
    fn of(&self, code: &str) -> Option<Level> {
        let among = |entries: &[Entry]| entries.iter().any(|entry| entry.code == code);
        if among(&self.ignore) || !self.only.is_empty() && !among(&self.only) {
            return Some(None);
        }
        self.severity.iter().rev().find(|(entry, _)| entry.code == code).map(|(_, level)| *level)
    }

    /// Puts the arguments over what `course.toml` says.
    pub(super) fn apply(&self, config: &mut Config) {
        for check in CHECKS.iter().chain(RUN_CHECKS) {
            if let Some(level) = self.of(check.code) {
                config.checks.insert(check.code.to_owned(), level);
            } else if !self.only.is_empty() && config.checks.get(check.code) == Some(&None) {
                // Asked for by name, so it is meant to run.
                config.checks.remove(check.code);
            }
        }
    }

    /// The diagnostics about `course.toml` itself, which cannot switch off what is said about it.
    pub(super) fn course_toml(&self, diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
        let level = self.of(COURSE_TOML.code);
        if level == Some(None) {
            return Vec::new();
        }
        let mut diagnostics = diagnostics.to_vec();
        if let Some(Some(severity)) = level {
            for diagnostic in diagnostics.iter_mut().filter(|it| it.severity > Severity::Note) {
                diagnostic.severity = severity;
            }
        }
        diagnostics
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_suggested_can_be_typed() {
        let suggestion = super::parse("missing-alt-text").expect_err("no level");
        let (_, example) = suggestion.rsplit_once(' ').expect("words");
        assert!(super::parse(example).is_ok(), "{example}");
    }
}
