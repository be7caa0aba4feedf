//! The command line of Étude: arguments in, exit codes out. What a command does is in its own file under `commands`.

mod arguments;
mod catalogue;
mod commands;
mod grading;
mod harmless;
mod interrupts;
mod paths;
mod printer;
mod progress;
mod python;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use printer::Printer;

/// How a command ended that did what it was asked to.
enum Status {
    Fine,
    /// The input has errors or warnings.
    Findings,
    /// Some of the input could not be read or written; the rest was dealt with.
    Incomplete,
    /// A signal asked us to stop, and what there was by then was dealt with.
    Stopped(i32),
    /// A program was run, and this is what its end comes to.
    Ran(u8),
}

/// For `run`, whose other codes are the program's own.
const RUN_FAILED: u8 = 125;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && is_run() => {
            // Nobody can be told that standard error is closed.
            let _ = error.print();
            return ExitCode::from(RUN_FAILED);
        }
        Err(error) => error.exit(),
    };
    let printer = Printer::new(arguments.color, arguments.quiet);
    let is_json = arguments.command.is_json();
    let failed = if matches!(arguments.command, Command::Run(_)) { RUN_FAILED } else { 2 };
    let done = match arguments.command {
        Command::New(arguments) => commands::new::run(&arguments, &printer),
        Command::Check(arguments) => commands::check::run(arguments, &printer),
        Command::Show(arguments) => commands::show::run(arguments, &printer),
        Command::Cache(arguments) => commands::cache::run(&arguments, &printer),
        Command::Explain(arguments) => commands::explain::run(&arguments, &printer),
        Command::Run(arguments) => commands::run::run(*arguments, &printer),
        Command::Grade(arguments) => commands::grade::run(&arguments, &printer),
        Command::Import(arguments) => commands::import::run(&arguments, &printer),
        Command::Learn(arguments) => commands::learn::run(&arguments, &printer),
        Command::Doctor(arguments) => commands::doctor::run(&arguments, &printer),
    };
    match done {
        Ok(Status::Fine) => ExitCode::SUCCESS,
        Ok(Status::Findings) => ExitCode::from(1),
        Ok(Status::Incomplete) => ExitCode::from(2),
        Ok(Status::Stopped(signal)) => ExitCode::from(128 + signal as u8),
        Ok(Status::Ran(code)) => ExitCode::from(code),
        // Whoever read the output has seen enough of it.
        Err(error) if printer::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            if is_json {
                printer.error_as_json(&error);
            }
            ExitCode::from(failed)
        }
    }
}

/// Whether what could not be understood was meant for `run`.
fn is_run() -> bool {
    let mut words = std::env::args_os().skip(1).skip_while(|word| word.to_string_lossy().starts_with('-'));
    words.next().is_some_and(|word| word == "run")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arguments_are_sound() {
        use clap::CommandFactory;

        super::Arguments::command().debug_assert();
    }

    #[test]
    fn every_example_in_the_help_can_be_typed() {
        use clap::{CommandFactory, Parser};

        let command = super::Arguments::command();
        let mut examples = 0;
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            let help = command.get_after_help().expect("examples").to_string();
            for line in help.lines().filter_map(|line| line.strip_prefix("  ")).filter(|it| it.starts_with("etude ")) {
                // What it does stands behind two blanks; `|` and `<` are the shell's.
                let line = line.split(['|', '<']).next().unwrap_or_default().split("  ").next().unwrap_or_default();
                let quoted = line.split('"').enumerate().flat_map(|(index, part)| match index % 2 {
                    0 => part.split_whitespace().collect(),
                    _ => vec![part],
                });
                super::Arguments::try_parse_from(quoted).unwrap_or_else(|error| panic!("{line}: {error}"));
                examples += 1;
            }
        }
        assert!(examples > 8, "{examples}");
    }
}
