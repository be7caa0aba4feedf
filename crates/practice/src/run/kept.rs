//! What came out of a session, as bytes to be kept, and the name under which the same session finds them again.
//!
//! Pure: where entries lie is for the caller. The lines in which a session stands in its lesson are no part of its name,
//! so that an edit further up does not run it again; an entry knows them, and what came out is moved along with them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{End, Evidence, Ran, job, orders};
use crate::plan::{Action, Code, Session};
use crate::seal;

/// The name: a digest of all that decides how a session goes. `world` stands for what it runs in: Étude itself, Python
/// with its packages.
pub fn key(session: &Session, seeds: &[u64], world: &str) -> String {
    let mut session = session.clone();
    for (number, (_, line)) in (1..).zip(lines(&mut session)) {
        *line = number;
    }
    // How it shares a process is nothing it could tell.
    let Session { server, steps, files, stdin, profile, stand_ins, clock, timeout, timed: _, races: _, closed: _ } =
        &session;
    let mut digest = Sha256::new();
    // Which part of the server a snippet is, decides whose a failure is.
    let parts = server.iter().flat_map(|server| &server.parts).map(|part| part.snippet);
    let parts: Vec<_> = parts.map(|part| steps.iter().position(|step| Some(step.snippet) == part)).collect();
    let about = json!([
        world,
        orders(&session, seeds),
        format!("{stand_ins:?}"),
        job::order(&session, ""),
        job::alone(&session).is_some(),
        parts,
        [profile.name(), clock.name()],
        timeout,
        stdin,
    ]);
    digest.update(about.to_string());
    for file in files {
        // The lengths keep apart what the bytes alone could not.
        digest.update(format!("\n{} {} {}\n", file.path.len(), file.content.len(), file.path));
        digest.update(&file.content);
    }
    seal::hex(&digest.finalize())
}

#[derive(Serialize, Deserialize)]
struct Entry {
    /// Where the session stood in its lesson.
    lines: Vec<u32>,
    steps: Vec<Vec<Evidence>>,
}

/// An entry.
pub fn encode(session: &Session, ran: &Ran) -> Vec<u8> {
    let lines = lines(&mut session.clone()).into_iter().map(|(_, line)| *line).collect();
    seal::closed(&json!(Entry { lines, steps: ran.steps.clone() }).to_string())
}

/// `None` if the entry is damaged, or speaks of lines at which the session stands no more.
pub fn decode(session: &Session, bytes: &[u8]) -> Option<Ran> {
    let Entry { lines: before, mut steps } = serde_json::from_str(seal::opened(bytes)?).ok()?;
    let mut session = session.clone();
    let now: Vec<(String, u32)> = lines(&mut session).into_iter().map(|(file, line)| (file, *line)).collect();
    if steps.len() != session.steps.len() || before.len() != now.len() {
        return None;
    }
    let moves: Vec<Move> = now.into_iter().zip(before).map(|((file, to), from)| Move { file, from, to }).collect();
    if moves.iter().any(|it| it.from != it.to) {
        steps.iter_mut().flatten().try_for_each(|evidence| follow(evidence, &moves))?;
    }
    Some(Ran { steps, lasting: true, events: None })
}

/// A piece of a session that stood at another line when it ran.
struct Move {
    /// As Python names it; empty for statements and commands.
    file: String,
    from: u32,
    to: u32,
}

/// Puts the lines of the lesson right. `None` if what was printed has them in it.
fn follow(evidence: &mut Evidence, moves: &[Move]) -> Option<()> {
    let names = |text: &str| moves.iter().any(|it| it.from != it.to && !it.file.is_empty() && text.contains(&it.file));
    let parts = evidence.parts.iter().flat_map(|part| [&part.stdout, &part.stderr]);
    if parts.chain([&evidence.stdout, &evidence.stderr]).any(|text| names(text)) {
        return None;
    }
    let place = |line: u32| moves.iter().find(|it| it.file.is_empty() && it.from == line).map_or(line, |it| it.to);
    for part in &mut evidence.parts {
        part.line = place(part.line);
    }
    for request in &mut evidence.requests {
        request.line = request.line.map(place);
    }
    match &mut evidence.end {
        End::Exit { raised: Some(raised), .. } => {
            if names(&raised.message) {
                return None;
            }
            let before = moves.iter().filter(|it| it.file == raised.file && it.from <= raised.line);
            if let Some(piece) = before.max_by_key(|it| it.from) {
                raised.line = raised.line - piece.from + piece.to;
            }
        }
        End::Stopped { cause: words, .. } | End::Never { why: words } if names(words) => return None,
        End::Exit { .. } | End::Stopped { .. } | End::Never { .. } => {}
    }
    Some(())
}

/// Every line of the lesson that a session knows, with the file in which Python would look for it.
fn lines(session: &mut Session) -> Vec<(String, &mut u32)> {
    fn of(code: &mut Code) -> (String, &mut u32) {
        (code.file.clone(), &mut code.first_line)
    }
    let mut all: Vec<(String, &mut u32)> = Vec::new();
    all.extend(session.server.iter_mut().flat_map(|server| &mut server.parts).map(of));
    for step in &mut session.steps {
        match &mut step.action {
            Action::Script(code)
            | Action::Doctest(code)
            | Action::Fragment { code, .. }
            | Action::Context { code, .. }
            | Action::Test { code, .. } => all.push(of(code)),
            Action::Console(statements) => {
                all.extend(statements.iter_mut().map(|it| (String::new(), &mut it.line)));
            }
            Action::Shell(commands) => all.extend(commands.iter_mut().map(|it| (String::new(), &mut it.line))),
            Action::Serve => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Statement;
    use crate::run::{Part, Raised};
    use etude_sandbox::{Clock, Outcome, Profile};
    use std::time::Duration;

    fn script(text: &str, first_line: u32) -> Session {
        let code = Code { snippet: Some(0), file: "tea.md".into(), first_line, text: text.into(), stands: None };
        Session::of(Action::Script(code))
    }

    fn console(lines: [u32; 2]) -> Session {
        let statements = lines.map(|line| Statement { line, text: "1".into(), in_loop: false }).into();
        Session::of(Action::Console(statements))
    }

    fn ran(change: impl Fn(&mut Evidence)) -> Ran {
        let mut evidence = Evidence { end: End::Exit { code: 0, raised: None }, ..Evidence::never("") };
        change(&mut evidence);
        Ran { steps: vec![vec![evidence]], lasting: true, events: None }
    }

    /// What `after` finds of what `before` left.
    fn check(before: &Session, left: &Ran, after: &Session) -> Option<Evidence> {
        assert_eq!(key(before, &[], ""), key(after, &[], ""));
        decode(after, &encode(before, left)).map(|ran| ran.steps[0][0].clone())
    }

    #[test]
    fn whatever_decides_how_it_goes_has_a_part_in_the_name() {
        let one = script("print(1)", 3);
        let name = |change: &dyn Fn(&mut Session)| {
            let mut session = one.clone();
            change(&mut session);
            key(&session, &[], "here")
        };
        let file = |path: &str, content: &str| crate::plan::File { path: path.into(), content: content.into() };
        let mut names = vec![
            key(&one, &[], "here"),
            key(&one, &[], "there"),
            key(&one, &[1], "here"),
            key(&script("print(2)", 3), &[], "here"),
            name(&|it| it.clock = Clock::Steady),
            name(&|it| it.profile = Profile::Shell),
            name(&|it| it.timeout = Some(Duration::from_secs(1))),
            name(&|it| it.races = true),
            name(&|it| it.files = vec![file("a", "bc")]),
            name(&|it| it.files = vec![file("ab", "c")]),
            name(&|it| it.steps.push(it.steps[0].clone())),
        ];
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(names.iter().all(|name| name.len() == 64));
    }

    #[test]
    fn an_entry_gives_back_what_was_kept() {
        let one = script("print(1)", 3);
        let left = ran(|it| {
            it.stdout = "1\n".into();
            it.took = Duration::from_nanos(1_500_000_001);
            it.end = End::Stopped { outcome: Outcome::Deadlock, cause: "nothing can happen".into() };
        });
        assert_eq!(check(&one, &left, &one), Some(left.steps[0][0].clone()));
    }

    #[test]
    fn a_damaged_entry_is_none() {
        let one = script("print(1)", 3);
        let entry = encode(&one, &ran(|_| ()));
        for cut in [0, 10, 64, 65, entry.len() - 1] {
            assert!(decode(&one, &entry[..cut]).is_none(), "{cut}");
        }
        let mut changed = entry.clone();
        *changed.last_mut().expect("bytes") ^= 1;
        assert!(decode(&one, &changed).is_none());
        assert!(decode(&one, &entry).is_some());
    }

    #[test]
    fn lines_move_with_the_lesson() {
        let raised = |line| Raised { kind: "E".into(), message: "no".into(), file: "tea.md".into(), line };
        let left = ran(|it| it.end = End::Exit { code: 1, raised: Some(raised(4)) });
        let found = check(&script("\nx", 3), &left, &script("\nx", 13)).expect("an entry");
        assert_eq!(found.end, End::Exit { code: 1, raised: Some(raised(14)) });

        let part = |line| Part { line, ..Part::default() };
        let left = ran(|it| it.parts = vec![part(3), part(5)]);
        let found = check(&console([3, 5]), &left, &console([7, 9])).expect("an entry");
        assert_eq!(found.parts, [part(7), part(9)]);
    }

    #[test]
    fn what_shows_its_lines_is_found_at_the_same_only() {
        let traceback = ran(|it| it.stderr = "File \"tea.md\", line 3\n".into());
        assert!(check(&script("x", 3), &traceback, &script("x", 3)).is_some());
        assert!(check(&script("x", 3), &traceback, &script("x", 4)).is_none());
    }
}
