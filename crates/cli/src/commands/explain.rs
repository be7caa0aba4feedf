use std::io::Write;

use crate::Status;
use crate::catalogue::{self, Entry};
use crate::printer::{BOLD, DIM, Printer, width};

const EXAMPLES: &str = "\
Examples:
  etude explain               list all checks, and all that runs can show
  etude explain course-toml   say what one of them looks for
  etude explain blocked-loop";

/// Say what a check or a finding is about, why, and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The code in the brackets of a diagnostic; without one, all of them are listed
    #[arg(value_name = "CODE", value_parser = catalogue::parse)]
    code: Option<Entry>,
}

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let mut out = printer.out();
    match &arguments.code {
        Some(entry) => {
            writeln!(out, "{BOLD}{}{BOLD:#} ({}): {}\n", entry.code, entry.severity.as_str(), entry.summary)?;
            out.write_all(wrap(entry.documentation.trim(), width().min(100)).as_bytes())?;
        }
        None => {
            let entries = catalogue::entries();
            let longest = entries.iter().map(|entry| entry.code.len()).max().unwrap_or_default();
            for Entry { code, severity, summary, .. } in entries {
                writeln!(out, "{BOLD}{code:<longest$}{BOLD:#}  {DIM}{:<7}{DIM:#}  {summary}", severity.as_str())?;
            }
        }
    }
    out.flush()?;
    Ok(Status::Fine)
}

/// Fills the paragraphs of a Markdown text; code, tables and headings stay as they are, lists keep their indentation.
fn wrap(markdown: &str, columns: usize) -> String {
    let mut out = String::with_capacity(markdown.len() + 64);
    let mut fence: Option<&str> = None;
    let mut paragraph: Option<Paragraph<'_>> = None;
    for line in markdown.lines() {
        let text = line.trim_start();
        let ticks = &text[..text.len() - text.trim_start_matches(['`', '~']).len()];
        let delimits = ticks.len() >= 3;
        if fence.is_some() || delimits || text.is_empty() || text.starts_with(['|', '#']) {
            paragraph.take().into_iter().for_each(|paragraph| paragraph.fill(columns, &mut out));
            out.push_str(line);
            out.push('\n');
            if delimits {
                fence = match fence {
                    Some(open) => Some(open).filter(|open| !ticks.starts_with(open)),
                    None => Some(ticks),
                };
            }
            continue;
        }
        let mut words = text.split_whitespace();
        match &mut paragraph {
            Some(open) if !words.clone().next().is_some_and(is_marker) => open.words.extend(words),
            _ => {
                paragraph.take().into_iter().for_each(|paragraph| paragraph.fill(columns, &mut out));
                let indent = line.len() - text.len();
                let marker = words.clone().next().filter(|first| is_marker(first));
                if marker.is_some() {
                    words.next();
                }
                paragraph = Some(Paragraph { indent, marker, words: words.collect() });
            }
        }
    }
    paragraph.into_iter().for_each(|paragraph| paragraph.fill(columns, &mut out));
    out
}

struct Paragraph<'a> {
    indent: usize,
    /// Of a list item.
    marker: Option<&'a str>,
    words: Vec<&'a str>,
}

impl Paragraph<'_> {
    fn fill(self, columns: usize, out: &mut String) {
        let marker = self.marker.map(|marker| format!("{marker} ")).unwrap_or_default();
        let hang = self.indent + marker.len();
        out.push_str(&" ".repeat(self.indent));
        out.push_str(&marker);
        let mut used = hang;
        for (index, word) in self.words.into_iter().enumerate() {
            let wide = word.chars().count();
            if index > 0 && used + 1 + wide > columns {
                out.push('\n');
                out.push_str(&" ".repeat(hang));
                used = hang;
            } else if index > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += wide;
        }
        out.push('\n');
    }
}

fn is_marker(word: &str) -> bool {
    matches!(word, "-" | "*" | "+" | ">") || word.strip_suffix('.').is_some_and(|it| it.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markdown: &str, expected: &str) {
        assert_eq!(wrap(markdown, 12), expected);
    }

    #[test]
    fn prose_is_wrapped() {
        check("one two three four", "one two\nthree four\n");
        check("short\n\nlines", "short\n\nlines\n");
        check("one two\nthree four\n# five", "one two\nthree four\n# five\n");
        check("one two three\nfour", "one two\nthree four\n");
    }

    #[test]
    fn lists_hang() {
        check("- one two three", "- one two\n  three\n");
        check("  10. one two three", "  10. one\n      two\n      three\n");
        check("- one\n  two three\n- four", "- one two\n  three\n- four\n");
    }

    #[test]
    fn code_and_tables_stay() {
        check("```\none two three four\n```\nfive", "```\none two three four\n```\nfive\n");
        check("````\n```\none two three four\n````", "````\n```\none two three four\n````\n");
        check("| one | two | three |", "| one | two | three |\n");
    }
}
