//! `--update` and `--junit`: what is stated becomes what is printed, and every claim a test.

use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::{Etude, shown};

const LESSON: &str = "\
# Tea

Nobody touches `5 cups` here.

```python
print(\"at\", object())
print(4, \"cups\")
```

```output
at <...>
5 cups
```

- In a list:

  ```python
  def pour(cups):
      print(cups)
      print(cups + 1)
      #> 1
      #> 3


  pour(1)
  ```

```python
import tempfile
print(tempfile.mktemp())
```

```output
deadbeef
```

```python
for number in range(9):
    print(number)
```

```output
1
...
8
```

```python
import os

print(os.getpid())
print(\"warm\")
```

```output
12345
cold
```

```python
for number in range(9):
    print(number)
```

```output
1
...
7
```
";

fn etude(folder: &TempFolder, arguments: &str) -> String {
    let mut command = folder.command(arguments);
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    shown(folder, &command.output().expect("etude runs"))
}

#[test]
fn stale_outputs_are_rewritten_and_nothing_else() {
    let folder = TempFolder::new().file("tea.md", LESSON);
    let said = etude(&folder, "check --update tea.md");
    let (_, said) = said.split_once("--- stderr\n").expect("words");
    assert_snapshot!(said, @"
    note: tea.md:34 is left as it is: two runs print different things; put `<...>` where they differ
    --- tea.md
    +++ tea.md
    @@ -12,1 +12,1 @@
    -5 cups
    +4 cups
    @@ -22,1 +22,1 @@
    -      #> 3
    +      #> 2
    @@ -43,1 +43,1 @@
    -1
    +0
    @@ -57,1 +57,1 @@
    -cold
    +warm
    @@ -66,3 +66,3 @@
    -1
    +0
     ...
    -7
    +8
    updated 5 outputs in 1 file
    1 file, 11 snippets, 6 claims: 4 true, 1 false, 1 undecided; 1 error (… ms)
    ");
    let expected = LESSON.replace("<...>\n5 cups", "<...>\n4 cups").replace("#> 3", "#> 2").replace("1\n...", "0\n...");
    let expected = expected.replace("cold", "warm").replace("...\n7", "...\n8");
    assert_eq!(folder.read("tea.md"), expected);
    let again = etude(&folder, "check --update tea.md");
    assert!(!again.contains("updated"), "{again}");
    assert_eq!(folder.read("tea.md"), expected);
}

#[test]
fn outputs_at_the_end_of_a_line_are_rewritten_in_any_fence() {
    let lesson = "# Tea\n\n~~~python\nprint(1)  #> 1\nprint(2)  #> 3\nfor cup in (1, 2):\n    print(cup)\n    #> 1\n    #> 3\n~~~\n";
    let folder = TempFolder::new().file("tea.md", lesson);
    let said = etude(&folder, "check --update tea.md");
    assert_eq!(folder.read("tea.md"), lesson.replace("#> 3", "#> 2"), "{said}");
    let lines = "# Tea\n\n```python\nprint('a\\nb')  #> c\n```\n";
    let folder = TempFolder::new().file("tea.md", lines);
    let said = etude(&folder, "check --update tea.md");
    assert!(said.contains("the end of one has no room"), "{said}");
    assert_eq!(folder.read("tea.md"), lines);
}

#[test]
fn every_claim_is_a_test_for_junit() {
    let folder = TempFolder::new().file("tea.md", LESSON.replace("tempfile.mktemp()", "\"tea\""));
    let said = etude(&folder, "check --quiet --junit report.xml tea.md");
    assert!(said.starts_with("exit 1"), "{said}");
    assert_snapshot!(folder.read("report.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="etude check">
      <testsuite name="tea.md" tests="12" failures="6" errors="0" skipped="0">
        <testcase classname="tea.md" name="line 5, works" file="tea.md" line="5"/>
        <testcase classname="tea.md" name="line 12, output: at &lt;...&gt; ⏎ 5 cups" file="tea.md" line="12">
          <failure message="it prints `4 cups`, and not `5 cups`"/>
        </testcase>
        <testcase classname="tea.md" name="line 17, works" file="tea.md" line="17"/>
        <testcase classname="tea.md" name="line 22, output: 1 ⏎ 3" file="tea.md" line="22">
          <failure message="it prints `2`, and not `3`"/>
        </testcase>
        <testcase classname="tea.md" name="line 28, works" file="tea.md" line="28"/>
        <testcase classname="tea.md" name="line 34, output: deadbeef" file="tea.md" line="34">
          <failure message="it prints `tea`, and not `deadbeef`"/>
        </testcase>
        <testcase classname="tea.md" name="line 37, works" file="tea.md" line="37"/>
        <testcase classname="tea.md" name="line 43, output: 1 ⏎ ... ⏎ 8" file="tea.md" line="43">
          <failure message="it prints `0`, and not `1`"/>
        </testcase>
        <testcase classname="tea.md" name="line 48, works" file="tea.md" line="48"/>
        <testcase classname="tea.md" name="line 57, output: 12345 ⏎ cold" file="tea.md" line="57">
          <failure message="it prints `warm`, and not `cold`"/>
        </testcase>
        <testcase classname="tea.md" name="line 60, works" file="tea.md" line="60"/>
        <testcase classname="tea.md" name="line 66, output: 1 ⏎ ... ⏎ 7" file="tea.md" line="66">
          <failure message="it prints `0`, and not `1`"/>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

/// Two that wait for the same moment.
const TOGETHER: &str = "\
# Tea

```python
import asyncio

async def brew(cup):
    await asyncio.sleep(1)
    print(cup)

async def main():
    await asyncio.gather(brew(1), brew(2))

asyncio.run(main())
```

```output
1
2
```
";

#[test]
fn what_hangs_on_the_order_has_failed_where_races_are_hunted() {
    let folder = TempFolder::new().file("tea.md", TOGETHER);
    for (command, failures) in [("check --races", 1), ("check", 0)] {
        let said = etude(&folder, &format!("{command} --quiet --junit report.xml tea.md"));
        assert!(said.starts_with(&format!("exit {failures}")), "{said}");
        let report = folder.read("report.xml");
        assert!(report.contains(&format!("failures=\"{failures}\"")), "{report}");
    }
    let said = etude(&folder, "check --update --races tea.md");
    assert!(said.starts_with("exit 1") && said.contains("of 11 orders"), "{said}");
}

#[test]
fn changes_are_shown_where_they_come_to_stand() {
    let lesson = "# Tea\n\n```python\nprint(1, 2, sep='\\n')\n```\n\n```output\n3\n```\n\n```python\nprint(4)\n```\n\n```output\n5\n```\n";
    let folder = TempFolder::new().file("tea.md", lesson);
    let said = etude(&folder, "check --update tea.md");
    assert!(said.contains("@@ -8,1 +8,2 @@\n-3\n+1\n+2\n@@ -16,1 +17,1 @@\n-5\n+4\n"), "{said}");
}
