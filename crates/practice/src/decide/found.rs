//! What runs can find, as `etude explain` tells it.

use etude_text::Severity;

use super::Finding;

pub(super) static FAILING_SNIPPET: Finding = Finding {
    code: "failing-snippet",
    severity: Severity::Error,
    summary: "Code that fails when it is run as the lesson shows it",
    documentation: r#"A snippet that ends with an exception, with another exit code than 0, or never, though nothing in the lesson says so.

Whoever follows the lesson gets an error instead of what was promised. Code that takes names from its surroundings is run
with the snippets before it that bind them; what it was given is shown with the finding.

Wrong:

```python
cups = [1, 2]
print(cups[2])
```

Right, where the error is what is to be shown:

```python raises=IndexError
cups = [1, 2]
print(cups[2])
```

Mend the code; or say `raises=NAME` or `exit=N` on the fence; or mark it `norun` if it is only to be read. A section that
names the exception is believed to show it on purpose.
"#,
};

pub(super) static FALSE_END: Finding = Finding {
    code: "false-end",
    severity: Severity::Error,
    summary: "A snippet that does not end as `raises=` or `exit=` says",
    documentation: r#"A fence says how its code ends, and it ends in another way.

What was meant to show an error shows something else, and the text around it explains what does not happen.

Wrong:

```python raises=KeyError
print([][0])
```

Right:

```python raises=IndexError
print([][0])
```

Write what is raised, or mend the code.
"#,
};

pub(super) static FALSE_OUTPUT: Finding = Finding {
    code: "false-output",
    severity: Severity::Error,
    summary: "A stated output that is not what the code prints",
    documentation: r#"The output that a lesson shows, and what its code printed when it ran, differ.

Readers compare. An output that differs makes them look for a mistake of their own.

What differs in every run is left alone: addresses, process numbers, dates, temporary paths, measured times within a tenth.
`<...>` stands for anything in a line, `...` for any lines, `~3` for a number about three; `unordered` on the fence allows
every order. A traceback is compared by its last line, JSON by its value.

Wrong:

```python
print(1 + 1)
#> 3
```

Right:

```python
print(1 + 1)
#> 2
```

Write what is printed, or mend the code.
"#,
};

pub(super) static FALSE_RESPONSE: Finding = Finding {
    code: "false-response",
    severity: Severity::Error,
    summary: "A stated answer that is not what the server answers",
    documentation: r#"The lesson's server was started and asked as the lesson shows, and it answered something else.

Readers who see another status or body do not know which of the two is wrong.

Bodies are compared as JSON values, so that spaces and the order of keys do not matter; `"..."` stands for any value. After
words such as "JSON like" only the shape has to be the same.

Wrong: a fence with `{"tea": "black"}` after a request that is answered with `{"tea": "green"}`.

Right: the answer as it is.

Show what is answered, or mend the server.
"#,
};

pub(super) static FALSE_TIME: Finding = Finding {
    code: "false-time",
    severity: Severity::Error,
    summary: "A stated time that is not what the code takes",
    documentation: r#"The lesson says how long something takes, and it takes longer or shorter by more than a tenth (and more than 0.15 s).

In lessons about concurrency the times are the argument: "3 s one after the other, 1 s together" is what is to be learned.

Both the times that the program prints and the clock of the run count. Waiting is skipped, so a slow machine changes nothing.

Wrong: "Expected: ~1s total" after code that sleeps one second three times, one after the other.

Right: "Expected: ~3s total".

Correct the number, or mend the code.
"#,
};

pub(super) static FALSE_VERSION: Finding = Finding {
    code: "false-version",
    severity: Severity::Error,
    summary: "A stated Python version that is not the one the code needs",
    documentation: r#"The code needs a newer Python than the lesson says, by its syntax, or it ran on an older one.

A reader with the stated version gets a syntax error; one with an older Python believes to be left out.

Wrong: "needs Python 3.8+" for code with a `match` statement.

Right: "needs Python 3.10+".

Correct the version.
"#,
};

pub(super) static UNMENTIONED_WARNING: Finding = Finding {
    code: "unmentioned-warning",
    severity: Severity::Warning,
    summary: "A warning that readers will see and the lesson does not mention",
    documentation: r#"The code runs, and Python prints a warning about it that the section does not speak of.

Readers see it in their terminal and do not know whether they did something wrong.

Wrong:

```python
import asyncio

async def brew():
    print("tea")

pot = brew()
print(type(pot))
```

Right, with `pot.close()` or `asyncio.run(pot)` at the end.

Mend what is warned of, or mention the warning.
"#,
};
