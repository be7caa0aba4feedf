//! Every code a diagnostic can have: those of checks, for arguments and SARIF, and those of what runs show besides, for
//! `explain`.

use std::fmt;

use etude_course::checks::CHECKS;
use etude_course::checks::runs::RUN_CHECKS;
use etude_course::nearest;
use etude_project::COURSE_TOML;
use etude_text::Severity;
use etude_trace::findings::RULES;

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

/// All checks, by code.
pub(crate) fn checks() -> Vec<Entry> {
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

/// Checks, and what runs show.
pub(crate) fn entries() -> Vec<Entry> {
    let findings = RULES.iter().map(|rule| Entry {
        code: rule.code,
        severity: rule.severity,
        summary: rule.summary,
        documentation: rule.documentation,
    });
    let mut entries: Vec<Entry> = checks().into_iter().chain(findings).collect();
    entries.sort_by_key(|entry| entry.code);
    entries
}

/// The check with this code, for clap.
pub(crate) fn parse_check(code: &str) -> Result<Entry, String> {
    among(&checks(), code, "check")
}

/// The entry with this code, for clap.
pub(crate) fn parse(code: &str) -> Result<Entry, String> {
    among(&entries(), code, "check or finding")
}

fn among(entries: &[Entry], code: &str, kind: &str) -> Result<Entry, String> {
    entries.iter().find(|entry| entry.code == code).copied().ok_or_else(|| {
        match nearest(code, entries.iter().map(|entry| entry.code)) {
            Some(nearest) => format!("there is no {kind} called `{code}`, did you mean `{nearest}`?"),
            None => format!("there is no {kind} called `{code}`, `etude explain` lists them all"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_has_two_meanings() {
        let entries = entries();
        let twice = entries.windows(2).find(|pair| pair[0].code == pair[1].code);
        assert!(twice.is_none(), "{twice:?}");
    }
}
