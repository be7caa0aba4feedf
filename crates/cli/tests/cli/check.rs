use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::{Etude, GOOD, TRACKED};

#[test]
fn a_good_lesson_has_nothing_to_complain_about() {
    let folder = TempFolder::new().file("tea.md", GOOD);
    assert_snapshot!(folder.etude("check --no-run"), @"
    exit 0
    --- stderr
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
}

#[test]
fn a_finding_is_shown_with_its_place() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    assert_snapshot!(folder.etude("check --no-run tea.md"), @"
    exit 1
    --- stdout
    warning[tracking-parameter]: the parameter `utm_source` only tracks readers
     --> tea.md:3:34
      |
    3 | Read [this](https://example.org/?utm_source=x).
      |                                  ^^^^^^^^^^^^
      |
      = hint: remove it from the address: the page is the same without it

    --- stderr
    1 file, 0 snippets, 1 claim: 0 true, 0 false, 1 undecided; 1 warning (… ms)
    ");
}

#[test]
fn without_code_nothing_is_run() {
    let folder = TempFolder::new().file("tea.md", GOOD);
    assert_snapshot!(folder.etude("check tea.md"), @"
    exit 0
    --- stderr
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
}

#[test]
fn quiet_leaves_only_the_diagnostics() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    assert_snapshot!(folder.etude("check --quiet"), @"
    exit 1
    --- stdout
    warning[tracking-parameter]: the parameter `utm_source` only tracks readers
     --> tea.md:3:34
      |
    3 | Read [this](https://example.org/?utm_source=x).
      |                                  ^^^^^^^^^^^^
      |
      = hint: remove it from the address: the page is the same without it
    ");
}

#[test]
fn colours_are_there_when_asked_for_and_nowhere_else() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    assert!(folder.etude("check --no-run --color always").contains("\u{1b}["));
    assert!(!folder.etude("check --no-run --color auto").contains("\u{1b}["));
    let force = |name: &str, value: &str, arguments: &str| {
        let output = folder.command(arguments).env(name, value).output().expect("etude runs");
        output.stdout.contains(&0x1b)
    };
    assert!(force("CLICOLOR_FORCE", "1", "check --no-run"));
    assert!(!force("CLICOLOR_FORCE", "1", "check --no-run --color never"));
    assert!(!force("NO_COLOR", "1", "check --no-run"));
}

#[test]
fn a_note_is_no_finding() {
    let folder = TempFolder::new()
        .file("course.toml", "lessons = [\"tea.md\"]\n")
        .file("tea.md", GOOD)
        .file("notes/b10.md", GOOD)
        .file("notes/b2.md", GOOD);
    assert_snapshot!(folder.etude("check --no-run"), @r#"
    exit 0
    --- stdout
    note[course-toml]: `notes/b2.md` and `notes/b10.md` are not listed, so they are
                       not checked
     --> course.toml:1:12
      |
    1 | lessons = ["tea.md"]
      |            ^^^^^^^^
      |
      = hint: list what belongs to the course, and name the rest in `.etudeignore`

    --- stderr
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; 1 note (… ms)
    "#);
}

#[test]
fn what_is_wrong_with_course_toml_is_said_there() {
    let toml = "\
title = \"Tea\"
python = \"2\"
lessons = [\"01-tea.md\", \"02-taost.md\", \"01-tea.md\", \"../up.md\", \"three\", \"four.md\"]
";
    let folder = TempFolder::new()
        .file("course.toml", toml)
        .file("01-tea.md", GOOD)
        .file("02-toast.md", GOOD)
        .file("three/a.txt", "");
    assert_snapshot!(folder.etude("check --no-run"), @r#"
    exit 1
    --- stdout
    error[course-toml]: `2` is no Python version
     --> course.toml:2:10
      |
    2 | python = "2"
      |          ^^^
      |
      = hint: write a version such as "3.12"

    error[course-toml]: there is no lesson `02-taost.md`
     --> course.toml:3:25
      |
    3 | lessons = ["01-tea.md", "02-taost.md", "01-tea.md", "../up.md", "three", ...
      |                         ^^^^^^^^^^^^^
      |
      = hint: did you mean `02-toast.md`?

    warning[course-toml]: the lesson `01-tea.md` is listed twice
     --> course.toml:3:40
      |
    3 | ...["01-tea.md", "02-taost.md", "01-tea.md", "../up.md", "three", "four.md"]
      |                                 ^^^^^^^^^^^
      |
      = hint: keep it where it is taught first

    error[course-toml]: the lesson `../up.md` lies outside the course
     --> course.toml:3:53
      |
    3 | ...["01-tea.md", "02-taost.md", "01-tea.md", "../up.md", "three", "four.md"]
      |                                              ^^^^^^^^^^
      |
      = hint: write a path from the folder of `course.toml`, with `/`

    error[course-toml]: the lesson `three` is a folder
     --> course.toml:3:65
      |
    3 | ...["01-tea.md", "02-taost.md", "01-tea.md", "../up.md", "three", "four.md"]
      |                                                          ^^^^^^^
      |
      = hint: list the Markdown files in it

    note[course-toml]: `02-toast.md` is not listed, so it is not checked
     --> course.toml:3:74
      |
    3 | ...["01-tea.md", "02-taost.md", "01-tea.md", "../up.md", "three", "four.md"]
      |                                                                   ^^^^^^^^^
      |
      = hint: list what belongs to the course, and name the rest in `.etudeignore`

    error[course-toml]: there is no lesson `four.md`
     --> course.toml:3:74
      |
    3 | ...["01-tea.md", "02-taost.md", "01-tea.md", "../up.md", "three", "four.md"]
      |                                                                   ^^^^^^^^^
      |
      = hint: write the lesson, or take it out of the list

    --- stderr
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; 5 errors, 1 warning, 1 note (… ms)
    "#);
}

#[test]
fn links_between_lessons_are_decided() {
    let text = "# Tea\n\n[a](b.md), [b](b.md#cups), [c](#tea), [d](c.md), [e](b.md#mugs), [f](../x.md), [g](https://example.org/).\n";
    let folder = TempFolder::new().file("a.md", text).file("b.md", "# Cups\n\nBig ones.\n");
    let json = folder.etude("check --no-run --json a.md");
    let claims = &json[json.find("\"claims\"").expect("claims")..json.find("\"wall_ms\"").expect("a time")];
    assert_snapshot!(claims, @r#"
    "claims": {
        "total": 7,
        "true": 3,
        "false": 2,
        "undecided": 2
      },
    "#);
}

#[test]
fn two_runs_are_the_same() {
    let mut folder = TempFolder::new();
    for number in 0..40 {
        folder = folder.file(&format!("{}/{number}.md", number % 3), format!("{TRACKED}\n[x](nowhere{number}.md)\n"));
    }
    let first = folder.etude("check --no-run");
    assert!(first.contains("nowhere39.md"));
    for _ in 0..5 {
        assert_eq!(folder.etude("check --no-run"), first);
    }
}

#[test]
fn a_wrong_setting_leaves_the_others() {
    let folder = TempFolder::new()
        .file("course.toml", "titel = \"x\"\n[checks]\ntracking-parameter = \"off\"\n")
        .file("tea.md", TRACKED);
    assert_snapshot!(folder.etude("check --no-run --quiet"), @r#"
    exit 1
    --- stdout
    error[course-toml]: there is no field `titel`
     --> course.toml:1:1
      |
    1 | titel = "x"
      | ^^^^^
      |
      = hint: did you mean `title`?
    "#);
}

#[test]
fn a_course_toml_that_is_not_utf_8_says_so() {
    let folder = TempFolder::new().file("course.toml", b"title = \"caf\xe9\"\n").file("tea.md", GOOD);
    assert_snapshot!(folder.etude("check --no-run --quiet"), @r#"
    exit 1
    --- stdout
    error[course-toml]: this byte is not UTF-8, and TOML has to be
     --> course.toml:1:13
      |
    1 | title = "caf?"
      |             ^
      |
      = hint: save the file as UTF-8
    "#);
}

#[test]
fn what_a_course_cannot_have_keeps_no_other_from_being_run() {
    let lesson = "# Tea\n\n```python\nprint(1)\n```\n\n```output\n2\n```\n";
    let folder = TempFolder::new()
        .file("fine/course.toml", "title = \"Fine\"\n")
        .file("fine/tea.md", lesson)
        .file("old/course.toml", "title = \"Old\"\npython = \"3.1\"\n")
        .file("old/tea.md", lesson)
        .file("bad/course.toml", "title = \"Bad\"\npackages = [\n  \"tea @ file:///tea\",\n]\n")
        .file("bad/tea.md", lesson);
    assert_snapshot!(folder.etude("check"), @r#"
    exit 1
    --- stdout
    error[course-toml]: `tea @ file:///tea` cannot be installed: only packages of
                        the package index are taken, no links to files or
                        repositories
     --> bad/course.toml:3:3
      |
    3 |   "tea @ file:///tea",
      |   ^^^^^^^^^^^^^^^^^^^
      |
      = hint: correct it, or take it out

    note[undecided-snippet]: undecided: its course cannot be run: `tea @
                             file:///tea` cannot be installed: only packages of the
                             package index are taken, no links to files or
                             repositories
     --> bad/tea.md:3:1
      |
    3 | ```python
      | ^^^^^^^^^

    error[false-output]: it prints `1`, and not `2`
     --> fine/tea.md:8:1
      |
    8 | 2
      | ^
      |
      = hint: write `1`

    error[course-toml]: Python 3.1 is not supported: 3.8 is the oldest that is
     --> old/course.toml:2:1
      |
    2 | python = "3.1"
      | ^^^^^^^^^^^^^^
      |
      = hint: ask for a newer Python

    note[undecided-snippet]: undecided: its course cannot be run: Python 3.1 is not
                             supported: 3.8 is the oldest that is
     --> old/tea.md:3:1
      |
    3 | ```python
      | ^^^^^^^^^

    --- stderr
    3 files, 6 snippets, 3 claims: 0 true, 1 false, 2 undecided; 3 errors, 2 notes (… ms)
    "#);
}
