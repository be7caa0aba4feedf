//! What the shapes mean: those that were used, and what else there is to say about the drawing.

use std::collections::BTreeSet;

use super::Drawing;
use super::lane::family;
use super::write::{Out, escape};
use crate::timeline::{EdgeKind, LaneKind, SegmentKind, State};
use crate::trace::Note;
use crate::wait::Family;

/// Draws it below `top`, and says how high the whole is then.
pub(super) fn draw(out: &mut Out, drawing: &Drawing<'_>, edges: &BTreeSet<EdgeKind>, top: u32) -> u32 {
    let mut items = items(drawing);
    items.extend(edges.iter().filter_map(|&kind| arrow(kind, edges)));
    let top = top + if drawing.scale.breaks().next().is_some() { 12 } else { 0 };
    out.open("g", "role=\"list\" aria-label=\"legend\"");
    for (index, (shape, text)) in items.iter().enumerate() {
        // Two beside each other also on a phone.
        let x = if index % 2 == 0 { "1.5%" } else { "50%" };
        let y = top + 20 * (index as u32 / 2);
        out.line(&format!(
            "<svg x=\"{x}\" y=\"{y}\" width=\"48%\" height=\"20\" role=\"listitem\">{shape}<text x=\"30\" y=\"14\">{}</text></svg>",
            escape(text)
        ));
    }
    out.close("g");
    let mut y = top + 20 * (items.len() as u32).div_ceil(2) + 16;
    for line in notes(drawing).iter().flat_map(|note| lines(note)) {
        out.line(&format!("<text class=\"dim\" x=\"1.5%\" y=\"{y}\">{}</text>", escape(&line)));
        y += 18;
    }
    y
}

fn items(drawing: &Drawing<'_>) -> Vec<(String, &'static str)> {
    let lanes = || drawing.rows.iter().flat_map(|row| &row.lanes).map(|&lane| &drawing.timeline.lanes[lane]);
    let kinds: BTreeSet<SegmentKind> = lanes().flat_map(|lane| &lane.segments).map(|segment| segment.kind).collect();
    let families: BTreeSet<Family> = kinds
        .iter()
        .filter_map(|kind| match kind {
            SegmentKind::Waiting(kind) => Some(kind.family()),
            _ => None,
        })
        .collect();
    let bar = |class: &str| format!("<rect class=\"{class}\" x=\"1\" y=\"3\" width=\"22\" height=\"14\"/>");
    let mut items = Vec::new();
    if kinds.contains(&SegmentKind::Running) {
        items.push((bar("run"), "running"));
    }
    if kinds.contains(&SegmentKind::Holding) {
        items.push((bar("hold\" fill=\"url(#ID-hold)"), "holds the loop"));
    }
    if kinds.contains(&SegmentKind::Ready) {
        items.push((bar("ready"), "ready, others run"));
    }
    for kind in families {
        let name = family(kind);
        items.push((bar(&format!("wait {name}\" fill=\"url(#ID-{name})")), waits(kind)));
    }
    let mark = |shape: &str| format!("<use class=\"mark {shape}\" href=\"#ID-{shape}\" x=\"12\" y=\"10\"/>");
    let ends = [("returned", "returned"), ("raised", "raised"), ("cancelled", "cancelled"), ("pending", "not done")];
    for (shape, text) in ends {
        let ended = |state: &State| match state {
            State::Exited(code) => shape == if *code == 0 { "returned" } else { "raised" },
            state => state.word() == shape,
        };
        if lanes().any(|lane| lane.kind != LaneKind::Loop && ended(&lane.state)) {
            items.push((mark(shape), text));
        }
    }
    if lanes().any(|lane| !lane.cancels.is_empty()) {
        items.push((
            "<use class=\"mark cancelled\" href=\"#ID-thrown\" x=\"12\" y=\"10\"/>".to_owned(),
            "CancelledError comes",
        ));
    }
    if lanes().any(|lane| !lane.prints.is_empty()) {
        items.push(("<use class=\"print\" href=\"#ID-print\" x=\"12\" y=\"6\"/>".to_owned(), "prints"));
    }
    items
}

/// The line between two lanes; one that is let go on looks the same whatever did it.
fn arrow(kind: EdgeKind, all: &BTreeSet<EdgeKind>) -> Option<(String, &'static str)> {
    let text = match kind {
        EdgeKind::Created => "makes",
        EdgeKind::Woke => "lets go on",
        EdgeKind::Released if !all.contains(&EdgeKind::Woke) => "lets go on",
        EdgeKind::Cancelled => "cancels",
        EdgeKind::Released | EdgeKind::Awaited => return None,
    };
    let kind = kind.word();
    let line = format!("<line class=\"edge {kind}\" x1=\"12\" x2=\"12\" y1=\"1\" y2=\"14\"/>");
    Some((format!("{line}<use class=\"head {kind}\" href=\"#ID-down\" x=\"12\" y=\"18\"/>"), text))
}

/// A note in lines that fit a phone.
fn lines(note: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in note.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => *line = format!("{line} {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Letters of a note in a line.
const LINE: usize = 54;

fn waits(family: Family) -> &'static str {
    match family {
        Family::Time => "waits for a time",
        Family::Turn => "waits for its turn",
        Family::Queue => "waits at a queue",
        Family::Tasks => "waits for tasks",
        Family::World => "waits for I/O, a future",
        Family::Work => "waits for other work",
    }
}

fn notes(drawing: &Drawing<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if drawing.scale.breaks().next().is_some() {
        notes.push("Where the line is broken nothing runs; it is drawn short.".to_owned());
    }
    if drawing.rows.iter().any(|row| row.lanes.len() > 1) {
        notes.push("A row of many: how many run; above, how many are ready, and wait.".to_owned());
    }
    for note in &drawing.timeline.notes {
        match note {
            Note::Flood { dropped, .. } => {
                notes.push(format!("From some point on only some tasks: {dropped} events left out."));
            }
            Note::Cut => notes.push("The run was ended; what came last may be missing.".to_owned()),
            Note::Untraced(why) => notes.push(format!("Not traced: {why}")),
            Note::Version(_) | Note::Unreadable(_) | Note::Unhooked(_) => {}
        }
    }
    notes
}
