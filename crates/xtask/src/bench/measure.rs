//! Time that other programs take.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::tool::{self, shown};

#[derive(Clone, Copy, Debug)]
pub(super) struct Medians {
    /// User and system time of the process and its children.
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
}

/// A command for `program` that has one core to itself where the system can arrange it, so that CPU and wall time of a
/// parallel program are comparable with those of a serial one.
pub(super) fn pinned(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if tool::exists(&mut Command::new("taskset")) {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Runs the command once to warm the caches and then `runs` times. Endings other than those in `fine` are failures.
pub(super) fn measure(command: &mut Command, runs: usize, fine: &[i32]) -> Result<Medians> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    once(command, fine)?;
    let (mut cpu, mut wall) = (Vec::new(), Vec::new());
    for _ in 0..runs.max(1) {
        let used = once(command, fine)?;
        cpu.push(used.cpu);
        wall.push(used.wall);
    }
    Ok(Medians { cpu: median(cpu), wall: median(wall) })
}

fn once(command: &mut Command, fine: &[i32]) -> Result<Medians> {
    let before = children()?;
    let start = Instant::now();
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    let wall = start.elapsed();
    if !status.code().is_some_and(|code| fine.contains(&code)) {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(Medians { cpu: children()?.saturating_sub(before), wall })
}

/// The CPU time of all children that have ended. We start one at a time, so a difference is that of one.
fn children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("cannot ask for the time of child processes")?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(micros.unsigned_abs()))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let times = [5, 1, 9].map(Duration::from_secs).to_vec();
        assert_eq!(median(times), Duration::from_secs(5));
    }

    #[test]
    fn endings_are_checked() {
        let failing = || {
            let mut command = Command::new("sh");
            command.args(["-c", "exit 3"]);
            command
        };
        assert!(measure(&mut failing(), 1, &[0, 3]).is_ok());
        let error = measure(&mut failing(), 1, &[0]).expect_err("an ending that is not fine");
        assert_eq!(error.to_string(), "sh -c exit 3 ended with exit status: 3");
    }
}
