//! Where a timeline is drawn: in the terminal, or into a file whose ending says as what.

use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use etude_sandbox::{Stream, Transcript};
use etude_trace::{draw, export};

use super::seen::Seen;
use crate::paths::is_stdin;
use crate::printer::Printer;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Drawing {
    Terminal,
    /// A picture.
    Svg(PathBuf),
    /// The trace format of Chrome, which Perfetto opens too.
    Chrome(PathBuf),
}

/// For clap.
pub(crate) fn parse(text: &str) -> Result<Drawing, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        _ if is_stdin(&path) => Ok(Drawing::Terminal),
        "svg" => Ok(Drawing::Svg(path)),
        "json" => Ok(Drawing::Chrome(path)),
        _ => {
            Err("name it `.svg` for a picture or `.json` for Perfetto and Chrome; `-` draws in the terminal".to_owned())
        }
    }
}

impl Drawing {
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Drawing::Terminal => None,
            Drawing::Svg(path) | Drawing::Chrome(path) => Some(path),
        }
    }

    pub(crate) fn draw(&self, seen: &Seen, line_is_open: bool, title: &str, printer: &Printer) -> anyhow::Result<()> {
        let Seen { timeline, findings, .. } = seen;
        match self {
            Drawing::Svg(path) => etude_project::put(path, draw::svg(timeline, title, findings).as_bytes())?,
            Drawing::Chrome(path) => etude_project::put(path, export::chrome(timeline, title).as_bytes())?,
            Drawing::Terminal if !timeline.is_worth_drawing() => {
                printer.say("there is no timeline to draw: it made no tasks, threads or processes");
            }
            Drawing::Terminal => {
                let mut out = printer.out();
                if line_is_open {
                    writeln!(out)?;
                }
                out.write_all(draw::text(timeline, findings, printer.drawing()).as_bytes())?;
                out.flush()?;
            }
        }
        Ok(())
    }
}

/// Whether what the program wrote to standard output ends within a line that nobody has ended since.
pub(super) fn leaves_a_line_open(transcript: &Transcript) -> bool {
    let shared = io::stdout().is_terminal() && io::stderr().is_terminal();
    let last = transcript.writes.iter().rfind(|write| write.stream == Stream::Stdout && !write.bytes.is_empty());
    !shared && last.is_some_and(|write| write.bytes.last() != Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_is_drawn() {
        let check = |text: &str, expected: Drawing| assert_eq!(parse(text), Ok(expected));
        check("-", Drawing::Terminal);
        check("a.svg", Drawing::Svg("a.svg".into()));
        check("out/A.SVG", Drawing::Svg("out/A.SVG".into()));
        check("trace.json", Drawing::Chrome("trace.json".into()));
        for text in ["", "a", "a.png", "svg", ".svg"] {
            let said = parse(text).expect_err(text);
            assert!(said.starts_with("name it `.svg`"), "{text}: {said}");
        }
    }
}
