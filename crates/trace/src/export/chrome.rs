//! The trace format of Chrome, which Perfetto and other viewers open too.
//!
//! Each lane is a thread of the run's process, child processes are processes, and what made a lane go on is a flow.

use serde::Serialize;
use serde_json::{Value, json};

use crate::timeline::{EdgeKind, Lane, LaneKind, Segment, SegmentKind, Timeline};
use crate::trace::Micros;

/// The run's own process; children come after it.
const OWN: usize = 1;

#[derive(Serialize)]
struct Document {
    #[serde(rename = "traceEvents")]
    events: Vec<Value>,
    #[serde(rename = "displayTimeUnit")]
    unit: &'static str,
}

/// The whole timeline as one JSON document.
pub fn chrome(timeline: &Timeline, title: &str) -> String {
    let mut events = vec![json!({"ph": "M", "name": "process_name", "pid": OWN, "args": {"name": title}})];
    for (index, lane) in timeline.lanes.iter().enumerate() {
        let track = Track::of(lane, index);
        track.name(&mut events, lane, index);
        for segment in &lane.segments {
            events.push(track.slice(timeline, segment));
        }
        for print in &lane.prints {
            events.push(track.instant(print.time, &format!("prints {}", print.text)));
        }
        for &time in &lane.cancels {
            events.push(track.instant(time, "CancelledError is thrown in"));
        }
    }
    for (number, edge) in timeline.edges.iter().enumerate().filter(|(_, edge)| edge.kind != EdgeKind::Awaited) {
        let (from, to) = (&timeline.lanes[edge.from], &timeline.lanes[edge.to]);
        events.push(Track::of(from, edge.from).flow("s", edge.kind, number, edge.time));
        events.push(Track::of(to, edge.to).flow("f", edge.kind, number, landing(to, edge.time)));
    }
    let document = Document { events, unit: "ms" };
    serde_json::to_string(&document).unwrap_or_default()
}

/// A flow ends at the slice it makes begin; viewers drop one that ends where no slice is.
fn landing(lane: &Lane, time: Micros) -> Micros {
    let next = lane.segments.partition_point(|segment| segment.end <= time);
    lane.segments.get(next).map_or(time, |segment| time.max(segment.start))
}

/// Which process and thread a lane is shown as.
#[derive(Clone, Copy)]
struct Track {
    process: usize,
    thread: usize,
}

impl Track {
    fn of(lane: &Lane, index: usize) -> Track {
        match lane.kind {
            LaneKind::Process => Track { process: OWN + 1 + index, thread: 1 },
            _ => Track { process: OWN, thread: index + 1 },
        }
    }

    fn name(self, events: &mut Vec<Value>, lane: &Lane, index: usize) {
        let Track { process, thread } = self;
        let name = if lane.name == lane.label || lane.name.is_empty() {
            lane.label.clone()
        } else {
            format!("{} ({})", lane.label, lane.name)
        };
        if lane.kind == LaneKind::Process {
            events.push(json!({"ph": "M", "name": "process_name", "pid": process, "args": {"name": lane.code}}));
        }
        events.push(json!({"ph": "M", "name": "thread_name", "pid": process, "tid": thread, "args": {"name": name}}));
        // Without this, viewers sort by name.
        events.push(
            json!({"ph": "M", "name": "thread_sort_index", "pid": process, "tid": thread, "args": {"sort_index": index}}),
        );
    }

    fn slice(self, timeline: &Timeline, segment: &Segment) -> Value {
        let target = timeline.target(segment);
        let name = match segment.kind {
            SegmentKind::Waiting(kind) => match target {
                Some(target) => format!("{}: {target}", kind.word()),
                None => segment.call.as_deref().unwrap_or(kind.word()).to_owned(),
            },
            kind => segment.call.as_deref().map_or(kind.word().to_owned(), |call| format!("{}: {call}", kind.word())),
        };
        let mut args = serde_json::Map::new();
        if let Some(site) = &segment.site {
            args.insert("place".to_owned(), format!("{}:{}", site.file, site.line).into());
        }
        json!({
            "ph": "X", "name": name, "cat": segment.kind.word(), "pid": self.process, "tid": self.thread,
            "ts": segment.start, "dur": segment.duration(), "args": args,
        })
    }

    fn instant(self, time: Micros, name: &str) -> Value {
        json!({"ph": "i", "s": "t", "name": name, "cat": "mark", "pid": self.process, "tid": self.thread, "ts": time})
    }

    fn flow(self, phase: &str, kind: EdgeKind, number: usize, time: Micros) -> Value {
        let mut flow = json!({
            "ph": phase, "name": kind.word(), "cat": "flow", "id": number,
            "pid": self.process, "tid": self.thread, "ts": time,
        });
        if phase == "f" {
            flow["bp"] = "e".into();
        }
        flow
    }
}
