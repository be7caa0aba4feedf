//! Python versions, and what may be asked for.

use std::fmt;
use std::str::FromStr;

/// The version of an interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
    pub patch: u16,
}

/// The oldest Python that runs are supported on.
pub const OLDEST: Version = Version { major: 3, minor: 8, patch: 0 };

/// The newest minor version taken when nobody asks for one: later ones are used only when named.
pub(super) const NEWEST_BY_DEFAULT: (u16, u16) = (3, 13);

impl Version {
    pub fn minor(self) -> (u16, u16) {
        (self.major, self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The Python that a course or a command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// `3.12`: the newest patch release of it.
    Minor(u16, u16),
    /// `3.12.1`: that one and no other.
    Exact(Version),
    /// `>=3.11`: the newest that would be taken without being asked, and if that is too old, a newer one.
    AtLeast(Version),
}

impl Wanted {
    pub fn admits(self, version: Version) -> bool {
        match self {
            Self::Minor(major, minor) => version.minor() == (major, minor),
            Self::Exact(exact) => version == exact,
            Self::AtLeast(least) => version >= least,
        }
    }

    /// Asked for by name, and too old for us.
    pub(super) fn is_too_old(self) -> bool {
        match self {
            Self::Minor(major, minor) => (major, minor) < OLDEST.minor(),
            Self::Exact(version) => version < OLDEST,
            Self::AtLeast(_) => false,
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minor(major, minor) => write!(f, "{major}.{minor}"),
            Self::Exact(version) => write!(f, "{version}"),
            Self::AtLeast(Version { major, minor, patch: 0 }) => write!(f, ">={major}.{minor}"),
            Self::AtLeast(version) => write!(f, ">={version}"),
        }
    }
}

/// What was asked for is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a Python version: write `3.12`, `3.12.1` or `>=3.11`")]
pub struct NotAVersion {
    pub text: String,
}

impl FromStr for Wanted {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let bad = || NotAVersion { text: text.to_owned() };
        let (least, numbers) = match text.trim().strip_prefix(">=") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text.trim()),
        };
        let mut parts = Vec::new();
        for part in numbers.split('.') {
            // `u16::from_str` would take `+3`.
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(bad());
            }
            parts.push(part.parse::<u16>().map_err(|_| bad())?);
        }
        match (parts.as_slice(), least) {
            (&[major, minor], false) => Ok(Self::Minor(major, minor)),
            (&[major, minor, patch], false) => Ok(Self::Exact(Version { major, minor, patch })),
            (&[major, minor], true) => Ok(Self::AtLeast(Version { major, minor, patch: 0 })),
            (&[major, minor, patch], true) => Ok(Self::AtLeast(Version { major, minor, patch })),
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<Wanted, &str>) {
        assert_eq!(text.parse(), expected.map_err(|text| NotAVersion { text: text.to_owned() }));
    }

    #[test]
    fn versions_are_read_as_written() {
        check("3.12", Ok(Wanted::Minor(3, 12)));
        check(" 3.12.1 ", Ok(Wanted::Exact(Version { major: 3, minor: 12, patch: 1 })));
        check(">= 3.11", Ok(Wanted::AtLeast(Version { major: 3, minor: 11, patch: 0 })));
        for text in ["", "3", "3.", "3.x", "+3.12", "3.12.1.2", "<3.12", ">=", "3.99999", "3.12rc1"] {
            check(text, Err(text));
        }
    }

    #[test]
    fn a_minor_version_admits_its_patch_releases_only() {
        let version = |patch| Version { major: 3, minor: 12, patch };
        assert!(Wanted::Minor(3, 12).admits(version(7)));
        assert!(!Wanted::Minor(3, 1).admits(version(0)));
        assert!(!Wanted::Exact(version(1)).admits(version(2)));
        assert!(Wanted::AtLeast(version(1)).admits(version(1)));
        assert!(!Wanted::AtLeast(version(2)).admits(version(1)));
        assert!(version(10) > version(9));
    }
}
