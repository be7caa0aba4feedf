//! The references of a whole track, graded warm, beside `python -m pytest` for each as teachers run it.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::cargo::cargo;
use crate::tool;

#[derive(Args)]
pub(crate) struct Track {
    /// A folder with exercises: a track of Exercism, or what `etude import` made of it
    #[arg(long, value_name = "DIR")]
    track: PathBuf,
    /// How many rounds of everything; the medians count
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only these exercises
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// The work is done by an example of `practice`, which may use what it measures.
pub(super) fn run(arguments: &Track) -> Result<()> {
    let example = ["run", "--quiet", "--release", "--package", "etude-practice", "--example", "track", "--"];
    let rounds = arguments.rounds.to_string();
    let track = std::path::absolute(&arguments.track)?;
    tool::run(cargo(&example).arg(track).args(["--beside", &rounds]).args(&arguments.names))
}
