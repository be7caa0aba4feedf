//! The one place that prints.

use std::error::Error as _;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};
use etude_text::render::{self, Terminal, visible};
use etude_text::{Diagnostic, Sources};
use unicode_width::UnicodeWidthChar;

use crate::arguments::Color;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// How much of what a failed tool said is repeated.
const LAST_WORDS: usize = 5;

/// What we will not do, and what to do instead.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// What lines are wrapped to where nobody's terminal says otherwise.
const WIDTH: usize = 80;

/// Results go to standard output, everything about getting them to standard error.
pub(crate) struct Printer {
    quiet: bool,
}

impl Printer {
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        match color {
            // Decided for each stream, by NO_COLOR, CLICOLOR and whether it is a terminal.
            Color::Auto => {}
            Color::Always => ColorChoice::Always.write_global(),
            Color::Never => ColorChoice::Never.write_global(),
        }
        Self { quiet }
    }

    /// Where results go. Flush it when they are complete.
    pub(crate) fn out(&self) -> impl Write + use<> {
        BufWriter::with_capacity(1 << 16, anstream::stdout().lock())
    }

    /// What the reader of standard output sees.
    pub(crate) fn terminal(&self) -> Terminal {
        Terminal { width: width(), colors: AutoStream::choice(&io::stdout()) != ColorChoice::Never }
    }

    /// The same for a drawing, which needs more letters than all have.
    pub(crate) fn drawing(&self) -> etude_trace::draw::Terminal {
        let Terminal { width, colors } = self.terminal();
        etude_trace::draw::Terminal { width, colors, unicode: has_unicode() }
    }

    /// Says what was found, beside results that are not ours.
    pub(crate) fn diagnostics(&self, sources: &Sources, diagnostics: &[Diagnostic]) {
        let width = terminal_size::terminal_size_of(io::stderr()).map_or(WIDTH, |(width, _)| usize::from(width.0));
        let colors = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        // Nobody can be told that standard error is closed.
        let _ = render::terminal(&mut anstream::stderr().lock(), sources, diagnostics, Terminal { width, colors });
    }

    /// Says something about the work, unless asked not to.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            to_stderr(format_args!("{line}\n"));
        }
    }

    /// Says what whoever goes on should know.
    pub(crate) fn warn(&self, message: &str, hint: &str) {
        if !self.quiet {
            let message = visible(message);
            to_stderr(format_args!("{YELLOW}warning{YELLOW:#}{BOLD}: {message}{BOLD:#}\n  hint: {hint}\n"));
        }
    }

    /// Whether somebody looks at what is going on.
    pub(crate) fn is_watched(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Says what could not be done, why, and what may help.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let (message, causes, hint) = explained(error);
        fail(&message, &causes, hint);
    }

    /// The same for a program that waits for an object on standard output.
    pub(crate) fn error_as_json(&self, error: &anyhow::Error) {
        let (message, causes, hint) = explained(error);
        let object = serde_json::json!({ "status": "error", "error": message, "causes": causes, "hint": hint });
        // Whoever has gone does not need it.
        let _ = writeln!(self.out(), "{object:#}");
    }

    /// The same for a part of the work, where the rest went on.
    pub(crate) fn project_error(&self, error: &etude_project::Error) {
        let causes: Vec<String> = error.source().iter().map(ToString::to_string).collect();
        fail(&error.to_string(), &causes, error.hint());
    }
}

/// What could not be done, its causes, and what may help.
fn explained(error: &anyhow::Error) -> (String, Vec<String>, Option<String>) {
    let environment = error.downcast_ref::<etude_sandbox::environment::Error>();
    let hint = match (error.downcast_ref::<etude_project::Error>(), error.downcast_ref::<Refusal>()) {
        (Some(error), _) => error.hint(),
        (_, Some(refusal)) => Some(refusal.hint.clone()),
        _ => environment
            .and_then(etude_sandbox::environment::Error::hint)
            .or_else(|| error.downcast_ref::<etude_sandbox::Error>().and_then(etude_sandbox::Error::hint))
            .or_else(|| error.downcast_ref::<etude_store::Error>().and_then(etude_store::Error::hint)),
    };
    let mut causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    if hint.is_none()
        && let Some(said) = environment.and_then(etude_sandbox::environment::Error::detail)
    {
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        causes.extend(lines[lines.len().saturating_sub(LAST_WORDS)..].iter().map(|line| line.trim().to_owned()));
    }
    (error.to_string(), causes, hint)
}

fn fail(message: &str, causes: &[String], hint: Option<String>) {
    let mut text = format!("{RED}error{RED:#}{BOLD}: {}{BOLD:#}\n", visible(message));
    for cause in causes {
        text.push_str(&format!("  cause: {}\n", visible(cause)));
    }
    if let Some(hint) = hint {
        text.push_str(&format!("  hint: {}\n", visible(&hint)));
    }
    to_stderr(format_args!("{text}"));
}

/// Nobody can be told that standard error is closed.
fn to_stderr(text: std::fmt::Arguments<'_>) {
    let _ = anstream::stderr().lock().write_fmt(text);
}

/// The width to wrap to: the terminal's, if standard output is one.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| usize::from(width.0))
}

/// Whether a terminal shows block characters, by what it says of itself.
#[expect(clippy::disallowed_methods, reason = "settings come in here")]
fn has_unicode() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    is_unicode(locale.as_deref(), set("TERM").as_deref())
}

/// Where no locale is set, as in containers, it is UTF-8 that is used all the same. The Linux console has few letters.
fn is_unicode(locale: Option<&str>, terminal: Option<&str>) -> bool {
    let utf8 = |locale: &str| locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    locale.is_none_or(utf8) && !matches!(terminal, Some("dumb" | "linux"))
}

/// Whether an error only says that nobody reads the output any more.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<serde_json::Error>() {
        Some(error) => error.io_error_kind(),
        None => cause.downcast_ref::<io::Error>().map(io::Error::kind),
    };
    error.chain().filter_map(io).any(|kind| kind == io::ErrorKind::BrokenPipe)
}

/// `text` on one line of at most `columns`, with nothing in it that a terminal would act on.
pub(crate) fn one_line(text: &str, columns: usize) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = visible(&lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ⏎ "));
    let wide = |char: char| char.width().unwrap_or(0);
    if text.chars().map(wide).sum::<usize>() <= columns {
        return text;
    }
    let mut used = 1;
    let mut cut: String = text
        .chars()
        .take_while(|&char| {
            used += wide(char);
            used <= columns
        })
        .collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, expected: &str) {
        assert_eq!(one_line(text, columns), expected);
    }

    #[test]
    fn text_is_cut_to_the_columns_it_has() {
        check("one two", 7, "one two");
        check("one two three", 8, "one two…");
        check("one two three", 5, "one…");
        check("日本日本", 5, "日本…");
    }

    #[test]
    fn block_characters_need_a_locale_and_a_terminal_that_have_them() {
        let check = |locale, terminal, expected| assert_eq!(is_unicode(locale, terminal), expected);
        check(Some("de_DE.UTF-8"), Some("xterm-256color"), true);
        check(Some("C.utf8"), None, true);
        check(None, Some("screen"), true);
        check(Some("C"), Some("xterm"), false);
        check(Some("de_DE.ISO-8859-1"), None, false);
        check(Some("en_US.UTF-8"), Some("linux"), false);
        check(None, Some("dumb"), false);
    }

    #[test]
    fn lines_are_joined_and_made_harmless() {
        check("one\n\n  two\t3\n", 20, "one ⏎ two 3");
        check("\u{1b}[31mred\u{202e}", 20, "␛[31mred\u{fffd}");
    }
}
