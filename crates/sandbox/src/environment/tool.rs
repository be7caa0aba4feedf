//! Runs pip, uv and the compiler, and keeps the end of what they print.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Command, Stdio};

/// Enough for a conflict over hundreds of versions; a tool that prints for ever does not fill the memory.
const KEPT: usize = 512 * 1024;

/// A line longer than this is cut into several.
const LONGEST_LINE: u64 = 64 * 1024;

/// How much of it goes into an error.
const DETAIL: usize = 4 * 1024;

#[derive(Debug, Default)]
pub(super) struct Printed {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Printed {
    fn push(&mut self, line: String) {
        self.bytes += line.len() + 1;
        self.lines.push_back(line);
        while self.bytes > KEPT {
            self.bytes -= self.lines.pop_front().map_or(self.bytes, |line| line.len() + 1);
        }
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    pub(super) fn contains_any(&self, texts: &[&str]) -> bool {
        self.lines().any(|line| texts.iter().any(|text| line.contains(text)))
    }

    /// Its last lines.
    pub(super) fn detail(&self) -> String {
        let mut room = DETAIL;
        let fits = |line: &&String| {
            let fits = line.len() < room;
            room = room.saturating_sub(line.len() + 1);
            fits
        };
        let mut last: Vec<&str> = self.lines.iter().rev().take_while(fits).map(String::as_str).collect();
        last.reverse();
        last.join("\n")
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        let mut printed = Self::default();
        text.lines().for_each(|line| printed.push(line.to_owned()));
        printed
    }
}

#[derive(Debug)]
pub(super) struct Finished {
    pub(super) success: bool,
    pub(super) printed: Printed,
}

/// Runs `command` to its end; `on_line` sees each line as it comes.
///
/// `alive` becomes its standard input: reading it gives the end of the file at once, and as a lock on a file lasts
/// until the last copy of its descriptor is closed, the folder stays locked when we are killed and the tool is not.
/// It stays in our process group, so that Ctrl-C at a terminal ends both.
pub(super) fn run(mut command: Command, alive: &File, on_line: &mut dyn FnMut(&str)) -> io::Result<Finished> {
    let (output, input) = io::pipe()?;
    command.stdin(Stdio::from(alive.try_clone()?)).stdout(input.try_clone()?).stderr(input);
    let mut child = command.spawn()?;
    // It holds the writing end: with it open the output never ends.
    drop(command);
    let mut printed = Printed::default();
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while output.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        on_line(&text);
        printed.push(text);
        line.clear();
    }
    Ok(Finished { success: child.wait()?.success(), printed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_come_in_order_and_only_the_end_is_kept() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo one; echo two >&2; read x || echo end; yes | head -c 2000000; echo last; exit 3"]);
        let mut first = Vec::new();
        let finished = run(command, &tempfile::tempfile().unwrap(), &mut |line| {
            if first.len() < 3 {
                first.push(line.to_owned());
            }
        })
        .unwrap();
        assert!(!finished.success);
        assert_eq!(first, ["one", "two", "end"]);
        assert!(finished.printed.bytes <= KEPT);
        let detail = finished.printed.detail();
        assert!(detail.ends_with("y\nlast") && detail.len() <= DETAIL, "{}", detail.len());
    }
}
