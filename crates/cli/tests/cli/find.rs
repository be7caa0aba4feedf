//! Which files a path stands for.

use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::{Etude, GOOD};

/// The lessons that are read, in order.
fn lessons(output: &str) -> String {
    let paths = output.lines().filter(|line| !line.starts_with(' ') && line.contains(" snippets, "));
    paths.filter_map(|line| line.split(": ").next()).map(|path| format!("{path}\n")).collect()
}

#[test]
fn a_folder_is_read_in_natural_order() {
    let folder = TempFolder::new()
        .file("10-a.md", GOOD)
        .file("2-b.md", GOOD)
        .file("2-b/1.markdown", GOOD)
        .file("README.md", GOOD)
        .file("B.MD", GOOD)
        .file("notes.txt", GOOD);
    assert_snapshot!(lessons(&folder.etude("show .")), @"
    README.md
    2-b.md
    2-b/1.markdown
    10-a.md
    B.MD
    ");
}

#[test]
fn what_is_hidden_or_ignored_is_left_out() {
    let folder = TempFolder::new()
        .file(".gitignore", "drafts/\n")
        .file(".ignore", "a.md\n")
        .file(".etudeignore", "b.md\n")
        .file("drafts/x.md", GOOD)
        .file("a.md", GOOD)
        .file("b.md", GOOD)
        .file("c.md", GOOD)
        .file(".hidden/x.md", GOOD)
        .file("target/x.md", GOOD)
        .file("sub/node_modules/x.md", GOOD)
        .file(".venv/x.md", GOOD);
    assert_snapshot!(lessons(&folder.etude("show .")), @"c.md");
    // Whoever names it wants it.
    assert_snapshot!(lessons(&folder.etude("show a.md target .hidden")), @"
    a.md
    target/x.md
    .hidden/x.md
    ");
}

#[test]
fn a_file_that_is_named_is_markdown_whatever_its_ending() {
    let folder = TempFolder::new().file("tea.txt", GOOD).file("plain", GOOD);
    assert_snapshot!(lessons(&folder.etude("show tea.txt ./plain")), @"
    plain
    tea.txt
    ");
}

#[test]
fn the_same_file_is_read_once() {
    let folder = TempFolder::new().file("a/tea.md", GOOD).file("a/b/cups.md", GOOD);
    assert_snapshot!(lessons(&folder.etude("show a/b a/tea.md a ./a/../a/tea.md")), @"
    a/b/cups.md
    a/tea.md
    ");
}

#[test]
fn course_toml_gives_the_order() {
    let folder = TempFolder::new()
        .file(
            "course.toml",
            "[[module]]\ntitle = \"M\"\nlessons = [\"z.md\", \"sub/b.md\"]\n[[module]]\nlessons = [\"sub/a.md\"]\n",
        )
        .file("README.md", GOOD)
        .file("z.md", GOOD)
        .file("sub/a.md", GOOD)
        .file("sub/b.md", GOOD);
    assert_snapshot!(lessons(&folder.etude("show .")), @"
    z.md
    sub/b.md
    sub/a.md
    ");
    // Below the root only the lessons there.
    assert_snapshot!(lessons(&folder.etude("show sub")), @"
    sub/b.md
    sub/a.md
    ");
    assert_snapshot!(lessons(&folder.etude_in("sub", "show .")), @"
    b.md
    a.md
    ");
}

#[test]
fn course_toml_is_looked_for_upwards() {
    let folder = TempFolder::new()
        .file("course.toml", "[checks]\nempty-section = \"nonsense\"\n")
        .file("sub/deep/a.md", "# A\n\n[b](../../b.md#cups)\n")
        .file("b.md", "# Cups\n\nBig ones.\n");
    assert_snapshot!(folder.etude_in("sub/deep", "check --no-run a.md"), @r#"
    exit 1
    --- stdout
    error[course-toml]: `nonsense` is no severity
     --> ../../course.toml:2:17
      |
    2 | empty-section = "nonsense"
      |                 ^^^^^^^^^^
      |
      = hint: use "off", "note", "warning" or "error"

    --- stderr
    1 file, 0 snippets, 1 claim: 1 true, 0 false, 0 undecided; 1 error (… ms)
    "#);
}

#[test]
fn a_repository_ends_the_search() {
    let folder = TempFolder::new().file("course.toml", "nonsense").file("repo/.git/HEAD", "").file("repo/a.md", GOOD);
    assert_snapshot!(folder.etude("check --no-run repo"), @"
    exit 0
    --- stderr
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
}

#[test]
fn a_course_in_a_folder_is_a_course_of_its_own() {
    let folder = TempFolder::new()
        .file("z.md", GOOD)
        .file("course/course.toml", "lessons = [\"b.md\", \"a.md\"]\n")
        .file("course/README.md", GOOD)
        .file("course/a.md", GOOD)
        .file("course/b.md", GOOD);
    assert_snapshot!(lessons(&folder.etude("show .")), @"
    z.md
    course/b.md
    course/a.md
    ");
}

#[test]
fn another_course_toml_can_be_named() {
    let folder = TempFolder::new()
        .file("strict/course.toml", "[checks]\ntracking-parameter = \"error\"\n")
        .file("a.md", crate::fixture::TRACKED);
    let output = folder.etude("check --no-run --course strict a.md");
    assert!(output.contains("error[tracking-parameter]"), "{output}");
    assert_snapshot!(folder.etude("check --no-run --course . a.md"), @"
    exit 2
    --- stderr
    error: there is no `course.toml` in `.`
      hint: `etude new DIR` makes a course
    ");
}

#[test]
fn what_is_not_there_is_named() {
    let folder = TempFolder::new().file("tea.md", GOOD).file("empty/a.txt", "");
    assert_snapshot!(folder.etude("check --no-run teaa.md tea.md"), @"
    exit 2
    --- stderr
    error: there is no `teaa.md`
      hint: did you mean `tea.md`?
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; 1 failure to read or write (… ms)
    ");
    assert_snapshot!(folder.etude("check --no-run empty"), @"
    exit 2
    --- stderr
    error: there are no Markdown files in `empty`
      hint: lessons end in `.md` or `.markdown`; any other file can be named itself
    ");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_in_circles_stop_nobody() {
    use std::os::unix::fs::symlink;

    let folder = TempFolder::new().file("sub/tea.md", GOOD);
    symlink("loop.md", folder.join("loop.md")).expect("a link");
    symlink("gone.md", folder.join("broken.md")).expect("a link");
    symlink("..", folder.join("sub/up")).expect("a link");
    symlink("sub/tea.md", folder.join("alias.md")).expect("a link");
    assert_snapshot!(folder.etude("check --no-run"), @"
    exit 0
    --- stderr
    note: the link `broken.md` leads nowhere, so it is left out
    note: the link `loop.md` leads nowhere, so it is left out
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
}

#[cfg(unix)]
#[test]
fn a_file_that_must_not_be_read_is_named() {
    use std::fs::{File, Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let folder = TempFolder::new().file("a.md", GOOD).file("b.md", GOOD);
    set_permissions(folder.join("a.md"), Permissions::from_mode(0o000)).expect("permissions");
    if File::open(folder.join("a.md")).is_ok() {
        // The superuser may read everything.
        return;
    }
    assert_snapshot!(folder.etude("check --no-run"), @"
    exit 2
    --- stderr
    error: cannot read `a.md`
      cause: Permission denied (os error 13)
      hint: look at its permissions, or name it in `.etudeignore`
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; 1 failure to read or write (… ms)
    ");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_unicode_is_shown_as_well_as_it_can_be() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = TempFolder::new().file("tea.md", GOOD);
    std::fs::rename(folder.join("tea.md"), folder.path().join(OsStr::from_bytes(b"caf\xe9.md"))).expect("a rename");
    assert_snapshot!(lessons(&folder.etude("show .")), @"caf�.md");
}

#[test]
fn a_folder_called_like_a_lesson_is_a_folder() {
    let folder = TempFolder::new().file("x.md/tea.md", GOOD).file("y.md/a.txt", "");
    assert_snapshot!(lessons(&folder.etude("show .")), @"x.md/tea.md");
    assert_snapshot!(folder.etude("check --no-run y.md"), @"
    exit 2
    --- stderr
    error: there are no Markdown files in `y.md`
      hint: lessons end in `.md` or `.markdown`; any other file can be named itself
    ");
}
