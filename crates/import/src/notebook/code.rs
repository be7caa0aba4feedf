//! The code of a cell, without what only a notebook understands.

use std::sync::LazyLock;

use etude_python::{TokenKind, highlight};
use etude_text::LineIndex;
use regex::Regex;

use crate::report::Outcome;

#[derive(Debug, Default)]
pub(super) struct Code {
    /// Python, line by line where it was; what is no Python has become a comment.
    pub(super) python: String,
    /// A whole cell for a shell.
    pub(super) shell: Option<String>,
    /// A file that the cell writes: its name and its text.
    pub(super) file: Option<(String, String)>,
    pub(super) needs: Vec<String>,
    /// By lines of the cell.
    pub(super) notes: Vec<(u32, Outcome, String)>,
}

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:%{1,2}\s*[A-Za-z_]|!|\?)|^[\w.]+\?{1,2}\s*$|=\s*[!%]\s*\w").expect("a valid expression")
});

static INSTALL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*[!%]\s*(?:python3? -m )?pip3? install\s+(.*)$").expect("a valid expression"));

/// What only concerns how a notebook looks or is worked with.
const HARMLESS: [&str; 7] = ["%matplotlib", "%config", "%load_ext", "%reload_ext", "%autoreload", "%pylab", "%time"];

pub(super) fn code(text: &str) -> Code {
    let mut code = Code::default();
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let rest = || text.split_once(first).map_or("", |(_, rest)| rest).trim_start_matches('\n').to_owned();
    let mut text = text.to_owned();
    if let Some(magic) = first.strip_prefix("%%") {
        let name = magic.split_whitespace().next().unwrap_or_default();
        match name {
            "bash" | "sh" | "script" => {
                code.shell = Some(rest());
                return code;
            }
            "writefile" | "file" => {
                let name = magic.split_whitespace().last().unwrap_or_default().to_owned();
                code.file = Some((name, rest()));
                return code;
            }
            "time" | "timeit" | "capture" | "prun" => {
                code.notes.push((1, Outcome::Left, format!("`{first}` only measures or hides")));
                text = text.replacen("%%", "# %%", 1);
            }
            _ => {
                code.notes.push((1, Outcome::Lost, format!("`{first}`: only a notebook knows what that is")));
                return code;
            }
        }
    }
    let lines = LineIndex::new(&text);
    let strings: Vec<_> = highlight(&text).into_iter().filter(|token| token.kind == TokenKind::String).collect();
    for (number, line) in (1..).zip(text.lines()) {
        let start = lines.span(number).start;
        let within = strings.iter().any(|token| token.span.start < start && start < token.span.end);
        if within || !LINE.is_match(line) {
            code.python.push_str(line);
        } else {
            code.comment(number, line);
        }
        code.python.push('\n');
    }
    // A cell of nothing but `!ls` is for a shell.
    let commands: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let all = !commands.is_empty() && commands.iter().all(|line| line.starts_with('!'));
    if all && code.needs.is_empty() {
        code.shell = Some(commands.iter().map(|line| format!("{}\n", line[1..].trim())).collect());
        code.notes.clear();
    }
    code
}

impl Code {
    fn comment(&mut self, number: u32, line: &str) {
        let trimmed = line.trim();
        if let Some(packages) = INSTALL.captures(line) {
            let named = packages[1].split_whitespace().filter(|word| !word.starts_with('-') && !word.contains('/'));
            self.needs.extend(named.map(|word| word.trim_matches(['"', '\'']).to_owned()));
            self.notes.push((number, Outcome::Changed, format!("`{trimmed}`: it is among the packages now")));
        } else if HARMLESS.iter().any(|harmless| trimmed.starts_with(harmless)) {
            self.notes.push((number, Outcome::Left, format!("`{trimmed}` is for a notebook only")));
        } else {
            self.notes.push((number, Outcome::Lost, format!("`{trimmed}` is no Python")));
        }
        let blanks = &line[..line.len() - line.trim_start().len()];
        self.python.push_str(&format!("{blanks}# {trimmed}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_python_becomes_a_comment() {
        let check = |text: &str, expected: &str| assert_eq!(code(text).python, expected);
        check("%matplotlib inline\nx = 1", "# %matplotlib inline\nx = 1\n");
        check("if x:\n    !ls\n    pass", "if x:\n    # !ls\n    pass\n");
        check("text = '''\n%d cups\n!\n'''", "text = '''\n%d cups\n!\n'''\n");
        check("x = 10 %3\ny = x != 3", "x = 10 %3\ny = x != 3\n");
        check("%%time\nbrew()", "# %%time\nbrew()\n");
        check("files = !ls\nbrew?", "# files = !ls\n# brew?\n");
    }

    #[test]
    fn whole_cells_may_be_something_else() {
        assert_eq!(code("%%bash\nls -l\n").shell.as_deref(), Some("ls -l\n"));
        assert_eq!(code("!ls\n!pwd").shell.as_deref(), Some("ls\npwd\n"));
        assert_eq!(code("%%writefile tea.py\nx = 1\n").file, Some(("tea.py".to_owned(), "x = 1\n".to_owned())));
        assert_eq!(code("!pip install -q httpx==0.28.1").needs, ["httpx==0.28.1"]);
        assert_eq!(code("%%html\n<b>").notes.len(), 1);
    }
}
