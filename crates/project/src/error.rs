use std::io;

/// Why something could not be found, read or written. Paths are as they are shown to people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no `{path}`")]
    Missing { path: String, nearest: Option<String> },
    #[error("cannot read `{path}`")]
    Read { path: String, source: io::Error },
    #[error("cannot list `{path}`")]
    List { path: String, source: io::Error },
    /// Opening a pipe or a device could wait for ever or never end.
    #[error("cannot read `{path}`: it is {kind}, not a file")]
    Special { path: String, kind: &'static str },
    #[error("cannot read `{path}`: it has {bytes} bytes, and files of 4 GiB and more are not read")]
    TooLarge { path: String, bytes: u64 },
    #[error("the link `{path}` leads nowhere")]
    DeadEnd { path: String },
    #[error("there are no Markdown files in `{path}`")]
    NoLessons { path: String },
    #[error("there is no `course.toml` in `{path}`")]
    NoCourse { path: String },
    #[error("there is no exercise at `{path}`")]
    NoExercise { path: String, nearest: Option<String> },
    #[error("cannot write `{path}`")]
    Write { path: String, source: io::Error },
    #[error("cannot delete `{path}`")]
    Delete { path: String, source: io::Error },
    #[error("`{path}` was changed by somebody else while it was worked on, and is left as it is")]
    Changed { path: String },
    #[error("`{path}` is read-only, and is left as it is")]
    ReadOnly { path: String },
    #[error("`{path}` is not empty")]
    NotEmpty { path: String },
    #[error("`{path}` is a link")]
    Link { path: String },
    #[error("`{path}` is a file, not a folder")]
    NotAFolder { path: String },
    #[error("`{path}` is no text: it has NUL bytes")]
    Binary { path: String },
    #[error("`{path}` is not UTF-8: line {line} has other bytes")]
    NotUtf8 { path: String, line: usize },
    #[error("the name of `{path}` is not UTF-8")]
    OddName { path: String },
    #[error("two different files would be `{path}` in the folder of the run")]
    Clash { path: String },
    #[error("more than {most} file{} to be copied", if *most == 1 { " is" } else { "s are" })]
    TooManyFiles { most: usize },
    #[error("more than {} are to be copied", size(*most))]
    TooManyBytes { most: u64 },
    #[error("`{path}` cannot be used as it is: {message}")]
    Settings { path: String, message: String },
    #[error("the current folder cannot be found")]
    CurrentFolder { source: io::Error },
}

impl Error {
    /// The path it is about, if it is about one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Error::Missing { path, .. }
            | Error::Read { path, .. }
            | Error::List { path, .. }
            | Error::Special { path, .. }
            | Error::TooLarge { path, .. }
            | Error::DeadEnd { path }
            | Error::NoLessons { path }
            | Error::NoCourse { path }
            | Error::NoExercise { path, .. }
            | Error::Write { path, .. }
            | Error::Delete { path, .. }
            | Error::Changed { path }
            | Error::ReadOnly { path }
            | Error::NotEmpty { path }
            | Error::NotAFolder { path }
            | Error::Link { path }
            | Error::Binary { path, .. }
            | Error::NotUtf8 { path, .. }
            | Error::OddName { path, .. }
            | Error::Clash { path }
            | Error::Settings { path, .. } => Some(path),
            Error::TooManyFiles { .. } | Error::TooManyBytes { .. } | Error::CurrentFolder { .. } => None,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Missing { nearest: Some(nearest), .. } | Error::NoExercise { nearest: Some(nearest), .. } => {
                return Some(format!("did you mean `{nearest}`?"));
            }
            Error::Missing { .. } => return None,
            Error::Read { source, .. } | Error::List { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => "look at its permissions, or name it in `.etudeignore`",
                _ => return None,
            },
            Error::Write { source, .. } if source.kind() == io::ErrorKind::NotFound => "make its folder first",
            Error::Special { .. } => "`-` reads standard input",
            Error::TooLarge { .. } => "cut it into several lessons",
            Error::NoLessons { .. } => "lessons end in `.md` or `.markdown`; any other file can be named itself",
            Error::NoExercise { .. } => "name its folder, which holds `lab.toml` or Exercism's `.meta/config.json`",
            Error::NoCourse { .. } => "`etude new DIR` makes a course",
            Error::Changed { .. } => "run the command again",
            Error::ReadOnly { .. } => "make it writable first",
            Error::NotEmpty { .. } => "choose a folder that is empty or does not exist yet",
            Error::NotAFolder { .. } => "name a folder",
            Error::Link { .. } => "ask for the file itself",
            Error::Binary { .. } => "name a file with Python source",
            Error::NotUtf8 { .. } => {
                "save it as UTF-8, or name its encoding in the first line: `# -*- coding: latin-1 -*-`"
            }
            Error::OddName { .. } => "give it another name",
            Error::Clash { .. } => "give one of them another name",
            Error::TooManyFiles { .. } | Error::TooManyBytes { .. } => {
                "name what is not needed in `.etudeignore`, or copy less"
            }
            Error::Settings { .. } => "`etude check --no-run` shows all that is wrong with it",
            Error::DeadEnd { .. } | Error::Write { .. } | Error::Delete { .. } | Error::CurrentFolder { .. } => {
                return None;
            }
        };
        Some(hint.to_owned())
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{bytes} bytes"),
        _ => format!("{} MiB", bytes >> 20),
    }
}
