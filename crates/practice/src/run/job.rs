//! From a session to one job of the sandbox: a program alone is run as itself, all else by the driver.

use std::time::Duration;

use etude_sandbox::{Clock, Environment, Error, Job, Limits, Profile, RelativePath};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::plan::{Action, Code, Command, Session, Statement};

/// Where the driver lies until it has begun; it removes itself, so that no snippet finds it.
const DRIVER: &str = ".lesson/driver.py";

/// Lessons that wait for longer are meant to wait for ever, and waiting costs some microseconds each time.
pub(super) const VIRTUAL_TIME: Duration = Duration::from_secs(2 * 3600);

/// The job, and the mark between the outputs of its steps if there are several.
pub(super) fn of(
    session: &Session,
    environment: &Environment,
    seed: Option<u64>,
) -> Result<(Job, Option<String>), Error> {
    let (path, source, mark) = match alone(session) {
        Some(code) => (code.file.as_str(), padded(code), None),
        None => {
            let mark = mark(session);
            (DRIVER, driver(session, &mark), Some(mark))
        }
    };
    let mut job = Job::python(environment.clone(), RelativePath::new(path)?, source);
    for file in &session.files {
        job.files.push((RelativePath::new(file.path.as_str())?, file.content.clone()));
    }
    job.stdin.clone_from(&session.stdin);
    job.profile = session.profile;
    job.stand_ins.clone_from(&session.stand_ins);
    job.limits = Limits { virtual_time: VIRTUAL_TIME, ..Limits::default() };
    if let Some(timeout) = session.timeout {
        (job.limits.wall, job.limits.cpu) = (timeout, timeout);
    }
    // A seed gives the same order again only where running takes no time.
    let repeatable = seed.is_some() && session.clock == Clock::Virtual && session.profile == Profile::Python;
    (job.clock, job.seed) = (if repeatable { Clock::Steady } else { session.clock }, seed);
    Ok((job, mark))
}

pub(super) fn alone(session: &Session) -> Option<&Code> {
    match session.steps.as_slice() {
        [step] if session.server.is_none() => match &step.action {
            Action::Script(code) => Some(code),
            _ => None,
        },
        _ => None,
    }
}

/// The code under the lines that Python is to name.
fn padded(code: &Code) -> String {
    format!("{}{}", "\n".repeat(code.first_line as usize - 1), code.text)
}

/// No text can hold the digest of what it is a part of, unless somebody sets out to.
fn mark(session: &Session) -> String {
    let order = order(session, "").to_string();
    let digest = Sha256::digest(order.as_bytes());
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn driver(session: &Session, mark: &str) -> String {
    // What JSON writes as a string, Python reads as one.
    let order = Value::String(order(session, mark).to_string());
    format!("{}\n\n{}\n\nmain(json.loads({order}))\n", include_str!("driver.py"), include_str!("serve.py"))
}

pub(super) fn order(session: &Session, mark: &str) -> Value {
    let steps: Vec<Value> = session.steps.iter().map(|step| action(&step.action, mark)).collect();
    let server = session.server.as_ref().map(|server| {
        json!({
            "parts": server.parts.iter().map(code).collect::<Vec<_>>(),
            "app": server.app.as_ref().map(|app| &app.variable),
            "framework": server.app.as_ref().map(|app| app.framework),
            "port": server.port,
        })
    });
    // What is said at the end of the program can only be put down to a snippet that has it to itself.
    let alone = session.steps.iter().filter(|step| !step.is_supplied()).count() == 1;
    let apart = session.closed && session.steps.len() > 1;
    json!({ "mark": mark, "driver": DRIVER, "steps": steps, "server": server, "alone": alone, "apart": apart })
}

fn action(action: &Action, mark: &str) -> Value {
    match action {
        Action::Script(it) => json!({ "kind": "code", "code": code(it), "in_loop": false }),
        Action::Doctest(it) => json!({ "kind": "doctest", "code": code(it), "in_loop": false }),
        Action::Fragment { code: it, in_loop } => json!({ "kind": "code", "code": code(it), "in_loop": in_loop }),
        Action::Context { code: it, in_loop } => json!({ "kind": "context", "code": code(it), "in_loop": in_loop }),
        Action::Console(statements) => {
            let typed = |it: &Statement| json!({ "line": it.line, "text": it.text, "in_loop": it.in_loop });
            json!({ "kind": "console", "statements": statements.iter().map(typed).collect::<Vec<_>>() })
        }
        Action::Shell(commands) => json!({ "kind": "shell", "script": script(commands, mark) }),
        Action::Test { code: it, pytest } => json!({ "kind": "test", "code": code(it), "pytest": pytest }),
        Action::Serve => json!({ "kind": "serve" }),
    }
}

fn code(code: &Code) -> Value {
    json!({ "text": code.text, "file": code.file, "first_line": code.first_line })
}

/// The commands, each behind a mark on both streams.
fn script(commands: &[Command], mark: &str) -> String {
    let mut script = String::new();
    for Command { line, text } in commands {
        let say = format!("printf '\\036{mark} line {line}\\036'");
        // `echo $?` is about the command before, and not about the mark.
        script.push_str(&format!("__status=$?; {say}; {say} >&2; (exit $__status)\n{text}\n"));
    }
    script
}
