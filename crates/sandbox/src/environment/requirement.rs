//! Requirements as PEP 508 has them, without what could read files or run code: names, extras, versions, markers.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A package asked for, in one spelling however it was written, so that equal wishes share an environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Requirement {
    /// Normalised after PEP 503: `Foo.Bar_baz` is `foo-bar-baz`.
    pub name: String,
    extras: BTreeSet<String>,
    specifiers: BTreeSet<String>,
    /// Kept as written.
    marker: Option<String>,
}

/// Why a text is no requirement we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot be installed: {reason}")]
pub struct NotARequirement {
    pub text: String,
    pub reason: &'static str,
}

/// PEP 503: runs of `-`, `_` and `.` are one `-`, and case does not count.
pub(super) fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_ascii_lowercase());
    }
    normal
}

impl Requirement {
    /// The version, where exactly one is asked for.
    pub(super) fn pinned(&self) -> Option<&str> {
        self.specifiers.iter().find_map(|one| one.strip_prefix("==")).filter(|version| !version.contains('*'))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        f.write_str(&self.name)?;
        if !self.extras.is_empty() {
            write!(f, "[{}]", joined(&self.extras))?;
        }
        f.write_str(&joined(&self.specifiers))?;
        match &self.marker {
            Some(marker) => write!(f, " ; {marker}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Requirement {
    type Err = NotARequirement;

    fn from_str(text: &str) -> Result<Self, NotARequirement> {
        parse(text.trim()).map_err(|reason| NotARequirement { text: text.trim().to_owned(), reason })
    }
}

fn parse(text: &str) -> Result<Requirement, &'static str> {
    refuse_what_is_no_name(text)?;
    let (wish, marker) = match text.split_once(';') {
        Some((wish, marker)) => (wish.trim(), Some(check_marker(marker.trim())?)),
        None => (text, None),
    };
    let end = wish.find(|c: char| !is_name(c)).unwrap_or(wish.len());
    let (name, mut rest) = (&wish[..end], wish[end..].trim_start());
    if !is_valid_name(name) {
        return Err("a package name begins and ends with a letter or a digit");
    }
    let mut extras = BTreeSet::new();
    if let Some(inside) = rest.strip_prefix('[') {
        let (list, after) = inside.split_once(']').ok_or("the `[` of its extras is never closed")?;
        for extra in list.split(',').map(str::trim).filter(|extra| !extra.is_empty()) {
            if !is_valid_name(extra) {
                return Err("the name of an extra begins and ends with a letter or a digit");
            }
            extras.insert(normalise(extra));
        }
        rest = after.trim_start();
    }
    if rest.starts_with('@') {
        return Err("only packages of the package index are taken, no links to files or repositories");
    }
    if let Some(inside) = rest.strip_prefix('(') {
        rest = inside.trim_end().strip_suffix(')').ok_or("the `(` of its version is never closed")?;
    }
    let mut specifiers = BTreeSet::new();
    if !rest.is_empty() {
        for specifier in rest.split(',').map(str::trim) {
            specifiers.insert(check_specifier(specifier)?);
        }
    }
    Ok(Requirement { name: normalise(name), extras, specifiers, marker })
}

/// Names the mistake where a requirement file, a link or an option was given.
fn refuse_what_is_no_name(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.starts_with('-') {
        return Err("options are not taken; the index to use belongs in your pip or uv configuration");
    }
    if text.chars().any(char::is_control) {
        return Err("it must be one line");
    }
    let before_marker = text.split(';').next().unwrap_or(text);
    if before_marker.contains("://") || before_marker.contains("git+") || before_marker.starts_with("file:") {
        return Err("only packages of the package index are taken, no links to files or repositories");
    }
    if before_marker.contains(['/', '\\']) || before_marker.starts_with('.') || before_marker.ends_with(".whl") {
        return Err("only packages of the package index are taken, no paths");
    }
    Ok(())
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn is_valid_name(name: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    name.chars().all(is_name) && ends(name.chars().next()) && ends(name.chars().next_back())
}

fn check_specifier(specifier: &str) -> Result<String, &'static str> {
    // Longest first: `==` would split `===`.
    let operator = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"]
        .into_iter()
        .find(|operator| specifier.starts_with(operator))
        .ok_or("a version needs an operator before it, as in `==1.2` or `>=1.2,<2`")?;
    let version = specifier[operator.len()..].trim();
    // A version that starts with `-` could be taken for an option further on.
    let fine = version.starts_with(|c: char| c.is_ascii_alphanumeric())
        && version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '*' | '+' | '!' | '-' | '_'));
    if !fine {
        return Err("its version is not one, as in `==1.2` or `>=1.2,<2`");
    }
    Ok(format!("{operator}{version}"))
}

/// Markers are handed on as they are, in a requirements file, where `$` expands variables, `#` starts a comment and
/// ` --` starts an option.
fn check_marker(marker: &str) -> Result<String, &'static str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " '\"().<>=!~_-,+*".contains(c);
    let option = marker.split_whitespace().any(|word| word.starts_with('-'));
    if marker.is_empty() || option || !marker.chars().all(allowed) {
        return Err("its marker is not one, as in `; python_version < '3.10'`");
    }
    Ok(marker.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let parsed = text.parse::<Requirement>().map(|requirement| requirement.to_string());
        assert_eq!(parsed.as_deref().map_err(|error| error.reason), expected, "{text}");
    }

    #[test]
    fn spellings_of_one_wish_are_one() {
        check("HTTPX", Ok("httpx"));
        check("ruamel.yaml", Ok("ruamel-yaml"));
        check("a__b-.c", Ok("a-b-c"));
        check("httpx [http2, Brotli]>=0.2,<1", Ok("httpx[brotli,http2]<1,>=0.2"));
        check("httpx (>=0.2)", Ok("httpx>=0.2"));
        check("x===1.0+cpu", Ok("x===1.0+cpu"));
        check("x == 1.* ; python_version < '3.10'", Ok("x==1.* ; python_version < '3.10'"));
    }

    #[test]
    fn what_could_read_files_or_run_code_is_refused() {
        let link = Err("only packages of the package index are taken, no links to files or repositories");
        let path = Err("only packages of the package index are taken, no paths");
        let option = Err("options are not taken; the index to use belongs in your pip or uv configuration");
        let marker = Err("its marker is not one, as in `; python_version < '3.10'`");
        for text in ["git+https://h/x.git", "x @ https://h/x.whl", "file:x", "x@y", "https://h/x"] {
            check(text, link);
        }
        for text in ["./x", "..", "/x", "a/b", "C:\\x", "x-1-py3-none-any.whl"] {
            check(text, path);
        }
        for text in ["-r x.txt", "--index-url=x", "-e ."] {
            check(text, option);
        }
        for text in ["x; ", "x; os_name == '$HOME'", "x; a=='b' --hash=sha256:0", "x; a # b"] {
            check(text, marker);
        }
        check("x\n-r y", Err("it must be one line"));
        check("", Err("it is empty"));
        check("x 1.0", Err("a version needs an operator before it, as in `==1.2` or `>=1.2,<2`"));
        check("x==-r", Err("its version is not one, as in `==1.2` or `>=1.2,<2`"));
        check("x>=1,", Err("a version needs an operator before it, as in `==1.2` or `>=1.2,<2`"));
        check("x[a", Err("the `[` of its extras is never closed"));
        check("_x", Err("a package name begins and ends with a letter or a digit"));
    }

    #[test]
    fn a_pin_is_told_from_a_range() {
        let pinned = |text: &str| text.parse::<Requirement>().unwrap().pinned().map(str::to_owned);
        assert_eq!(pinned("x==1.2").as_deref(), Some("1.2"));
        assert_eq!(pinned("x==1.*"), None);
        assert_eq!(pinned("x>=1"), None);
    }
}
