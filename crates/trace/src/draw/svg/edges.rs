//! Lines between lanes: who made, woke, released or cancelled whom.

use std::collections::{BTreeSet, HashMap};

use super::write::{Out, escape, percent};
use super::{BAR, BAR_TOP, Drawing, HEAD, ROW};
use crate::timeline::{Edge, EdgeKind};

/// With more lines than this nobody can follow any.
const MOST: usize = 120;

/// Says which kinds there are.
pub(super) fn draw(out: &mut Out, drawing: &Drawing<'_>) -> BTreeSet<EdgeKind> {
    let mut rows: HashMap<usize, u32> = HashMap::new();
    for (index, row) in drawing.rows.iter().enumerate() {
        if let [lane] = row.lanes[..] {
            rows.insert(lane, index as u32);
        }
    }
    let shown = |kind| drawing.timeline.edges.iter().filter(move |edge| edge.kind == kind);
    let in_order = [EdgeKind::Cancelled, EdgeKind::Released, EdgeKind::Created, EdgeKind::Woke].into_iter();
    let (mut seen, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    out.open("g", "aria-hidden=\"true\"");
    for edge in in_order.flat_map(shown) {
        let (Some(&from), Some(&to)) = (rows.get(&edge.from), rows.get(&edge.to)) else { continue };
        let x = percent(drawing.x(edge.time));
        if seen.len() < MOST && seen.insert((x.clone(), from, to)) {
            line(out, drawing, edge, &x, (from, to));
            kinds.insert(edge.kind);
        }
    }
    out.close("g");
    kinds
}

fn line(out: &mut Out, drawing: &Drawing<'_>, edge: &Edge, x: &str, (from, to): (u32, u32)) {
    let bar = |row: u32| HEAD + ROW * row + BAR_TOP;
    let (start, end, head) =
        if to > from { (bar(from) + BAR, bar(to), "down") } else { (bar(from), bar(to) + BAR, "up") };
    let kind = edge.kind.word();
    let name = |lane: usize| &drawing.timeline.lanes[lane].label;
    let told = escape(&format!("{} {kind} {}", name(edge.from), name(edge.to)));
    out.line(&format!(
        "<g><title>{told}</title><line class=\"edge {kind}\" x1=\"{x}\" x2=\"{x}\" y1=\"{start}\" y2=\"{end}\"/>\
         <use class=\"head {kind}\" href=\"#ID-{head}\" x=\"{x}\" y=\"{end}\"/></g>"
    ));
}
