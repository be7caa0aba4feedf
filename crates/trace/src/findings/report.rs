//! What a finding says.

use etude_text::{Diagnostic, FileId, Severity, Source, Span};

use super::{Correction, Rule};
use crate::trace::{Id, Micros, Site};

/// One thing that a run shows to be wrong, or better done otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    /// Where to look first.
    pub place: Option<Place>,
    /// A lower-case fragment without a full stop, as in [`Diagnostic`].
    pub message: String,
    /// What to do.
    pub hint: String,
    pub correction: Option<Correction>,
    /// What was seen, in order.
    pub evidence: Vec<Evidence>,
    /// The tasks it is about.
    pub tasks: Vec<Id>,
}

/// A line of the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// A fact of the run that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub time: Option<Micros>,
    pub place: Option<Place>,
    /// As the message of a finding.
    pub text: String,
}

impl Place {
    pub(super) fn of(site: &Site) -> Option<Place> {
        (site.line > 0).then(|| Place { file: site.file.clone(), line: site.line })
    }

    /// `line 3`; with the file if that is not the one the finding is in.
    pub(super) fn told(site: &Site, from: Option<&Site>) -> String {
        if from.is_none_or(|from| from.file == site.file) {
            return format!("line {}", site.line);
        }
        format!("{}:{}", site.file.rsplit('/').next().unwrap_or(&site.file), site.line)
    }
}

impl Finding {
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    pub(super) fn correct(mut self, correction: Option<Correction>) -> Self {
        self.correction = correction;
        self
    }

    pub(super) fn seen(mut self, time: Option<Micros>, site: Option<&Site>, text: impl Into<String>) -> Self {
        self.evidence.push(Evidence { time, place: site.and_then(Place::of), text: text.into() });
        self
    }

    pub(super) fn about(mut self, tasks: impl IntoIterator<Item = Id>) -> Self {
        self.tasks.extend(tasks);
        self
    }

    /// The order in which findings are shown: by place, then by rule.
    pub(crate) fn order(&self) -> impl Ord + use<'_> {
        (self.place.is_none(), &self.place, self.code, &self.message)
    }

    /// As a diagnostic of the file the finding is in, whose `source` this is; its evidence in the same file as labels.
    pub fn diagnostic(&self, file: FileId, source: &Source) -> Diagnostic {
        let span = |place: &Place| {
            let lines = source.lines().span(place.line);
            let text = lines.slice(source.text());
            let start = lines.start + (text.len() - text.trim_start().len()) as u32;
            Span::new(start, start + text.trim().len() as u32)
        };
        let at = self.place.as_ref().map_or(Span::empty(0), span);
        let mut diagnostic = Diagnostic::new(self.code, self.severity, file, at, self.message.clone());
        for evidence in &self.evidence {
            if let Some(place) = &evidence.place
                && self.place.as_ref().is_some_and(|own| own.file == place.file && own.line != place.line)
            {
                diagnostic = diagnostic.label(span(place), evidence.text.clone());
            }
        }
        let hint = self.correction.iter().fold(self.hint.clone(), |hint, correction| format!("{hint}\n{correction}"));
        if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) }
    }
}

/// Where a rule puts what it finds.
pub(crate) struct Report<'r> {
    rule: &'static Rule,
    findings: &'r mut Vec<Finding>,
}

impl<'r> Report<'r> {
    pub(super) fn new(rule: &'static Rule, findings: &'r mut Vec<Finding>) -> Self {
        Self { rule, findings }
    }

    /// Starts a finding of this rule; hand it to [`Report::add`].
    pub(super) fn at(&self, site: Option<&Site>, message: impl Into<String>) -> Finding {
        finding(self.rule, site, message)
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

pub(super) fn finding(rule: &Rule, site: Option<&Site>, message: impl Into<String>) -> Finding {
    Finding {
        code: rule.code,
        severity: rule.severity,
        place: site.and_then(Place::of),
        message: message.into(),
        hint: String::new(),
        correction: None,
        evidence: Vec::new(),
        tasks: Vec::new(),
    }
}
