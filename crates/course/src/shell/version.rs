//! Which PowerShell a lesson means: Windows PowerShell 5.1 and PowerShell 7 read some commands in two ways.

use std::sync::LazyLock;

use regex::Regex;

use crate::snippet::Snippet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) windows: bool,
    pub(crate) seven: bool,
}

static SEVEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)powershell\s*(?:core|v?[67])|(?-u:\b)pwsh(?-u:\b)").expect("a valid expression"));

static WINDOWS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)windows powershell|powershell\s*v?5").expect("a valid expression"));

impl Versions {
    /// As the words around a snippet say, else the lesson, else both.
    pub(crate) fn meant(snippet: &Snippet, section: &str, lesson: &str) -> Self {
        if snippet.info.lang == "pwsh" {
            return Self { windows: false, seven: true };
        }
        for text in [section, lesson] {
            let named = Self { windows: WINDOWS.is_match(text), seven: SEVEN.is_match(text) };
            if named.windows || named.seven {
                return named;
            }
        }
        Self { windows: true, seven: true }
    }
}
