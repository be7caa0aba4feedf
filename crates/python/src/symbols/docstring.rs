use ruff_python_ast::{Expr, Stmt};

/// The docstring a body begins with, its indentation taken out.
pub(super) fn of(body: &[Stmt]) -> Option<String> {
    let Some(Stmt::Expr(statement)) = body.first() else { return None };
    let Expr::StringLiteral(literal) = &*statement.value else { return None };
    Some(clean(literal.value.to_str()))
}

/// `inspect.cleandoc`: tabs to spaces, the common margin of all lines but the first removed, blank ends dropped.
fn clean(text: &str) -> String {
    let expanded = expand_tabs(text);
    let lines: Vec<&str> = expanded.split('\n').collect();
    let margin = lines[1..]
        .iter()
        .filter(|line| !line.trim_start().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let cleaned: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| match index {
            0 => line.trim_start_matches(' '),
            _ => line.get(margin..).unwrap_or_default(),
        })
        .collect();
    let first = cleaned.iter().position(|line| !line.is_empty()).unwrap_or(cleaned.len());
    let last = cleaned.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    cleaned[first..last].join("\n")
}

fn expand_tabs(text: &str) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    // A string in a file with CRLF line ends has `\n` in it when Python runs.
    for character in text.replace("\r\n", "\n").replace('\r', "\n").chars() {
        match character {
            '\t' => {
                let width = 8 - column % 8;
                expanded.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\n' => {
                expanded.push('\n');
                column = 0;
            }
            _ => {
                expanded.push(character);
                column += 1;
            }
        }
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(clean(text), expected, "{text:?}");
    }

    // The expected values are what `inspect.cleandoc` of Python 3.11 gives.
    #[test]
    fn cleans_as_inspect_does() {
        check("Doc.", "Doc.");
        check("  Doc.\n\n    More.\n      Indented.\n    ", "Doc.\n\nMore.\n  Indented.");
        check("\n    First.\n    Second.\n", "First.\nSecond.");
        check("Doc.\n\tTab.\n        Spaces.", "Doc.\nTab.\nSpaces.");
        check("Doc.\r\n    More.\r\n    ", "Doc.\nMore.");
        check("", "");
        check("\n\n", "");
        check("a\n  é\n é", "a\n é\né");
    }
}
