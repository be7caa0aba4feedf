//! A timeline as one SVG file that needs nothing else: light and dark, by mouse and by keyboard, on a desk and on a phone.
//!
//! It has no `viewBox`: places are shares of the width and sizes are pixels, so that it fills whatever width it is given
//! and its letters are as large on a phone as anywhere. Its size is bounded however much a run did.

mod axis;
mod crowd;
mod edges;
mod lane;
mod legend;
mod style;
mod write;

use super::describe;
use super::rows::{Row, rows};
use super::scale::Scale;
use crate::findings::Finding;
use crate::timeline::{Lane, Timeline};
use crate::trace::Micros;
use write::{Out, escape};

/// More rows than this share some.
const ROWS: usize = 60;
/// Segments that are drawn, in all rows together.
const SEGMENTS: usize = 1_500;
/// With more than this, the keyboard goes from lane to lane only.
const STOPS: usize = 120;

/// The height of a row, and where its bar is in it.
const ROW: u32 = 44;
const BAR_TOP: u32 = 20;
const BAR: u32 = 18;
/// What is above the rows: title, summary, axis.
const HEAD: u32 = 76;

/// Draws a timeline. `title` is shown above it, and lanes that a finding is about bear its code.
pub fn svg(timeline: &Timeline, title: &str, findings: &[Finding]) -> String {
    let scale = Scale::new(timeline);
    let rows = rows(timeline, findings, ROWS);
    let bottom = HEAD + ROW * rows.len() as u32;
    let drawing = Drawing { timeline, scale: &scale, rows: &rows, findings };
    let mut body = Out::new();
    axis::draw(&mut body, &drawing, bottom);
    let edges = edges::draw(&mut body, &drawing);
    body.open("g", "role=\"list\"");
    let each = (SEGMENTS / rows.len().max(1)).max(12);
    let stops = rows.iter().flat_map(|row| &row.lanes).map(|&lane| timeline.lanes[lane].segments.len()).sum::<usize>();
    for (index, row) in rows.iter().enumerate() {
        let top = HEAD + ROW * index as u32;
        match row.lanes[..] {
            [lane] => lane::draw(&mut body, &drawing, lane, top, lane::Detail { most: each, stops: stops <= STOPS }),
            _ => crowd::draw(&mut body, &drawing, row, top),
        }
    }
    body.close("g");
    axis::breaks(&mut body, &drawing, bottom);
    let height = legend::draw(&mut body, &drawing, &edges, bottom + 16);
    whole(&drawing, title, height, &body.finish())
}

/// What is drawn, and where.
struct Drawing<'a> {
    timeline: &'a Timeline,
    scale: &'a Scale,
    rows: &'a [Row],
    findings: &'a [Finding],
}

impl Drawing<'_> {
    /// Until when a lane is drawn.
    fn end(&self, lane: &Lane) -> Micros {
        self.scale.until(self.timeline, lane, lane.end.unwrap_or(self.timeline.end))
    }

    /// A moment as a share of the width, margins included.
    fn x(&self, time: Micros) -> f64 {
        1.5 + 97.0 * self.scale.place(time)
    }
}

fn whole(drawing: &Drawing<'_>, title: &str, height: u32, body: &str) -> String {
    // Several drawings may stand in one page, where ids count for all of it.
    let id = format!("etl{:08x}", fingerprint(body));
    let summary = describe::summary(drawing.timeline);
    let mut out = Out::new();
    out.line(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"etude-timeline\" width=\"100%\" height=\"{height}\" \
         role=\"figure\" aria-labelledby=\"{id}-t\" aria-describedby=\"{id}-d\">"
    ));
    out.line(&format!("<title id=\"{id}-t\">{}: {}</title>", escape(title), escape(&summary)));
    let description = describe::whole(drawing.timeline, drawing.rows);
    out.line(&format!("<desc id=\"{id}-d\">{}</desc>", escape(&description)));
    style::write(&mut out, &id);
    out.line("<rect class=\"page\" width=\"100%\" height=\"100%\"/>");
    out.line(&format!("<text class=\"title\" x=\"1.5%\" y=\"24\">{}</text>", escape(&write::clip(title, 42))));
    out.line(&format!("<text class=\"dim\" x=\"1.5%\" y=\"43\">{}</text>", escape(&summary)));
    out.line(&body.replace("#ID-", &format!("#{id}-")));
    out.line("</svg>");
    out.finish()
}

/// FNV-1a: the same drawing has the same ids.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
