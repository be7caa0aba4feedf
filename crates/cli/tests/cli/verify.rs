//! Lessons that are run.

use etude_testing::TempFolder;
use insta::assert_snapshot;
use serde_json::Value;

use crate::fixture::Etude;

const LESSON: &str = "\
# Tea

```python title=pots.py
POTS = 2
```

```python title=cups.py
import asyncio, pots

async def main():
    await asyncio.sleep(3600)
    print(pots.POTS * 2, \"cups\")

asyncio.run(main())
```

```output
5 cups
```

```python
print(leaves)
```
";

fn lesson() -> TempFolder {
    TempFolder::new().file("tea.md", LESSON)
}

#[test]
fn what_is_false_is_shown_and_what_cannot_run_is_said() {
    assert_snapshot!(lesson().etude("check --ignore needs-context"), @"
    exit 1
    --- stdout
    error[false-output]: it prints `4 cups`, and not `5 cups`
      --> tea.md:18:1
       |
    18 | 5 cups
       | ^^^^^^
       |
       = hint: write `4 cups`

    note[undecided-snippet]: undecided: it needs `leaves`, which nothing before it
                             binds
      --> tea.md:21:1
       |
    21 | ```python
       | ^^^^^^^^^
       |
       = hint: bind them in a fence before, marked `hide` if the reader need not see
               it

    --- stderr
    1 file, 4 snippets, 1 claim: 0 true, 1 false, 0 undecided; 1 error, 1 note (… ms)
    ");
}

#[test]
fn strict_counts_what_is_undecided() {
    let folder = TempFolder::new().file("tea.md", "# Tea\n\n```python\nprint(leaves)\n```\n");
    assert!(folder.etude("check --ignore needs-context").starts_with("exit 0"));
    assert!(folder.etude("check --ignore needs-context --strict").starts_with("exit 1"));
    // A comment silences a check that only runs make, and reading does not call it idle.
    let silenced =
        "# Tea\n\n<!-- etude: ignore undecided-snippet, needs-context -->\n\n```python\nprint(leaves)\n```\n";
    let folder = TempFolder::new().file("tea.md", silenced);
    assert_snapshot!(folder.etude("check"), @"
    exit 0
    --- stderr
    1 file, 1 snippet, 0 claims: 0 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
}

#[test]
fn strict_tells_each_undecided_claim_wherever_it_is_read() {
    let lesson = "# Tea\n\n```python\nimport random\nprint(random.random())\n```\n\n```output\n0.25\n```\n\n[a](https://tea.dev)\n";
    let folder = TempFolder::new().file("tea.md", lesson);
    assert!(folder.etude("check").starts_with("exit 0"));
    assert_snapshot!(folder.etude("check --strict"), @"
    exit 1
    --- stdout
    warning[undecided-claim]: undecided: `0.25`: what it prints depends on chance
     --> tea.md:9:1
      |
    9 | 0.25
      | ^^^^
      |
      = hint: let it begin with `random.seed(1)`, or put `<...>` in the place of
              what is drawn

    warning[undecided-claim]: undecided: `https://tea.dev`: other hosts are not
                              asked
      --> tea.md:12:1
       |
    12 | [a](https://tea.dev)
       | ^^^^^^^^^^^^^^^^^^^^
       |
       = hint: `--online` asks the host, or silence it with `<!-- etude: ignore
               undecided-claim -->`

    --- stderr
    1 file, 2 snippets, 2 claims: 0 true, 0 false, 2 undecided; 2 warnings (… ms)
    ");
    let github = folder.etude("check --strict --github --quiet");
    assert_eq!(github.matches("::warning file=tea.md").count(), 2, "{github}");
    let output = folder.command("check --strict --json --junit report.xml").output().expect("etude runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let found = report["diagnostics"].as_array().expect("a list");
    assert_eq!(found.iter().filter(|it| it["code"] == "undecided-claim" && it["severity"] == "warning").count(), 2);
    let junit = folder.read("report.xml");
    assert_eq!(junit.matches("<failure").count(), 2, "{junit}");
    assert!(folder.etude("check --strict --ignore undecided-claim").starts_with("exit 0"));
}

#[test]
fn course_toml_silences_what_runs_find() {
    let folder = lesson().file("course.toml", "[checks]\nfalse-output = \"off\"\nneeds-context = \"off\"\n");
    assert!(folder.etude("check").starts_with("exit 0"));
}

#[test]
fn every_snippet_has_a_verdict_for_programs() {
    let output = lesson().command("check --json").output().expect("etude runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let verdicts = report["verdicts"].as_array().expect("a list");
    let works = verdicts.iter().filter(|verdict| verdict["what"] == "works");
    let works: Vec<&str> = works.filter_map(|verdict| verdict["verdict"].as_str()).collect();
    assert_eq!(works, ["holds", "holds", "nothing", "undecided"]);
    assert!(report["virtual_ms"].as_u64().is_some_and(|time| time >= 3_600_000));
}

#[test]
fn one_snippet_runs_with_what_it_needs() {
    let folder = lesson();
    let all: String = ["tea.md#cups.py", "tea.md#4", "tea.md#cup.py", "tea.md#22"]
        .iter()
        .map(|name| {
            let shown = folder.etude(&format!("run {name}"));
            let lines = shown.lines().map(|line| if line.starts_with("ran ") { "ran … s" } else { line });
            format!("$ etude run {name}\n{}\n", lines.collect::<Vec<_>>().join("\n"))
        })
        .collect();
    assert_snapshot!(all, @"
    $ etude run tea.md#cups.py
    exit 0
    --- stdout
    4 cups
    --- stderr
    with the file `pots.py`
    ran … s
    $ etude run tea.md#4
    exit 0
    --- stderr
    ran … s
    $ etude run tea.md#cup.py
    exit 125
    --- stderr
    error: `tea.md` has no snippet `cup.py`
      hint: did you mean `cups.py`?
    $ etude run tea.md#22
    exit 125
    --- stderr
    error: it cannot be run: it needs `leaves`, which nothing before it binds
      hint: bind them in a fence before, marked `hide` if the reader need not see it
    ");
}

#[test]
fn a_snippet_reads_what_it_is_given() {
    let lesson = "# Tea\n\n```python\nname = input(\"who? \")\nprint(\"for\", name)\n```\n";
    let folder = TempFolder::new().file("tea.md", lesson).file("names.txt", "Ada\n");
    let shown = folder.etude("run tea.md#3 --stdin names.txt");
    assert!(shown.starts_with("exit 0\n--- stdout\nwho? for Ada\n"), "{shown}");
    assert!(folder.etude("run tea.md#3").contains("waits for somebody at the keyboard"));
}

#[test]
fn snippets_that_fail_are_counted() {
    let folder = TempFolder::new().file("tea.md", "# Tea\n\n```python\nassert 1 + 1 == 3\n```\n");
    assert!(folder.etude("check").contains("1 snippet (1 fails), 0 claims: 0 true, 0 false, 0 undecided; 1 error"));
    let output = folder.command("check --json").output().expect("etude runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["works"], serde_json::json!({ "total": 1, "true": 0, "false": 1, "undecided": 0 }));
}

#[test]
fn what_hangs_on_the_order_is_noted_and_a_finding_with_races() {
    let lesson = "\
# Tea

```python
import asyncio

async def pour(name):
    await asyncio.sleep(1)
    print(name)

async def main():
    await asyncio.gather(pour(\"green\"), pour(\"black\"))

asyncio.run(main())
```

```output
green
black
```
";
    let folder = TempFolder::new().file("tea.md", lesson);
    assert_snapshot!(folder.etude("check"), @"
    exit 0
    --- stdout
    note[order-dependent]: not always: it does not hold in 1 of 4 orders; with seed
                           2 it prints these lines in another order: here `black`,
                           and not `green`
      --> tea.md:17:1
       |
    17 | green
       | ^^^^^
       |
       = hint: say that the order may differ, or mark the output `unordered`

    --- stderr
    1 file, 2 snippets, 1 claim: 1 true, 0 false, 0 undecided; 1 note (… ms)
    ");
    assert!(folder.etude("check --races=4").starts_with("exit 1"));
    let shown = folder.etude("run tea.md#4 --seed 2");
    assert!(shown.contains("--- stdout\nblack\ngreen\n"), "{shown}");
}

#[test]
fn what_a_change_changes_is_shown_while_it_is_watched() {
    use std::io::Read as _;
    use std::process::Stdio;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    let folder = TempFolder::new().file("tea.md", "# Tea\n\n```python\nprint(4)\n#> 5\n```\n\n[a](b.md)\n");
    let mut command = folder.command("check --watch tea.md");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("etude runs");
    let mut stderr = child.stderr.take().expect("a pipe");
    let (send, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = stderr.read(&mut bytes) {
            if send.send(String::from_utf8_lossy(&bytes[..count]).into_owned()).is_err() {
                break;
            }
        }
    });
    let next = || {
        let (mut all, from) = (String::new(), Instant::now());
        while !all.contains("Ctrl-C ends it") && from.elapsed() < Duration::from_secs(20) {
            all.push_str(&told.recv_timeout(Duration::from_secs(20)).unwrap_or_default());
        }
        all
    };
    let first = next();
    assert!(first.contains("1 true") || first.contains("2 false"), "{first}");
    folder.write("tea.md", "# Tea, again\n\n```python\nprint(4)\n#> 4\n```\n\n[a](b.md)\n");
    let second = next();
    // The end of the line before may come late.
    assert!(second.trim_start().starts_with("gone: tea.md: false-output: it prints `4`, and not `5`\n"), "{second}");
    assert!(!second.contains("dead-link"), "{second}");
    folder.write("course.toml", "packages = [\"httpx==\"]\n");
    let third = next();
    assert!(third.contains("2 errors"), "what cannot be installed is another one: {third}");
    folder.write("course.toml", "packages = []\n");
    let fourth = next();
    assert!(fourth.contains("1 file, "), "{fourth}");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGINT)
        .expect("a signal");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[test]
fn timelines_are_drawn_of_what_has_tasks() {
    let lesson = "\
# Tea

```python title=steep.py
import asyncio

async def steep(tea):
    await asyncio.sleep(180)
    print(tea)

async def main():
    await asyncio.gather(steep('green'), steep('black'))

asyncio.run(main())
```

```python
print(1 + 1)
```

Its names are there:

```python
await steep('white')
```
";
    let folder = TempFolder::new().file("course.toml", "").file("tea/steep.md", lesson);
    assert_snapshot!(folder.etude("check --ignore needs-context --timeline pictures"), @"
    exit 0
    --- stderr
    2 timelines in `pictures`
    1 file, 3 snippets, 0 claims: 0 true, 0 false, 0 undecided; nothing to complain about (… ms)
    ");
    let picture = folder.read("pictures/tea/steep-3.svg");
    assert!(["tea/steep.md line 3", "green", "steep"].iter().all(|words| picture.contains(words)), "{picture}");
    assert!(folder.path().join("pictures/tea/steep-22.svg").is_file());
    // What is kept of the first run has no events to draw.
    assert!(folder.etude("check --timeline again").contains("2 timelines in `again`"));
    assert_snapshot!(folder.etude("check --timeline tea/steep.md"), @"
    exit 2
    --- stderr
    error: `tea/steep.md` is a file, not a folder
      hint: name a folder
    ");
}
