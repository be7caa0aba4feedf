//! Where a moment stands in a drawing. On long runs the stretches in which nobody runs are drawn short, with a break.

use crate::timeline::{Lane, LaneKind, SegmentKind, Timeline};
use crate::trace::Micros;

/// A run shorter than this is drawn as it is.
const LONG: Micros = 1_000_000;
/// Stretches shorter than this are how loops work, not waiting.
const SHORT: Micros = 1_000;
/// A stretch is compressed if it is this many times as long as all that is left.
const TIMES: Micros = 8;
/// What is left has to be worth looking at.
const LEFT: usize = 3;
const MOST: usize = 12;
/// The share of the drawing that one break takes.
const BREAK: f64 = 0.06;

/// Waiting for ever is drawn this part longer than what is known.
const FOR_EVER: Micros = 8;

/// A stretch of time and where it is drawn, as shares of the width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) from: Micros,
    pub(super) to: Micros,
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) is_break: bool,
}

pub(super) struct Scale {
    /// In order, without gaps.
    pub(super) pieces: Vec<Piece>,
}

impl Scale {
    pub(super) fn new(timeline: &Timeline) -> Scale {
        let lanes = || timeline.lanes.iter().filter(|lane| lane.kind != LaneKind::Loop);
        let from = lanes().map(|lane| lane.start).min().unwrap_or(0);
        let to = timeline.end.max(from + 1);
        let breaks = if to - from < LONG { Vec::new() } else { breaks(idle(timeline, from, to), to - from) };
        if !timeline.is_stuck {
            return Self::with_breaks(from, to, &breaks);
        }
        let left_out: Micros = breaks.iter().map(|(start, end)| end - start).sum();
        Self::with_breaks(from, to + ((to - from - left_out) / FOR_EVER).max(1), &breaks)
    }

    fn with_breaks(from: Micros, to: Micros, breaks: &[(Micros, Micros)]) -> Scale {
        let compressed: Micros = breaks.iter().map(|(start, end)| end - start).sum();
        let shown = (to - from - compressed).max(1) as f64;
        let share = (1.0 - BREAK * breaks.len() as f64) / shown;
        let mut pieces = Vec::new();
        let (mut at, mut place) = (from, 0.0);
        let mut push = |from: Micros, to: Micros, is_break: bool| {
            let width = if is_break { BREAK } else { (to - from) as f64 * share };
            if to > from {
                pieces.push(Piece { from, to, start: place, end: place + width, is_break });
                place += width;
            }
        };
        for &(start, end) in breaks {
            push(at, start, false);
            push(start, end, true);
            at = end;
        }
        push(at, to, false);
        Scale { pieces }
    }

    pub(super) fn from(&self) -> Micros {
        self.pieces[0].from
    }

    pub(super) fn to(&self) -> Micros {
        self.pieces[self.pieces.len() - 1].to
    }

    /// From 0, the left edge, to 1.
    pub(super) fn place(&self, time: Micros) -> f64 {
        let time = time.clamp(self.from(), self.to());
        let index = self.pieces.partition_point(|piece| piece.to < time);
        let piece = self.pieces[index.min(self.pieces.len() - 1)];
        let share = (time - piece.from) as f64 / (piece.to - piece.from) as f64;
        piece.start + share * (piece.end - piece.start)
    }

    /// Until when something is drawn that is known until `time`.
    pub(super) fn until(&self, timeline: &Timeline, lane: &Lane, time: Micros) -> Micros {
        if lane.is_stuck(timeline) && time >= timeline.end { self.to() } else { time }
    }

    /// The moment that stands at a share of the width.
    pub(super) fn moment(&self, place: f64) -> Micros {
        let index = self.pieces.partition_point(|piece| piece.end < place);
        let piece = self.pieces[index.min(self.pieces.len() - 1)];
        let share = ((place - piece.start) / (piece.end - piece.start)).clamp(0.0, 1.0);
        piece.from + (share * (piece.to - piece.from) as f64) as Micros
    }

    pub(super) fn breaks(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| piece.is_break)
    }

    /// Multiples of `step`, but for those that are left out.
    pub(super) fn ticks(&self, step: Micros) -> Vec<Micros> {
        let mut ticks = Vec::new();
        for piece in self.pieces.iter().filter(|piece| !piece.is_break) {
            let first = piece.from.div_euclid(step) * step;
            let within = (0..).map(|index| first + index * step).skip_while(|time| *time < piece.from);
            ticks.extend(within.take_while(|time| *time <= piece.to));
        }
        ticks.dedup();
        ticks
    }

    /// A round stretch of time that is at least this share of the width.
    pub(super) fn step(&self, share: f64) -> Micros {
        let shown = self.pieces.iter().filter(|piece| !piece.is_break);
        let (time, width) = shown
            .fold((0, 0.0), |(time, width), piece| (time + piece.to - piece.from, width + piece.end - piece.start));
        round_up(time as f64 * share / f64::max(width, 0.01))
    }
}

/// `0`, `50 ms`, `1.5 s`: a round moment as it is written on an axis.
pub(super) fn moment(time: Micros) -> String {
    match time {
        0 => "0".to_owned(),
        _ if time >= 1_000_000 => format!("{} s", time as f64 / 1e6),
        _ if time >= 1_000 => format!("{} ms", time as f64 / 1e3),
        _ => format!("{time} µs"),
    }
}

/// 1, 2 or 5 and noughts.
fn round_up(wanted: f64) -> Micros {
    let mut power: Micros = 1;
    loop {
        for digit in [1, 2, 5] {
            if (digit * power) as f64 >= wanted || power > Micros::MAX / 100 {
                return digit * power;
            }
        }
        power *= 10;
    }
}

/// Stretches of a millisecond and more in which nobody runs, is ready, begins or ends.
fn idle(timeline: &Timeline, from: Micros, to: Micros) -> Vec<(Micros, Micros)> {
    let mut busy: Vec<(Micros, Micros)> = Vec::new();
    for lane in timeline.lanes.iter().filter(|lane| lane.kind != LaneKind::Loop) {
        busy.push((lane.start, lane.start));
        busy.extend(lane.end.map(|end| (end, end)));
        let active = lane.segments.iter().filter(|it| !matches!(it.kind, SegmentKind::Waiting(_)));
        // Processes and threads are drawn as running all the time; of what they do nothing is known.
        if matches!(lane.kind, LaneKind::Task | LaneKind::Job) {
            busy.extend(active.map(|segment| (segment.start, segment.end)));
        }
    }
    busy.push((to, to));
    busy.sort_unstable();
    let mut idle = Vec::new();
    let mut at = from;
    for (start, end) in busy {
        if start - at >= SHORT {
            idle.push((at, start));
        }
        at = at.max(end);
    }
    idle
}

/// The longest stretches, if they leave no room for the rest, and there is a rest.
fn breaks(mut idle: Vec<(Micros, Micros)>, total: Micros) -> Vec<(Micros, Micros)> {
    idle.sort_unstable_by_key(|(start, end)| (start - end, *start));
    let mut rest = total;
    for count in 1..=idle.len().min(MOST) {
        let shortest = idle[count - 1].1 - idle[count - 1].0;
        rest -= shortest;
        if idle.len() - count < LEFT {
            break;
        }
        if shortest >= TIMES * rest {
            idle.truncate(count);
            idle.sort_unstable();
            return idle;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sleeps_are_the_picture_and_stay() {
        let second = 1_000_000;
        let idle = vec![(0, second), (second, 2 * second), (2 * second, 3 * second)];
        assert_eq!(breaks(idle, 3 * second + 200), []);
    }

    #[test]
    fn a_long_wait_between_short_ones_is_broken() {
        let mut idle: Vec<(Micros, Micros)> = (0..10).map(|n| (n * 10_000, n * 10_000 + 9_000)).collect();
        idle.push((100_000, 20_000_000));
        idle.push((20_100_000, 50_000_000));
        assert_eq!(breaks(idle, 50_100_000), [(100_000, 20_000_000), (20_100_000, 50_000_000)]);
    }

    #[test]
    fn places_go_from_0_to_1_across_breaks() {
        let scale = Scale::with_breaks(100, 1100, &[(300, 1000)]);
        let places: Vec<f64> = [0, 100, 300, 1000, 1100, 9999].map(|time| scale.place(time)).to_vec();
        assert_eq!(places[0], 0.0);
        assert_eq!(places[1], 0.0);
        assert!((places[3] - places[2] - BREAK).abs() < 1e-9);
        assert!((places[4] - 1.0).abs() < 1e-9 && (places[5] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_round() {
        let scale = Scale::with_breaks(31_265, 331_265, &[]);
        assert_eq!(scale.step(0.2), 100_000);
        assert_eq!(scale.ticks(100_000), [100_000, 200_000, 300_000]);
        let broken = Scale::with_breaks(0, 10_000_000, &[(500_000, 9_000_000)]);
        assert_eq!(broken.step(0.2), 500_000);
        assert_eq!(broken.ticks(500_000), [0, 500_000, 9_000_000, 9_500_000, 10_000_000]);
        assert_eq!(Scale::with_breaks(0, 1, &[]).ticks(1), [0, 1]);
    }
}
