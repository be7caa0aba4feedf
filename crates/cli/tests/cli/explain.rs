use etude_testing::TempFolder;
use insta::assert_snapshot;

use crate::fixture::Etude;

#[test]
fn the_list_has_every_check_and_finding_on_a_line_of_its_own() {
    let list = TempFolder::new().etude("explain");
    let codes: Vec<&str> = list.lines().skip(2).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(codes.is_sorted());
    assert!(codes.contains(&"course-toml") && codes.contains(&"dead-link"), "{list}");
    assert!(codes.contains(&"blocked-loop") && codes.contains(&"race"), "{list}");
    for code in codes {
        let explained = TempFolder::new().etude(&format!("explain {code}"));
        assert!(explained.starts_with("exit 0\n--- stdout\n"), "{explained}");
        assert!(explained.lines().count() > 10, "{explained}");
    }
}

#[test]
fn a_code_is_explained() {
    assert_snapshot!(TempFolder::new().etude("explain course-toml"), @r#"
    exit 0
    --- stdout
    course-toml (error): A `course.toml` that cannot be read, or that lists lessons that are not there

    Finds a `course.toml` that is not TOML, that has fields or values Étude does not
    know, and that lists a lesson twice or one that is not there. Markdown files in
    the folder of the course that are not listed are a note.

    A lesson that is not found is taught to nobody, and a setting that is not
    understood does nothing, without a word.

    Wrong:

    ```toml
    title = "Waiting"
    lessons = ["01-tea.md", "02-taost.md"]
    ```

    Right:

    ```toml
    title = "Waiting"
    lessons = ["01-tea.md", "02-toast.md"]
    ```

    Every other setting counts, whatever is wrong with one. Correct the name, or
    take the line out. List the Markdown files that belong to the course; name the
    others in `.etudeignore`.
    "#);
}

#[test]
fn what_runs_show_is_explained_too() {
    assert_snapshot!(TempFolder::new().etude("explain growing-queue"), @"
    exit 0
    --- stdout
    growing-queue (warning): A queue without a limit that only grew

    Finds a queue without `maxsize` that reached new heights again and again, up to
    at least 128 items, until near the end of the run, while its producer had time
    in between. A queue that is filled in one go, or that is emptied again, is fine.

    If items come faster than they are taken, such a queue takes all memory there
    is, and what is at its end waits longer and longer. Nothing tells the producer
    to slow down.

    Wrong:

    ```python
    queue = asyncio.Queue()
    ```

    Right:

    ```python
    queue = asyncio.Queue(maxsize=100)
    ```

    Give the queue a limit and put with `await queue.put(item)`: the producer then
    waits until there is room. `put_nowait` on a full queue raises `QueueFull`.
    ");
}

#[test]
fn reading_finds_nothing_that_only_runs_show() {
    assert_snapshot!(TempFolder::new().etude("check --no-run --only deadlock"), @"
    exit 2
    --- stderr
    error: invalid value 'deadlock' for '--only <CODE>': there is no check called `deadlock`, did you mean `dead-link`?

    For more information, try '--help'.
    ");
}

#[test]
fn a_code_nobody_knows_finds_the_nearest() {
    assert_snapshot!(TempFolder::new().etude("explain dead-lnik"), @"
    exit 2
    --- stderr
    error: invalid value 'dead-lnik' for '[CODE]': there is no check or finding called `dead-lnik`, did you mean `dead-link`?

    For more information, try '--help'.
    ");
}
