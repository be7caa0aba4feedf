//! Every code a diagnostic can have, for arguments, `explain` and SARIF.

use std::fmt;

use etude_course::checks::CHECKS;
use etude_course::checks::runs::RUN_CHECKS;
use etude_course::nearest;
use etude_project::COURSE_TOML;
use etude_text::Severity;

#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) summary: &'static str,
    pub(crate) documentation: &'static str,
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code)
    }
}

/// All of them, by code.
pub(crate) fn entries() -> Vec<Entry> {
    let checks = CHECKS.iter().chain(RUN_CHECKS).map(|check| Entry {
        code: check.code,
        severity: check.severity,
        summary: check.summary,
        documentation: check.documentation,
    });
    let project = Entry {
        code: COURSE_TOML.code,
        severity: COURSE_TOML.severity,
        summary: COURSE_TOML.summary,
        documentation: COURSE_TOML.documentation,
    };
    let mut entries: Vec<Entry> = checks.filter(|entry| entry.code != project.code).chain([project]).collect();
    entries.sort_by_key(|entry| entry.code);
    entries
}

/// The entry with this code, for clap.
pub(crate) fn parse(code: &str) -> Result<Entry, String> {
    let entries = entries();
    entries.iter().find(|entry| entry.code == code).copied().ok_or_else(|| {
        match nearest(code, entries.iter().map(|entry| entry.code)) {
            Some(nearest) => format!("there is no check called `{code}`, did you mean `{nearest}`?"),
            None => format!("there is no check called `{code}`, `etude explain` lists them all"),
        }
    })
}
