//! The learner's own editor.

use std::path::PathBuf;
use std::process::ExitStatus;

use anyhow::Context as _;

/// What the learner has set: a command line, as a shell reads it.
#[expect(clippy::disallowed_methods, reason = "settings come in here")]
pub(super) fn command() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR"))
}

/// Opens files and waits until the editor is closed.
#[expect(clippy::disallowed_methods, reason = "the editor is the learner's own program")]
pub(super) fn open(files: &[PathBuf]) -> anyhow::Result<ExitStatus> {
    let command = command().context("neither VISUAL nor EDITOR is set")?;
    let shell =
        std::process::Command::new("sh").arg("-c").arg(format!("{command} \"$@\"")).arg("sh").args(files).status();
    shell.with_context(|| format!("`{command}` could not be started"))
}
