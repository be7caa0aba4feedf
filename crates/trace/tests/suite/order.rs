//! What asyncio truly does, where lessons often say otherwise: the order of events in programs of our own.

use etude_trace::{Ending, Lane, LaneKind, SegmentKind, State, Timeline, Trace};

use crate::support::recordings;

fn timeline(name: &str) -> Timeline {
    let recording = recordings("order").into_iter().find(|recording| recording.name == name).unwrap();
    Timeline::new(&Trace::decode(&recording.events), Ending::Exited)
}

fn lane<'a>(timeline: &'a Timeline, label: &str) -> &'a Lane {
    timeline.lanes.iter().find(|lane| lane.kind == LaneKind::Task && lane.label == label).unwrap()
}

fn printed(lane: &Lane, text: &str) -> i64 {
    lane.prints.iter().find(|print| &*print.text == text).unwrap_or_else(|| panic!("{text}: {:?}", lane.prints)).time
}

/// When a task first ran.
fn began(lane: &Lane) -> i64 {
    lane.segments.iter().find(|segment| segment.kind == SegmentKind::Running).unwrap().start
}

#[test]
fn gather_neither_cancels_the_others_nor_waits_for_them() {
    let timeline = timeline("e-01");
    let (main, fails, works) = (lane(&timeline, "main"), lane(&timeline, "fails"), lane(&timeline, "works"));
    assert!(matches!(fails.state, State::Raised(_)));
    assert_eq!(works.state, State::Returned);
    assert!(works.cancels.is_empty());
    assert!(fails.end.unwrap() <= printed(main, "gather raised"));
    assert!(printed(main, "gather raised") < works.end.unwrap());
    assert!(works.end.unwrap() <= printed(main, "done"));
}

#[test]
fn create_task_only_schedules() {
    let timeline = timeline("e-03");
    let (main, child) = (lane(&timeline, "main"), lane(&timeline, "child"));
    assert!(child.start < printed(main, "spawned"));
    assert!(printed(main, "spawned") < began(child));
}

#[test]
fn an_await_that_need_not_wait_gives_nobody_a_turn() {
    let timeline = timeline("e-04");
    let (main, other) = (lane(&timeline, "main"), lane(&timeline, "other"));
    assert!(printed(main, "other had no turn") < began(other));
    assert!(began(other) < printed(main, "now it had"));
}

#[test]
fn yield_in_a_generator_is_no_turn_for_others() {
    let timeline = timeline("e-24");
    let (main, other) = (lane(&timeline, "main"), lane(&timeline, "other"));
    assert_eq!(main.prints.len(), 3);
    assert!(main.prints.iter().all(|print| print.time < began(other)));
}

/// E-10: nothing holds a task but whoever waits for it; the loop itself has weak references only.
#[test]
fn a_task_that_nobody_holds_is_gone() {
    let recording = recordings("findings").into_iter().find(|it| it.name == "lost-task/collected").unwrap();
    let timeline = Timeline::new(&Trace::decode(&recording.events), Ending::Exited);
    let waiter = lane(&timeline, "waiter");
    assert_eq!((&waiter.state, waiter.end), (&State::Pending, None));
}
