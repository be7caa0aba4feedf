//! How fast runs are: `cargo run --release -p etude-sandbox --example speed [VERSION]`.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for a person at a terminal")]

use etude_sandbox::{Config, Job, Outcome, RelativePath, Sandbox};
use std::time::{Duration, Instant};

const HELLO: &str = "print('hi')\n";
const ASYNCIO: &str = "import asyncio\n\nasync def main():\n    await asyncio.gather(*(asyncio.sleep(0) for _ in range(10)))\n    print('done')\n\nasyncio.run(main())\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let version = std::env::args().nth(1).unwrap_or("3.12".into());
    let (host, cache) = (std::env::vars_os().collect(), tempfile::tempdir()?);
    let interpreters = etude_sandbox::Interpreters::find(&host, cache.path());
    let interpreter = interpreters.choose(Some(version.parse()?))?;
    let environment = etude_sandbox::environment::prepare(&host, cache.path(), interpreter, &[], &mut |_| ())?;
    let mut config = Config { slots: 2, ..Config::default() };
    config.policy.weak = true;
    let sandbox = Sandbox::start(config)?;
    let before = Instant::now();
    sandbox.warm_up(&environment)?;
    println!("Python {}: two warm interpreters in {:.0} ms", environment.version(), ms(before.elapsed()));
    for (name, source) in [("hello", HELLO), ("asyncio", ASYNCIO)] {
        let job = Job::python(environment.clone(), RelativePath::new("main.py")?, source);
        let mut times = Vec::new();
        for _ in 0..300 {
            // As in a session: the standby run has been made by the time the next is asked for.
            std::thread::sleep(Duration::from_millis(4));
            let before = Instant::now();
            let transcript = sandbox.run(&job, &mut |_| ())?;
            times.push(before.elapsed());
            assert_eq!(transcript.outcome, Outcome::Ok, "{transcript:?}");
        }
        times.sort();
        let at = |part: f64| ms(times[((times.len() - 1) as f64 * part) as usize]);
        println!("{name:8} p50 {:.2} ms   p90 {:.2} ms   p99 {:.2} ms", at(0.5), at(0.9), at(0.99));
        let before = Instant::now();
        let total: usize = std::thread::scope(|scope| {
            let run = || {
                let mut count = 0;
                while before.elapsed() < Duration::from_secs(3) {
                    count += usize::from(sandbox.run(&job, &mut |_| ()).is_ok_and(|it| it.outcome == Outcome::Ok));
                }
                count
            };
            let threads = [scope.spawn(run), scope.spawn(run)];
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
        });
        println!("{name:8} {:.0} runs a second on two slots", total as f64 / before.elapsed().as_secs_f64());
    }
    Ok(())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
