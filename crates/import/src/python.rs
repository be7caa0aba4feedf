//! What importing needs to know of Python.

use std::collections::BTreeSet;

use etude_course::checks::packages::{distribution, is_stdlib};
use etude_text::LineIndex;

/// The packages that code imports, but for the modules that come with it. `pytest` is there wherever tests are.
pub(crate) fn packages<'a>(code: impl Iterator<Item = &'a [u8]>, own: Vec<&str>) -> BTreeSet<String> {
    let mut packages = BTreeSet::new();
    for source in code.filter_map(|code| std::str::from_utf8(code).ok()) {
        for import in etude_python::parse(source).imports {
            let top = import.module.split('.').next().unwrap_or_default();
            let known = top.is_empty() || is_stdlib(top) || own.contains(&top) || top == "pytest";
            if import.level == 0 && !import.optional && !import.type_checking && !known {
                packages.insert(distribution(top).into_owned());
            }
        }
    }
    packages
}

/// Where a file of Python stops to be one, and why.
pub(crate) fn first_error(path: &str, content: &[u8]) -> Option<(u32, String)> {
    if !path.ends_with(".py") {
        return None;
    }
    let Ok(text) = std::str::from_utf8(content) else { return Some((1, "it is not UTF-8".to_owned())) };
    let error = etude_python::parse(text).errors.into_iter().next()?;
    Some((LineIndex::new(text).line(error.span.start), error.message))
}

/// Python that only lacks bodies, with `...` in their places: behind the comments that say what belongs there.
pub(crate) fn with_bodies(content: &[u8]) -> Option<Vec<u8>> {
    let mut lines: Vec<String> = std::str::from_utf8(content).ok()?.lines().map(str::to_owned).collect();
    let is_code = |line: &String| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let indent = |line: &String| line.len() - line.trim_start().len();
    // Each round gives one body.
    for _ in 0..=lines.len() {
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let Some(error) = etude_python::parse(&text).errors.into_iter().next() else {
            return Some(text.into_bytes());
        };
        let line = LineIndex::new(&text).line(error.span.start) as usize;
        let has_body = |head: usize| {
            let next = lines[head + 1..].iter().find(|line| is_code(line));
            next.is_some_and(|line| indent(line) > indent(&lines[head]))
        };
        let is_head = |&index: &usize| is_code(&lines[index]) && lines[index].trim_end().ends_with(':');
        let head = (0..lines.len().min(line)).rev().filter(is_head).find(|&head| !has_body(head))?;
        let own = indent(&lines[head]);
        let comments =
            lines[head + 1..].iter().take_while(|line| line.trim_start().starts_with('#') && indent(line) > own);
        let at = head + 1 + comments.count();
        lines.insert(at, format!("{}...", " ".repeat(own + 4)));
    }
    None
}

/// A name for a module: letters, digits and `_`, and none that Python has taken.
pub(crate) fn module_name(title: &str) -> String {
    let mut name = String::new();
    for char in title.chars() {
        match char {
            'a'..='z' | '0'..='9' => name.push(char),
            'A'..='Z' => name.extend(char.to_lowercase()),
            _ if name.is_empty() || name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => "answer".to_owned(),
        Some('0'..='9') => format!("part_{name}"),
        // It would hide Python's own, or be taken for tests.
        Some(_) if is_stdlib(name) || name.starts_with("test") || name.ends_with("_test") => format!("my_{name}"),
        Some(_) if etude_python::parse(&format!("import {name}")).errors.is_empty() => name.to_owned(),
        Some(_) => format!("{name}_"),
    }
}

/// `sum-of-squares` and `sum_of_squares` as `SumOfSquares`.
pub(crate) fn class_name(module: &str) -> String {
    let words = module.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// `01_greet` as `greet`: a place in an order is no part of a name. `2048` has nothing but a number.
pub(crate) fn without_number(name: &str) -> &str {
    let rest = name.trim_start_matches(|char: char| char.is_ascii_digit());
    let word = rest.trim_start_matches(['-', '_', '.', ' ']);
    if rest.len() < name.len() && word.len() < rest.len() && !word.is_empty() { word } else { name }
}

/// `guidos-gorgeous-lasagna` as `Guidos Gorgeous Lasagna`.
pub(crate) fn title(name: &str) -> String {
    let words = without_number(name).split(|char: char| "-_. ".contains(char)).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    };
    let title = words.map(capital).collect::<Vec<_>>().join(" ");
    if title.is_empty() { "Exercises".to_owned() } else { title }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_are_missing_are_given() {
        let check = |source: &str, expected: Option<&str>| {
            let mended = with_bodies(source.as_bytes()).map(|mended| String::from_utf8(mended).expect("UTF-8"));
            assert_eq!(mended.as_deref(), expected, "{source}");
        };
        check("def f():\n    # write it\n\nprint(f())\n", Some("def f():\n    # write it\n    ...\n\nprint(f())\n"));
        check("def f():\n# write it\n\ndef g():\n", Some("def f():\n    ...\n# write it\n\ndef g():\n    ...\n"));
        check("for i in range(3):", Some("for i in range(3):\n    ...\n"));
        check("x = (1,\n", None);
        check("def f():\n    return 1 +\n", None);
    }

    #[test]
    fn a_title_has_no_number() {
        let check = |name: &str, expected: &str| assert_eq!(title(name), expected);
        check("01_greet_all", "Greet All");
        check("3-tea", "Tea");
        check("2048", "2048");
        check("3d_tea", "3d Tea");
        check("2_", "2");
        check("", "Exercises");
    }

    #[test]
    fn any_title_gives_a_module() {
        let check = |title: &str, expected: &str| assert_eq!(module_name(title), expected);
        check("Homework 3: Loops!", "homework_3_loops");
        check("01-tea", "part_01_tea");
        check("random", "my_random");
        check("test-tea", "my_test_tea");
        check("class", "class_");
        check("日本", "answer");
    }
}
