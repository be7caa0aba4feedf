//! The characters of a terminal drawing.

use crate::timeline::{Lane, LaneKind, SegmentKind, State};

/// What stands in one column of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Empty,
    Waiting,
    Ready,
    Running,
    Holding,
    Break,
    Returned,
    Raised,
    Cancelled,
    Pending,
}

impl Mark {
    pub(super) const ALL: [Mark; 9] = [
        Mark::Waiting,
        Mark::Ready,
        Mark::Running,
        Mark::Holding,
        Mark::Break,
        Mark::Returned,
        Mark::Raised,
        Mark::Cancelled,
        Mark::Pending,
    ];

    pub(super) fn of(kind: SegmentKind) -> Mark {
        match kind {
            SegmentKind::Running => Mark::Running,
            SegmentKind::Holding => Mark::Holding,
            SegmentKind::Ready => Mark::Ready,
            SegmentKind::Waiting(_) => Mark::Waiting,
        }
    }

    pub(super) fn glyph(self, unicode: bool) -> char {
        let (block, ascii) = match self {
            Mark::Empty => (' ', ' '),
            Mark::Waiting => ('░', '-'),
            Mark::Ready => ('·', '.'),
            Mark::Running => ('▓', '#'),
            Mark::Holding => ('█', '@'),
            Mark::Break => ('≈', '/'),
            Mark::Returned => ('✓', 'o'),
            Mark::Raised => ('✗', 'x'),
            Mark::Cancelled => ('⊘', 'c'),
            Mark::Pending => ('…', '>'),
        };
        if unicode { block } else { ascii }
    }

    pub(super) fn color(self) -> &'static str {
        match self {
            Mark::Empty | Mark::Waiting | Mark::Break | Mark::Returned | Mark::Pending => "2",
            Mark::Ready => "33",
            Mark::Running => "34",
            Mark::Holding | Mark::Raised | Mark::Cancelled => "31",
        }
    }

    pub(super) fn meaning(self) -> &'static str {
        match self {
            Mark::Empty => "",
            Mark::Waiting => "waits",
            Mark::Ready => "ready, others run",
            Mark::Running => "runs",
            Mark::Holding => "holds the loop",
            Mark::Break => "nothing runs, drawn short",
            Mark::Returned => "returned",
            Mark::Raised => "raised",
            Mark::Cancelled => "cancelled",
            Mark::Pending => "not done",
        }
    }
}

/// How the end of a lane is marked.
pub(super) fn end(lane: &Lane) -> Option<Mark> {
    Some(match lane.state {
        _ if lane.kind == LaneKind::Loop => return None,
        State::Returned | State::Exited(0) => Mark::Returned,
        State::Raised(_) | State::Exited(_) => Mark::Raised,
        State::Cancelled => Mark::Cancelled,
        State::Pending => Mark::Pending,
    })
}
