use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{cache, check, doctor, explain, grade, import, learn, new, run, show};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  etude new waiting                    make a small course to start from
  etude check waiting                  run it, and say what is wrong
  etude show waiting/02-side-by-side.md   see what was understood
  etude explain                        list all checks and findings
  etude run hello.py                   run a program that someone else wrote
  etude grade cups my_cups.py          say what is right in an answer to an exercise
  etude learn waiting                  read and practise it in the terminal
  etude cache                          what is kept of runs, so that they need not be repeated
  etude import SRC -o DIR              exercises that other tools have
  etude doctor                         what this machine can guarantee about that

Exit codes: 0 fine, 1 the input has errors or warnings, 2 it could not be done;
`run` passes on the program's own (see `etude run --help`).";

/// Courses that run: reads lessons written in Markdown, finds every claim they make, says what is wrong with them, and
/// runs programs of strangers safely.
#[derive(Debug, Parser)]
#[command(name = "etude", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// When to use colours [NO_COLOR and CLICOLOR are obeyed]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Print results only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(new::Arguments),
    Check(check::Arguments),
    Show(show::Arguments),
    Explain(explain::Arguments),
    Run(Box<run::Arguments>),
    Grade(grade::Arguments),
    Learn(learn::Arguments),
    Cache(cache::Arguments),
    Import(import::Arguments),
    Doctor(doctor::Arguments),
}

impl Command {
    /// Whether a program waits for an object even where nothing could be done.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Command::Grade(arguments) => arguments.json,
            Command::Import(arguments) => arguments.json,
            Command::Learn(arguments) => arguments.json,
            _ => false,
        }
    }
}
