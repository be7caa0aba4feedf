//! Bytes to a [`Trace`]. The bytes come from a process in which a stranger's program ran, so nothing in them is trusted.

use serde_json::Value;

use crate::events::{HARD_CAP, MAX_BLOCK, Op, RECORD, Record, VERSION};
use crate::table;
use crate::trace::{Note, Trace};

/// More records than the guest ever writes: [`HARD_CAP`] and what it may say at the end.
const MAX_RECORDS: usize = HARD_CAP + 20_000;
/// Times lie within some decades: sums of what is left cannot overflow.
const MAX_MICROS: i64 = 1 << 50;

impl Trace {
    /// Reads any bytes. What makes no sense is left out and noted.
    pub fn decode(bytes: &[u8]) -> Trace {
        let mut reader = Reader::default();
        reader.read(bytes);
        reader.finish()
    }
}

#[derive(Default)]
struct Reader {
    trace: Trace,
    entries: table::Counts,
    unreadable: usize,
    /// Records beyond what is kept.
    beyond: u64,
    /// The first entry names the version. Without it nothing else counts.
    version: Option<i64>,
}

impl Reader {
    fn read(&mut self, mut bytes: &[u8]) {
        while let Some((head, rest)) = bytes.split_first_chunk::<5>() {
            let [kind, length @ ..] = *head;
            let length = u32::from_le_bytes(length) as usize;
            let Some((payload, rest)) = rest.split_at_checked(length) else {
                self.trace.notes.push(Note::Cut);
                return;
            };
            bytes = rest;
            match kind {
                _ if length > MAX_BLOCK => self.unreadable += 1,
                b'T' => self.table(payload),
                b'E' => self.records(payload),
                _ => self.unreadable += 1,
            }
            if self.version.is_some_and(|version| version != VERSION) {
                return;
            }
        }
        if !bytes.is_empty() {
            self.trace.notes.push(Note::Cut);
        }
    }

    fn table(&mut self, payload: &[u8]) {
        let Ok(entries) = serde_json::from_slice::<Vec<Value>>(payload) else {
            self.unreadable += 1;
            return;
        };
        for entry in entries {
            if self.version.is_none() {
                self.version = table::version(&entry);
            }
            let is_ours = self.version == Some(VERSION);
            let read = is_ours && table::read(&entry, &mut self.trace, &mut self.entries).is_some();
            self.unreadable += usize::from(!read);
        }
    }

    fn records(&mut self, payload: &[u8]) {
        let (records, rest) = payload.as_chunks::<RECORD>();
        self.unreadable += usize::from(!rest.is_empty());
        for bytes in records {
            let record = Record::read(bytes).filter(|_| self.version == Some(VERSION));
            match record {
                None => self.unreadable += 1,
                Some(_) if self.trace.records.len() >= MAX_RECORDS => self.beyond += 1,
                Some(record) => self.record(record),
            }
        }
    }

    fn record(&mut self, mut record: Record) {
        record.time = record.time.clamp(0, MAX_MICROS);
        record.amount = record.amount.clamp(0, MAX_MICROS);
        if record.op == Op::Flood {
            self.trace.flood.get_or_insert(record.time);
        }
        self.trace.records.push(record);
    }

    fn finish(mut self) -> Trace {
        let trace = &mut self.trace;
        if let Some(version) = self.version.filter(|&version| version != VERSION) {
            trace.notes = vec![Note::Version(version)];
            return self.trace;
        }
        if self.unreadable > 0 {
            trace.notes.push(Note::Unreadable(self.unreadable));
        }
        trace.dropped += self.beyond;
        // The guest may have been killed before it could say what it dropped, or that it began to.
        if trace.dropped > 0 && trace.flood.is_none() {
            trace.flood = trace.records.last().map(|record| record.time);
        }
        if let Some(from) = trace.flood {
            trace.notes.push(Note::Flood { from, dropped: trace.dropped });
        }
        if let Some(hooks) = trace.info.remove("unhooked").filter(|hooks| !hooks.is_empty()) {
            trace.notes.extend(hooks.split(',').take(32).map(|hook| Note::Unhooked(hook.trim().to_owned())));
        }
        if let Some(why) = trace.info.remove("untraced") {
            trace.notes.push(Note::Untraced(why));
        }
        self.trace
    }
}
