//! What the workspace does to itself: `cargo xtask test`, `cargo xtask acceptance`, `cargo xtask bench`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a program for a terminal")]
#![expect(
    clippy::disallowed_methods,
    reason = "these rules keep the product's crates apart; xtask starts tools, reads the tree and its settings"
)]

mod acceptance;
mod arrows;
mod bench;
mod cargo;
mod snapshots;
mod test;
mod tool;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Sets up, tests and measures the workspace")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up what tests need and run everything that has to pass, or only some steps of it
    Test(test::Arguments),
    /// Compare what `etude` understands of a folder of documents with the snapshots in `acceptance/`
    Acceptance(acceptance::Arguments),
    /// Measure, beside the peers
    #[command(subcommand)]
    Bench(bench::Benchmark),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Acceptance(arguments) => acceptance::run(&arguments),
        Command::Bench(benchmark) => bench::run(&benchmark),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Arguments::command().debug_assert();
    }
}
