//! The file a snippet stands for, as authors say it: on the fence, in a first comment, or in the words before.

use std::sync::LazyLock;

use etude_markdown::Code;
use regex::Regex;

use super::Lang;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    pub name: String,
    pub source: TitleSource,
}

/// Where a title was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TitleSource {
    /// `title=` on the fence, or what other tools write there.
    Attribute,
    /// `# step_async.py` as the first line.
    Comment,
    /// "run as `python step_async.py`", "in `app/main.py`:", "**File**: `app.py`" in the paragraph before.
    Prose,
}

const ATTRIBUTES: [&str; 2] = ["name", "caption"];

static COMMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:#|//)\s*(?:[Ff]ile(?:name)?:\s*)?([A-Za-z0-9_./-]+\.[A-Za-z][A-Za-z0-9_]{0,4})(?:\s*\(.*\))?\s*$")
        .expect("a valid expression")
});

static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"`(?:\$ )?(?:uv run |poetry run )?python3?(?:\.exe)? ([A-Za-z0-9_./-]+\.py)(?-u:\b)[^`]*`")
        .expect("a valid expression")
});

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:(?-u:\b)(?:save|put|write|type)(?-u:\b)[^.`]*(?-u:\b)(?:as|in|into|to)\s+|(?-u:\b)(?:create|in|file|edit|open)[^A-Za-z0-9_]{1,6}|^[^A-Za-z0-9_]*)`([A-Za-z0-9_./-]+\.[A-Za-z][A-Za-z0-9_]{0,4})`(?:\s+with[^.`]*)?[^A-Za-z0-9_]{0,3}$",
    )
    .expect("a valid expression")
});

pub(super) fn title(code: &Code, lang: Lang, lead: Option<&str>) -> Option<Title> {
    let made = |name: &str, source| Some(Title { name: name.to_owned(), source });
    let attributes = code.info.attributes.iter().chain(&code.options);
    if let Some((_, value)) = attributes.into_iter().find(|(key, value)| names_file(key, value)) {
        return made(value, TitleSource::Attribute);
    }
    if matches!(lang, Lang::Output | Lang::Shell | Lang::PowerShell | Lang::Diff) {
        return None;
    }
    if let Some(found) = code.text.lines().next().and_then(|line| COMMENT.captures(line.trim())) {
        return made(&found[1], TitleSource::Comment);
    }
    if lang != Lang::Python {
        return None;
    }
    let lead = lead?;
    let found = COMMAND.captures(lead).or_else(|| NAMED.captures(lead.trim_end()))?;
    made(&found[1], TitleSource::Prose)
}

fn names_file(key: &str, value: &str) -> bool {
    match key {
        "title" | "filename" | "file" => true,
        // These name other things as well.
        _ => ATTRIBUTES.contains(&key) && value.contains('.') && !value.contains(' '),
    }
}
