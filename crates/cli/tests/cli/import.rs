use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::Etude;

const CONFIG: &str = r#"{"files": {"solution": ["tea.py"], "test": ["tea_test.py"], "example": [".meta/example.py"]}}"#;

fn exercise() -> TempFolder {
    TempFolder::new()
        .file("tea-time/.meta/config.json", CONFIG)
        .file("tea-time/.meta/example.py", "def cups():\n    return 2\n")
        .file("tea-time/.meta/template.j2", "cups")
        .file("tea-time/.docs/instructions.md", "# Instructions\n\nCount cups.\n")
        .file("tea-time/tea.py", "def cups():\n    pass\n")
        .file(
            "tea-time/tea_test.py",
            "import unittest\nfrom tea import cups\n\n\nclass TeaTest(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(cups(), 2)\n",
        )
}

#[test]
fn an_exercise_is_imported_and_holds_what_it_claims() {
    let folder = exercise();
    assert_snapshot!(folder.etude("import tea-time -o out/tea"));
    assert_snapshot!("imported_tree", folder.tree());
    assert_snapshot!("imported_check", folder.etude("check out/tea"));
    assert_eq!(folder.read("out/tea/tests/tea_test.py"), folder.read("tea-time/tea_test.py"));
}

#[test]
fn what_is_lost_is_said_and_told_to_programs() {
    let folder =
        exercise().file("tea-time/.articles/cups/content.md", "# Cups\n").file("tea-time/tea.py", "def cups(:\n");
    assert_snapshot!(folder.etude("import tea-time -o out"));
    assert_snapshot!("lost_json", folder.etude("import tea-time -o other --json"));
}

#[test]
fn nothing_is_written_over() {
    let folder = exercise().file("out/mine.md", "mine").file("empty/a.txt", "a").file("broken.ipynb", "{");
    assert_snapshot!(folder.etude("import tea-time -o out"));
    assert_snapshot!("not_exercises", folder.etude("import empty -o new"));
    assert_snapshot!("broken_notebook", folder.etude("import broken.ipynb -o new"));
    assert_snapshot!("unknown_kind", folder.etude("import empty -o new --from exercims"));
    assert_snapshot!("missing_source", folder.etude("import nothing -o new"));
    assert_eq!(folder.read("out/mine.md"), "mine");
    assert!(!folder.join("new").exists());
}
