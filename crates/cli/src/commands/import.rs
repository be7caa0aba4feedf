use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use etude_import::{Error, Imported, Kind, Note, Outcome, Place, Report, Source};
use etude_project::{Bounds, Tree};
use etude_text::render::visible;
use serde_json::{Value, json};

use crate::printer::{BOLD, DIM, Printer, Refusal, count, width};
use crate::{Status, progress};

const EXAMPLES: &str = "\
Examples:
  etude import ~/exercism/python -o python            a whole track, as a course
  etude import python/exercises/practice/forth -o forth   one exercise of it
  etude import homework.ipynb -o homework             nbgrader, Otter, or plain
  etude import async-course -o course --from folders  `labs/` and `solutions/`

Exit codes: 0 everything was carried over, 1 something was not, 2 nothing was.";

/// Make an exercise or a course of what other tools have: Exercism, nbgrader, Otter, LearnPack, notebooks, folders
///
/// The report says of every file what has become of it. Nothing is written over: the folder has to be new or empty.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A folder, or a notebook
    #[arg(value_name = "SRC")]
    source: PathBuf,

    /// The folder to make; it may exist if it is empty
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,

    /// What it is, if it looks like something else
    #[arg(long, value_name = "KIND", value_parser = parse_kind, hide_possible_values = true)]
    from: Option<Kind>,

    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn parse_kind(name: &str) -> Result<Kind, String> {
    let names = Kind::ALL.map(Kind::name);
    Kind::from_name(name).ok_or_else(|| match etude_course::nearest(name, names) {
        Some(nearest) => format!("there is no kind `{name}`, did you mean `{nearest}`?"),
        None => format!("there is no kind `{name}`, but {}", names.join(", ")),
    })
}

/// A track has some thousand files; a folder of data is not meant.
const BOUNDS: Bounds = Bounds { files: 50_000, bytes: 1 << 30 };

/// Files of one sort that are named one by one.
const NAMED: usize = 4;

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    etude_project::can_create(&arguments.output)?;
    let imported = progress::watched(printer, |tell| {
        tell(format!("reading `{}`", arguments.source.display()));
        let tree = Tree::read(&arguments.source, BOUNDS)?;
        let mut imported = import(&arguments.source.display().to_string(), tree, arguments.from)?;
        tell(format!("writing {}", count(imported.files.len(), "file")));
        let files: Vec<(&str, &[u8])> =
            imported.files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect();
        etude_project::create(&arguments.output, &files)?;
        imported.report.notes.sort_by_key(|note| note.outcome);
        anyhow::Ok(imported)
    })?;
    let mut out = printer.out();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &as_json(&imported))?;
        writeln!(out)?;
    } else {
        summary(&mut out, &imported, &arguments.output.display().to_string())?;
    }
    out.flush()?;
    Ok(if imported.report.count(Outcome::Lost) == 0 { Status::Fine } else { Status::Findings })
}

fn import(shown: &str, tree: Tree, kind: Option<Kind>) -> anyhow::Result<Imported> {
    let source = Source { name: tree.name, files: tree.files };
    let refusal = |error: Error| match error.hint() {
        Some(hint) => anyhow::Error::new(Refusal { message: error.to_string(), hint }),
        None => anyhow::Error::new(error),
    };
    let mut imported =
        etude_import::import(&source, kind).map_err(refusal).with_context(|| format!("cannot import `{shown}`"))?;
    let left_out = tree.left_out.into_iter();
    let lost = |(file, what): (String, &str)| Note {
        file,
        place: Place::Whole,
        outcome: Outcome::Lost,
        what: what.to_owned(),
    };
    imported.report.notes.extend(left_out.map(lost));
    Ok(imported)
}

fn as_json(imported: &Imported) -> Value {
    let Imported { kind, files, report } = imported;
    let note = |note: &Note| {
        let (cell, line) = match note.place {
            Place::Whole => (None, None),
            Place::Line(line) => (None, Some(line)),
            Place::Cell(cell, line) => (Some(cell), line),
        };
        json!({ "file": note.file, "cell": cell, "line": line, "outcome": note.outcome.name(), "what": note.what })
    };
    let carried = |carried: &etude_import::Carried| json!({ "from": carried.from, "to": carried.to });
    json!({
        "kind": kind.name(),
        "files": files.keys().collect::<Vec<_>>(),
        "exercises": report.exercises,
        "lessons": report.lessons,
        "lost": report.count(Outcome::Lost),
        "changed": report.count(Outcome::Changed),
        "left": report.count(Outcome::Left),
        "notes": report.notes.iter().map(note).collect::<Vec<_>>(),
        "carried": report.carried.iter().map(carried).collect::<Vec<_>>(),
    })
}

fn summary(out: &mut impl Write, imported: &Imported, folder: &str) -> anyhow::Result<()> {
    let Report { exercises, lessons, carried, notes } = &imported.report;
    let made = match (&exercises[..], lessons.len()) {
        ([root], 0) if root.is_empty() => "an exercise".to_owned(),
        (_, 0) => count(exercises.len(), "exercise"),
        ([], lessons) => count(lessons, "lesson"),
        (_, lessons) => format!("{} and {}", count(exercises.len(), "exercise"), count(lessons, "lesson")),
    };
    writeln!(out, "made {made} in `{folder}`, of {} ({})", count(carried.len(), "file"), imported.kind)?;
    let heads = [
        (Outcome::Lost, "could not be carried over"),
        (Outcome::Changed, "is there in another form"),
        (Outcome::Left, "was left: only the tool it comes from needs it"),
    ];
    for (outcome, head) in heads {
        let mut sorts: BTreeMap<&str, Vec<&Note>> = BTreeMap::new();
        for note in notes.iter().filter(|note| note.outcome == outcome) {
            sorts.entry(&note.what).or_default().push(note);
        }
        if sorts.is_empty() {
            continue;
        }
        writeln!(out, "\n{BOLD}{head}{BOLD:#}")?;
        for (what, notes) in sorts {
            wrapped(out, &visible(what))?;
            for note in notes.iter().take(if outcome == Outcome::Left { 1 } else { NAMED }) {
                writeln!(out, "    {DIM}{}{DIM:#}", place(note))?;
            }
            let named = if outcome == Outcome::Left { 1 } else { NAMED };
            if notes.len() > named {
                writeln!(out, "    {DIM}and {} more{DIM:#}", notes.len() - named)?;
            }
        }
    }
    writeln!(out, "\nnext:")?;
    writeln!(out, "  etude check {folder}")?;
    Ok(())
}

fn place(note: &Note) -> String {
    let file = visible(&note.file);
    match note.place {
        Place::Whole => file,
        Place::Line(line) => format!("{file}:{line}"),
        Place::Cell(cell, None) => format!("{file}, cell {cell}"),
        Place::Cell(cell, Some(line)) => format!("{file}, cell {cell}, line {line}"),
    }
}

/// A sentence as a paragraph, two columns in.
fn wrapped(out: &mut impl Write, text: &str) -> anyhow::Result<()> {
    let columns = width().min(100);
    let mut line = String::from("  -");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > columns {
            writeln!(out, "{line}")?;
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    writeln!(out, "{line}")?;
    Ok(())
}
