//! The memory in which a traced run leaves its events. Compiled twice, as the wire is.
//!
//! The guest writes a record in place and counts it afterwards, so whatever kills the run, what is counted is whole.
//! The program can scribble over all of it: the reader bounds what it reads and believes none of it.

/// How many bytes of table entries are written, each a line of JSON.
pub const LENGTH: usize = 0;
/// How many records are written.
pub const COUNT: usize = 4;
pub const TABLE: usize = 64;
pub const TABLE_BYTES: usize = 16 << 20;
pub const RECORDS: usize = TABLE + TABLE_BYTES;
pub const RECORD: usize = 40;
/// Those of a flood and those of its end.
pub const MOST_RECORDS: usize = 400_000 + 10_000;
pub const SIZE: usize = RECORDS + RECORD * MOST_RECORDS;
