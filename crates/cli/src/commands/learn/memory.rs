//! What is remembered from one session to the next.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use etude_store::{CourseId, Enrolment, LearnerId, Learning, Progress, Store, Submission, Submitted};
use tokio::runtime::{Builder, Runtime};

use super::state::Note;

/// The one learner of this machine's user.
const ME: &str = "me";

pub(super) struct Memory {
    runtime: Runtime,
    store: Store,
    learning: Learning,
}

/// The file in the user's data folder.
#[expect(clippy::disallowed_methods, reason = "settings come in here")]
fn file() -> anyhow::Result<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")));
    Ok(data
        .context("there is no folder to keep progress in: set HOME or XDG_DATA_HOME")?
        .join("etude/learning.sqlite3"))
}

impl Memory {
    pub(super) fn open(root: &Path) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_time().build().context("cannot wait for the store")?;
        let store = runtime.block_on(Store::open(&file()?))?;
        let course = CourseId(root.display().to_string());
        let learning = store.learning(LearnerId(ME.to_owned()), course);
        Ok(Self { runtime, store, learning })
    }

    /// The course used last, by its folder.
    pub(super) fn latest() -> anyhow::Result<Option<PathBuf>> {
        let memory = Self::open(Path::new(""))?;
        Ok(memory.enrolments()?.into_iter().next().map(|enrolment| PathBuf::from(enrolment.course.0)))
    }

    pub(super) fn enrolments(&self) -> anyhow::Result<Vec<Enrolment>> {
        Ok(self.runtime.block_on(self.store.enrolments(&LearnerId(ME.to_owned())))?)
    }

    pub(super) fn enrol(&self, folder: &Path) -> anyhow::Result<()> {
        Ok(self.runtime.block_on(self.learning.enrol(&folder.display().to_string(), now()))?)
    }

    pub(super) fn progress(&self) -> anyhow::Result<Vec<Progress>> {
        Ok(self.runtime.block_on(self.learning.progress())?)
    }

    /// Begins a part, or notes that what it is now has been seen.
    pub(super) fn give(&self, part: &str, given: &str) -> anyhow::Result<()> {
        Ok(self.runtime.block_on(self.learning.give(part, given))?)
    }

    pub(super) fn note(&self, part: &str, given: &str, note: Note) -> anyhow::Result<()> {
        let learning = &self.learning;
        let work = async {
            match note {
                Note::Here => learning.stand_at(part, now()).await,
                Note::Given => learning.give(part, given).await,
                Note::Hints(hints) => learning.show_hints(part, hints as u32).await,
                Note::Done => learning.finish(part, now()).await,
                Note::SolutionSeen => learning.show_solution(part, now()).await,
                Note::Submitted { digest, status, passed, tests } => {
                    let status = format!("{status:?}").to_lowercase();
                    let result = Submitted { status, passed: passed as u32, tests: tests as u32 };
                    learning.submit(part, &Submission { digest, result }, now()).await
                }
            }
        };
        Ok(self.runtime.block_on(work)?)
    }

    /// What is not closed, the next session finds all the same.
    pub(super) fn close(self) {
        self.runtime.block_on(self.store.close());
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
