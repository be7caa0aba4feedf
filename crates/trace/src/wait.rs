//! What a task waits for, in one word.

/// The kind of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitKind {
    Sleep,
    /// `sleep(0)` and the like: only letting others run.
    Yield,
    Lock,
    Semaphore,
    Condition,
    Event,
    Barrier,
    Queue,
    /// Another task.
    Task,
    Gather,
    /// `asyncio.wait` and `as_completed`.
    Several,
    TaskGroup,
    /// `wait_for`, where the wait inside it cannot be seen.
    WaitFor,
    /// `asyncio.timeout`, likewise.
    Timeout,
    /// A bare future: somebody has to set its result.
    Future,
    /// A socket, a pipe, a stream.
    Stream,
    Subprocess,
    /// A job in a pool of threads or processes.
    Executor,
    /// A thread that is to end.
    Join,
    /// In the code of a package.
    Library,
    Unknown,
}

/// Kinds that are drawn alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Until a moment comes.
    Time,
    /// Until others let go, or come so far.
    Turn,
    /// Until there is an item, or room for one.
    Queue,
    /// Until other tasks are done.
    Tasks,
    /// Until the world outside answers.
    World,
    /// Until a thread or process has done its work.
    Work,
}

impl WaitKind {
    /// As in JSON, and in what is drawn.
    pub fn word(self) -> &'static str {
        match self {
            WaitKind::Sleep => "sleep",
            WaitKind::Yield => "yield",
            WaitKind::Lock => "lock",
            WaitKind::Semaphore => "semaphore",
            WaitKind::Condition => "condition",
            WaitKind::Event => "event",
            WaitKind::Barrier => "barrier",
            WaitKind::Queue => "queue",
            WaitKind::Task => "task",
            WaitKind::Gather => "gather",
            WaitKind::Several => "wait",
            WaitKind::TaskGroup => "TaskGroup",
            WaitKind::WaitFor => "wait_for",
            WaitKind::Timeout => "timeout",
            WaitKind::Future => "future",
            WaitKind::Stream => "stream",
            WaitKind::Subprocess => "subprocess",
            WaitKind::Executor => "executor",
            WaitKind::Join => "join",
            WaitKind::Library => "library",
            WaitKind::Unknown => "unknown",
        }
    }

    pub fn family(self) -> Family {
        match self {
            WaitKind::Sleep | WaitKind::Yield | WaitKind::WaitFor | WaitKind::Timeout => Family::Time,
            WaitKind::Lock | WaitKind::Semaphore | WaitKind::Condition | WaitKind::Event | WaitKind::Barrier => {
                Family::Turn
            }
            WaitKind::Queue => Family::Queue,
            WaitKind::Task | WaitKind::Gather | WaitKind::Several | WaitKind::TaskGroup => Family::Tasks,
            WaitKind::Future | WaitKind::Stream | WaitKind::Library | WaitKind::Unknown => Family::World,
            WaitKind::Subprocess | WaitKind::Executor | WaitKind::Join => Family::Work,
        }
    }

    /// From what the guest says a task waits in, and the class of what it waits for, if that is known.
    pub(crate) fn of(place: &str, class: Option<&str>) -> WaitKind {
        if let Some(kind) = class.and_then(of_class) {
            return kind;
        }
        let (module, function) = place.rsplit_once('.').unwrap_or(("", place));
        match (module, function) {
            ("", "yield") => WaitKind::Yield,
            ("", "executor") => WaitKind::Executor,
            ("", "Task") => WaitKind::Task,
            ("", "_GatheringFuture") => WaitKind::Gather,
            ("", "Future") => WaitKind::Future,
            ("", _) => WaitKind::Unknown,
            ("asyncio.tasks", "sleep") => WaitKind::Sleep,
            ("asyncio.tasks", "wait_for") => WaitKind::WaitFor,
            ("asyncio.tasks", "gather") => WaitKind::Gather,
            ("asyncio.tasks", _) => WaitKind::Several,
            ("asyncio.timeouts", _) => WaitKind::Timeout,
            ("asyncio.taskgroups", _) => WaitKind::TaskGroup,
            ("asyncio.queues", _) => WaitKind::Queue,
            // Without the object these two cannot be told from their like.
            ("asyncio.locks", "acquire") => WaitKind::Lock,
            ("asyncio.locks", "wait") => WaitKind::Event,
            ("asyncio.locks", _) => WaitKind::Lock,
            ("asyncio.threads", _) => WaitKind::Executor,
            ("asyncio.subprocess" | "asyncio.base_subprocess", _) => WaitKind::Subprocess,
            ("asyncio.base_events", "run_in_executor" | "shutdown_default_executor") => WaitKind::Executor,
            ("asyncio.base_events", "subprocess_exec" | "subprocess_shell") => WaitKind::Subprocess,
            (module, _) if module.starts_with("asyncio.") => WaitKind::Stream,
            _ => WaitKind::Library,
        }
    }
}

fn of_class(class: &str) -> Option<WaitKind> {
    Some(match class {
        "Lock" => WaitKind::Lock,
        "Semaphore" | "BoundedSemaphore" => WaitKind::Semaphore,
        "Condition" => WaitKind::Condition,
        "Event" => WaitKind::Event,
        "Barrier" => WaitKind::Barrier,
        "Queue" | "PriorityQueue" | "LifoQueue" => WaitKind::Queue,
        "TaskGroup" => WaitKind::TaskGroup,
        "StreamReader" | "StreamWriter" => WaitKind::Stream,
        _ => return None,
    })
}

/// A call that holds its whole thread.
pub(crate) fn of_call(call: &str) -> WaitKind {
    match call {
        "time.sleep" => WaitKind::Sleep,
        "Thread.join" | "threading.Thread.join" => WaitKind::Join,
        _ if call.ends_with("Lock.acquire") => WaitKind::Lock,
        _ if call.ends_with("Semaphore.acquire") => WaitKind::Semaphore,
        _ if call.ends_with("Condition.wait") => WaitKind::Condition,
        _ if call.ends_with("Event.wait") => WaitKind::Event,
        _ if call.starts_with("queue.") => WaitKind::Queue,
        _ if call.starts_with("subprocess.") || call.starts_with("os.wait") || call.starts_with("os.system") => {
            WaitKind::Subprocess
        }
        _ if call.starts_with("concurrent.") || call.ends_with("Future.result") => WaitKind::Executor,
        _ => WaitKind::Stream,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_decides_where_it_is_known() {
        let check = |place, class, expected| assert_eq!(WaitKind::of(place, class), expected, "{place} {class:?}");
        check("asyncio.locks.acquire", Some("Semaphore"), WaitKind::Semaphore);
        check("asyncio.locks.__aenter__", Some("Lock"), WaitKind::Lock);
        check("asyncio.locks.acquire", None, WaitKind::Lock);
        check("asyncio.locks.wait", Some("Condition"), WaitKind::Condition);
        check("asyncio.locks.wait", Some("MyEvent"), WaitKind::Event);
    }

    #[test]
    fn places_have_kinds() {
        let check = |place, expected| assert_eq!(WaitKind::of(place, None), expected, "{place}");
        check("asyncio.tasks.sleep", WaitKind::Sleep);
        check("asyncio.tasks.wait", WaitKind::Several);
        check("_GatheringFuture", WaitKind::Gather);
        check("asyncio.taskgroups.__aexit__", WaitKind::TaskGroup);
        check("asyncio.streams.readline", WaitKind::Stream);
        check("asyncio.sslproto.x", WaitKind::Stream);
        check("httpx.get", WaitKind::Library);
        check("MyFuture", WaitKind::Unknown);
        check("", WaitKind::Unknown);
    }
}
