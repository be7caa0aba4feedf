//! What is kept of runs: found again, never half, and let go of.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use etude_testing::TempFolder;
use insta::assert_snapshot;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::fixture::{Etude, shown};

/// Two programs that never print the same twice.
const CHANCE: &str = "\
# Chance

```python title=one.py
import os
print(int.from_bytes(os.read(os.open(\"/dev/urandom\", 0), 6), \"big\"))
```

```output
1
```

```python
import os
print(int.from_bytes(os.read(os.open(\"/dev/urandom\", 0), 6), \"big\"))
```

```output
2
```
";

/// With a cache of its own.
fn etude(folder: &TempFolder, arguments: &str) -> Command {
    let mut command = folder.command(arguments);
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    command
}

fn report(folder: &TempFolder, arguments: &str) -> Value {
    let output = etude(folder, arguments).output().expect("etude runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What the two programs printed.
fn printed(folder: &TempFolder, arguments: &str) -> [String; 2] {
    let report = report(folder, arguments);
    let verdicts = report["verdicts"].as_array().expect("a list").iter();
    let found = verdicts.filter_map(|it| it["evidence"].as_str());
    let found: Vec<String> = found.filter(|it| it.starts_with("it prints")).map(str::to_owned).collect();
    found.try_into().expect("two false claims")
}

/// Each entry, by its path.
fn entries(folder: &TempFolder) -> Vec<String> {
    let tree = folder.tree();
    tree.lines()
        .filter(|line| line.starts_with("cache/etude/sessions/") && !line.ends_with('/'))
        .map(str::to_owned)
        .collect()
}

fn wait_until(mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not come to that");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn only_what_was_edited_runs_again() {
    let folder = TempFolder::new().file("lesson.md", CHANCE);
    let first = printed(&folder, "check --json lesson.md");
    assert_eq!(printed(&folder, "check --json lesson.md"), first, "nothing has changed");

    // The first program grows, and the second stands further down.
    folder.write("lesson.md", CHANCE.replacen("import os", "import os\n\n", 1));
    let second = printed(&folder, "check --json lesson.md");
    assert_ne!(second[0], first[0]);
    assert_eq!(second[1], first[1]);

    // Another course with the same program.
    folder.write("other/lesson.md", CHANCE);
    assert_eq!(printed(&folder, "check --json other/lesson.md"), first);

    let fresh = printed(&folder, "check --json --no-cache lesson.md");
    assert!(fresh[0] != second[0] && fresh[1] != second[1]);
    assert_eq!(printed(&folder, "check --json lesson.md"), second, "`--no-cache` keeps nothing");
}

#[test]
fn a_damaged_entry_is_made_again() {
    let folder = TempFolder::new().file("lesson.md", CHANCE);
    let first = printed(&folder, "check --json lesson.md");
    let all = entries(&folder);
    assert_eq!(all.len(), 2);
    for path in &all {
        folder.write(path, &folder.read_bytes(path)[..90]);
    }
    let second = printed(&folder, "check --json lesson.md");
    assert!(second[0] != first[0] && second[1] != first[1]);
    assert_eq!(printed(&folder, "check --json lesson.md"), second);
    assert_eq!(entries(&folder), all);
}

#[test]
fn it_is_shown_and_cleared() {
    let folder = TempFolder::new().file("lesson.md", CHANCE);
    let said = |arguments: &str| shown(&folder, &etude(&folder, arguments).output().expect("etude runs"));
    let mut all = String::new();
    for arguments in ["cache", "check lesson.md", "cache", "cache clear --older 1d", "cache clear", "cache"] {
        let told = said(arguments);
        if !arguments.starts_with("check") {
            all.push_str(&format!("$ etude {arguments}\n{told}"));
        }
    }
    assert_snapshot!(all, @"
    $ etude cache
    exit 0
    --- stdout
    [folder]/cache/etude/sessions
    0 sessions, 0 KiB of at most 256 MiB
    $ etude cache
    exit 0
    --- stdout
    [folder]/cache/etude/sessions
    2 sessions, 8 KiB of at most 256 MiB
    the oldest was last used just now, the newest just now
    $ etude cache clear --older 1d
    exit 0
    --- stderr
    cleared 0 sessions, 0 KiB
    $ etude cache clear
    exit 0
    --- stderr
    cleared 2 sessions, 8 KiB
    $ etude cache
    exit 0
    --- stdout
    [folder]/cache/etude/sessions
    0 sessions, 0 KiB of at most 256 MiB
    ");
}

#[test]
fn a_check_that_is_killed_leaves_it_whole() {
    let snippet = |number: u32| format!("```python\nimport os\nprint({number})\n#> {number}\n```\n\n");
    let lesson: String = (0..40).map(snippet).collect();
    let folder = TempFolder::new().file("lesson.md", format!("# Many\n\n{lesson}"));
    let mut kept = Vec::new();
    for round in 0..10 {
        // From before anything has run to about the end.
        let enough = || entries(&folder).len() >= 4 * round;
        let mut child = etude(&folder, "check --quiet lesson.md").stdout(Stdio::null()).spawn().expect("etude runs");
        wait_until(|| enough() || child.try_wait().expect("its end").is_some());
        let _ = kill(Pid::from_raw(child.id() as i32), Signal::SIGKILL);
        child.wait().expect("it ends");
        let now: Vec<String> = entries(&folder).into_iter().filter(|path| !path.contains(".new-")).collect();
        assert!(kept.iter().all(|path| now.contains(path)), "what was kept stays");
        for path in &now {
            let entry = folder.read(path);
            assert!(entry.ends_with('}') && entry.contains("\"stdout\""), "{path}: {entry}");
        }
        kept = now;
    }
    let clean = report(&folder, "check --json lesson.md");
    assert_eq!(clean["claims"], serde_json::json!({ "total": 40, "true": 40, "false": 0, "undecided": 0 }));
    assert_eq!(entries(&folder).iter().filter(|path| !path.contains(".new-")).count(), 40);
}

#[test]
fn an_option_that_would_say_nothing_is_refused() {
    let said = shown(&TempFolder::new(), &etude(&TempFolder::new(), "cache --json clear").output().expect("it runs"));
    assert!(said.starts_with("exit 2") && said.contains("cannot be used with"), "{said}");
}

#[test]
fn two_at_once_do_not_disturb_each_other() {
    let folder = TempFolder::new().file("lesson.md", CHANCE);
    let start = || {
        let mut command = etude(&folder, "check --json lesson.md");
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("etude runs")
    };
    let both = [start(), start()];
    for child in both {
        let output = child.wait_with_output().expect("it ends");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["claims"]["false"], 2);
    }
    assert_eq!(entries(&folder).len(), 2);
    let after = printed(&folder, "check --json lesson.md");
    assert_eq!(printed(&folder, "check --json lesson.md"), after);
}

#[test]
fn ctrl_c_reports_what_has_ended() {
    let lesson = "\
# Slow

```python
import sys
print(\"quick\")
#> slow
```

```python clock=real
import time
time.sleep(60)
print(\"late\")
#> late
```
";
    let folder = TempFolder::new().file("lesson.md", lesson);
    let mut command = etude(&folder, "check lesson.md");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("etude runs");
    wait_until(|| entries(&folder).len() == 1);
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).expect("a signal");
    assert_snapshot!(shown(&folder, &child.wait_with_output().expect("it ends")), @"
    exit 130
    --- stdout
    error[false-output]: it prints `quick`, and not `slow`
     --> lesson.md:6:1
      |
    6 | #> slow
      | ^^^^^^^
      |
      = hint: write `quick`

    --- stderr
    stopped when 1 of 2 sessions had run
    1 file, 2 snippets, 2 claims: 0 true, 1 false, 1 undecided; 1 error (… ms)
    ");
    assert_eq!(entries(&folder).len(), 1, "no part of the other");
}
