//! Lanes as columns of equal width: what each did most there, and how many did what.

use super::scale::Scale;
use crate::timeline::{Lane, Segment, SegmentKind};

/// What a lane did in one column. What is rare and matters stands out, however short it was: holding, then running. But
/// of short steps everywhere none is rare, and who was ready for a moment was not kept waiting.
pub(super) fn cells(lane: &Lane, scale: &Scale, count: usize) -> Vec<Option<SegmentKind>> {
    let mut columns: Vec<Column> = vec![Column::default(); count];
    for segment in &lane.segments {
        let (start, end) = self::columns(segment, scale, count);
        for (column, cell) in columns.iter_mut().enumerate().take(end + 1).skip(start) {
            let from = (scale.place(segment.start) * count as f64).max(column as f64);
            let to = (scale.place(segment.end) * count as f64).min(column as f64 + 1.0);
            cell.add(segment.kind, (to - from).max(0.0));
        }
    }
    let brief: Vec<bool> = columns.iter().map(Column::is_brief).collect();
    let among = |column: usize| {
        let beside = |column: Option<usize>| column.and_then(|column| brief.get(column)).is_some_and(|&brief| brief);
        beside(column.checked_sub(1)) && beside(Some(column + 1))
    };
    columns.iter().enumerate().map(|(column, it)| it.kind(among(column))).collect()
}

/// More steps than this in one column are a crowd.
const STEPS: usize = 4;

#[derive(Clone, Default)]
struct Column {
    holds: bool,
    steps: usize,
    running: f64,
    ready: f64,
    waiting: f64,
    /// Of the longest wait.
    wait: Option<(SegmentKind, f64)>,
    is_ready: bool,
}

impl Column {
    fn add(&mut self, kind: SegmentKind, share: f64) {
        match kind {
            SegmentKind::Holding => self.holds = true,
            SegmentKind::Running => {
                self.steps += 1;
                self.running += share;
            }
            SegmentKind::Ready => {
                self.is_ready = true;
                self.ready += share;
            }
            SegmentKind::Waiting(_) => {
                self.waiting += share;
                if self.wait.is_none_or(|(_, longest)| share > longest) {
                    self.wait = Some((kind, share));
                }
            }
        }
    }

    /// It ran, but for the least part.
    fn is_brief(&self) -> bool {
        self.steps > 0 && self.running < self.waiting + self.ready
    }

    /// `among`: the columns beside it have short steps too.
    fn kind(&self, among: bool) -> Option<SegmentKind> {
        let wait = self.wait.map(|(kind, _)| kind);
        let runs = self.steps > 0 && !(self.is_brief() && (among || self.steps > STEPS));
        match wait {
            _ if self.holds => Some(SegmentKind::Holding),
            _ if runs => Some(SegmentKind::Running),
            Some(wait) if self.waiting > self.ready => Some(wait),
            _ if self.is_ready => Some(SegmentKind::Ready),
            wait => wait,
        }
    }
}

fn columns(segment: &Segment, scale: &Scale, count: usize) -> (usize, usize) {
    let start = ((scale.place(segment.start) * count as f64) as usize).min(count - 1);
    let end = (scale.place(segment.end) * count as f64).ceil() as usize;
    (start, end.saturating_sub(1).clamp(start, count - 1))
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
    use crate::wait::WaitKind;

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

    /// What one column shows of what was in it.
    #[track_caller]
    fn check(segments: &[(SegmentKind, f64)], expected: SegmentKind) {
        let mut column = Column::default();
        for &(kind, share) in segments {
            column.add(kind, share);
        }
        assert_eq!(column.kind(false), Some(expected));
    }

    #[test]
    fn a_short_step_stands_out_and_many_do_not() {
        let waiting = SegmentKind::Waiting(WaitKind::Sleep);
        check(&[(waiting, 0.9), (SegmentKind::Running, 0.01)], SegmentKind::Running);
        check(&[(waiting, 0.2), (SegmentKind::Running, 0.001)].repeat(5), waiting);
        check(&[(waiting, 0.1), (SegmentKind::Running, 0.1)].repeat(5), SegmentKind::Running);
        check(&[(SegmentKind::Running, 0.0)].repeat(9), SegmentKind::Running);
        check(&[(SegmentKind::Holding, 0.01), (waiting, 0.9)], SegmentKind::Holding);
    }

    #[test]
    fn who_was_ready_for_a_moment_was_not_kept_waiting() {
        let waiting = SegmentKind::Waiting(WaitKind::Sleep);
        check(&[(waiting, 0.8), (SegmentKind::Ready, 0.2)], waiting);
        check(&[(waiting, 0.2), (SegmentKind::Ready, 0.8)], SegmentKind::Ready);
    }
}
