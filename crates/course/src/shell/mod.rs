//! What a command line says once its shell has read it: the words of POSIX shells and of PowerShell, and what they ask
//! of a server. Any text gives commands; nothing is run.

mod curl;
mod native;
mod posix;
mod powershell;
mod request;
mod value;
mod version;

use std::ops::Range;

pub(crate) use self::curl::short_options;
pub(crate) use self::native::passed;
pub(crate) use self::posix::{Token as PosixToken, tokens as posix_tokens};
pub(crate) use self::powershell::{Token as PowerShellToken, tokens as powershell_tokens};
pub(crate) use self::request::{Body, Request};
pub(crate) use self::version::Versions;
use crate::snippet::{Lang, Snippet};

/// One word, as the program gets it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// In the code.
    pub(crate) range: Range<usize>,
    /// Nothing in it depends on variables or on what other commands print.
    pub(crate) exact: bool,
    /// A table of PowerShell rather than a text.
    pub(crate) table: bool,
    /// It is handed on as it is (`--%`).
    pub(crate) verbatim: bool,
}

/// A program with its arguments.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Command {
    pub(crate) words: Vec<Word>,
    /// What it is given to read: a here-document, a text in front of the pipe.
    pub(crate) input: Option<Word>,
}

impl Command {
    pub(crate) fn name(&self) -> &str {
        self.words.first().map_or("", |word| word.text.as_str())
    }

    /// `curl`, wherever it stands.
    pub(crate) fn is_curl(&self) -> bool {
        let name = self.name().rsplit(['/', '\\']).next().unwrap_or_default();
        name.eq_ignore_ascii_case("curl") || name.eq_ignore_ascii_case("curl.exe")
    }
}

/// The commands of a shell or PowerShell snippet, those in groups, loops and blocks as well.
pub(crate) fn commands(snippet: &Snippet) -> Vec<Command> {
    match snippet.lang {
        Lang::Shell => posix::commands(&snippet.code),
        Lang::PowerShell => powershell::commands(&snippet.code),
        _ => Vec::new(),
    }
}

/// A place in a text.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let char = self.rest().chars().next()?;
        self.at += char.len_utf8();
        Some(char)
    }
}

/// Blanks out what nobody types: prompts, and of sessions with prompts what the commands print. As long as before.
fn typed(code: &str, prompt: impl Fn(&str) -> usize) -> String {
    let prompted = code.lines().any(|line| prompt(line) > 0);
    let mut text = String::with_capacity(code.len());
    let mut continued = false;
    for line in code.split_inclusive('\n') {
        let bare = line.trim_end();
        let skipped = match (prompted, prompt(line)) {
            (false, _) => 0,
            (true, 0) if continued => line.len() - line.strip_prefix("> ").map_or(line.len(), str::len),
            (true, 0) => bare.len(),
            (true, skipped) => skipped,
        };
        continued = bare.ends_with(['\\', '`']) && skipped < bare.len();
        text.extend(std::iter::repeat_n(' ', skipped));
        text.push_str(&line[skipped..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_typed_counts() {
        let prompt = |line: &str| if line.starts_with("$ ") { 2 } else { 0 };
        let check = |code: &str, expected: &str| assert_eq!(typed(code, prompt), expected);
        check("ls\n$x\n", "ls\n$x\n");
        check("$ ls\na.py\n$ cat \\\n> a.py\né\n", "  ls\n    \n  cat \\\n  a.py\n  \n");
    }

    #[test]
    fn any_text_gives_commands_in_their_places() {
        let parts = [
            "a",
            "é",
            " ",
            "\n",
            "'",
            "\"",
            "`",
            "$",
            "@",
            "@'",
            "@{",
            "(",
            ")",
            "{",
            "}",
            "=",
            "<<",
            "EOF",
            "|",
            "&",
            ";",
            "--%",
            "\\",
            "#",
            "<#",
            "“",
            "$x",
            ",",
            "curl",
            "-d",
            "irm",
            "ConvertTo-Json",
            "\u{feff}",
        ];
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut code = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                code.push_str(parts[(state >> 33) as usize % parts.len()]);
            }
            for command in posix::commands(&code).iter().chain(&powershell::commands(&code)) {
                assert!(command.words.iter().all(|word| code.get(word.range.clone()).is_some()), "{code:?}");
                let _ = Request::of(command);
                let _: Vec<Word> = command.words.iter().flat_map(passed).collect();
            }
        }
    }
}
