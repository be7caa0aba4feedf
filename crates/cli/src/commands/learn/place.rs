//! Where a learner's files lie: never in the course.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etude_store::Enrolment;

use crate::printer::Refusal;

/// The folder somebody asks for, else the one used before, else one beside whatever is here.
pub(super) fn choose(wanted: Option<&Path>, root: &Path, enrolments: &[Enrolment]) -> anyhow::Result<PathBuf> {
    let current = std::env::current_dir().context("the current folder cannot be found")?;
    let own = root.display().to_string();
    let before = enrolments.iter().find(|enrolment| enrolment.course.0 == own);
    let folder = match (wanted, before) {
        (Some(wanted), _) => current.join(wanted),
        (None, Some(before)) => PathBuf::from(&before.folder),
        (None, None) => {
            let name = root.file_name().map_or_else(|| "course".to_owned(), |name| name.to_string_lossy().into_owned());
            let beside = if current.starts_with(root) { root.parent().unwrap_or(root) } else { &current };
            beside.join(format!("{name}-work"))
        }
    };
    let shown = shown(&folder);
    let hint = "choose another folder with `--work DIR`".to_owned();
    anyhow::ensure!(
        !settled(&folder).starts_with(root),
        Refusal { message: format!("`{shown}` lies in the course, which stays as it is"), hint }
    );
    let other = enrolments.iter().find(|it| it.course.0 != own && Path::new(&it.folder) == folder);
    if let Some(other) = other {
        let message = format!("`{shown}` holds your work on another course, `{}`", other.course.0);
        return Err(Refusal { message, hint: "choose another folder with `--work DIR`".to_owned() }.into());
    }
    Ok(folder)
}

/// Where a folder that may not be there yet really is.
fn settled(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match there {
        Some((above, real)) => real.join(folder.strip_prefix(above).unwrap_or(Path::new(""))),
        None => folder.to_owned(),
    }
}

/// As the learner knows it: from the current folder where it lies below.
pub(super) fn shown(path: &Path) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&current).unwrap_or(path).display().to_string()
}
