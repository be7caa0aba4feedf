use std::path::PathBuf;

/// Progress cannot be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("cannot open `{}`, where progress is kept", path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("cannot make the folder of `{}`, where progress is kept", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("`{}`, where progress is kept, is damaged, and is left as it is: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("`{}`, where progress is kept, was written by a newer version", path.display())]
    Newer { path: PathBuf },
    #[error("progress could not be read or kept")]
    Query(#[from] sqlx::Error),
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Damaged { .. } => {
                Some("move it away to begin anew: the files you work on are not in it, and stay as they are".to_owned())
            }
            Error::Newer { .. } => Some("update etude".to_owned()),
            Error::Open { .. } | Error::Folder { .. } => {
                Some("look at its permissions, or set XDG_DATA_HOME to a folder you may write to".to_owned())
            }
            Error::Query(_) => None,
        }
    }
}
