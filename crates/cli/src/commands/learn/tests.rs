//! A learner's way through a small course, frame by frame, without a disk and without a sandbox.

use std::collections::BTreeMap;
use std::time::Duration;

use etude_practice::grade::{Status, Test, Verdict};
use etude_sandbox::Outcome;
use etude_text::Severity;
use etude_trace::{Ending, Finding, Timeline, Trace};
use insta::{assert_debug_snapshot, assert_snapshot};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::course::{Course, Exercise, Hint, Kind, Part, Standing};
use super::ink::Look;
use super::state::{Action, Checked, Effect, Event, Page, Ran, State};
use super::{load, markdown, pages};

const LESSON: &str = "\
# Boil water

Water *boils* at **100 °C**, says [a table](https://tea.example/table). `asyncio.sleep` stands in for it:

```python
async def boil(cups: int) -> str:
    await asyncio.sleep(2.5)  # seconds
    return f\"{cups} cups\"
```

1. Fill the pot.
2. Wait:
   - not too long,
   - not too short.

> Steam is hot.

```{note}
A watched pot boils, too.
```

| what | takes |
| --- | --- |
| water | 2.5 s |
| leaves | 3 minutes, or as long as it takes until they have sunk to the ground |
";

fn part(path: &str, title: &str, kind: Kind) -> Part {
    Part { path: path.to_owned(), title: title.to_owned(), kind, standing: Standing::default() }
}

fn course() -> Course {
    let hint = |title: &str, text: &str| Hint { title: title.to_owned(), text: text.to_owned() };
    let exercise = Exercise {
        instructions: "# Pour\n\nWrite `pour(cups)` in `tea.py`.\n".to_owned(),
        hints: vec![hint("Where to begin", "Count the `cups`."), hint("Nearly there", "`range` counts.")],
        tasks: BTreeMap::from([(1, "Pour one".to_owned()), (2, "Pour all".to_owned())]),
        solution: vec![("tea.py".to_owned(), "def pour(cups):\n    return list(range(cups))\n".to_owned())],
        folder: "tea-work/02-pour".to_owned(),
        files: vec!["tea.py".to_owned()],
    };
    Course {
        title: "Tea for beginners".to_owned(),
        parts: vec![
            part("01-boil.md", "Boil water", Kind::Lesson(LESSON.to_owned())),
            part("02-pour", "Pour", Kind::Exercise(exercise)),
            part("03-drink.md", "Drink, and what else there is to do", Kind::Lesson("# Drink\n\nSip.\n".to_owned())),
        ],
    }
}

fn state(size: (u16, u16)) -> State {
    let look = Look { unicode: true, words: false };
    State::new(course(), 0, "tea-work".to_owned(), look, size)
}

fn test(id: &str, task: u32, status: Status, message: &str, output: &str) -> Test {
    Test {
        id: id.to_owned(),
        status,
        task: Some(task),
        worth: 1,
        points: u32::from(status == Status::Pass),
        hidden: id.contains("More"),
        message: (!message.is_empty()).then(|| message.to_owned()),
        output: output.to_owned(),
        right: status == Status::Pass,
        by_own_equality: false,
    }
}

fn checked(second: Status) -> Checked {
    let message = if second == Status::Pass {
        ""
    } else {
        "[0, 1] != [0, 1, 2]: the last cup stays empty (`tea.py` line 2, in `pour`)"
    };
    let hidden = if second == Status::Pass { "" } else { "a hidden test: the answer is not the expected one" };
    let tests = vec![
        test("Pouring::test_one", 1, Status::Pass, "", "one\n"),
        test("Pouring::test_all", 2, second, message, "pouring 0\npouring 1\n"),
        test("MorePouring::test_none", 2, second, hidden, ""),
    ];
    Checked {
        verdict: Verdict {
            status: second,
            tests,
            message: None,
            output: String::new(),
            outcome: Outcome::Ok,
            wall: Duration::from_millis(9),
            virtual_time: Duration::ZERO,
            events: None,
            digest: format!("{second:?}"),
        },
        findings: Vec::new(),
        timeline: None,
        is_attempt: true,
    }
}

fn ran() -> Ran {
    let finding = Finding {
        code: "never-awaited",
        severity: Severity::Error,
        place: None,
        message: "this call of `boil` only makes a coroutine, and nobody awaits it".to_owned(),
        hint: "await it".to_owned(),
        correction: None,
        evidence: Vec::new(),
        tasks: Vec::new(),
    };
    Ran {
        file: "tea.py".to_owned(),
        output: "pouring 0\npouring 1\n".to_owned(),
        end: "ran in 9 ms".to_owned(),
        is_fine: true,
        findings: vec![finding],
        timeline: Timeline::new(&Trace::decode(b""), Ending::Exited),
    }
}

fn frame(state: &State) -> String {
    let mut terminal = Terminal::new(TestBackend::new(state.size.0, state.size.1)).expect("a terminal");
    terminal.draw(|frame| pages::draw(state, frame)).expect("drawn");
    let text = terminal.backend().to_string();
    text.lines().map(|line| format!("{}\n", line.trim_matches('"').trim_end())).collect()
}

/// What is seen after each thing that happens.
fn story(size: (u16, u16)) -> String {
    use Action::{Answer, Back, Choose, Help, Hint, Next, PageDown, Reset, Run, Search, Solution, Turn, Type};
    let mut state = state(size);
    let mut told = frame(&state);
    let steps = [
        ("open the lesson", Event::Action(Choose(0))),
        ("on", Event::Action(PageDown)),
        ("next", Event::Action(Next)),
        ("its files are made", Event::Opened(1, vec!["tea.py".to_owned()])),
        ("checked", Event::Checked(1, Ok(checked(Status::Fail)))),
        ("saved", Event::Saved),
        ("checked again", Event::Checked(1, Ok(checked(Status::Fail)))),
        ("a hint", Event::Action(Hint)),
        ("another", Event::Action(Hint)),
        ("run", Event::Action(Run)),
        ("it ran", Event::Ran(1, Ok(ran()))),
        ("the solution?", Event::Action(Solution)),
        ("no", Event::Action(Answer(false))),
        ("reset?", Event::Action(Reset)),
        ("yes", Event::Action(Answer(true))),
        ("it was", Event::WasReset(1, "tea-work/kept/02-pour/1".to_owned())),
        ("look at the checks", Event::Action(Turn(Page::Checks))),
        ("solved", Event::Checked(1, Ok(checked(Status::Pass)))),
        ("help", Event::Action(Help)),
        ("back", Event::Action(Help)),
        ("next", Event::Action(Next)),
        ("the list", Event::Action(Back)),
        ("search", Event::Action(Search)),
        ("o", Event::Action(Type('o'))),
    ];
    for (name, event) in steps {
        let effects = state.happen(event);
        told.push_str(&format!("--- {name} {effects:?}\n{}", frame(&state)));
    }
    told
}

#[test]
fn a_way_through_a_course() {
    assert_snapshot!("80x24", story((80, 24)));
    assert_snapshot!("40x12", story((40, 12)));
    assert_snapshot!("120x40", story((120, 40)));
}

#[test]
fn no_size_and_no_key_is_too_much() {
    let actions =
        [Action::Bottom, Action::PageDown, Action::Up, Action::TurnBy(1), Action::Next, Action::Hint, Action::Previous];
    for size in [(1, 1), (20, 5), (21, 6), (300, 100)] {
        let mut state = state((80, 24));
        state.happen(Event::Action(Action::Choose(1)));
        state.happen(Event::Resized(size.0, size.1));
        for action in actions.iter().cycle().take(40) {
            state.happen(Event::Action(action.clone()));
            frame(&state);
        }
    }
}

#[test]
fn a_course_is_read_aloud_without_signs() {
    let look = Look { unicode: true, words: true };
    let mut state = State::new(course(), 0, "tea-work".to_owned(), look, (80, 24));
    state.happen(Event::Action(Action::Choose(0)));
    let mut told = markdown::plain(&pages::lines(&state));
    state.happen(Event::Action(Action::Choose(1)));
    state.happen(Event::Opened(1, Vec::new()));
    state.happen(Event::Checked(1, Ok(checked(Status::Fail))));
    state.happen(Event::Action(Action::Turn(Page::Checks)));
    told.push_str(&format!("---\n{}---\n", markdown::plain(&pages::lines(&state))));
    told.extend((1..).zip(&state.course.parts).map(|(number, part)| pages::row(number, part, look) + "\n"));
    assert_snapshot!(told);
}

/// Whoever passed tests that have changed since passes them again, or is told so.
#[test]
fn what_changed_is_said_until_the_work_passes_again() {
    let mut state = state((80, 24));
    state.course.parts[1].standing =
        Standing { begun: true, done: true, attempts: 3, changed: vec!["tests"], ..Standing::default() };
    let mut effects = vec![state.course.done()];
    state.happen(Event::Action(Action::Choose(1)));
    state.happen(Event::Opened(1, Vec::new()));
    let said = state.notice.clone();
    state.happen(Event::Checked(1, Ok(checked(Status::Fail))));
    effects.push(state.course.done());
    state.happen(Event::Action(Action::Check));
    let noted = state.happen(Event::Checked(1, Ok(checked(Status::Pass))));
    effects.push(state.course.done());
    let noted: Vec<Effect> = noted.into_iter().filter(|effect| !format!("{effect:?}").contains("Submitted")).collect();
    assert_debug_snapshot!((said, effects, noted, state.notice));
}

#[test]
fn only_what_changed_is_named() {
    let check = |before: &str, expected: &[&str]| {
        assert_eq!(load::changed(before, "instructions=1 starter=2 tests=3"), expected, "{before}");
    };
    check("instructions=1 starter=2 tests=3", &[]);
    check("instructions=1 starter=2 tests=4", &["tests"]);
    check("instructions=0 starter=0 tests=3", &["instructions", "starter"]);
}
