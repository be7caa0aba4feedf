//! The code of a test, to be shown with what came of it.

use etude_course::{Exercise, is_called};

/// The body of the visible test with this name; of a table there is none.
pub fn code_of(exercise: &Exercise, id: &str) -> Option<String> {
    let (file, test) = id.split_once(".py::").map_or(("", id), |(file, test)| (file, test));
    let files = exercise.tests.iter().filter(|(path, _)| path.ends_with(".py") && path.starts_with(file));
    for (_, content) in files {
        let source = String::from_utf8_lossy(content);
        let module = etude_python::parse(&source);
        if let Some(symbol) = module.symbols.iter().find(|symbol| is_called(test, &symbol.qualified)) {
            let line_start = source[..symbol.body.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let body = &source[line_start..symbol.body.end as usize];
            let indent = body.len() - body.trim_start().len();
            let lines = body.lines().map(|line| line.get(indent..).unwrap_or(line.trim_start()));
            return Some(lines.collect::<Vec<_>>().join("\n"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_by_its_name() {
        let file =
            "class T:\n    def test_a(self):\n        x = 1\n        if x:\n            pass\n\ndef test_b(): pass\n";
        let tests = [("a_test.py".to_owned(), file.as_bytes().to_vec())].into();
        let exercise = Exercise { tests, ..Exercise::default() };
        let check = |id: &str, expected: Option<&str>| assert_eq!(code_of(&exercise, id).as_deref(), expected, "{id}");
        check("T::test_a", Some("x = 1\nif x:\n    pass"));
        check("a_test.py::T::test_a", Some("x = 1\nif x:\n    pass"));
        check("test_b[1]", Some("def test_b(): pass"));
        check("test_c", None);
        check("Cases::one", None);
    }
}
