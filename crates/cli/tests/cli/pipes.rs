//! Standard input, and what is no file.

use std::io::Read as _;
use std::process::Stdio;

use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::{Etude, GOOD, TRACKED, feed, shown};

#[test]
fn a_lesson_comes_through_standard_input() {
    let folder = TempFolder::new().file("cups.md", GOOD);
    let lesson = format!("{TRACKED}\n[cups](cups.md#tea) [gone](gone.md)\n");
    let output = feed(folder.command("check --no-run -"), lesson.as_bytes());
    assert_snapshot!(shown(&folder, &output), @"
    exit 1
    --- stdout
    warning[tracking-parameter]: the parameter `utm_source` only tracks readers
     --> <stdin>:3:34
      |
    3 | Read [this](https://example.org/?utm_source=x).
      |                                  ^^^^^^^^^^^^
      |
      = hint: remove it from the address: the page is the same without it

    error[dead-link]: there is no `gone.md`
     --> <stdin>:5:28
      |
    5 | [cups](cups.md#tea) [gone](gone.md)
      |                            ^^^^^^^
      |
      = hint: correct the path, or add the file to the course

    --- stderr
    1 file, 0 snippets, 3 claims: 1 true, 1 false, 1 undecided; 1 error, 1 warning (… ms)
    ");
}

#[test]
fn the_settings_of_the_current_folder_count_for_standard_input() {
    let folder =
        TempFolder::new().file("course.toml", "[checks]\ntracking-parameter = \"off\"\n").file("sub/a.md", GOOD);
    let mut command = folder.command("check --no-run -");
    command.current_dir(folder.join("sub"));
    assert_eq!(feed(command, TRACKED.as_bytes()).status.code(), Some(0));
}

/// More than fits into a pipe, so that writing meets the closed end.
#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let lesson = "# Tea\n\n".to_owned() + &"[gone](gone.md)\n\n".repeat(100);
    let folder = (0..20).fold(TempFolder::new(), |folder, number| folder.file(&format!("{number}.md"), &lesson));
    for arguments in ["check --no-run", "check --no-run --json", "show --json .", "show ."] {
        let mut child =
            folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("etude runs");
        let mut stdout = child.stdout.take().expect("a pipe");
        stdout.read_exact(&mut [0; 10]).expect("some output");
        drop(stdout);
        let output = child.wait_with_output().expect("etude ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), said.as_ref()), (Some(0), ""), "{arguments}");
    }
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_not_waited_for() {
    let folder = TempFolder::new().file("a.md", GOOD);
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.md")).status().expect("mkfifo runs");
    assert!(made.success());
    assert_snapshot!(folder.etude("check --no-run"), @"
    exit 2
    --- stderr
    error: cannot read `pipe.md`: it is a named pipe, not a file
      hint: `-` reads standard input
    1 file, 0 snippets, 0 claims: 0 true, 0 false, 0 undecided; 1 failure to read or write (… ms)
    ");
    assert_snapshot!(folder.etude("check --no-run pipe.md"), @"
    exit 2
    --- stderr
    error: cannot read `pipe.md`: it is a named pipe, not a file
      hint: `-` reads standard input
    ");
}
