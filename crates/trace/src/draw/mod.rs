//! Timelines as pictures: [`svg()`] for pages and files, [`text()`] for terminals.

mod cells;
mod describe;
mod rows;
mod scale;
mod svg;
mod text;

pub use svg::svg;
pub use text::{Terminal, text};
