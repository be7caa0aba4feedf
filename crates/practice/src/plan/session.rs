//! What a session needs besides its steps: files, a profile, a clock, time.

use std::collections::{BTreeMap, BTreeSet};

use etude_course::{ClaimKind, Subject};
use etude_sandbox::{Clock, Profile, StandIn};

use super::context::Lender;
use super::{Action, Command, File, Server, Session, Step, Supply, code, files, needs, server};
use crate::decide::tells_times;

/// Adds what its snippets say about the run, and the files they need.
pub(super) fn made(lender: &Lender<'_>, server: Option<Server>, mut steps: Vec<Step>, least: Profile) -> Session {
    let mut all: BTreeMap<String, File> = BTreeMap::new();
    let mut profile = least;
    let (mut clock, mut timeout, mut races) = (None, None, false);
    // To its digits, or at all.
    let (mut precise, mut timed) = (false, false);
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for code in server.iter().flat_map(|server| &server.parts) {
        asked.extend(stood_in_for(lender, code.snippet, &code.text));
    }
    let whole = steps.iter().map(|step| step.snippet).max().unwrap_or_default();
    let lent = server.iter().flat_map(|server| &server.parts).map(|code| code.text.as_str());
    let lent: Vec<String> = lent.flat_map(server::folders).map(str::to_owned).collect();
    for step in &mut steps {
        let snippet = lender.snippet(step.snippet);
        let folders: Vec<String> = match &step.action {
            Action::Context { code, .. } => server::folders(&code.text).map(str::to_owned).collect(),
            Action::Serve => lent.clone(),
            _ => Vec::new(),
        };
        for folder in folders {
            let path = format!("{folder}/.keep");
            step.supplied.push(Supply::File(format!("{folder}/")));
            all.entry(path.clone()).or_insert(File { path, content: Vec::new() });
        }
        let mut text = match &step.action {
            Action::Context { code, .. } => code.text.clone(),
            _ => snippet.code.clone(),
        };
        if let Action::Shell(commands) = &step.action
            && commands.iter().any(Command::tests)
        {
            // pytest finds them by itself.
            text.push_str(&files::tests(lender.lesson, step.snippet).join("\n"));
        }
        for host in stood_in_for(lender, Some(step.snippet), &text) {
            step.supplied.push(Supply::StandIn(host.clone()));
            asked.insert(host);
        }
        profile = profile.max(least_for(&text, snippet.attribute("needs")));
        clock = clock.or(snippet.attribute("clock").and_then(Clock::from_name));
        timeout = timeout.or(snippet.timeout());
        precise |= is_timed(lender, step.snippet);
        timed |= precise || tells_times(&text) && is_stated(lender, step.snippet);
        races |= CONCURRENT.iter().any(|word| text.contains(word)) && is_ordered(lender, step.snippet);
        for (file, supply) in files::needed(lender.lesson, lender.setting.beside, whole, &text) {
            let own = files::file_name(snippet) == Some(&file.path);
            if !own {
                step.supplied.push(supply);
                all.entry(file.path.clone()).or_insert(file);
            }
        }
    }
    for file in all.values().filter(|file| file.path.ends_with(".py")) {
        asked.extend(stood_in_for(lender, None, &String::from_utf8_lossy(&file.content)));
    }
    let stand_ins: Vec<StandIn> = asked.iter().filter_map(|host| lender.hosts.answering(host)).collect();
    if !stand_ins.is_empty() {
        profile = profile.max(Profile::Server);
    }
    // Its times are the same in every run, but only of one process that waits rather than computes.
    let steady = precise && server.is_none() && profile == Profile::Python;
    let clock = clock.unwrap_or(if steady { Clock::Steady } else { Clock::Virtual });

    // Elsewhere no seed gives the same order again, and what differs may be anything.
    races &= server.is_none() && profile == Profile::Python && clock != Clock::Real;

    let closed = server.is_none() && all.is_empty() && timeout.is_none() && profile == Profile::Python;
    let closed = closed && stand_ins.is_empty() && is_closed(lender, &steps);
    let mut session = Session {
        server,
        steps,
        files: all.into_values().collect(),
        stdin: Vec::new(),
        profile,
        stand_ins,
        clock,
        timeout,
        timed,
        races,
        closed,
    };
    code::count_alone(&mut session);
    session
}

/// What makes several things happen at once.
const CONCURRENT: [&str; 9] = [
    "create_task",
    "ensure_future",
    "gather(",
    "TaskGroup",
    "as_completed",
    "asyncio.wait(",
    "to_thread",
    "Thread(",
    "ThreadPoolExecutor",
];

/// Whether lines are foretold in an order.
fn is_ordered(lender: &Lender<'_>, index: usize) -> bool {
    lender.lesson.claims.iter().filter(|claim| claim.about == Subject::Snippet(index)).any(|claim| {
        matches!(&claim.kind, ClaimKind::Output { parts, .. } if parts.len() > 1 || parts.iter().any(|it| it.contains('\n')))
    })
}

/// The hosts that a text names and that are stood in for.
fn stood_in_for(lender: &Lender<'_>, snippet: Option<usize>, text: &str) -> BTreeSet<String> {
    let module = snippet.and_then(|snippet| lender.module(snippet));
    let code = module.map_or_else(|| text.to_owned(), |module| needs::uncommented(text, module));
    let named = needs::outside(&code).into_iter().map(|it| it.host);
    named.filter(|host| lender.hosts.has(host)).collect()
}

fn is_closed(lender: &Lender<'_>, steps: &[Step]) -> bool {
    let [step] = steps else { return false };
    let plain = matches!(step.action, Action::Script(_) | Action::Fragment { in_loop: false, .. });
    plain && lender.module(step.snippet).is_some_and(|module| module.usage.closed)
}

fn is_stated(lender: &Lender<'_>, index: usize) -> bool {
    let mut claims = lender.lesson.claims.iter().filter(|claim| claim.about == Subject::Snippet(index));
    claims.any(|claim| matches!(&claim.kind, ClaimKind::Output { .. }))
}

/// Whether what a snippet prints is compared to times.
fn is_timed(lender: &Lender<'_>, index: usize) -> bool {
    let time = |part: &String| part.contains('.') && part.bytes().any(|byte| byte.is_ascii_digit());
    lender.lesson.claims.iter().filter(|claim| claim.about == Subject::Snippet(index)).any(|claim| match &claim.kind {
        ClaimKind::Elapsed { .. } => true,
        ClaimKind::Output { parts, .. } => parts.iter().any(time),
        _ => false,
    })
}

/// What a program needs by its looks, so that it need not be refused first.
fn least_for(code: &str, needs: Option<&str>) -> Profile {
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    let said = |word: &str| needs.is_some_and(|needs| needs.split(',').any(|need| need.trim() == word));
    if has(&["create_subprocess_shell", "shell=True", "os.system("]) || said("shell") {
        Profile::Shell
    } else if has(&["socket", "start_server", "open_connection", "http.server", "aiohttp", "httpx", "uvicorn"])
        || said("server")
    {
        Profile::Server
    } else if has(&["subprocess", "multiprocessing", "ProcessPool"]) || said("subprocess") {
        Profile::Process
    } else {
        Profile::Python
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_may_name_every_clock() {
        assert_eq!(etude_course::CLOCKS, Clock::ALL.map(Clock::name));
    }
}
