//! The command line of Étude: arguments in, exit codes out. What a command does is in its own file under `commands`.

mod arguments;
mod catalogue;
mod commands;
mod paths;
mod printer;

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
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(arguments.color, arguments.quiet);
    let done = match arguments.command {
        Command::New(arguments) => commands::new::run(&arguments, &printer),
        Command::Check(arguments) => commands::check::run(arguments, &printer),
        Command::Show(arguments) => commands::show::run(arguments, &printer),
        Command::Explain(arguments) => commands::explain::run(&arguments, &printer),
    };
    match done {
        Ok(Status::Fine) => ExitCode::SUCCESS,
        Ok(Status::Findings) => ExitCode::from(1),
        Ok(Status::Incomplete) => ExitCode::from(2),
        // Whoever read the output has seen enough of it.
        Err(error) if printer::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arguments_are_sound() {
        use clap::CommandFactory;

        super::Arguments::command().debug_assert();
    }
}
