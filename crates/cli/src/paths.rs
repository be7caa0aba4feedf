//! What the commands that read courses are told about where they lie.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use etude_project::{Request, Workspace};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Paths {
    /// Course folders, folders of Markdown, or files; `-` is standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// The `course.toml` to use, or its folder, instead of the nearest one
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(crate) course: Option<PathBuf>,
}

impl Paths {
    pub(crate) fn has_stdin(&self) -> bool {
        self.paths.iter().any(|path| is_stdin(path))
    }

    pub(crate) fn read(self) -> anyhow::Result<Workspace> {
        let stdin = self.has_stdin().then(read_stdin).transpose()?;
        let paths = self.paths.into_iter().filter(|path| !is_stdin(path)).collect();
        Ok(Workspace::read(Request { paths, stdin, course: self.course })?)
    }
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(crate) fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let limit = u64::from(u32::MAX);
    let mut bytes = Vec::new();
    io::stdin().lock().take(limit).read_to_end(&mut bytes).context("cannot read standard input")?;
    anyhow::ensure!((bytes.len() as u64) < limit, "cannot read standard input: 4 GiB and more are not read");
    Ok(bytes)
}
