use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use etude_testing::TempFolder;

/// A lesson with nothing wrong in it.
pub(crate) const GOOD: &str = "# Tea\n\nWater, leaves, patience.\n";

/// A lesson with one thing wrong that `--fix` repairs.
pub(crate) const TRACKED: &str = "# Tea\n\nRead [this](https://example.org/?utm_source=x).\n";

pub(crate) const TRACKED_FIXED: &str = "# Tea\n\nRead [this](https://example.org/).\n";

pub(crate) trait Etude {
    /// Runs `etude` in the folder and shows how it ended and what it printed. What differs from run to run is replaced.
    fn etude(&self, arguments: &str) -> String;

    /// The same in a folder below.
    fn etude_in(&self, folder: &str, arguments: &str) -> String;

    fn command(&self, arguments: &str) -> Command;
}

impl Etude for TempFolder {
    fn etude(&self, arguments: &str) -> String {
        self.etude_in("", arguments)
    }

    fn etude_in(&self, folder: &str, arguments: &str) -> String {
        let output = self.command(arguments).current_dir(self.join(folder)).output().expect("etude runs");
        shown(self, &output)
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_etude"));
        command.args(arguments.split_whitespace()).current_dir(self.path()).stdin(Stdio::null());
        // What a developer has set for their own terminal.
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(name);
        }
        command
    }
}

/// With `input` as standard input.
pub(crate) fn feed(mut command: Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("etude runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("etude reads");
    child.wait_with_output().expect("etude ends")
}

pub(crate) fn shown(folder: &TempFolder, output: &Output) -> String {
    let mut out = match output.status.code() {
        Some(code) => format!("exit {code}\n"),
        None => format!("{}\n", output.status),
    };
    let real = folder.path().canonicalize().expect("a folder").display().to_string();
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = String::from_utf8_lossy(bytes).replace(&real, "[folder]");
        let text = text.replace(&folder.path().display().to_string(), "[folder]");
        if !text.is_empty() {
            write!(out, "--- {name}\n{}", times(&text)).expect("a string");
        }
    }
    out
}

/// `(8 ms)` and `"wall_ms": 8` become `(… ms)` and `"wall_ms": …`.
fn times(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let time = line.rsplit_once('(').filter(|(_, time)| time.ends_with(" ms)"));
        lines.push(match (time, line.split_once("\"wall_ms\": ")) {
            (Some((before, _)), _) => format!("{before}(… ms)"),
            (_, Some((before, _))) => format!("{before}\"wall_ms\": …,"),
            _ => line.to_owned(),
        });
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
