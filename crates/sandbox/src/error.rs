//! What can go wrong on our side. A program that fails, hangs or is stopped is no error: see [`crate::Outcome`].

use crate::job::Profile;
use crate::wire::Step;
use std::path::PathBuf;

/// The sandbox could not do its job.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("the interpreter `{}` cannot be used: {reason}", path.display())]
    Interpreter { path: PathBuf, reason: String },
    #[error("the sandbox could not be set up: {step} failed")]
    Setup { step: String, source: std::io::Error },
    #[error("this machine cannot hold what a sandbox must: {missing}")]
    Unsupported { missing: String },
    #[error("the profile `{wanted}` is not allowed here")]
    Profile { wanted: Profile },
    #[error("`{path}` is no path inside the work folder")]
    Path { path: String },
    #[error("the job is too large: {bytes} bytes, at most {most} are accepted")]
    JobSize { bytes: usize, most: usize },
    #[error("the run could not be prepared: {step:?} failed")]
    Run { step: Step, source: std::io::Error },
    #[error("the warm interpreter said: {reason}")]
    Warm { reason: String },
    #[error("no stand-ins can be had: {reason}")]
    StandIns { reason: String },
    #[error("the warm interpreter is gone")]
    Lost,
    #[error("cannot {doing}")]
    System { doing: &'static str, source: std::io::Error },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Interpreter { .. } => {
                Some("choose another with `--python VERSION` or `--python PATH`; `etude doctor` lists them".to_owned())
            }
            _ => None,
        }
    }

    /// Not about what was asked for: it may be gone with another interpreter.
    pub(crate) fn is_ours(&self) -> bool {
        !matches!(
            self,
            Error::Unsupported { .. }
                | Error::Profile { .. }
                | Error::Path { .. }
                | Error::JobSize { .. }
                | Error::StandIns { .. }
        )
    }

    pub(crate) fn system(doing: &'static str) -> impl FnOnce(rustix::io::Errno) -> Error {
        move |errno| Error::System { doing, source: errno.into() }
    }
}
