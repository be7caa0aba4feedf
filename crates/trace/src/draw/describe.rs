//! What a drawing shows, in words: for those who hear it, and for whoever points at a part of it.

use std::collections::BTreeMap;

use super::rows::Row;
use crate::timeline::{Lane, LaneKind, Segment, SegmentKind, State, Timeline};
use crate::trace::Micros;
use crate::wording::{count, duration};

/// Waits of one lane that are told one by one.
const WAITS: usize = 4;
/// Rows that are told in the description of the whole.
const ROWS: usize = 30;

/// `3 tasks, 2 jobs, 0.30 s`.
pub(super) fn summary(timeline: &Timeline) -> String {
    let kinds = [LaneKind::Task, LaneKind::Thread, LaneKind::Job, LaneKind::Process];
    let counted = kinds.iter().filter_map(|&kind| {
        let lanes = timeline.lanes.iter().filter(|lane| lane.kind == kind).count();
        let word = if kind == LaneKind::Process && lanes != 1 { "processe" } else { kind.word() };
        (lanes > 0).then(|| count(lanes, word))
    });
    let from = timeline.lanes.iter().map(|lane| lane.start).min().unwrap_or(0);
    counted.chain([duration(timeline.end - from)]).collect::<Vec<_>>().join(", ")
}

/// The whole, row by row.
pub(super) fn whole(timeline: &Timeline, rows: &[Row]) -> String {
    let told = rows.iter().take(ROWS).map(|row| self::row(timeline, row));
    let more = rows.len().saturating_sub(ROWS);
    let rest = (more > 0).then(|| format!("And {}.", count(more, "further row")));
    told.chain(rest).collect::<Vec<_>>().join(" ")
}

pub(super) fn row(timeline: &Timeline, row: &Row) -> String {
    match row.lanes[..] {
        [lane] => self::lane(timeline, &timeline.lanes[lane]),
        _ => crowd(timeline, row),
    }
}

/// `fetch, task, 31 ms to 281 ms: ran 0.4 ms, waited 250 ms (sleep at line 3 for 250 ms), returned.`
pub(super) fn lane(timeline: &Timeline, lane: &Lane) -> String {
    let end = lane.end.unwrap_or(timeline.end);
    let parts = [did(timeline, lane), state(lane)];
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let span = format!("{} to {}", duration(lane.start), duration(end));
    format!("{}, {}, {span}: {}.", lane.label, lane.kind.word(), parts.join(", "))
}

/// How long it ran, was ready and waited, and for what most of all.
fn did(timeline: &Timeline, lane: &Lane) -> String {
    let waits = waits(timeline, lane);
    let told = waits.iter().take(WAITS).map(|(wait, time)| format!("{wait} for {}", duration(*time)));
    let told = told.collect::<Vec<_>>().join("; ");
    let rest = if told.is_empty() { String::new() } else { format!(" ({told})") };
    format!("{}{rest}", times(lane))
}

/// The same in few words.
pub(super) fn briefly(timeline: &Timeline, lane: &Lane) -> String {
    let longest = waits(timeline, lane).into_iter().next().map(|(wait, _)| format!(" ({wait})")).unwrap_or_default();
    format!("{}: {}{longest}", lane.label, times(lane))
}

/// `ran 0.4 ms, was ready and not run 2.0 ms, waited 250 ms`.
fn times(lane: &Lane) -> String {
    let sum = |test: fn(SegmentKind) -> bool| -> Micros {
        lane.segments.iter().filter(|segment| test(segment.kind)).map(Segment::duration).sum()
    };
    let ready = sum(|kind| kind == SegmentKind::Ready);
    let waited = sum(|kind| matches!(kind, SegmentKind::Waiting(_)));
    let parts = [("ran", Some(lane.busy())), ("was ready and not run", some(ready)), ("waited", some(waited))];
    let told = parts.iter().filter_map(|(what, time)| time.map(|time| format!("{what} {}", duration(time))));
    told.collect::<Vec<_>>().join(", ")
}

fn some(time: Micros) -> Option<Micros> {
    (time > 0).then_some(time)
}

/// What it waited for, at which line, and how long in all; the longest first.
fn waits(timeline: &Timeline, lane: &Lane) -> Vec<(String, Micros)> {
    let mut waits: BTreeMap<(String, u32), Micros> = BTreeMap::new();
    for segment in lane.segments.iter().filter(|segment| matches!(segment.kind, SegmentKind::Waiting(_))) {
        let line = segment.site.as_ref().map_or(0, |site| site.line);
        *waits.entry((waiting_for(timeline, segment), line)).or_default() += segment.duration();
    }
    let mut waits: Vec<(String, Micros)> = waits
        .into_iter()
        .map(|((what, line), time)| (if line > 0 { format!("{what} at line {line}") } else { what }, time))
        .collect();
    waits.sort_by_key(|(_, time)| -time);
    waits
}

/// The name of what is waited for, else the kind of the wait.
pub(super) fn waiting_for(timeline: &Timeline, segment: &Segment) -> String {
    match (timeline.target(segment), segment.kind, &segment.call) {
        (Some(name), ..) if !name.is_empty() => name.to_owned(),
        (_, _, Some(call)) => call.to_string(),
        (_, SegmentKind::Waiting(kind), _) => kind.word().to_owned(),
        (_, kind, _) => kind.word().to_owned(),
    }
}

/// One part of a lane.
pub(super) fn segment(timeline: &Timeline, segment: &Segment) -> String {
    let line = segment.site.as_ref().map(|site| format!(", line {}", site.line)).unwrap_or_default();
    let (start, end) = (duration(segment.start), duration(segment.end));
    let times = if timeline.is_stuck && segment.end >= timeline.end {
        format!("from {start} for ever")
    } else {
        format!("{}, from {start} to {end}", duration(segment.duration()))
    };
    match segment.kind {
        SegmentKind::Running => format!("runs {times}"),
        SegmentKind::Holding => match &segment.call {
            Some(call) => format!("holds the loop in {call}{line}: {times}"),
            None => format!("holds the loop{line}: {times}"),
        },
        SegmentKind::Ready => format!("could go on, but others run: {times}"),
        SegmentKind::Waiting(kind) => {
            let name = waiting_for(timeline, segment);
            let what = if name == kind.word() { name } else { format!("{}, {name}", kind.word()) };
            format!("waits ({what}{line}): {times}")
        }
    }
}

/// How it ended.
pub(super) fn state(lane: &Lane) -> String {
    match &lane.state {
        State::Raised(what) => format!("raised {}", what.trim_end_matches([':', ' '])),
        State::Exited(code) => format!("exited with {code}"),
        State::Pending => "not done at the end".to_owned(),
        // A loop returns nothing; that it stopped is plain to see.
        _ if lane.kind == LaneKind::Loop => String::new(),
        State::Returned => "returned".to_owned(),
        State::Cancelled => "cancelled".to_owned(),
    }
}

/// What became of many lanes in one row: `990 returned, 10 cancelled`.
pub(super) fn outcomes<'a>(lanes: impl Iterator<Item = &'a Lane>) -> String {
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for lane in lanes {
        *outcomes.entry(if lane.state == State::Pending { "not done" } else { lane.state.word() }).or_default() += 1;
    }
    let mut outcomes: Vec<(&str, usize)> = outcomes.into_iter().collect();
    outcomes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    outcomes.into_iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn crowd(timeline: &Timeline, row: &Row) -> String {
    let lanes = || row.lanes.iter().map(|&index| &timeline.lanes[index]);
    let start = lanes().map(|lane| lane.start).min().unwrap_or(0);
    let end = lanes().map(|lane| lane.end.unwrap_or(timeline.end)).max().unwrap_or(0);
    let busy = lanes().map(Lane::busy).sum();
    format!(
        "{}, {} to {}: ran {} in all, {}.",
        row.label,
        duration(start),
        duration(end),
        duration(busy),
        outcomes(lanes())
    )
}
