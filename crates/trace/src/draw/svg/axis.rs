//! Time: where the round moments are, and where some of it is left out.

use super::write::{Out, percent};
use super::{Drawing, HEAD};
use crate::draw::scale::moment;
use crate::wording::duration;

/// The height of a tooth of a cut, as in its path.
const TOOTH: u32 = 8;

pub(super) fn draw(out: &mut Out, drawing: &Drawing<'_>, bottom: u32) {
    // Four for a phone; a window has room for twice as many.
    let step = drawing.scale.step(0.2);
    let half = if step % 2 == 0 && step / 2 >= drawing.scale.step(0.08) { step / 2 } else { step };
    let known = drawing.scale.ticks(half).into_iter().filter(|time| *time <= drawing.timeline.end).collect();
    let ticks = apart(drawing, known, 0.07);
    let few = apart(drawing, ticks.iter().copied().filter(|time| time % step == 0).collect(), 0.15);
    let (y, top) = (HEAD - 12, HEAD - 6);
    for time in &ticks {
        let class = if few.contains(time) { "" } else { " wide" };
        let x = drawing.x(*time);
        let anchor = match x {
            _ if x < 6.0 => "",
            _ if x > 94.0 => " end",
            _ => " mid",
        };
        let x = percent(x);
        out.line(&format!("<line class=\"grid{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"{top}\" y2=\"{bottom}\"/>"));
        out.line(&format!("<text class=\"dim{anchor}{class}\" x=\"{x}\" y=\"{y}\">{}</text>", moment(*time)));
    }
}

/// Where time is left out: a cut through all that is drawn there.
pub(super) fn breaks(out: &mut Out, drawing: &Drawing<'_>, bottom: u32) {
    let top = HEAD - 6;
    let teeth = (bottom - top) / TOOTH;
    let mut path = String::from("M0 0");
    for tooth in 0..teeth {
        path.push_str(if tooth % 2 == 0 { "l5 8" } else { "l-5 8" });
    }
    for piece in drawing.scale.breaks() {
        let x = percent(1.5 + 97.0 * (piece.start + piece.end) / 2.0);
        let left_out = duration(piece.to - piece.from);
        out.line(&format!(
            "<g><title>{left_out} in which nothing runs, drawn short</title>\
             <svg x=\"{x}\" y=\"{top}\" overflow=\"visible\">\
             <path class=\"cut under\" d=\"{path}\"/><path class=\"cut\" d=\"{path}\"/></svg>\
             <text class=\"dim mid\" x=\"{x}\" y=\"{}\">{left_out}</text></g>",
            bottom + 12,
        ));
    }
}

/// Without those for which there is no room after the one before.
fn apart(drawing: &Drawing<'_>, ticks: Vec<i64>, distance: f64) -> Vec<i64> {
    let mut kept: Vec<i64> = Vec::new();
    for time in ticks {
        let place = drawing.scale.place(time);
        if kept.last().is_none_or(|last| place - drawing.scale.place(*last) >= distance) {
            kept.push(time);
        }
    }
    kept
}
