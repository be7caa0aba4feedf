use std::io::Write;
use std::path::PathBuf;

use crate::Status;
use crate::printer::{Printer, count};

const EXAMPLES: &str = "\
Example:
  etude new waiting --title \"Waiting for beginners\"
  etude check waiting";

/// Make a small course that passes its own check
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder to make; it may exist if it is empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// What the course is called
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
}

macro_rules! template {
    ($path:literal) => {
        ($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/waiting/", $path)))
    };
}

/// The example course, which is the template.
static TEMPLATE: [(&str, &str); 4] = [
    template!("course.toml"),
    template!("01-one-after-another.md"),
    template!("02-side-by-side.md"),
    template!("03-who-holds-the-loop.md"),
];

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let titled: Vec<(&str, String)> = TEMPLATE
        .iter()
        .map(|&(path, text)| match &arguments.title {
            Some(title) if path == "course.toml" => (path, with_title(text, title)),
            _ => (path, text.to_owned()),
        })
        .collect();
    let files: Vec<(&str, &[u8])> = titled.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    etude_project::create(&arguments.folder, &files)?;

    let folder = arguments.folder.display();
    let argument = quoted(&folder.to_string());
    let lessons = files.iter().filter(|(path, _)| path.ends_with(".md")).count();
    let mut out = printer.out();
    writeln!(out, "made a course of {} in `{folder}`", count(lessons, "lesson"))?;
    writeln!(out)?;
    writeln!(out, "next:")?;
    for (command, purpose) in [("check", "run it, and say what is wrong"), ("show", "see what was understood")] {
        writeln!(out, "  {:<40} {purpose}", format!("etude {command} {argument}"))?;
    }
    writeln!(out, "  then write your own lessons and list them in `course.toml`")?;
    out.flush()?;
    Ok(Status::Fine)
}

/// As it has to be typed into a shell.
fn quoted(argument: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || "-_./,:+@%=".contains(char);
    if argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

/// `course.toml` with another title; its first line is the title's.
fn with_title(text: &str, title: &str) -> String {
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    format!("title = {}\n{rest}", toml::Value::from(title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_file_of_the_example_is_in_the_template() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/waiting");
        let mut there: Vec<String> = folder
            .read_dir()
            .expect("the example")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        there.sort();
        let mut embedded: Vec<&str> = TEMPLATE.iter().map(|(path, _)| *path).collect();
        embedded.sort_unstable();
        assert_eq!(embedded, there);
    }

    #[test]
    fn folders_are_quoted_where_a_shell_would_take_them_apart() {
        let check = |folder, expected: &str| assert_eq!(quoted(folder), expected);
        check("waiting/for-tea", "waiting/for-tea");
        check("日本", "日本");
        check("a b", "'a b'");
        check("it's", r"'it'\''s'");
        check("$HOME", "'$HOME'");
    }

    #[test]
    fn any_title_is_written_as_toml() {
        for title in ["Tea", "\"Tea\" \\ 'coffee'", "日本\u{7f}\u{1}", "two\nlines"] {
            let text = with_title(TEMPLATE[0].1, title);
            let (config, errors) = etude_course::parse_config(&text);
            assert_eq!(errors, []);
            assert_eq!(config.title.as_deref(), Some(title));
            assert_eq!(config.modules.len(), 1);
        }
    }
}
