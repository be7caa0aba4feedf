//! What only running an exercise, or reading all of it, can find. Whoever judges exercises reports them.

use etude_text::Severity;

use super::Check;

pub static EXERCISE_FILES: Check = Check {
    code: "exercise-files",
    severity: Severity::Error,
    summary: "An exercise whose settings or marked solution cannot be read",
    documentation: r#"
Finds a `lab.toml` that is not TOML, that has fields or values Étude does not know, or that names a wrong answer that
is not there; a `.meta/config.json` that names no file for the learner; and solutions from which no starter can be
derived, since their markers do not match or what is left without them is no Python.

A setting that is not understood does nothing, without a word.

Wrong:

```toml
title = "Cups"
refactorng = true
```

Right:

```toml
title = "Cups"
refactoring = true
```

Correct the name, or take the line out. A derived starter is the solution without what stands between
`# BEGIN SOLUTION` and `# END SOLUTION`; put each pair around whole statements of one block.
"#,
    run: |_, _| {},
};

pub static FAILING_SOLUTION: Check = Check {
    code: "failing-solution",
    severity: Severity::Error,
    summary: "An exercise whose solution does not pass its own tests",
    documentation: r#"
The tests of an exercise, visible and hidden ones, were run against its solution, and one of them fails.

Nobody can solve such an exercise, and whoever tries looks for the mistake in their own code.

Wrong, as `tests/test_tea.py` of an exercise whose solution gives `2`:

```python norun
from tea import cups

def test_cups():
    assert cups() == 3
```

Right:

```python norun
from tea import cups

def test_cups():
    assert cups() == 2
```

Mend the solution or the test. Tests are graded as `etude grade` does it: `unittest` cases by `unittest`, all else by
pytest, unless `runner` in `lab.toml` says so.
"#,
    run: |_, _| {},
};

pub static LOST_REFERENCE: Check = Check {
    code: "lost-reference",
    severity: Severity::Warning,
    summary: "Instructions or hints that speak of what the exercise does not have",
    documentation: r#"
Finds in the instructions and hints of an exercise: files that are not in it, functions that neither its code nor
Python has, and steps and hints with a number above the last.

The learner searches the exercise for what was renamed or taken out long ago.

Wrong, in an exercise whose starter defines `pour`:

```markdown
Complete `fill()` in `tea.py`.
```

Right:

```markdown
Complete `pour()` in `tea.py`.
```

Correct the name or the number.
"#,
    run: |_, _| {},
};

pub static PASSING_STARTER: Check = Check {
    code: "passing-starter",
    severity: Severity::Error,
    summary: "An exercise that is solved before anybody begins",
    documentation: r#"
The tests of an exercise pass with its starter as it is handed out; or it is declared as a refactoring, and they do not.

A learner who hands in nothing has passed, and the tests do not tell a solution from none.

Wrong, as the only test of an exercise whose starter returns `None`:

```python norun
from tea import cups

def test_cups():
    cups()
```

Right:

```python norun
from tea import cups

def test_cups():
    assert cups() == 2
```

Test what is to be written. Where working code is to be made better, say `refactoring = true` in `lab.toml`.
"#,
    run: |_, _| {},
};

pub static WRONG_ANSWER: Check = Check {
    code: "wrong-answer",
    severity: Severity::Error,
    summary: "A wrong answer that the tests let pass, or that fails for another reason",
    documentation: r#"
Answers in `wrong/` of an exercise are plausible and wrong. Each was graded, and one passes all tests; or it passes
those that `[[wrong]]` in `lab.toml` says it fails, or the learner is told something else.

The tests do not see a mistake that learners make, or see another one. An answer without an entry has only to fail.

Wrong, where the tests compare nothing but results, and `wrong/one_after_another.py` gives the same ones later:

```toml
[[wrong]]
answer = "one_after_another"
fails = ["CupsTest.test_together"]
```

Right, in the tests:

```python norun
seen = Lab().run(cups.brew_all, ["Ann", "Ben"])
seen.took(2)
```

Test what the answer gets wrong, or correct what is said of it.
"#,
    run: |_, _| {},
};
