//! The shape in which a timeline and its findings are given to other programs. Times are milliseconds of the run's clock,
//! to the microsecond. What is not known or does not apply is left out.

use serde::Serialize;

use crate::findings::{Correction, Finding, Place};
use crate::timeline::{Lane, LaneKind, Segment, SegmentKind, State, Timeline};
use crate::trace::{Micros, Note, Site};

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub tasks: Vec<LaneView>,
    /// Loops, threads, executor jobs and child processes.
    pub others: Vec<LaneView>,
    pub edges: Vec<EdgeView>,
    pub prints: Vec<PrintView>,
    pub findings: Vec<FindingView>,
    /// What reading the events had to work around.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct LaneView {
    pub id: i32,
    pub kind: &'static str,
    pub name: String,
    /// `__qualname__` of the coroutine or function; the command of a process.
    pub coroutine: String,
    /// Where it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub created_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<i32>,
    /// `pending`, `returned`, `raised`, `cancelled` or `exited`.
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// What it did, in order of time.
    pub segments: Vec<SegmentView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SegmentView {
    pub start_ms: f64,
    pub end_ms: f64,
    /// `running`, `holding` the loop, `ready` or `waiting`.
    pub kind: &'static str,
    /// What kind of wait: `sleep`, `lock`, `gather` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<&'static str>,
    /// What is waited for, by name.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The call that holds the thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
pub struct EdgeView {
    pub time_ms: f64,
    /// `created`, `awaited`, `woke`, `released` or `cancelled`.
    pub kind: &'static str,
    pub from: i32,
    pub to: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct PrintView {
    pub lane: i32,
    pub time_ms: f64,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
pub struct FindingView {
    pub code: &'static str,
    pub severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub message: String,
    pub hint: String,
    /// The lines as they should be, from `correction_line` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction_line: Option<u32>,
    pub evidence: Vec<EvidenceView>,
    pub tasks: Vec<i32>,
}

#[derive(Clone, Debug, Serialize)]
pub struct EvidenceView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub text: String,
}

impl View {
    pub fn new(timeline: &Timeline, findings: &[Finding]) -> View {
        let lanes = || timeline.lanes.iter();
        let views = |tasks: bool| {
            lanes().filter(move |lane| (lane.kind == LaneKind::Task) == tasks).map(|lane| LaneView::new(timeline, lane))
        };
        View {
            tasks: views(true).collect(),
            others: views(false).collect(),
            edges: timeline
                .edges
                .iter()
                .map(|edge| EdgeView {
                    time_ms: ms(edge.time),
                    kind: edge.kind.word(),
                    from: timeline.lanes[edge.from].id.0,
                    to: timeline.lanes[edge.to].id.0,
                })
                .collect(),
            prints: lanes().flat_map(prints).collect(),
            findings: findings.iter().map(FindingView::new).collect(),
            notes: timeline.notes.iter().map(Note::to_string).collect(),
        }
    }
}

impl LaneView {
    fn new(timeline: &Timeline, lane: &Lane) -> Self {
        let (file, line) = place(lane.created.as_deref());
        Self {
            id: lane.id.0,
            kind: lane.kind.word(),
            name: lane.name.clone(),
            coroutine: lane.code.clone(),
            file,
            line,
            created_ms: ms(lane.start),
            ended_ms: lane.end.map(ms),
            parent: lane.parent.map(|parent| timeline.lanes[parent].id.0),
            state: lane.state.word(),
            exception: match &lane.state {
                State::Raised(what) => Some(what.clone()),
                _ => None,
            },
            exit_code: match lane.state {
                State::Exited(code) => Some(code),
                _ => None,
            },
            segments: lane.segments.iter().map(|segment| SegmentView::new(timeline, segment)).collect(),
        }
    }
}

impl SegmentView {
    fn new(timeline: &Timeline, segment: &Segment) -> Self {
        let (file, line) = place(segment.site.as_deref());
        Self {
            start_ms: ms(segment.start),
            end_ms: ms(segment.end),
            kind: segment.kind.word(),
            wait: match segment.kind {
                SegmentKind::Waiting(kind) => Some(kind.word()),
                _ => None,
            },
            target: timeline.target(segment).map(str::to_owned),
            call: segment.call.as_deref().map(str::to_owned),
            file,
            line,
        }
    }
}

impl FindingView {
    fn new(finding: &Finding) -> Self {
        let (file, line) = spot(finding.place.as_ref());
        let evidence = finding.evidence.iter().map(|evidence| {
            let (file, line) = spot(evidence.place.as_ref());
            EvidenceView { time_ms: evidence.time.map(ms), file, line, text: evidence.text.clone() }
        });
        let correction: Option<&Correction> = finding.correction.as_ref();
        Self {
            code: finding.code,
            severity: finding.severity.as_str(),
            file,
            line,
            message: finding.message.clone(),
            hint: finding.hint.clone(),
            correction: correction.map(|correction| correction.right.clone()),
            correction_line: correction.map(|correction| correction.line),
            evidence: evidence.collect(),
            tasks: finding.tasks.iter().map(|task| task.0).collect(),
        }
    }
}

fn prints(lane: &Lane) -> impl Iterator<Item = PrintView> + '_ {
    lane.prints.iter().map(|print| PrintView {
        lane: lane.id.0,
        time_ms: ms(print.time),
        text: print.text.to_string(),
        line: print.site.as_ref().map(|site| site.line),
    })
}

fn ms(micros: Micros) -> f64 {
    micros as f64 / 1e3
}

fn place(site: Option<&Site>) -> (Option<String>, Option<u32>) {
    (site.map(|site| site.file.clone()), site.map(|site| site.line))
}

fn spot(place: Option<&Place>) -> (Option<String>, Option<u32>) {
    (place.map(|place| place.file.clone()), place.map(|place| place.line))
}
