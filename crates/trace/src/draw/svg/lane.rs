//! One lane: its name, its bar, how it ended.

use super::write::{Out, clip, escape, percent};
use super::{BAR, BAR_TOP, Drawing, ROW};
use crate::draw::describe;
use crate::findings::Finding;
use crate::timeline::{Lane, LaneKind, Segment, SegmentKind, State};
use crate::wait::Family;

/// How finely a lane is drawn.
#[derive(Clone, Copy)]
pub(super) struct Detail {
    /// Segments at most.
    pub(super) most: usize,
    /// Whether the keyboard stops at each segment.
    pub(super) stops: bool,
}

/// Marks for prints in one lane.
const PRINTS: usize = 40;
/// How deep children are indented.
const DEEPEST: usize = 6;
/// What a phone and a window show of the width, in pixels, margins taken off.
const PHONE: f64 = 345.0;
const WINDOW: f64 = 580.0;

pub(super) fn draw(out: &mut Out, drawing: &Drawing<'_>, index: usize, top: u32, detail: Detail) {
    let lane = &drawing.timeline.lanes[index];
    let told = escape(&describe::lane(drawing.timeline, lane));
    out.line(&format!("<g class=\"row\" role=\"listitem\" tabindex=\"0\" aria-label=\"{told}\">"));
    out.line(&format!("<rect class=\"over\" y=\"{top}\" width=\"100%\" height=\"{ROW}\"/>"));
    name(out, drawing, lane, top);
    let end = drawing.end(lane);
    let (x, width) = (drawing.x(lane.start), drawing.x(end) - drawing.x(lane.start));
    out.line(&format!(
        "<rect class=\"life\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"2\"/>",
        percent(x),
        percent(width.max(0.1)),
        top + BAR_TOP + BAR / 2 - 1
    ));
    for segment in condensed(drawing, lane, detail.most) {
        let end = drawing.scale.until(drawing.timeline, lane, segment.end);
        self::segment(out, drawing, &Segment { end, ..segment }, top, detail.stops);
    }
    marks(out, drawing, lane, top);
    out.line("</g>");
}

/// The name above the bar, what it is, and how it ended; on pointing at it, what it did.
fn name(out: &mut Out, drawing: &Drawing<'_>, lane: &Lane, top: u32) {
    let y = top + 14;
    let indent = lane.depth.min(DEEPEST) * 10;
    let label = escape(&clip(&lane.label, 26));
    let about: Vec<&Finding> = drawing.findings.iter().filter(|finding| finding.tasks.contains(&lane.id)).collect();
    let badge = about.first().map(|finding| format!("<tspan class=\"bad\" dx=\"8\">! {}</tspan>", finding.code));
    let mut more = vec![];
    if lane.kind != LaneKind::Task && lane.kind != LaneKind::Loop {
        more.push(lane.kind.word().to_owned());
    }
    if lane.name != lane.label && !lane.name.is_empty() {
        more.push(clip(&lane.name, 24));
    }
    if let Some(site) = &lane.created {
        more.push(format!("made at line {}", site.line));
    }
    let more = escape(&more.join(", "));
    out.line(&format!(
        "<text class=\"meta\" x=\"1.5%\" dx=\"{indent}\" y=\"{y}\"><tspan class=\"name\">{label}</tspan>{}\
         <tspan class=\"dim wide\" dx=\"8\">{more}</tspan></text>",
        badge.unwrap_or_default()
    ));
    let ended = match &lane.state {
        State::Returned | State::Pending if lane.kind == LaneKind::Loop => String::new(),
        State::Raised(what) => clip(what.split(':').next().unwrap_or(what), 24),
        _ => describe::state(lane),
    };
    let class = if matches!(lane.state, State::Raised(_) | State::Cancelled) { "bad" } else { "dim" };
    out.line(&format!("<text class=\"meta end {class}\" x=\"98.5%\" y=\"{y}\">{}</text>", escape(&ended)));
    let did = escape(&clip(&describe::briefly(drawing.timeline, lane), 56));
    out.line(&format!("<text class=\"tip\" x=\"1.5%\" y=\"{y}\" aria-hidden=\"true\">{did}</text>"));
    out.line(&format!("<title>{}</title>", escape(&describe::lane(drawing.timeline, lane))));
}

/// At most so many segments: what lies in one narrow column becomes what matters most in it.
fn condensed(drawing: &Drawing<'_>, lane: &Lane, most: usize) -> Vec<Segment> {
    if lane.segments.len() <= most {
        return lane.segments.clone();
    }
    for columns in [600, 300, 150, 75] {
        let joined = join(drawing, lane, columns);
        if joined.len() <= most || columns == 75 {
            return joined.into_iter().take(most.max(75)).collect();
        }
    }
    Vec::new()
}

fn join(drawing: &Drawing<'_>, lane: &Lane, columns: usize) -> Vec<Segment> {
    let cells = crate::draw::cells::cells(lane, drawing.scale, columns);
    let moment = |column: usize| drawing.scale.moment(column as f64 / columns as f64);
    let mut joined: Vec<Segment> = Vec::new();
    for (column, kind) in cells.into_iter().enumerate() {
        let Some(kind) = kind else { continue };
        let (start, end) = (moment(column).max(lane.start), moment(column + 1));
        match joined.last_mut() {
            Some(last) if last.kind == kind && last.end >= start => last.end = end,
            _ => joined.push(Segment::bare(start, end.max(start + 1), kind)),
        }
    }
    joined
}

fn segment(out: &mut Out, drawing: &Drawing<'_>, segment: &Segment, top: u32, stops: bool) {
    let told = escape(&describe::segment(drawing.timeline, segment));
    let (x, end) = (drawing.x(segment.start), drawing.x(segment.end));
    let bar = top + BAR_TOP;
    let (class, y, height) = match segment.kind {
        SegmentKind::Running => ("run".to_owned(), bar, BAR),
        SegmentKind::Holding => ("hold\" fill=\"url(#ID-hold)".to_owned(), bar, BAR),
        SegmentKind::Ready => ("ready".to_owned(), bar + 4, BAR - 8),
        SegmentKind::Waiting(kind) => {
            let family = family(kind.family());
            (format!("wait {family}\" fill=\"url(#ID-{family})"), bar + 2, BAR - 4)
        }
    };
    let stop = if stops { format!(" tabindex=\"0\" role=\"img\" aria-label=\"{told}\"") } else { String::new() };
    out.line(&format!(
        "<g class=\"seg\"{stop}><title>{told}</title><rect class=\"{class}\" x=\"{}\" width=\"{}\" y=\"{y}\" height=\"{height}\"/>{}</g>",
        percent(x),
        percent((end - x).max(0.02)),
        inside(drawing, segment, (x, end), bar)
    ));
}

/// What it is, written into it where there is room.
fn inside(drawing: &Drawing<'_>, segment: &Segment, (x, end): (f64, f64), bar: u32) -> String {
    let text = match segment.kind {
        SegmentKind::Running => return String::new(),
        SegmentKind::Holding => segment.call.as_deref().unwrap_or("holds the loop").to_owned(),
        SegmentKind::Ready => "ready".to_owned(),
        SegmentKind::Waiting(_) => describe::waiting_for(drawing.timeline, segment),
    };
    let needed = text.chars().count() as f64 * 6.3 + 10.0;
    let share = (end - x) / 100.0;
    let class = match () {
        () if share * PHONE >= needed => "in mid",
        () if share * WINDOW >= needed => "in mid wide",
        () if share * 870.0 >= needed => "in mid widest",
        () => return String::new(),
    };
    format!("<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>", percent((x + end) / 2.0), bar + 13, escape(&text))
}

pub(super) fn family(family: Family) -> &'static str {
    match family {
        Family::Time => "time",
        Family::Turn => "turn",
        Family::Queue => "queue",
        Family::Tasks => "tasks",
        Family::World => "world",
        Family::Work => "work",
    }
}

fn marks(out: &mut Out, drawing: &Drawing<'_>, lane: &Lane, top: u32) {
    let bar = top + BAR_TOP;
    for print in lane.prints.iter().take(PRINTS) {
        out.line(&format!(
            "<use class=\"print\" href=\"#ID-print\" x=\"{}\" y=\"{}\"><title>prints {}</title></use>",
            percent(drawing.x(print.time)),
            bar + BAR,
            escape(&print.text)
        ));
    }
    let middle = bar + BAR / 2;
    for &time in lane.cancels.iter().take(PRINTS) {
        let x = percent(drawing.x(time));
        out.line(&format!(
            "<use class=\"mark cancelled\" href=\"#ID-thrown\" x=\"{x}\" y=\"{middle}\"><title>a CancelledError is thrown in</title></use>"
        ));
    }
    if lane.kind == LaneKind::Loop {
        return;
    }
    let shape = match lane.state {
        State::Returned | State::Exited(0) => "returned",
        State::Raised(_) | State::Exited(_) => "raised",
        State::Cancelled => "cancelled",
        State::Pending => "pending",
    };
    let x = percent(drawing.x(drawing.end(lane)));
    let told = escape(&describe::state(lane));
    out.line(&format!(
        "<use class=\"mark {shape}\" href=\"#ID-{shape}\" x=\"{x}\" y=\"{middle}\"><title>{told}</title></use>"
    ));
}
