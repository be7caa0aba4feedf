//! The lock file: exact versions with their hashes, in the requirements format that pip and uv both read.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use super::requirement::normalise;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) version: String,
    /// Of every file of that version the tool knew of, as `sha256:…`.
    pub(super) hashes: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) packages: BTreeSet<Locked>,
}

impl Lock {
    /// None where a line is not `name==version` with hashes: such a lock says less than it should.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut packages = BTreeSet::new();
        for line in text.replace("\\\n", " ").lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            let (name, version) = words.next()?.split_once("==")?;
            let hashes: BTreeSet<String> =
                words.map(|word| word.strip_prefix("--hash=").map(str::to_owned)).collect::<Option<_>>()?;
            let plain = |text: &str| !text.is_empty() && !text.contains(['[', '=', ';', '@', '/']);
            if hashes.is_empty() || !plain(name) || !plain(version) {
                return None;
            }
            packages.insert(Locked { name: normalise(name), version: version.to_owned(), hashes });
        }
        Some(Self { packages })
    }

    /// The same for equal locks, whatever tool wrote them in whatever layout.
    pub(super) fn digest(&self) -> String {
        sha256(self.to_string().as_bytes())
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Locked { name, version, hashes } in &self.packages {
            write!(f, "{name}=={version}")?;
            for hash in hashes {
                write!(f, " \\\n    --hash={hash}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_comes_back_as_it_was_written() {
        let text = "idna==3.10 \\\n    --hash=sha256:a \\\n    --hash=sha256:b\nx==1+cpu \\\n    --hash=sha256:c\n";
        let lock = Lock::parse(text).unwrap();
        assert_eq!(lock.to_string(), text);
        let other = "# made by uv\nX==1+cpu --hash=sha256:c\n\nIDNA==3.10 --hash=sha256:b \\\n --hash=sha256:a\n";
        assert_eq!(Lock::parse(other).unwrap().digest(), lock.digest());
    }

    #[test]
    fn a_line_that_does_not_pin_is_refused() {
        for text in
            ["x", "x==1", "x>=1 --hash=sha256:a", "x @ https://h/x --hash=sha256:a", "x==1 -r y", "--index-url=y"]
        {
            assert_eq!(Lock::parse(text), None, "{text}");
        }
    }
}
