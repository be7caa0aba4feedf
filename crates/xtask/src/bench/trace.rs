//! What it costs a program to be watched: CPU time with and without, in turns, so that whatever else the machine does
//! hits both alike.

use anyhow::{Context, Result};
use clap::Args;

use super::run::Runner;

#[derive(Args)]
pub(crate) struct Trace {
    /// How many rounds of everything; the medians count
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// The Python to use, such as 3.12
    #[arg(long)]
    python: Option<String>,
    /// How many tasks at once
    #[arg(long, default_value_t = 10_000)]
    tasks: usize,
    /// How often each waits
    #[arg(long, default_value_t = 10)]
    steps: usize,
}

pub(super) fn run(arguments: &Trace) -> Result<()> {
    let Trace { rounds, tasks, steps, .. } = *arguments;
    let mut runner = Runner::start(arguments.python.as_deref())?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    println!("{}, {tasks} tasks of {steps} steps, {rounds} rounds, CPU time", runner.python.display());
    println!("{:<24} {:>10} {:>10} {:>7} {:>12}", "each step", "plain", "watched", "ratio", "told");
    for wait in ["asyncio.sleep(0)", "asyncio.sleep(0.001)", "queue.get()"] {
        let file = folder.path().join("tasks.py");
        std::fs::write(&file, program(wait, tasks, steps))
            .with_context(|| format!("cannot write {}", file.display()))?;
        let mut times = [Vec::new(), Vec::new()];
        let mut told = 0;
        for round in 0..=rounds {
            for (times, how) in times.iter_mut().zip(["plain", "traced"]) {
                let answer = runner.ask(&format!("{how} {}", file.display()))?;
                let (micros, bytes) = answer.split_once(' ').context("an answer that makes no sense")?;
                told = bytes.parse::<u64>()?.max(told);
                // The first fills caches.
                if round > 0 {
                    times.push(micros.parse::<u64>()?);
                }
            }
        }
        let [plain, watched] = times.map(|mut times| {
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default() as f64 / 1e3
        });
        let ratio = watched / plain.max(1e-3);
        println!("{wait:<24} {plain:>7.0} ms {watched:>7.0} ms {ratio:>7.2} {:>9.1} MB", told as f64 / 1e6);
    }
    Ok(())
}

fn program(wait: &str, tasks: usize, steps: usize) -> String {
    format!(
        "import asyncio\n\n\nasync def work(queue):\n    for _ in range({steps}):\n        await {wait}\n\n\n\
         async def feed(queue):\n    for number in range({tasks} * {steps}):\n        queue.put_nowait(number)\n        \
         if number % 100 == 0:\n            await asyncio.sleep(0)\n\n\n\
         async def main():\n    queue = asyncio.Queue()\n    fed = [feed(queue)] if 'queue' in {wait:?} else []\n    \
         await asyncio.gather(*(work(queue) for _ in range({tasks})), *fed)\n\n\nasyncio.run(main())\n"
    )
}
