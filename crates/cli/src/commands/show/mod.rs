mod json;
mod tree;

use std::io::Write;

use etude_project::CourseFolder;
use etude_text::render;

use crate::Status;
use crate::paths::Paths;
use crate::printer::Printer;

const EXAMPLES: &str = "\
Examples:
  etude show waiting/01-one-after-another.md
  etude show --json waiting | jq '.files[].snippets[].title'";

/// Show what was understood: headings, snippets, and claim by claim what the lessons say
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_arg("paths", |paths| paths.required(true)))]
pub(crate) struct Arguments {
    #[command(flatten)]
    paths: Paths,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let workspace = arguments.paths.read()?;
    let lessons = workspace.courses.iter().flat_map(CourseFolder::lessons);
    let mut out = printer.out();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &json::Report::new(&workspace.sources, lessons))?;
        writeln!(out)?;
    } else {
        for (index, lesson) in lessons.enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            tree::write(&mut out, workspace.sources.get(lesson.file), lesson)?;
        }
    }
    out.flush()?;
    // A lesson may be missing above because of what is wrong with its `course.toml`.
    if !workspace.diagnostics.is_empty() {
        let mut text = Vec::new();
        render::terminal(&mut text, &workspace.sources, &workspace.diagnostics, render::Terminal::default())?;
        printer.say(String::from_utf8_lossy(&text).trim_end());
    }
    for error in &workspace.skipped {
        printer.say(&format!("note: {error}, so it is left out"));
    }
    for error in &workspace.errors {
        printer.project_error(error);
    }
    Ok(if workspace.errors.is_empty() { Status::Fine } else { Status::Incomplete })
}
