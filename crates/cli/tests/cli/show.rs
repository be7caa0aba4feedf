use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::{Etude, GOOD};

const LESSON: &str = "\
---
title: Tea
level: 1
---
# Tea for two, or three, or four, and how long it takes to boil the water for them all

Needs Python 3.11+. See [cups](cups.md).

## Brew

```python title=brew.py elapsed=2s
await boil(kettle)
```

Expected: ~2s total

```python session=kitchen
print('one')
```

```output
one

two
```

## Ask

```python
from fastapi import FastAPI
app = FastAPI()
```

```bash
curl localhost:8000
```

```powershell
irm localhost:8000
```

\"<prompt>a block</prompt>\"

- Label: \"<prompt>inline</prompt>\"
";

#[test]
fn the_outline_has_snippets_and_claims_where_they_stand() {
    let folder = TempFolder::new().file("tea.md", LESSON).file("empty.md", "");
    let output = folder.etude("show tea.md empty.md");
    assert!(output.lines().all(|line| line.chars().count() <= 80), "{output}");
    assert_snapshot!(output, @"
    exit 0
    --- stdout
    empty.md: 0 snippets, 0 claims

    tea.md: 6 snippets, 5 claims
      front matter: title, level
      # Tea for two, or three, or four, and how long it takes to boil the…, line 5
        7 version, inferred: Python 3.11+
        7 link, explicit: cups.md
        ## Brew, line 9
          [0] fragment brew.py, python, lines 11-13
              needs boil, kettle, await
              11 elapsed, explicit: 2s
              15 elapsed, inferred: ~2s total
          [1] script, python, lines 17-19
              session kitchen
              22 output, explicit: one ⏎ two
          [2] output, lines 21-25
        ## Ask, line 27
          [3] server, python, lines 29-32
              session ask
          [4] shell, bash, lines 34-36
              session ask; the same as [5] for another platform
          [5] powershell, lines 38-40
              the same as [4] for another platform
      2 prompts: 1 block, 1 inline
    ");
}

#[test]
fn a_path_is_needed() {
    assert_snapshot!(TempFolder::new().etude("show"), @"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      <PATH>...

    Usage: etude show <PATH>...

    For more information, try '--help'.
    ");
}

#[test]
fn what_is_wrong_with_the_course_is_said_besides() {
    let folder = TempFolder::new().file("course.toml", "lessons = [\"tea.md\", \"cups.md\"]\n").file("tea.md", GOOD);
    assert_snapshot!(folder.etude("show ."), @r#"
    exit 0
    --- stdout
    tea.md: 0 snippets, 0 claims
      # Tea, line 1
    --- stderr
    error[course-toml]: there is no lesson `cups.md`
     --> course.toml:1:22
      |
    1 | lessons = ["tea.md", "cups.md"]
      |                      ^^^^^^^^^
      |
      = hint: write the lesson, or take it out of the list
    "#);
}
