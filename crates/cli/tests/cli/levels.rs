//! Which checks count, and how much.

use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::{Etude, TRACKED};

/// The severities and codes of what is reported.
fn check(arguments: &str, toml: &str, expected: &[&str]) {
    let folder = TempFolder::new().file("course.toml", toml).file("tea.md", format!("{TRACKED}\n[gone](gone.md)\n"));
    let output = folder.etude(&format!("check --no-run {arguments}"));
    let found: Vec<&str> = output.lines().filter(|line| line.contains("[") && line.contains("]: ")).collect();
    let found: Vec<&str> = found.iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(found, expected, "{output}");
}

#[test]
fn a_flag_silences() {
    check("", "", &["warning[tracking-parameter]", "error[dead-link]"]);
    check("--ignore tracking-parameter", "", &["error[dead-link]"]);
    check("--ignore tracking-parameter,dead-link", "", &[]);
    check("--only dead-link", "", &["error[dead-link]"]);
    check(
        "--severity tracking-parameter=note,dead-link=warning",
        "",
        &["note[tracking-parameter]", "warning[dead-link]"],
    );
    check("--severity dead-link=off", "", &["warning[tracking-parameter]"]);
}

#[test]
fn course_toml_silences_and_flags_win() {
    let off = "[checks]\ndead-link = \"off\"\ntracking-parameter = \"error\"\n";
    check("", off, &["error[tracking-parameter]"]);
    check("--only dead-link", off, &["error[dead-link]"]);
    check("--severity dead-link=note", off, &["error[tracking-parameter]", "note[dead-link]"]);
    check("--ignore tracking-parameter", off, &[]);
}

#[test]
fn a_comment_silences() {
    let lesson = "# Tea\n\n<!-- etude: ignore dead-link -->\nRead [this](gone.md).\n\nAnd [this](too.md).\n";
    let folder = TempFolder::new().file("tea.md", lesson);
    assert_snapshot!(folder.etude("check --no-run"), @"
    exit 1
    --- stdout
    error[dead-link]: there is no `too.md`
     --> tea.md:6:12
      |
    6 | And [this](too.md).
      |            ^^^^^^
      |
      = hint: correct the path, or add the file to the course

    --- stderr
    1 file, 0 snippets, 2 claims: 0 true, 2 false, 0 undecided; 1 error (… ms)
    ");
}

#[test]
fn what_is_said_of_course_toml_can_be_silenced_too() {
    check(
        "--ignore course-toml",
        "lessons = [\"tea.md\", \"no.md\"]",
        &["warning[tracking-parameter]", "error[dead-link]"],
    );
    check(
        "--only course-toml --severity course-toml=warning",
        "lessons = [\"tea.md\", \"no.md\"]",
        &["warning[course-toml]"],
    );
}

#[test]
fn a_code_nobody_knows_is_an_error() {
    let folder = TempFolder::new();
    assert_snapshot!(folder.etude("check --ignore dead-lnik"), @"
    exit 2
    --- stderr
    error: invalid value 'dead-lnik' for '--ignore <CODE>': there is no check called `dead-lnik`, did you mean `dead-link`?

    For more information, try '--help'.
    ");
    assert_snapshot!(folder.etude("check --severity dead-link=bad"), @"
    exit 2
    --- stderr
    error: invalid value 'dead-link=bad' for '--severity <CODE=LEVEL>': `bad` is no severity, use error, warning, note or off

    For more information, try '--help'.
    ");
    assert_snapshot!(folder.etude("check --only xyzzy"), @"
    exit 2
    --- stderr
    error: invalid value 'xyzzy' for '--only <CODE>': there is no check called `xyzzy`, `etude explain` lists them all

    For more information, try '--help'.
    ");
}
