//! Which lanes get a row of their own, and which share one.

use std::collections::{BTreeSet, HashMap};

use crate::findings::Finding;
use crate::timeline::{Lane, LaneKind, SegmentKind, State, Timeline};

/// Siblings have to be this many to share a row.
const ALIKE: usize = 3;
/// So many lanes with something unusual are shown by themselves.
const UNUSUAL: usize = 12;

pub(super) struct Row {
    /// By their places in the timeline; one, or all that share the row.
    pub(super) lanes: Vec<usize>,
    /// What the row is about if it has more than one.
    pub(super) label: String,
    pub(super) depth: usize,
}

/// At most `most` rows, parents before their children.
pub(super) fn rows(timeline: &Timeline, findings: &[Finding], most: usize) -> Vec<Row> {
    let lanes = &timeline.lanes;
    if lanes.len() <= most {
        let single =
            |(index, lane): (usize, &Lane)| Row { lanes: vec![index], label: String::new(), depth: lane.depth };
        return lanes.iter().enumerate().map(single).collect();
    }
    let mut rows = by_family(lanes, &unusual(timeline, findings));
    if rows.len() > most {
        let rest = rows.split_off(most - 1);
        let mut others: Vec<usize> = rest.into_iter().flat_map(|row| row.lanes).collect();
        others.sort_unstable();
        rows.push(Row { label: format!("{} others", others.len()), lanes: others, depth: 0 });
    }
    rows
}

/// Lanes that should not vanish in a crowd: those that findings are about, that held a loop, or that failed.
fn unusual(timeline: &Timeline, findings: &[Finding]) -> BTreeSet<usize> {
    let told: BTreeSet<i32> = findings.iter().flat_map(|finding| finding.tasks.iter().take(3)).map(|id| id.0).collect();
    let odd = |lane: &Lane| {
        lane.segments.iter().any(|segment| segment.kind == SegmentKind::Holding)
            || matches!(lane.state, State::Raised(_))
    };
    let places = |test: &dyn Fn(&Lane) -> bool| -> Vec<usize> {
        timeline.lanes.iter().enumerate().filter(|(_, lane)| test(lane)).map(|(index, _)| index).take(UNUSUAL).collect()
    };
    let mut unusual: BTreeSet<usize> = places(&|lane| told.contains(&lane.id.0)).into_iter().collect();
    let odd = places(&odd);
    if odd.len() < UNUSUAL {
        unusual.extend(odd);
    }
    unusual
}

/// Lanes of the same code whose parents share a row share one, if they are enough.
fn by_family(lanes: &[Lane], unusual: &BTreeSet<usize>) -> Vec<Row> {
    type Family<'a> = (Option<usize>, LaneKind, &'a str, u32);
    let mut families: HashMap<Family<'_>, usize> = HashMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut family_of: Vec<usize> = Vec::with_capacity(lanes.len());
    for (index, lane) in lanes.iter().enumerate() {
        let line = lane.created.as_ref().map_or(0, |site| site.line);
        let key = (lane.parent.map(|parent| family_of[parent]), lane.kind, lane.code.as_str(), line);
        let is_single = unusual.contains(&index) || lane.kind == LaneKind::Loop;
        let family = if is_single { members.len() } else { *families.entry(key).or_insert(members.len()) };
        if family == members.len() {
            members.push(Vec::new());
        }
        members[family].push(index);
        family_of.push(family);
    }
    let mut rows = Vec::new();
    for members in members {
        let lane = &lanes[members[0]];
        if members.len() < ALIKE {
            rows.extend(members.into_iter().map(|index| Row {
                lanes: vec![index],
                label: String::new(),
                depth: lanes[index].depth,
            }));
            continue;
        }
        let name = if lane.code.is_empty() { lane.kind.word() } else { crate::story::short(&lane.code) };
        rows.push(Row { label: format!("{} × {name}", members.len()), depth: lane.depth, lanes: members });
    }
    rows.sort_by_key(|row| row.lanes[0]);
    rows
}
