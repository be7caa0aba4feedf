//! What a program may print that is another thing in every run: only what its code asks for.

use std::sync::LazyLock;

use etude_course::{Lang, Snippet};
use regex::Regex;

use super::Known;

/// What is asked for by the code of a snippet and all that it runs with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Varies {
    /// Numbers that name an object or a thread.
    pub(super) identities: bool,
    /// Dates and times of day.
    pub(super) moments: bool,
    pub(super) processes: bool,
    /// How long something took.
    pub(super) durations: bool,
    /// The numbers that tasks are given as names.
    pub(super) tasks: bool,
    /// Where files of the machine lie.
    pub(super) paths: bool,
}

static IDENTITIES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:id|hash)\(|map\(id(?-u:\b)|key=id(?-u:\b)|_ident(?-u:\b)|\.ident(?-u:\b)|native_id")
        .expect("a valid expression")
});

static MOMENTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?-u:\b)(?:now|utcnow|today|localtime|gmtime|ctime|time_ns|console\.log)\(|(?-u:\b)time\(\)",
        r"|asctime|(?:^|[^.\w]|(?-u:\b)time\.)strftime\(|mtime|\.stat\(|loguru|structlog|uuid1",
    ))
    .expect("a valid expression")
});

static PROCESSES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"getp?pid|\.pid(?-u:\b)|current_process|multiprocessing|subprocess|ProcessPool|(?-u:\b)fork\(",
        r"|_ident(?-u:\b)|\.ident(?-u:\b)|native_id|%\((?:process|thread)\)|\{(?:process|thread)\}",
    ))
    .expect("a valid expression")
});

static DURATIONS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"perf_counter|monotonic|process_time|thread_time|timeit|time_ns|(?-u:\b)time\(\)|(?-u:\b)time\.time(?-u:\b)",
        r"|(?i:timer|stopwatch)|\.elapsed(?-u:\b)|(?-u:\b)(?:utc)?now\(|tqdm|pytest|unittest",
        // What is slow, an event loop tells by itself.
        r"|set_debug|debug=True|ASYNCIODEBUG",
    ))
    .expect("a valid expression")
});

static TASKS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("asyncio|anyio|create_task|TaskGroup").expect("a valid expression"));

static PATHS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"tempfile|mkdtemp|mkstemp|mktemp|tmp_path|Temporary(?:Directory|File)|cwd|(?-u:\b)home\(|expanduser|abspath",
        r"|realpath|resolve\(|absolute\(|__file__|__path__|(?-u:\b)sys\.|(?-u:\b)environ(?-u:\b)|getenv|which\(|traceback|inspect",
    ))
    .expect("a valid expression")
});

/// Commands that show no more than what the lesson gives them.
static PLAIN_COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[$%#>]\s*)?(?:#|$|(?:uv run |poetry run )?(?:python3?|py|echo|cat|cd|head|tail|printf)(?-u:\b))")
        .expect("a valid expression")
});

impl Varies {
    pub(super) const ALL: Varies =
        Varies { identities: true, moments: true, processes: true, durations: true, tasks: true, paths: true };

    pub(super) fn asked_by(code: &str) -> Self {
        Self {
            identities: IDENTITIES.is_match(code),
            moments: MOMENTS.is_match(code),
            processes: PROCESSES.is_match(code),
            durations: DURATIONS.is_match(code),
            // Else they are names of the author's.
            tasks: TASKS.is_match(code) && !code.contains("Task-"),
            paths: PATHS.is_match(code),
        }
    }
}

/// Whether a program tells how long something took.
pub(crate) fn tells_times(code: &str) -> bool {
    DURATIONS.is_match(code)
}

impl Known<'_> {
    /// The code of a snippet and of those it runs with.
    pub(super) fn session_code(&self, snippet: &Snippet) -> impl Iterator<Item = &str> {
        let at = self.steps.get(&snippet.index);
        let steps = at.into_iter().flat_map(|&(session, step)| &self.case.plan.sessions[session].steps[..=step]);
        steps.map(|step| self.case.lesson.snippets[step.snippet].code.as_str())
    }

    /// What may differ in all that a snippet prints.
    pub(super) fn varies(&self, snippet: &Snippet) -> Varies {
        // Programs of the machine say of it what they like.
        if snippet.lang == Lang::Shell && !snippet.code.lines().all(|line| PLAIN_COMMAND.is_match(line.trim())) {
            return Varies::ALL;
        }
        let mut code = snippet.code.clone();
        if let Some(&(session, step)) = self.steps.get(&snippet.index) {
            let session = &self.case.plan.sessions[session];
            for step in &session.steps[..=step] {
                code.push_str(&self.case.lesson.snippets[step.snippet].code);
                code.push('\n');
            }
            for part in session.server.iter().flat_map(|server| &server.parts) {
                code.push_str(&part.text);
            }
            for file in session.files.iter().filter(|file| file.path.ends_with(".py")) {
                code.push_str(&String::from_utf8_lossy(&file.content));
            }
        }
        Varies::asked_by(&code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: Varies) {
        assert_eq!(Varies::asked_by(code), expected, "{code}");
    }

    #[test]
    fn only_what_the_code_asks_for() {
        let none = Varies::default();
        check("print(2**50)", none);
        check("print(date(2024, 1, 31) + timedelta(1))", none);
        check("print(time(12, 30), day.strftime('%A'))", none);
        check("print('Process 10 items'); grid(3); valid(4)", none);
        check("print('Total: 1.05 euros')", none);
        check("print(id(pot))", Varies { identities: true, ..none });
        check("print(date.today())", Varies { moments: true, ..none });
        check("print(time.strftime('%X'))", Varies { moments: true, ..none });
        check("print(os.getpid())", Varies { processes: true, ..none });
        check("print(time.perf_counter() - start)", Varies { durations: true, ..none });
        check("asyncio.create_task(pour())", Varies { tasks: true, ..none });
        check("asyncio.create_task(pour(), name=f'Task-{n}')", none);
        check("print(Path.cwd())", Varies { paths: true, ..none });
        check("print(time.time())", Varies { moments: true, durations: true, ..none });
    }
}
