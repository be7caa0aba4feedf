//! Finds and copies what a run needs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etude_project::{Bounds, Copies, Program};
use etude_sandbox::Limits;

use super::Arguments;
use crate::paths::{is_stdin, read_stdin};
use crate::printer::Refusal;

/// What is to be run, copied.
pub(super) struct Load {
    pub(super) program: Option<(String, Vec<u8>)>,
    pub(super) copies: Copies,
    pub(super) imports: Vec<String>,
    /// The folder on the disk that the work folder stands for, and the one whose `course.toml` counts.
    pub(super) root: PathBuf,
    pub(super) folder: PathBuf,
}

pub(super) fn load(arguments: &Arguments, limits: Limits) -> anyhow::Result<Load> {
    let bounds = Bounds { files: limits.files as usize, bytes: limits.disk };
    let Some(file) = &arguments.file else {
        anyhow::ensure!(
            !arguments.words.is_empty(),
            Refusal {
                message: "there is no program to run".to_owned(),
                hint: "name it after `--`: `etude run --exec -- python app.py`".to_owned(),
            }
        );
        let mut copies = Copies::new(bounds);
        copies.add_current_folder()?;
        let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
        let folder = folder.context("the current folder cannot be found")?;
        for path in &arguments.files {
            copies.add_path(path, &folder)?;
        }
        return Ok(Load { program: None, copies, imports: Vec::new(), root: folder.clone(), folder });
    };
    let program = if is_stdin(file) {
        anyhow::ensure!(
            !arguments.stdin.as_deref().is_some_and(is_stdin),
            Refusal {
                message: "standard input cannot be both the program and its input".to_owned(),
                hint: "put one of them into a file".to_owned(),
            }
        );
        Program::from_stdin(read_stdin()?, bounds)?
    } else {
        refuse_other_kinds(file)?;
        Program::read(file, bounds)?
    };
    let mut copies = program.modules;
    for path in &arguments.files {
        copies.add_path(path, &program.root)?;
    }
    copies.has(&program.path, &program.source)?;
    Ok(Load {
        program: Some((program.path, program.source)),
        copies,
        imports: program.imports,
        root: program.root,
        folder: program.folder,
    })
}

/// What is plainly no Python program, with the way that leads on.
fn refuse_other_kinds(file: &Path) -> Result<(), Refusal> {
    let shown = file.display();
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let (kind, hint) = match ending.as_str() {
        _ if file.is_dir() => ("a folder", "name the file in it that starts the program".to_owned()),
        _ if !file.exists() => return Ok(()),
        "md" | "markdown" => {
            ("a lesson", format!("`etude check {shown}` runs its snippets, `etude run {shown}#LINE` one of them"))
        }
        "ipynb" => ("a notebook", format!("`jupyter nbconvert --to script {shown}` makes a Python file of it")),
        _ => return Ok(()),
    };
    Err(Refusal {
        message: format!("`{shown}` is {kind}, and `run` takes a Python file or one snippet of a lesson"),
        hint,
    })
}
