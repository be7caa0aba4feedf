//! Lanes as columns of equal width: what each did most there, and how many did what.

use super::scale::Scale;
use crate::timeline::{Lane, Segment, SegmentKind};

/// What a lane did in one column. In case of doubt what is rare and matters: holding, then running, then being ready.
pub(super) fn cells(lane: &Lane, scale: &Scale, count: usize) -> Vec<Option<SegmentKind>> {
    let mut cells: Vec<Option<SegmentKind>> = vec![None; count];
    let mut shares = vec![0.0; count];
    for segment in &lane.segments {
        let (start, end) = columns(segment, scale, count);
        for column in start..=end {
            let from = (scale.place(segment.start) * count as f64).max(column as f64);
            let to = (scale.place(segment.end) * count as f64).min(column as f64 + 1.0);
            let share = to - from;
            let stronger = match (cells[column].map(rank), rank(segment.kind)) {
                (None, _) => true,
                (Some(there), new) => new > there || (new == there && share > shares[column]),
            };
            if stronger {
                cells[column] = Some(segment.kind);
                shares[column] = share;
            }
        }
    }
    cells
}

fn columns(segment: &Segment, scale: &Scale, count: usize) -> (usize, usize) {
    let start = ((scale.place(segment.start) * count as f64) as usize).min(count - 1);
    let end = (scale.place(segment.end) * count as f64).ceil() as usize;
    (start, end.saturating_sub(1).clamp(start, count - 1))
}

pub(super) fn rank(kind: SegmentKind) -> u8 {
    match kind {
        SegmentKind::Waiting(_) => 0,
        SegmentKind::Ready => 1,
        SegmentKind::Running => 2,
        SegmentKind::Holding => 3,
    }
}

/// How many of some lanes did what, column by column.
pub(super) struct Crowd {
    pub(super) waiting: Vec<f64>,
    pub(super) ready: Vec<f64>,
    /// Running and holding.
    pub(super) running: Vec<f64>,
    pub(super) holding: Vec<bool>,
}

impl Crowd {
    pub(super) fn of<'a>(lanes: impl Iterator<Item = &'a Lane>, scale: &Scale, count: usize) -> Crowd {
        let mut crowd = Crowd {
            waiting: vec![0.0; count + 1],
            ready: vec![0.0; count + 1],
            running: vec![0.0; count + 1],
            holding: vec![false; count],
        };
        for segment in lanes.flat_map(|lane| &lane.segments) {
            let (from, to) = (scale.place(segment.start) * count as f64, scale.place(segment.end) * count as f64);
            let row = match segment.kind {
                SegmentKind::Waiting(_) => &mut crowd.waiting,
                SegmentKind::Ready => &mut crowd.ready,
                SegmentKind::Running | SegmentKind::Holding => &mut crowd.running,
            };
            spread(row, from, to);
            if segment.kind == SegmentKind::Holding {
                let (start, end) = columns(segment, scale, count);
                crowd.holding[start..=end].fill(true);
            }
        }
        for row in [&mut crowd.waiting, &mut crowd.ready, &mut crowd.running] {
            row.pop();
            let mut sum = 0.0;
            for value in row {
                sum += *value;
                *value = f64::max(sum, 0.0);
            }
        }
        crowd
    }

    pub(super) fn most(&self) -> f64 {
        let sums = self.waiting.iter().zip(&self.ready).zip(&self.running).map(|((one, two), three)| one + two + three);
        sums.fold(0.0, f64::max)
    }
}

/// Adds 1 between two places, as differences from column to column, so that its cost does not depend on its length.
fn spread(row: &mut [f64], from: f64, to: f64) {
    let last = row.len() - 1;
    let mut edge = |at: f64, sign: f64| {
        let column = (at as usize).min(last - 1);
        let inside = at - column as f64;
        row[column] += sign * (1.0 - inside);
        row[column + 1] += sign * inside;
    };
    edge(from, 1.0);
    edge(to, -1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_fills_whole_and_parts_of_columns() {
        let mut row = vec![0.0; 5];
        spread(&mut row, 0.5, 2.25);
        let mut sum = 0.0;
        let filled: Vec<f64> = row
            .iter()
            .map(|value| {
                sum += value;
                sum
            })
            .collect();
        assert_eq!(filled, [0.5, 1.0, 0.25, 0.0, 0.0]);
    }
}
