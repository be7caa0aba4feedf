//! What the lessons of the corpus say.

/// The end of a file name and of a title.
pub(super) const TOPICS: &[(&str, &str)] = &[
    ("tasks", "Tasks"),
    ("groups", "Task groups"),
    ("timeouts", "Timeouts"),
    ("cancellation", "Cancellation scopes"),
    ("queues", "Queues"),
    ("locks", "Locks"),
    ("semaphores", "Semaphores"),
    ("events", "Events"),
    ("streams", "Streams"),
    ("generators", "Asynchronous generators"),
    ("context-managers", "Asynchronous context managers"),
    ("threads", "Worker threads"),
    ("subprocesses", "Subprocesses"),
    ("retries", "Retries"),
    ("rate-limits", "Rate limits"),
    ("pipelines", "Pipelines"),
    ("barriers", "Barriers"),
];

pub(super) const VERBS: &[&str] =
    &["start", "await", "cancel", "shield", "time", "name", "trace", "collect", "replace", "count"];

/// A function and the first statement of its body.
pub(super) const BODIES: &[(&str, &str)] = &[
    ("fetch", "address = f\"https://example.org/items/{item}\""),
    ("parse", "assert item >= 0, \"an item has a number\""),
    ("store", "key = hex(item)"),
    ("brew", "\"\"\"Brews one cup.\"\"\""),
    ("deliver", "parcel = [item] * 3"),
    ("resize", "width, height = item * 16, item * 9"),
    ("translate", "word = chr(ord(\"a\") + item % 26)"),
    ("measure", "samples = [value / 10 for value in range(item)]"),
];

pub(super) const ROUTES: &[&str] = &["stock", "orders", "visitors", "latency", "tickets", "readings"];

pub(super) const QUESTIONS: &[&str] = &[
    "Change the program so that at most two calls wait at the same time.",
    "Find out what happens when the second call raises.",
    "Cancel the work after half a second and say what was printed.",
    "Replace the group by plain tasks, and name what is lost.",
    "Draw the order in which the lines are printed before you run it.",
];

pub(super) const FACTS: &[&str] = &[
    "A coroutine does nothing until something awaits it or makes a task of it.",
    "The loop runs one step at a time, and a step lasts until the next `await` that really waits.",
    "Waiting costs next to nothing; what costs is work between two waits.",
    "A task that nobody keeps may be collected before it is done, so keep a reference.",
    "When a group ends with an error it cancels what is still running and waits for it.",
    "Calling `time.sleep` in a coroutine stops every other one as well.",
    "Cancelling raises `CancelledError` at the place where the task waits, and a `finally` still runs.",
    "A queue with a size lets a slow consumer hold back a fast producer.",
    "Locks are rarely needed here, since nothing else runs between two waits.",
    "A timeout is a cancellation that somebody scheduled.",
    "Threads are for code that blocks, and processes for code that computes.",
    "Results come back in the order of the calls, whichever was done first.",
    "It pays to give tasks names, because a name is what a traceback can show you.",
    "An asynchronous generator should be closed by whoever stops reading it early.",
    "Most programs that seem slow are only waiting for one thing after another.",
    "What the program prints is in the order in which things happened, not in that of the source.",
    "If two tasks change the same list, look for an `await` between reading and writing it.",
    "Sockets, timers and child processes are all things the loop can wait for at once.",
    "Start with the simplest version, run it, and only then make it concurrent.",
    "A shield protects the inner task, while the outer one is still cancelled.",
    "The clock of the loop never goes backwards, unlike the one on the wall.",
];
