//! Sessions that go one after the other through one process.
//!
//! A run of its own costs milliseconds, a line of Python microseconds. Snippets that can leave nothing behind, which their
//! syntax shows, cannot tell whether others ran before them: each gets fresh names, and its end is awaited before the next
//! begins. What does not end well is run again by itself, so that no limit, no traceback and no last word is shared.

use super::{End, Evidence, Ran, Setup, once};
use crate::plan::{Action, Session, Step};

/// How many share a process. They share its limits too, and who meets one costs all that come behind a second run.
const MOST: usize = 250;

/// What is run in one go: the indices of sessions, each in exactly one piece.
pub(super) fn pieces(sessions: &[&Session], at_once: usize) -> Vec<Vec<usize>> {
    let (closed, others): (Vec<usize>, Vec<usize>) = (0..sessions.len()).partition(|index| sessions[*index].closed);
    let mut pieces: Vec<Vec<usize>> = others.into_iter().map(|index| vec![index]).collect();
    for clock in etude_sandbox::Clock::ALL {
        let alike: Vec<usize> = closed.iter().copied().filter(|index| sessions[*index].clock == clock).collect();
        let share = alike.len().div_ceil(at_once.max(1)).clamp(1, MOST);
        pieces.extend(alike.chunks(share).map(<[usize]>::to_vec));
    }
    pieces
}

/// What came out of each that ended well.
pub(super) fn run(sessions: &[&Session], setup: &Setup<'_>) -> Vec<Option<Ran>> {
    let [first, _, ..] = sessions else { return vec![None; sessions.len()] };
    if !setup.seeds.is_empty() {
        return vec![None; sessions.len()];
    }
    let fragment = |step: &Step| match &step.action {
        Action::Script(code) => {
            Step { action: Action::Fragment { code: code.clone(), in_loop: false }, ..step.clone() }
        }
        _ => step.clone(),
    };
    let steps = sessions.iter().flat_map(|session| &session.steps).map(fragment).collect();
    let all = Session { steps, ..(*first).clone() };
    match once(&all, setup, None) {
        Ok(Ran { steps, lasting, .. }) => {
            // Each can only make what a drawing would leave out: a program of one task.
            let ran = |step: Vec<Evidence>| {
                step.iter().all(ended_well).then(|| Ran { steps: vec![step], lasting, events: None })
            };
            steps.into_iter().map(ran).collect()
        }
        Err(_) => vec![None; sessions.len()],
    }
}

fn ended_well(evidence: &Evidence) -> bool {
    matches!(evidence.end, End::Exit { code: 0, raised: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Code;
    use etude_sandbox::Clock;

    fn session(closed: bool, clock: Clock) -> Session {
        let text = "print(1)".to_owned();
        let code = Code { snippet: Some(0), file: "tea.md".into(), first_line: 1, text, stands: None };
        Session { closed, clock, ..Session::of(Action::Script(code)) }
    }

    #[test]
    fn only_what_is_closed_and_alike_goes_together() {
        let check = |kinds: &str, at_once, expected: &[&[usize]]| {
            let sessions: Vec<Session> = kinds
                .chars()
                .map(|kind| match kind {
                    'v' => session(true, Clock::Virtual),
                    's' => session(true, Clock::Steady),
                    _ => session(false, Clock::Virtual),
                })
                .collect();
            assert_eq!(pieces(&sessions.iter().collect::<Vec<_>>(), at_once), expected, "{kinds}");
        };
        check("", 2, &[]);
        check("..", 2, &[&[0], &[1]]);
        check("vv", 2, &[&[0], &[1]]);
        check("v.sv", 1, &[&[1], &[0, 3], &[2]]);
        check("vvvvv", 2, &[&[0, 1, 2], &[3, 4]]);
    }
}
