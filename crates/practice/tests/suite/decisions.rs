//! The same lessons run in a real sandbox: what is decided of each claim, and how it is told.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Mutex;

use etude_course::checks::runs::UNDECIDED_CLAIM;
use etude_course::{Course, Surroundings};
use etude_practice::decide::{Case, Decision, Verdict, What, decide, diagnostics};
use etude_practice::plan::{Plan, Setting, plan};
use etude_practice::run::{End, Ran, Setup, kept, run, run_session};
use etude_sandbox::environment::{Error, prepare};
use etude_sandbox::{Config, Environment, Interpreters, Policy, Profile, Sandbox};
use etude_text::render::{Terminal, terminal};
use etude_text::{FileId, Sources};

use crate::lesson::Folder;

#[test]
fn decisions() {
    let cache = tempfile::tempdir().expect("a folder can be made");
    let policy = Policy { most: Profile::Shell, weak: true };
    let sandbox = Sandbox::start(Config { slots: 2, policy, avoid: Vec::new() }).expect("a sandbox can be started");
    if !sandbox.layers().namespaces {
        skipped("no namespaces");
        return;
    }
    for folder in Folder::all() {
        let packages = folder.config.packages.clone().unwrap_or_default();
        if let Some(environment) = environment(cache.path(), &packages) {
            check(folder, &sandbox, &environment);
        }
    }
}

fn check(folder: Folder, sandbox: &Sandbox, environment: &Environment) {
    let course = Course::new(folder.config.clone(), vec![folder.lesson]);
    let lesson = &course.lessons[0];
    let plan = plan(
        lesson,
        &Setting { config: &course.config, source: &folder.source, beside: &folder.beside, has_input: false },
    );
    let ran = ran(&plan, &Setup { sandbox, environment, at_once: 2, seeds: &[], trace: false });
    let around = Surroundings { exists: &|_| false };
    let python = environment.version().minor();
    let case =
        Case { course: &course, lesson, source: &folder.source, plan: &plan, ran: &ran, python, around: &around };
    let decisions = decide(&case);
    let mut shown = String::new();
    for decision in &decisions {
        show(&mut shown, decision, &case);
    }
    let mut sources = Sources::default();
    assert_eq!(sources.add(folder.source.clone()), FileId(0));
    let mut told = Vec::new();
    let width = Terminal { width: 100, colors: false };
    let mut found = diagnostics(&case, &decisions);
    // The reasons stand above.
    found.retain(|it| it.code != UNDECIDED_CLAIM.code);
    terminal(&mut told, &sources, &found, width).expect("it is written to memory");
    shown.push('\n');
    shown.push_str(&String::from_utf8(told).expect("text"));
    Folder::snapshot_in(&folder.path, "decisions", &shown);
}

/// All sessions of a plan, as they come out of what is kept of them.
fn ran(plan: &Plan, setup: &Setup<'_>) -> Vec<Ran> {
    let sessions: Vec<_> = plan.sessions.iter().collect();
    let all = Mutex::new(vec![Ran::default(); sessions.len()]);
    run(&sessions, setup, &|index, ran| {
        let entry = kept::encode(sessions[index], &ran);
        let again = kept::decode(sessions[index], &entry).expect("a whole entry");
        assert_eq!(again.steps, ran.steps);
        all.lock().expect("no panic")[index] = again;
    });
    let all = all.into_inner().expect("no panic");
    for (session, ran) in sessions.iter().zip(&all).filter(|(session, _)| session.closed) {
        assert_eq!(told(&run_session(session, setup)), told(ran), "alone and among others: {session:?}");
    }
    all
}

/// What a reader sees.
fn told(ran: &Ran) -> Vec<(&str, &str, &End)> {
    ran.steps.iter().flatten().map(|it| (it.stdout.as_str(), it.stderr.as_str(), &it.end)).collect()
}

fn show(out: &mut String, decision: &Decision, case: &Case<'_>) {
    let line = case.source.line(decision.span.start);
    let what = match decision.what {
        What::Claim(index) => {
            let claim = &case.lesson.claims[index];
            format!("{} {:?}", claim.kind.as_str(), claim.text)
        }
        What::Works(snippet) => format!("[{snippet}] works"),
        What::Warns(snippet) => format!("[{snippet}] warns of nothing else"),
    };
    let verdict = match &decision.verdict {
        Verdict::Holds => "holds".to_owned(),
        Verdict::False { evidence, .. } => format!("false: {evidence}"),
        Verdict::NotAlways { evidence, .. } => format!("holds, but {evidence}"),
        Verdict::Undecided { reason, .. } => format!("undecided: {reason}"),
    };
    writeln!(out, "{line}: {what}\n    {verdict}").expect("it is written to memory");
}

/// Python 3.12 if it is there; `None`, and loudly, where its packages cannot be had.
pub(crate) fn environment(cache: &std::path::Path, packages: &[String]) -> Option<Environment> {
    let host = std::env::vars_os().collect();
    let found = Interpreters::find(&host, cache);
    let wanted = "3.12".parse().expect("a version");
    let interpreter = found.choose(Some(wanted)).or_else(|_| found.choose(None)).expect("a Python");
    let wishes: Vec<_> = packages.iter().map(|package| package.parse().expect("a requirement")).collect();
    match prepare(&host, cache, interpreter, &wishes, &mut |_| ()) {
        Ok(environment) => Some(environment),
        Err(Error::Unreachable { detail }) => {
            skipped(&detail);
            None
        }
        Err(error) => panic!("{error}: {:?}", error.detail()),
    }
}

/// Past the capturing of output, which would hide it as the test passes.
pub(crate) fn skipped(why: &str) {
    writeln!(std::io::stderr(), "\n**** SKIPPED: {why}\n").expect("stderr is there");
}
