use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::{Etude, GOOD, TRACKED, TRACKED_FIXED};

#[test]
fn what_can_be_repaired_is_and_the_rest_is_reported() {
    let folder = TempFolder::new()
        .file("a.md", format!("{TRACKED}\n[and](https://example.org/?gclid=1&b=2) [this](gone.md)\n"))
        .file("b.md", GOOD);
    assert_snapshot!(folder.etude("check --no-run --fix"), @"
    exit 1
    --- stdout
    error[dead-link]: there is no `gone.md`
     --> a.md:5:40
      |
    5 | [and](https://example.org/?b=2) [this](gone.md)
      |                                        ^^^^^^^
      |
      = hint: correct the path, or add the file to the course

    --- stderr
    fixed 2 problems in 1 file
    2 files, 0 snippets, 3 claims: 0 true, 1 false, 2 undecided; 1 error (… ms)
    ");
    assert_eq!(folder.read("a.md"), format!("{TRACKED_FIXED}\n[and](https://example.org/?b=2) [this](gone.md)\n"));
    assert_eq!(folder.read("b.md"), GOOD);
}

#[test]
fn a_second_time_there_is_nothing_to_do() {
    let folder = TempFolder::new().file("a.md", TRACKED);
    folder.etude("check --no-run --fix");
    let before = folder.join("a.md").metadata().expect("a file").modified().expect("a time");
    assert_snapshot!(folder.etude("check --no-run --fix"), @"
    exit 0
    --- stderr
    1 file, 0 snippets, 1 claim: 0 true, 0 false, 1 undecided; nothing to complain about (… ms)
    ");
    assert_eq!(folder.join("a.md").metadata().expect("a file").modified().expect("a time"), before);
    assert_eq!(folder.tree(), "a.md\n");
}

#[test]
fn every_other_byte_stays() {
    let odd = b"\xef\xbb\xbf# Tea \xff\0\r\n\r\nRead [this](https://example.org/?utm_source=x).\r\n\ttab \rlone\n\n\n";
    let folder = TempFolder::new().file("a.md", odd);
    folder.etude("check --no-run --fix --only tracking-parameter");
    let expected = b"\xef\xbb\xbf# Tea \xff\0\r\n\r\nRead [this](https://example.org/).\r\n\ttab \rlone\n\n\n";
    assert_eq!(folder.read_bytes("a.md"), expected);
}

#[test]
fn what_is_switched_off_is_not_repaired() {
    let folder = TempFolder::new().file("a.md", TRACKED);
    folder.etude("check --no-run --fix --ignore tracking-parameter");
    assert_eq!(folder.read("a.md"), TRACKED);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = TempFolder::new().file("real/tea.txt", TRACKED).file("a.md", TRACKED);
    set_permissions(folder.join("a.md"), Permissions::from_mode(0o755)).expect("permissions");
    symlink("real/tea.txt", folder.join("link.md")).expect("a link");
    folder.etude("check --no-run --fix");
    assert_eq!(folder.join("a.md").metadata().expect("a file").permissions().mode() & 0o7777, 0o755);
    assert!(folder.join("link.md").is_symlink());
    assert_eq!(folder.read("real/tea.txt"), TRACKED_FIXED);
    assert_eq!(folder.tree(), "a.md\nlink.md\nreal/\nreal/tea.txt\n");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_read_only_stays_as_it_is() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let folder = TempFolder::new().file("a.md", TRACKED);
    set_permissions(folder.join("a.md"), Permissions::from_mode(0o444)).expect("permissions");
    assert_snapshot!(folder.etude("check --no-run --fix"), @"
    exit 2
    --- stdout
    warning[tracking-parameter]: the parameter `utm_source` only tracks readers
     --> a.md:3:34
      |
    3 | Read [this](https://example.org/?utm_source=x).
      |                                  ^^^^^^^^^^^^
      |
      = hint: remove it from the address: the page is the same without it

    --- stderr
    error: `a.md` is read-only, and is left as it is
      hint: make it writable first
    1 file, 0 snippets, 1 claim: 0 true, 0 false, 1 undecided; 1 warning, 1 failure to read or write (… ms)
    ");
    assert_eq!(folder.read("a.md"), TRACKED);
}

#[test]
fn standard_input_cannot_be_repaired() {
    assert_snapshot!(TempFolder::new().etude("check --no-run --fix -"), @"
    exit 2
    --- stderr
    error: `--fix` cannot write to standard input
    ");
}
