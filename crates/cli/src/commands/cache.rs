//! What is kept of the runs of `etude check`.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use etude_project::Held;
use serde::Serialize;

use super::check::kept::{MOST, cache};
use crate::Status;
use crate::printer::{BOLD, Printer, count};

const EXAMPLES: &str = "\
Examples:
  etude cache                       where it is, and how much is in it
  etude cache clear                 let go of everything
  etude cache clear --older 30d     let go of what has not been used for a month

What a session of snippets prints and how it ends is kept for all courses together, under a digest of everything
that decides it: code, files, packages and Python, the clock, the machine's programs, and Étude itself. It takes at
most 256 MiB; what has not been used for longest goes first.";

/// Show or clear what is kept of runs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Let go of what is kept; it is made again where it is needed
    Clear {
        /// Only of what has not been used for so long: `30d`, `12h`
        #[arg(long, value_name = "TIME", value_parser = age)]
        older: Option<Duration>,
    },
}

fn age(text: &str) -> Result<Duration, String> {
    let (number, seconds) = match text.char_indices().next_back() {
        Some((end, 'd')) => (&text[..end], 24 * 3600),
        Some((end, 'h')) => (&text[..end], 3600),
        _ => ("", 0),
    };
    let number = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
    number.map(Duration::from_secs).ok_or_else(|| "write it in days or hours, such as `30d` or `12h`".to_owned())
}

#[derive(Serialize)]
struct Report<'a> {
    folder: &'a std::path::Path,
    sessions: usize,
    /// On the disk.
    bytes: u64,
    most_bytes: u64,
    /// Seconds since the use of the one unused for longest, and since the latest use.
    oldest_seconds: Option<u64>,
    newest_seconds: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let cache = cache()?;
    if let Some(Action::Clear { older }) = &arguments.action {
        let cleared = cache.clear(older.unwrap_or_default())?;
        printer.say(&format!("cleared {}, {}", count(cleared.entries, "session"), size(cleared.bytes)));
        return Ok(Status::Fine);
    }
    let Held { entries, bytes, used } = cache.held();
    let since = |time: SystemTime| time.elapsed().unwrap_or_default();
    let mut out = printer.out();
    if arguments.json {
        let report = Report {
            folder: cache.folder(),
            sessions: entries,
            bytes,
            most_bytes: MOST,
            oldest_seconds: used.map(|(oldest, _)| since(oldest).as_secs()),
            newest_seconds: used.map(|(_, newest)| since(newest).as_secs()),
        };
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{BOLD}{}{BOLD:#}", cache.folder().display())?;
        writeln!(out, "{}, {} of at most {}", count(entries, "session"), size(bytes), size(MOST))?;
        if let Some((oldest, newest)) = used {
            writeln!(out, "the oldest was last used {}, the newest {}", ago(since(oldest)), ago(since(newest)))?;
        }
    }
    out.flush()?;
    Ok(Status::Fine)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

/// Uses are known to the hour.
fn ago(time: Duration) -> String {
    match time.as_secs() / 3600 {
        0 => "just now".to_owned(),
        hours @ 1..48 => format!("{} ago", count(hours as usize, "hour")),
        hours => format!("{} ago", count(hours as usize / 24, "day")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_days_or_hours() {
        let check = |text, expected: Option<u64>| assert_eq!(age(text).ok().map(|it| it.as_secs()), expected, "{text}");
        check("30d", Some(30 * 24 * 3600));
        check("12h", Some(12 * 3600));
        for wrong in ["", "d", "30", "-1d", "1.5h", "3 d", "30é", "999999999999999999d"] {
            check(wrong, None);
        }
    }
}
