//! Many lanes in one row: how many of them did what, over time.

use std::fmt::Write as _;

use super::write::{Out, clip, escape};
use super::{BAR, BAR_TOP, Drawing, ROW};
use crate::draw::cells::Crowd;
use crate::draw::describe;
use crate::draw::rows::Row;

const COLUMNS: usize = 200;

pub(super) fn draw(out: &mut Out, drawing: &Drawing<'_>, row: &Row, top: u32) {
    let told = escape(&describe::row(drawing.timeline, row));
    let lanes = || row.lanes.iter().map(|&lane| &drawing.timeline.lanes[lane]);
    out.line(&format!("<g class=\"row\" role=\"listitem\" tabindex=\"0\" aria-label=\"{told}\">"));
    out.line(&format!("<rect class=\"over\" y=\"{top}\" width=\"100%\" height=\"{ROW}\"/>"));
    let y = top + 14;
    out.line(&format!(
        "<text x=\"1.5%\" dx=\"{}\" y=\"{y}\"><tspan class=\"name\">{}</tspan></text>",
        row.depth.min(6) * 10,
        escape(&clip(&row.label, 26))
    ));
    let outcomes = escape(&clip(&describe::outcomes(lanes()), 34));
    out.line(&format!("<text class=\"end dim\" x=\"98.5%\" y=\"{y}\">{outcomes}</text>"));
    out.line(&format!("<title>{told}</title>"));
    let crowd = Crowd::of(lanes(), drawing.scale, COLUMNS);
    let most = crowd.most().max(1.0);
    // Its own coordinates, so that one path can be as wide as the drawing is.
    out.line(&format!(
        "<svg x=\"1.5%\" width=\"97%\" y=\"{}\" height=\"{BAR}\" viewBox=\"0 0 {COLUMNS} 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        top + BAR_TOP
    ));
    let add = |one: &[f64], two: &[f64]| -> Vec<f64> { one.iter().zip(two).map(|(one, two)| one + two).collect() };
    let active = add(&crowd.running, &crowd.ready);
    for (style, heights) in [
        ("fill:var(--time);opacity:.45", add(&active, &crowd.waiting)),
        ("fill:var(--ready);opacity:.75", active),
        ("fill:var(--run)", crowd.running),
    ] {
        out.line(&format!("<path style=\"{style}\" d=\"{}\"/>", area(&heights, most)));
    }
    let held: Vec<f64> = crowd.holding.iter().map(|&held| if held { most } else { 0.0 }).collect();
    if held.iter().any(|&height| height > 0.0) {
        out.line(&format!("<path style=\"fill:var(--hold)\" d=\"{}\"/>", area(&held, most)));
    }
    out.line("</svg></g>");
}

/// Steps from column to column above the lower edge. What is there at all can be seen.
fn area(heights: &[f64], most: f64) -> String {
    let mut path = String::from("M0 100");
    let mut before = -1;
    for (column, height) in heights.iter().enumerate() {
        let share = if *height > 0.0 { (height / most).max(0.06) } else { 0.0 };
        let y = (100.0 * (1.0 - share)).round() as i32;
        if y != before {
            let _ = write!(path, "H{column}V{y}");
            before = y;
        }
    }
    let _ = write!(path, "H{}V100Z", heights.len());
    path
}
