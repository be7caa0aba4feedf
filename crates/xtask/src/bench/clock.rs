//! The virtual clock beside its peers: what a skipped wait costs, and what each makes of a few plain questions.
//!
//! Each round runs everything once, so that whatever else the machine does hits all alike.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::cargo::{Profile, build_etude};
use crate::tool::{self, shown};

#[derive(Args)]
pub(crate) struct Clock {
    /// How many rounds of everything
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many waits each program makes, all its threads or tasks together
    #[arg(long, default_value_t = 10_000)]
    waits: usize,
    /// The Python to use, such as 3.12
    #[arg(long)]
    python: Option<String>,
}

/// `waits.py HOW WORKERS TURNS`
const WAITS: &str = r#"import random
import sys
import time

how, workers, turns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(workers)
# Of different lengths, so that hardly two of them end at once.
lengths = [[chance.uniform(0.5, 1.5) for _ in range(turns)] for _ in range(workers)]


def in_threads():
    import threading

    def work(mine):
        for seconds in mine:
            time.sleep(seconds)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in lengths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_tasks(run):
    import asyncio

    async def work(mine):
        for seconds in mine:
            await asyncio.sleep(seconds)

    async def main():
        await asyncio.gather(*map(work, lengths))

    run(main())


def in_asyncio():
    import asyncio

    in_tasks(asyncio.run)


def in_looptime():
    import looptime

    in_tasks(looptime.new_event_loop().run_until_complete)


def in_trio():
    import trio
    import trio.testing

    async def work(mine):
        for seconds in mine:
            await trio.sleep(seconds)

    async def main():
        async with trio.open_nursery() as nursery:
            for mine in lengths:
                nursery.start_soon(work, mine)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


{"threads": in_threads, "asyncio": in_asyncio, "looptime": in_looptime, "trio": in_trio}[how]()
"#;

/// `questions.py HOW`: what the clock says of five things that each take a second, or come in time.
const QUESTIONS: &str = r#"import json
import sys
import threading
import time

how, answers = sys.argv[1], {}


def compute():
    end = time.thread_time() + 0.05
    while time.thread_time() < end:
        pass


async def with_asyncio():
    import asyncio

    loop = asyncio.get_running_loop()

    async def ask(question, clock, wait):
        start = clock()
        await wait
        answers[question] = clock() - start

    await ask("sleep", loop.time, asyncio.sleep(1))
    await ask("monotonic", time.monotonic, asyncio.sleep(1))
    await ask("thread", loop.time, loop.run_in_executor(None, time.sleep, 1))
    child = await asyncio.create_subprocess_exec("sleep", "1")
    await ask("child", loop.time, child.wait())
    found = loop.create_future()
    work = lambda: (compute(), loop.call_soon_threadsafe(lambda: found.done() or found.set_result(None)))
    threading.Thread(target=work).start()
    try:
        await asyncio.wait_for(found, 1)
        answers["work"] = 1
    except asyncio.TimeoutError:
        answers["work"] = None
        # The thread must not find the loop closed.
        await asyncio.to_thread(time.sleep, 0.2)


async def with_trio():
    import trio

    async def ask(question, clock, wait, *arguments):
        start = clock()
        await wait(*arguments)
        answers[question] = clock() - start

    await ask("sleep", trio.current_time, trio.sleep, 1)
    await ask("monotonic", time.monotonic, trio.sleep, 1)
    await ask("thread", trio.current_time, trio.to_thread.run_sync, time.sleep, 1)
    await ask("child", trio.current_time, trio.run_process, ["sleep", "1"])
    with trio.move_on_after(1) as scope:
        await trio.to_thread.run_sync(compute, abandon_on_cancel=True)
    answers["work"] = None if scope.cancelled_caught else 1


if how == "trio":
    import trio
    import trio.testing

    trio.run(with_trio, clock=trio.testing.MockClock(autojump_threshold=0))
elif how == "looptime":
    import looptime

    looptime.new_event_loop().run_until_complete(with_asyncio())
else:
    import asyncio

    asyncio.run(with_asyncio())
print(json.dumps(answers))
"#;

/// The programs of the first table: how they wait, how many at once, and the heading.
const PROGRAMS: [(Style, usize, &str); 5] = [
    (Style::Threads, 1, "1 thread"),
    (Style::Threads, 10, "10 threads"),
    (Style::Threads, 50, "50 threads"),
    (Style::Tasks, 1, "1 task"),
    (Style::Tasks, 50, "50 tasks"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Threads,
    Tasks,
}

/// The questions of the second table. Each has the answer of a second, give or take what running takes.
const ASKED: [(&str, &str); 5] = [
    ("sleep", "a task's sleep of 1 s, by the loop's clock"),
    ("monotonic", "the same by `time.monotonic`"),
    ("thread", "a thread's sleep of 1 s, by the loop's clock"),
    ("child", "`sleep 1` as a child, by the loop's clock"),
    ("work", "50 ms of work, waited for 1 s"),
];

/// An answer that is later than this is wrong: what it measures takes a few milliseconds beside the second itself.
const LATE: f64 = 0.3;

/// How often faketime makes a second pass in one.
const SPEED: usize = 100;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Etude,
    Looptime,
    Trio,
    Faketime,
}

struct Peer {
    kind: Kind,
    name: &'static str,
    /// The words before the file.
    before: Vec<OsString>,
}

impl Peer {
    /// The word by which the programs know it, if it can wait in that style at all.
    fn how(&self, style: Style) -> Option<&'static str> {
        match (self.kind, style) {
            (Kind::Etude | Kind::Faketime, Style::Threads) => Some("threads"),
            (Kind::Etude | Kind::Faketime, Style::Tasks) => Some("asyncio"),
            (Kind::Looptime, Style::Tasks) => Some("looptime"),
            (Kind::Trio, Style::Tasks) => Some("trio"),
            (Kind::Looptime | Kind::Trio, Style::Threads) => None,
        }
    }

    /// Waits of a second each take faketime a hundredth of that: some have to do.
    fn turns(&self, turns: usize) -> usize {
        if self.kind == Kind::Faketime { turns.min(SPEED / 2) } else { turns }
    }

    fn command(&self, file: &Path, words: &[String]) -> Command {
        let mut command = Command::new(&self.before[0]);
        command.args(&self.before[1..]).arg(file);
        if self.kind == Kind::Etude {
            command.arg("--");
        }
        command.args(words).stdin(Stdio::null());
        command
    }

    fn once(&self, file: &Path, words: &[String]) -> Result<Duration> {
        let mut command = self.command(file, words);
        let before = Instant::now();
        let output = command.output().with_context(|| format!("cannot start {}", shown(&command)))?;
        let time = before.elapsed();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let told = String::from_utf8_lossy(&output.stdout);
            bail!("{} ended with {}: {} {}", shown(&command), output.status, said.trim(), told.trim());
        }
        Ok(time)
    }

    /// The answers, in the order of [`ASKED`]; none for what timed out.
    fn answers(&self, file: &Path) -> Result<Vec<Option<f64>>> {
        let mut command = self.command(file, &[self.how(Style::Tasks).unwrap_or_default().to_owned()]);
        let output = command.output().with_context(|| format!("cannot start {}", shown(&command)))?;
        let text = match self.kind {
            Kind::Etude => {
                serde_json::from_slice::<Report>(&output.stdout).context("cannot read what `etude run` reports")?.stdout
            }
            _ => String::from_utf8_lossy(&output.stdout).into_owned(),
        };
        let found: serde_json::Value = serde_json::from_str(&text).with_context(|| {
            format!("{} said {text:?} {:?}", shown(&command), String::from_utf8_lossy(&output.stderr))
        })?;
        Ok(ASKED.iter().map(|(name, _)| found[*name].as_f64()).collect())
    }
}

#[derive(Deserialize)]
struct Report {
    stdout: String,
}

pub(super) fn run(arguments: &Clock) -> Result<()> {
    let etude = build_etude(Profile::Release)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let (waits, questions) = (folder.path().join("waits.py"), folder.path().join("questions.py"));
    for (path, source) in [(&waits, WAITS), (&questions, QUESTIONS)] {
        std::fs::write(path, source).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let ours = ours(&etude, arguments.python.as_deref());
    let python = python_of(&ours, folder.path())?;
    let mut peers = vec![ours];
    peers.extend(their(&python, folder.path()));
    println!("{}, {} rounds of everything, interleaved", python.display(), arguments.rounds);

    let mut cells: Vec<Vec<Option<f64>>> = vec![Vec::new(); peers.len()];
    for (style, workers, _) in PROGRAMS {
        for (cells, cost) in cells.iter_mut().zip(costs(&peers, &waits, style, workers, arguments)?) {
            cells.push(cost);
        }
    }
    print_costs(&peers, &cells);
    print_answers(&peers, &questions);
    Ok(())
}

fn ours(etude: &Path, python: Option<&str>) -> Peer {
    let mut before: Vec<OsString> = vec![etude.into()];
    for word in ["run", "--clock", "virtual", "--json", "--allow", "shell", "--timeout", "10m"] {
        before.push(word.into());
    }
    if let Some(python) = python {
        before.extend(["--python".into(), python.into()]);
    }
    Peer { kind: Kind::Etude, name: "etude, --clock virtual", before }
}

/// The interpreter that runs of ours use, so that the others are measured with the same.
fn python_of(ours: &Peer, folder: &Path) -> Result<PathBuf> {
    let file = folder.join("which.py");
    std::fs::write(&file, "import sys\nprint(sys.executable)\n").context("cannot write to the temporary folder")?;
    let output = ours.command(&file, &[]).output().context("cannot start etude")?;
    let report: Report = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("etude cannot run: {}", String::from_utf8_lossy(&output.stderr).trim()))?;
    Ok(report.stdout.trim().into())
}

/// Those that can be had here. Of the others it is said that they cannot.
fn their(python: &Path, folder: &Path) -> Vec<Peer> {
    let mut peers = Vec::new();
    let venv = folder.join("venv");
    let made = tool::run(Command::new(python).args(["-m", "venv"]).arg(&venv));
    for (kind, name, package) in
        [(Kind::Looptime, "looptime", "looptime"), (Kind::Trio, "trio, MockClock(autojump)", "trio")]
    {
        let had = made.is_ok()
            && tool::run(Command::new(venv.join("bin/pip")).args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                package,
            ]))
            .is_ok();
        if had {
            peers.push(Peer { kind, name, before: vec![venv.join("bin/python").into()] });
        } else {
            println!("note: {package} cannot be had from PyPI here, so it is left out");
        }
    }
    if tool::exists(&mut Command::new("faketime")) {
        let words = ["faketime", "-m", "-f"].map(OsString::from).into_iter();
        let before = words.chain([format!("+0 x{SPEED}").into(), python.into()]).collect();
        peers.push(Peer { kind: Kind::Faketime, name: "faketime, x100", before });
    } else {
        println!("note: faketime is not installed (the Debian package `faketime`), so it is left out");
    }
    peers
}

/// Microseconds a wait of each peer: the median with waits less the median without, over the number of waits.
fn costs(peers: &[Peer], file: &Path, style: Style, workers: usize, arguments: &Clock) -> Result<Vec<Option<f64>>> {
    let turns = (arguments.waits / workers).max(1);
    let mut times = vec![(Vec::new(), Vec::new()); peers.len()];
    for round in 0..arguments.rounds + 1 {
        for (peer, (with, without)) in peers.iter().zip(&mut times) {
            let Some(how) = peer.how(style) else { continue };
            let words = |turns: usize| [how.to_owned(), workers.to_string(), turns.to_string()];
            let pair = (peer.once(file, &words(peer.turns(turns)))?, peer.once(file, &words(0))?);
            // The first fills caches.
            if round > 0 {
                with.push(pair.0);
                without.push(pair.1);
            }
        }
    }
    let cost = |(peer, (with, without)): (&Peer, (Vec<Duration>, Vec<Duration>))| {
        let waits = (workers * peer.turns(turns)) as f64;
        Some((median(with)? - median(without)?).max(0.0) * 1e6 / waits)
    };
    Ok(peers.iter().zip(times).map(cost).collect())
}

fn median(mut times: Vec<Duration>) -> Option<f64> {
    times.sort();
    times.get(times.len() / 2).map(Duration::as_secs_f64)
}

/// Ratios are to the first row: above 1, it is the faster one.
fn print_costs(peers: &[Peer], cells: &[Vec<Option<f64>>]) {
    print!("\n{:<26}", "µs a wait (× ours)");
    PROGRAMS.iter().for_each(|(_, _, heading)| print!(" {heading:>17}"));
    println!();
    for (peer, row) in peers.iter().zip(cells) {
        print!("{:<26}", peer.name);
        for (cell, first) in row.iter().zip(&cells[0]) {
            match (cell, first) {
                (Some(cost), Some(first)) => print!(" {cost:>8.1} ({:>6.2})", cost / first.max(1e-3)),
                _ => print!(" {:>17}", "cannot"),
            }
        }
        println!();
    }
    if peers.iter().any(|peer| peer.kind == Kind::Faketime) {
        println!("note: faketime skips no wait, it shortens each: what one costs is a hundredth of its length");
    }
}

fn print_answers(peers: &[Peer], file: &Path) {
    let mut answers = Vec::new();
    for peer in peers {
        answers
            .push(peer.answers(file).map_err(|error| println!("note: {} gave no answers: {error:#}", peer.name)).ok());
    }
    print!("\n{:<46}", "what each says of");
    peers.iter().for_each(|peer| print!(" {:>14}", peer.name.split(',').next().unwrap_or_default()));
    println!();
    for (index, (name, question)) in ASKED.iter().enumerate() {
        print!("{question:<46}");
        for answers in &answers {
            let text = match answers.as_ref().map(|answers| answers[index]) {
                None => "–".to_owned(),
                Some(None) => "too late WRONG".to_owned(),
                Some(Some(_)) if *name == "work" => "in time".to_owned(),
                Some(Some(seconds)) if (1.0 - 1e-4..1.0 + LATE).contains(&seconds) => format!("{seconds:.2}"),
                Some(Some(seconds)) => format!("{seconds:.2} WRONG"),
            };
            print!(" {text:>14}");
        }
        println!();
    }
}
