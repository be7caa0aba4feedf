use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::Etude;

#[test]
fn a_new_course_passes_its_own_check() {
    let folder = TempFolder::new();
    assert_snapshot!(folder.etude("new waiting"), @"
    exit 0
    --- stdout
    made a course of 3 lessons in `waiting`

    next:
      etude check waiting                      run it, and say what is wrong
      etude show waiting                       see what was understood
      then write your own lessons and list them in `course.toml`
    ");
    assert_snapshot!(folder.etude("check waiting"), @"
    exit 0
    --- stderr
    3 files, 14 snippets, 18 claims: 17 true, 0 false, 1 undecided; nothing to complain about (… ms)
    ");
    assert_snapshot!(folder.tree(), @"
    waiting/
    waiting/01-one-after-another.md
    waiting/02-side-by-side.md
    waiting/03-who-holds-the-loop.md
    waiting/course.toml
    ");
}

#[test]
fn the_title_is_the_authors() {
    let folder = TempFolder::new();
    folder.etude("new --title Tea! a/b");
    assert!(folder.read("a/b/course.toml").starts_with("title = \"Tea!\"\ndescription"));
    assert!(folder.etude("check --no-run a/b").starts_with("exit 0"));
}

#[test]
fn an_empty_folder_will_do() {
    let folder = TempFolder::new();
    assert!(folder.etude("new .").starts_with("exit 0"));
}

#[test]
fn nothing_is_overwritten() {
    let folder = TempFolder::new().file("full/a.txt", "mine").file("file", "mine");
    assert_snapshot!(folder.etude("new full"), @"
    exit 2
    --- stderr
    error: `full` is not empty
      hint: choose a folder that is empty or does not exist yet
    ");
    assert_snapshot!(folder.etude("new file"), @"
    exit 2
    --- stderr
    error: `file` is a file, not a folder
      hint: name a folder
    ");
    assert_eq!(folder.tree(), "file\nfull/\nfull/a.txt\n");
}
