//! Entries of a cache: a digest, which tells a whole one from a torn one, and what is kept.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

pub(crate) fn closed(body: &str) -> Vec<u8> {
    format!("{}\n{body}", hex(&Sha256::digest(body))).into_bytes()
}

/// `None` if the entry is damaged.
pub(crate) fn opened(bytes: &[u8]) -> Option<&str> {
    let (digest, body) = std::str::from_utf8(bytes).ok()?.split_once('\n')?;
    (digest == hex(&Sha256::digest(body))).then_some(body)
}
