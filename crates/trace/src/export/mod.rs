//! Timelines for programs: our own JSON, and that of trace viewers.

mod chrome;
mod view;

pub use chrome::chrome;
pub use view::{EdgeView, EvidenceView, FindingView, LaneView, PrintView, SegmentView, View};
