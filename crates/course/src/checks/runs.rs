//! What only a run can find. These look for nothing themselves: whoever runs a lesson reports them.

use etude_text::Severity;

use super::Check;
use super::exercises::{EXERCISE_FILES, FAILING_SOLUTION, LOST_REFERENCE, PASSING_STARTER, WRONG_ANSWER};

/// All of them, in alphabetical order of their codes.
pub static RUN_CHECKS: &[&Check] = &[
    &EXERCISE_FILES,
    &FAILING_SNIPPET,
    &FAILING_SOLUTION,
    &FALSE_END,
    &FALSE_OUTPUT,
    &FALSE_RESPONSE,
    &FALSE_TIME,
    &FALSE_VERSION,
    &LOST_REFERENCE,
    &ORDER_DEPENDENT,
    &PASSING_STARTER,
    &UNDECIDED_CLAIM,
    &UNDECIDED_SNIPPET,
    &UNMENTIONED_WARNING,
    &WRONG_ANSWER,
];

pub static FAILING_SNIPPET: Check = Check {
    code: "failing-snippet",
    severity: Severity::Error,
    summary: "Code that fails when it is run as the lesson shows it",
    documentation: r#"
A snippet that ends with an exception, with another exit code than 0, or never, though nothing in the lesson says so.

Whoever follows the lesson gets an error instead of what was promised. Code that takes names from its surroundings is
run with the snippets before it that bind them; what it was given is shown with the finding.

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

Mend the code; or say `raises=NAME` or `exit=N` on the fence; or mark it `norun` if it is only to be read. A section
that names the exception is believed to show it on purpose.
"#,
    run: |_, _| {},
};

pub static FALSE_END: Check = Check {
    code: "false-end",
    severity: Severity::Error,
    summary: "A snippet that does not end as `raises=` or `exit=` says",
    documentation: r#"
A fence, or the sentence right beside it ("This raises a `TypeError`"), says how its code ends, and it ends in another
way.

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
    run: |_, _| {},
};

pub static FALSE_OUTPUT: Check = Check {
    code: "false-output",
    severity: Severity::Error,
    summary: "A stated output that is not what the code prints",
    documentation: r#"
The output that a lesson shows, and what its code printed when it ran, differ.

Readers compare. An output that differs makes them look for a mistake of their own.

What differs in every run is left alone: addresses, process numbers, dates, temporary paths, measured times within a
tenth. `<...>` stands for anything in a line, `...` for any lines, `~3` for a number about three; `unordered` on the
fence allows every order. A traceback is compared by its last line, JSON by its value.

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
    run: |_, _| {},
};

pub static FALSE_RESPONSE: Check = Check {
    code: "false-response",
    severity: Severity::Error,
    summary: "A stated answer that is not what the server answers",
    documentation: r#"
The lesson's server was started and asked as the lesson shows, and it answered something else.

Readers who see another status or body do not know which of the two is wrong.

Bodies are compared as JSON values, so that spaces and the order of keys do not matter; `"..."` stands for any value.
After words such as "JSON like" only the shape has to be the same.

Wrong, where `/pots/1` answers `{"tea": "green"}`:

```bash
curl http://127.0.0.1:8000/pots/1
```

```json
{"tea": "black"}
```

Right:

```json
{"tea": "green"}
```

Show what is answered, or mend the server.
"#,
    run: |_, _| {},
};

pub static FALSE_TIME: Check = Check {
    code: "false-time",
    severity: Severity::Error,
    summary: "A stated time that is not what the code takes",
    documentation: r#"
The lesson says how long something takes, and it takes longer or shorter by more than a tenth (and more than 0.15 s).

In lessons about concurrency the times are the argument: "3 s one after the other, 1 s together" is what is to be
learned.

Both the times that the program prints and the clock of the run count. Waiting is skipped, and what a program computes
may be faster or slower elsewhere: a time is false only if neither its waiting alone nor all that it took is near.
"The first", "the synchronous version" and the like are looked up among the programs of the section; where it is not
plain which of them is meant, nothing is false.

Wrong:

```python elapsed=1s
import time

for _ in range(3):
    time.sleep(1)
```

Right:

```python elapsed=3s
import time

for _ in range(3):
    time.sleep(1)
```

Correct the number, or mend the code.
"#,
    run: |_, _| {},
};

pub static FALSE_VERSION: Check = Check {
    code: "false-version",
    severity: Severity::Error,
    summary: "A stated Python version that is not the one the code needs",
    documentation: r#"
The code needs a newer Python than the lesson says, by its syntax or by what it takes from the standard library, or it
ran on an older one; or a name of the library came with another Python than is said.

A reader with the stated version gets a syntax error; one with an older Python believes to be left out.

Wrong:

```python
# needs Python 3.8+
match cups:
    case 0:
        print("none")
```

Right:

```python
# needs Python 3.10+
match cups:
    case 0:
        print("none")
```

Correct the version.
"#,
    run: |_, _| {},
};

pub static ORDER_DEPENDENT: Check = Check {
    code: "order-dependent",
    severity: Severity::Note,
    summary: "An output that is another one in another order of what happens at one moment",
    documentation: r#"
The code prints what the lesson says in the order in which its tasks or threads began to wait, and something else when
those that are due at the same moment go on in another order.

The usual order may be the only one that a reader ever sees. It is promised by nobody: a busy machine, another Python or
another platform may show the other.

Wrong, if the order is not what is to be shown:

```python
import asyncio

async def pour(name):
    await asyncio.sleep(1)
    print(name)

async def main():
    await asyncio.gather(pour("green"), pour("black"))

asyncio.run(main())
```

```output
green
black
```

Right:

```output unordered
green
black
```

Mark the output `unordered`, or let the times differ. `etude run 'lesson.md#12' --seed 2` shows the other order of the
snippet on line 12. With `--races` this is a warning.
"#,
    run: |_, _| {},
};

pub static UNDECIDED_CLAIM: Check = Check {
    code: "undecided-claim",
    severity: Severity::Warning,
    summary: "With `--strict`: what the lesson says, and no run can decide",
    documentation: r#"
Something that the lesson says of its code and that was found neither true nor false: the code could not be run,
what it prints hangs on chance or on the machine, or the words are none that a rule can decide.

It may be false, and nobody would notice. Much of it is for people to judge, so it is reported with `--strict` only.

Wrong:

````markdown
```python
import random
print(random.randint(1, 6))
```

```output
4
```
````

Right:

````markdown
```python
import random
random.seed(1)
print(random.randint(1, 6))
```

```output
2
```
````

Do what the hint says; state it in a way that a run can decide, as an output, a time, an exception or a status; or
write `<!-- etude: ignore undecided-claim -->` before what is only for people to judge.
"#,
    run: |_, _| {},
};

pub static UNDECIDED_SNIPPET: Check = Check {
    code: "undecided-snippet",
    severity: Severity::Note,
    summary: "Code that could not be run, so that nobody knows whether it works",
    documentation: r#"
A snippet that looks as if it should run and cannot be run here: it needs a package that no `course.toml` lists, the
internet, a person, or a name that nothing before it binds.

What was not run may be right or wrong. Nothing that the lesson says of it is decided.

Wrong:

```python
print(brew(cups))
```

Right, where the reader need not see what it takes:

```python hide
cups = 2

def brew(cups):
    return cups * 2
```

```python
print(brew(cups))
```

Give it what it needs, or mark it `norun` if it is only to be read. With `--strict` this is a warning.
"#,
    run: |_, _| {},
};

pub static UNMENTIONED_WARNING: Check = Check {
    code: "unmentioned-warning",
    severity: Severity::Warning,
    summary: "A warning that readers will see and the lesson does not mention",
    documentation: r#"
The code runs, and Python prints a warning about it that the section does not speak of.

Readers see it in their terminal and do not know whether they did something wrong.

Wrong:

```python
import asyncio

async def brew():
    print("tea")

pot = brew()
print(type(pot))
```

Right:

```python
import asyncio

async def brew():
    print("tea")

asyncio.run(brew())
```

Mend what is warned of, or mention the warning.
"#,
    run: |_, _| {},
};
