//! Writes records and table entries into the memory that outlives the run.

use crate::area::{COUNT, LENGTH, RECORD, RECORDS, SIZE, TABLE, TABLE_BYTES};
use crate::sys;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};

/// Records before only some tasks are followed, and before nothing is written but what the end has to say.
const SOFT_CAP: usize = 300_000;
const HARD_CAP: usize = 400_000;
const LEFT_CAP: usize = 10_000;
/// After [`SOFT_CAP`], tasks whose number is a multiple are followed.
const SAMPLE: i32 = 16;

static MEMORY: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

/// Maps what the supervisor passed on as `fd`; before the learner is forked, so that it has no such descriptor.
pub fn map(fd: i32) -> bool {
    const MAP_SHARED: i32 = 1;
    // SAFETY: a new mapping of a file that keeps its size; the descriptor is not used afterwards.
    let memory = unsafe {
        let memory = sys::mmap(std::ptr::null_mut(), SIZE, sys::PROT_READ_WRITE, MAP_SHARED, fd, 0);
        sys::close(fd);
        memory
    };
    if memory as isize == -1 {
        return false;
    }
    MEMORY.store(memory.cast(), Release);
    true
}

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Op {
    Created = 2,
    Step,
    Done,
    Wake,
    Handle,
    Cancel,
    JobSubmitted,
    JobStart,
    Print,
    NeverAwaited,
    Handler,
    Sample,
    ThreadStart,
    Left,
    Queue,
    Nested,
    Hold,
    Idle,
    JobEnd,
    ThreadEnd,
    Call,
    Loop,
    ProcessStart,
    ProcessEnd,
    Flood,
}

impl Op {
    const COUNT: usize = 27;

    /// Whether a flood thins these out.
    fn is_frequent(self) -> bool {
        matches!(self, Op::Step | Op::Wake | Op::Handle | Op::Print | Op::Sample | Op::Hold | Op::Call)
    }
}

/// What a record says; `etude_trace::events` tells what each field means.
#[derive(Clone, Copy)]
pub struct Record {
    pub op: Op,
    pub kept: u8,
    pub time: i64,
    pub amount: i64,
    pub task: i32,
    pub site: i32,
    pub a: i32,
    pub b: i32,
    pub c: i32,
}

impl Record {
    pub fn new(op: Op, time: i64) -> Record {
        Record { op, kept: 0, time, amount: 0, task: 0, site: 0, a: 0, b: 0, c: 0 }
    }

    fn bytes(&self) -> [u8; RECORD] {
        let mut bytes = [0; RECORD];
        (bytes[0], bytes[1]) = (self.op as u8, self.kept);
        bytes[4..12].copy_from_slice(&self.time.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.amount.to_le_bytes());
        let numbers = [self.task, self.site, self.a, self.b, self.c];
        for (place, number) in bytes[20..].chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }
}

/// The one writer of a run; whoever has it holds the interpreter's lock.
#[derive(Default)]
pub struct Area {
    records: usize,
    left: usize,
    table: usize,
    dropped: [u32; Op::COUNT],
    /// Room for the next entry, used again and again.
    room: String,
}

impl Area {
    pub fn line(&mut self) -> String {
        let mut line = std::mem::take(&mut self.room);
        line.clear();
        line
    }

    pub fn write(&mut self, record: Record) {
        if self.records >= SOFT_CAP && !self.is_followed(&record) {
            self.dropped[record.op as usize] += 1;
            return;
        }
        self.put(record);
        if self.records == SOFT_CAP {
            self.put(Record { amount: 1, a: SAMPLE, ..Record::new(Op::Flood, record.time) });
        } else if self.records == HARD_CAP - 1 {
            self.put(Record { amount: 2, ..Record::new(Op::Flood, record.time) });
        }
    }

    fn is_followed(&mut self, record: &Record) -> bool {
        match record.op {
            Op::Left => {
                self.left += 1;
                self.left <= LEFT_CAP
            }
            _ if self.records >= HARD_CAP => false,
            op => !op.is_frequent() || (record.task > 0 && record.task % SAMPLE == 0),
        }
    }

    fn put(&mut self, record: Record) {
        let (memory, at) = (MEMORY.load(Acquire), RECORDS + self.records * RECORD);
        if memory.is_null() || at + RECORD > SIZE {
            return;
        }
        // SAFETY: within the mapping, which stays; the supervisor reads it when this process is gone.
        unsafe { std::ptr::copy_nonoverlapping(record.bytes().as_ptr(), memory.add(at), RECORD) };
        self.records += 1;
        store(memory, COUNT, self.records);
    }

    /// Adds a line of JSON. What does not fit any more is left out.
    pub fn entry(&mut self, line: String) {
        let (memory, bytes) = (MEMORY.load(Acquire), line.as_bytes());
        let end = self.table + bytes.len() + 1;
        if memory.is_null() || end > TABLE_BYTES {
            return;
        }
        // SAFETY: as in `put`.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory.add(TABLE + self.table), bytes.len());
            memory.add(TABLE + end - 1).write(b'\n');
        }
        self.table = end;
        self.room = line;
        store(memory, LENGTH, end);
    }

    /// How many records of each kind were dropped.
    pub fn dropped(&self) -> impl Iterator<Item = (usize, u32)> {
        let dropped = self.dropped;
        (0..Op::COUNT).map(move |op| (op, dropped[op])).filter(|(_, count)| *count > 0)
    }
}

fn store(memory: *mut u8, at: usize, value: usize) {
    // SAFETY: an aligned number at the beginning of the mapping, which nobody has a reference to.
    unsafe { AtomicU32::from_ptr(memory.add(at).cast()) }.store(value as u32, Release);
}
