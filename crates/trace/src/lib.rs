//! What the tasks, threads and processes of a run did: from the events the guest reports to a timeline, findings,
//! drawings and exports.
//!
//! Pure: bytes and program text in, values and text out. This crate touches no disk, clock or network and prints nothing.
//!
//! ```
//! use etude_trace::{Ending, Timeline, Trace, draw, export, findings};
//!
//! let events: &[u8] = b"";
//! let program = "print(1)";
//! let trace = Trace::decode(events);
//! let timeline = Timeline::new(&trace, Ending::Exited);
//! let found = findings::findings(&trace, Ending::Exited, &|file| (file == "main.py").then_some(program));
//! assert!(found.is_empty() && !timeline.is_worth_drawing());
//!
//! let picture = draw::svg(&timeline, "main.py", &found);
//! let lines = draw::text(&timeline, &found, draw::Terminal::default());
//! let for_perfetto = export::chrome(&timeline, "main.py");
//! ```

mod decode;
pub mod draw;
pub mod events;
pub mod export;
pub mod findings;
mod program;
mod story;
mod table;
mod timeline;
mod trace;
mod wait;
mod wording;

pub use findings::Finding;
pub use program::Texts;
pub use story::Ending;
pub use timeline::{Edge, EdgeKind, Lane, LaneKind, Print, Segment, SegmentKind, State, Timeline};
pub use trace::{Id, Micros, Note, Site, Trace};
pub use wait::{Family, WaitKind};
