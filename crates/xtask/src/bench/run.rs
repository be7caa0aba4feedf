//! Runs beside the peers: plain Python, isolated Python, and bubblewrap around it.
//!
//! Each round runs everything once, so that whatever else the machine does hits all alike.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cargo::{cargo, metadata};
use crate::tool;

#[derive(Args)]
pub(crate) struct Run {
    /// How many rounds of everything
    #[arg(long, default_value_t = 100)]
    rounds: usize,
    /// The Python to use, such as 3.12
    #[arg(long)]
    python: Option<String>,
    /// Also make this many runs, a fifth of them hostile, and look for what they left
    #[arg(long, value_name = "COUNT", num_args = 0..=1, default_missing_value = "10000")]
    flood: Option<usize>,
}

const SNIPPETS: [(&str, &str); 2] = [
    ("print(\"hi\")", "print(\"hi\")\n"),
    (
        "asyncio",
        "import asyncio\n\n\nasync def work(number):\n    await asyncio.sleep(0)\n    return number\n\n\n\
         async def main():\n    print(sum(await asyncio.gather(*map(work, range(10)))))\n\n\nasyncio.run(main())\n",
    ),
];

/// How long each rate is measured.
const RATE_SECONDS: u64 = 3;

/// The sorted times of each row of a table, and its runs a second.
type Measured = (Vec<Vec<Duration>>, Vec<f64>);

struct Peer {
    name: &'static str,
    before: Vec<String>,
    options: &'static [&'static str],
}

impl Peer {
    fn command(&self, python: &Path, file: &Path) -> Command {
        let mut words = self.before.iter().map(String::as_str);
        let mut command = match words.next() {
            Some(wrapper) => Command::new(wrapper),
            None => Command::new(python),
        };
        if !self.before.is_empty() {
            command.args(words).arg(python);
        }
        command.args(self.options).arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn once(&self, python: &Path, file: &Path) -> Result<Duration> {
        let before = Instant::now();
        let status = self.command(python, file).status().with_context(|| format!("cannot start {}", self.name))?;
        let time = before.elapsed();
        if !status.success() {
            bail!("{} ended with {status}", self.name);
        }
        Ok(time)
    }
}

pub(super) fn run(arguments: &Run) -> Result<()> {
    let mut runner = Runner::start(arguments.python.as_deref())?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let python = runner.python.clone();
    let peers = peers(&python, folder.path());
    println!("{}, {} rounds of everything, interleaved", python.display(), arguments.rounds);
    let mut tables: Vec<Measured> = Vec::new();
    for (number, (_, source)) in SNIPPETS.iter().enumerate() {
        let file = folder.path().join(format!("snippet{number}.py"));
        std::fs::write(&file, source).with_context(|| format!("cannot write {}", file.display()))?;
        let mut times = vec![Vec::new(); peers.len() + 1];
        for round in 0..arguments.rounds + 3 {
            let mut row = vec![runner.once(&file)?];
            for peer in &peers {
                row.push(peer.once(&python, &file)?);
            }
            // The first few fill caches.
            if round >= 3 {
                times.iter_mut().zip(row).for_each(|(times, time)| times.push(time));
            }
        }
        times.iter_mut().for_each(|times| times.sort());
        let mut rates = vec![runner.rate(&file)?];
        for peer in &peers {
            rates.push(rate(peer, &python, &file)?);
        }
        tables.push((times, rates));
    }
    let names: Vec<&str> = std::iter::once("etude, warm").chain(peers.iter().map(|peer| peer.name)).collect();
    print_tables(&names, &tables);
    if !peers.iter().any(|peer| peer.name.starts_with("bubblewrap")) {
        println!("note: bwrap is not installed or cannot run here, so no sandbox is compared with ours");
    }
    arguments.flood.map_or(Ok(()), flood)
}

fn peers(python: &Path, folder: &Path) -> Vec<Peer> {
    let bare = |name, options| Peer { name, before: Vec::new(), options };
    let mut peers = vec![bare("python3 -I -S", &["-I", "-S"] as &[&str]), bare("python3", &[])];
    let prefix = python.ancestors().nth(2).unwrap_or(python).display().to_string();
    let mut words = vec!["bwrap".to_owned()];
    let mut add = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
    add(&["--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr"]);
    for link in ["bin", "lib", "lib64"] {
        add(&["--symlink", &format!("usr/{link}"), &format!("/{link}")]);
    }
    let folder = folder.display().to_string();
    add(&["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
    add(&["--ro-bind", &prefix, &prefix, "--ro-bind", &folder, &folder]);
    let wrapped = Peer { name: "bubblewrap, python3 -I -S", before: words, options: &["-I", "-S"] };
    let works = || Command::new("bwrap").args(&wrapped.before[1..]).arg("true").status().is_ok_and(|it| it.success());
    if tool::exists(&mut Command::new("bwrap")) && works() {
        peers.push(wrapped);
    }
    peers
}

/// Runs a second, two at a time.
fn rate(peer: &Peer, python: &Path, file: &Path) -> Result<f64> {
    let before = Instant::now();
    let run = || -> Result<usize> {
        let mut count = 0;
        while before.elapsed() < Duration::from_secs(RATE_SECONDS) {
            peer.once(python, file)?;
            count += 1;
        }
        Ok(count)
    };
    let counts: Vec<Result<usize>> = std::thread::scope(|scope| {
        let threads = [scope.spawn(run), scope.spawn(run)];
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(0))).collect()
    });
    let total: usize = counts.into_iter().sum::<Result<usize>>()?;
    Ok(total as f64 / before.elapsed().as_secs_f64())
}

/// Ratios are to the first row: above 1, it is the faster one.
fn print_tables(names: &[&str], tables: &[Measured]) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    for ((title, _), (times, rates)) in SNIPPETS.iter().zip(tables) {
        println!("\n{title:<28} {:>9} {:>9} {:>7} {:>12} {:>7}", "p50", "p99", "× p50", "runs/s (2)", "× rate");
        let median = |times: &[Duration]| times.get(times.len() / 2).copied().unwrap_or_default();
        let (first, first_rate) = (median(&times[0]), rates[0]);
        for ((name, times), rate) in names.iter().zip(times).zip(rates) {
            let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
            println!(
                "{name:<28} {:>6.2} ms {:>6.2} ms {:>7.2} {rate:>12.0} {:>7.2}",
                ms(median(times)),
                ms(p99),
                ms(median(times)) / ms(first).max(1e-3),
                first_rate / rate.max(1e-3),
            );
        }
    }
}

/// The leak test with many more runs.
fn flood(count: usize) -> Result<()> {
    println!("\n{count} runs, a fifth of them endless, a fifth forking, a fifth closing everything:");
    let before = Instant::now();
    let test =
        ["--package", "etude-sandbox", "--test", "suite", "--", "--exact", "leaks::after_many_runs_nothing_is_left"];
    tool::run(cargo(&["test", "--release", "--quiet"]).args(test).env("ETUDE_RUNS", count.to_string()))?;
    println!("nothing was left after {count} runs, {:.0} s", before.elapsed().as_secs_f64());
    Ok(())
}

/// The product's own sandbox in a process of its own, because a tool of the workspace links none of the product.
pub(super) struct Runner {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    pub(super) python: PathBuf,
}

impl Runner {
    pub(super) fn start(python: Option<&str>) -> Result<Self> {
        tool::run(&mut cargo(&[
            "build",
            "--quiet",
            "--release",
            "--package",
            "etude-sandbox",
            "--example",
            "warm_runner",
        ]))?;
        let program = metadata()?.target_directory.join("release/examples/warm_runner");
        let mut child = Command::new(&program)
            .args(python)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = BufReader::new(child.stdout.take().context("a pipe was asked for")?);
        let mut runner = Self { input: child.stdin.take(), output, child, python: PathBuf::new() };
        runner.python = runner.answer()?.into();
        Ok(runner)
    }

    fn once(&mut self, file: &Path) -> Result<Duration> {
        Ok(Duration::from_micros(self.ask(&format!("one {}", file.display()))?.parse()?))
    }

    fn rate(&mut self, file: &Path) -> Result<f64> {
        Ok(self.ask(&format!("rate {} {RATE_SECONDS}", file.display()))?.parse()?)
    }

    pub(super) fn ask(&mut self, question: &str) -> Result<String> {
        let input = self.input.as_mut().context("the runner is gone")?;
        writeln!(input, "{question}").context("the runner is gone")?;
        self.answer()
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line).context("cannot read from the runner")? == 0 {
            bail!("the runner has ended");
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // Its input's end is its own.
        self.input = None;
        let _ = self.child.wait();
    }
}
