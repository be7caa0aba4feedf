//! The events of a traced run, from the memory it left them in to one stream.

use crate::area::{COUNT, LENGTH, MOST_RECORDS, RECORD, RECORDS, SIZE, TABLE, TABLE_BYTES};
use crate::{Error, Result};
use rustix::fs::{MemfdFlags, SealFlags};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The largest payload of a block of the stream.
const BLOCK: usize = 1 << 20;

pub(crate) struct Traced(OwnedFd);

impl Traced {
    pub(crate) fn new() -> Result<Traced> {
        let make = || {
            let file = rustix::fs::memfd_create("events", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
            rustix::fs::ftruncate(&file, SIZE as u64)?;
            rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
            Ok(Traced(file))
        };
        make().map_err(Error::system("make memory for the events of a run"))
    }

    pub(crate) fn file(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// What the run, which is over, has left.
    pub(crate) fn stream(&self) -> Result<Vec<u8>> {
        let read = || {
            let length = self.number(LENGTH)?.min(TABLE_BYTES);
            let count = self.number(COUNT)?.min(MOST_RECORDS);
            let mut stream = blocks_of_entries(&self.bytes(TABLE, length)?);
            for records in self.bytes(RECORDS, count * RECORD)?.chunks(BLOCK / RECORD * RECORD) {
                block(&mut stream, b'E', records);
            }
            Ok(stream)
        };
        read().map_err(Error::system("read the events of a run"))
    }

    fn number(&self, at: usize) -> rustix::io::Result<usize> {
        let mut bytes = [0; 4];
        rustix::io::pread(&self.0, &mut bytes, at as u64)?;
        Ok(u32::from_le_bytes(bytes) as usize)
    }

    fn bytes(&self, at: usize, length: usize) -> rustix::io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut done = 0;
        while done < length {
            match rustix::io::pread(&self.0, &mut bytes[done..], (at + done) as u64)? {
                0 => break,
                count => done += count,
            }
        }
        bytes.truncate(done);
        Ok(bytes)
    }
}

/// Lines of JSON as arrays of as many as fit.
fn blocks_of_entries(table: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut entries: Vec<u8> = Vec::new();
    let mut close = |entries: &mut Vec<u8>| {
        if !entries.is_empty() {
            entries.push(b']');
            block(&mut stream, b'T', entries);
            entries.clear();
        }
    };
    for entry in table.split(|byte| *byte == b'\n').filter(|entry| !entry.is_empty() && entry.len() < BLOCK - 2) {
        if entries.len() + entry.len() + 2 > BLOCK {
            close(&mut entries);
        }
        entries.push(if entries.is_empty() { b'[' } else { b',' });
        entries.extend_from_slice(entry);
    }
    close(&mut entries);
    stream
}

fn block(stream: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    stream.push(kind);
    stream.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    stream.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_become_blocks_that_fit() {
        assert_eq!(blocks_of_entries(b""), b"");
        assert_eq!(blocks_of_entries(b"[1]\n\n[2]\n"), b"T\x09\0\0\0[[1],[2]]");
        let long = [&[b'x'; BLOCK - 3][..], b"\n", &[b'y'; BLOCK - 2], b"\n[3]"].concat();
        let stream = blocks_of_entries(&long);
        assert_eq!(stream.len(), 5 + BLOCK - 1 + 5 + 5);
        assert!(stream.ends_with(b"T\x05\0\0\0[[3]]"), "what fits in no block is left out");
    }

    #[test]
    fn what_a_program_scribbles_is_read_within_bounds() {
        let traced = Traced::new().expect("memory");
        assert_eq!(traced.stream().expect("read"), b"");
        rustix::io::pwrite(traced.file(), &[0xff; 64], 0).expect("written");
        let stream = traced.stream().expect("read");
        assert!((SIZE - TABLE_BYTES..SIZE + 10_000).contains(&stream.len()), "{}", stream.len());
    }
}
