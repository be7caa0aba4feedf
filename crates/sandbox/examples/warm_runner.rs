//! Runs snippets through warm interpreters as its standard input asks, for `cargo xtask bench run`.
//!
//! It first prints the path of the interpreter. Then `one FILE` answers the microseconds of one run, and
//! `rate FILE SECONDS` how many runs a second all slots manage together. `plain FILE` and `traced FILE` answer the
//! microseconds of CPU time of a run under the virtual clock, and how many bytes it told of itself.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for another program at a pipe")]

use etude_sandbox::environment::prepare;
use etude_sandbox::{Clock, Config, Interpreters, Job, Outcome, RelativePath, Sandbox};
use std::io::BufRead;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (host, cache) = (std::env::vars_os().collect(), tempfile::tempdir()?);
    let wanted = std::env::args().nth(1).map(|version| version.parse()).transpose()?;
    let interpreters = Interpreters::find(&host, cache.path());
    let environment = prepare(&host, cache.path(), interpreters.choose(wanted)?, &[], &mut |_| ())?;
    let mut config = Config { slots: 2, ..Config::default() };
    // What this machine lacks is the doctor's to say.
    config.policy.weak = true;
    let sandbox = Sandbox::start(config)?;
    sandbox.warm_up(&environment)?;
    println!("{}", environment.interpreter.executable.display());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let job = |file: &str| -> Result<Job, Box<dyn std::error::Error>> {
            Ok(Job::python(environment.clone(), RelativePath::new("main.py")?, std::fs::read(file)?))
        };
        match words[..] {
            ["one", file] => {
                let job = job(file)?;
                let before = Instant::now();
                let transcript = sandbox.run(&job, &mut |_| ())?;
                let time = before.elapsed();
                assert_eq!(transcript.outcome, Outcome::Ok, "{transcript:?}");
                println!("{}", time.as_micros());
            }
            ["plain" | "traced", file] => {
                let mut job = job(file)?;
                (job.clock, job.trace) = (Clock::Virtual, words[0] == "traced");
                let transcript = sandbox.run(&job, &mut |_| ())?;
                assert_eq!(transcript.outcome, Outcome::Ok, "{transcript:?}");
                println!("{} {}", transcript.cpu.as_micros(), transcript.events.map_or(0, |events| events.len()));
            }
            ["rate", file, seconds] => println!("{:.1}", rate(&sandbox, &job(file)?, seconds.parse()?)),
            _ => return Err(format!("`{line}` is not understood").into()),
        }
    }
    Ok(())
}

fn rate(sandbox: &Sandbox, job: &Job, seconds: u64) -> f64 {
    let before = Instant::now();
    let run = || {
        let mut count = 0;
        while before.elapsed() < Duration::from_secs(seconds) {
            count += usize::from(sandbox.run(job, &mut |_| ()).is_ok_and(|it| it.outcome == Outcome::Ok));
        }
        count
    };
    let total: usize = std::thread::scope(|scope| {
        let threads = [scope.spawn(run), scope.spawn(run)];
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    total as f64 / before.elapsed().as_secs_f64()
}
