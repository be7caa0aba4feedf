//! Several runs of one program, and what only all of them together show.

use etude_text::Severity;
use etude_trace::findings::{Run, compare};
use etude_trace::{Finding, Trace};

use crate::support::stream;

/// `main` starts `add` twice; both sleep until the same moment, and then go on in this order.
fn trace(first: i32, second: i32) -> Trace {
    let text = format!(
        "[\"v\", 1]\n[\"s\", 1, \"main\"]\n[\"s\", 2, \"add\"]\n[\"s\", 3, \"asyncio.tasks.sleep\"]\n[\"s\", 4, \"_GatheringFuture\"]\n\
         [\"l\", 1, \"main.py\", 6, \"add\", 4]\n[\"l\", 2, \"main.py\", 10, \"main\", 9]\n[\"c\", 1, [[1, 10]]]\n\
         [\"t\", 1, \"Task-1\", 1, 2, 1]\n[\"t\", 2, \"Task-2\", 2, 1, 1]\n[\"t\", 3, \"Task-3\", 2, 1, 1]\n\
         Created 0 0 1\nCreated 5 0 2 2 1\nCreated 6 0 3 2 1\nStep 1 9 1 2 4\nStep 20 5 2 1 3 1\nStep 30 5 3 1 3 1\n\
         Step 1000 5 {first}\nDone 1005 0 {first}\nStep 1010 5 {second}\nDone 1015 0 {second}\nStep 1100 5 1\nDone 1105 0 1\n[\"z\", 1200]"
    );
    Trace::decode(&stream(&text))
}

fn compared(outcomes: &[(&str, &str)]) -> Option<Finding> {
    let traces: Vec<Trace> =
        (0..outcomes.len()).map(|index| if index % 2 == 0 { trace(2, 3) } else { trace(3, 2) }).collect();
    let runs: Vec<Run<'_>> = outcomes
        .iter()
        .zip(&traces)
        .enumerate()
        .map(|(index, (&(output, end), trace))| Run { seed: Some(index as u64 + 1), output, end, trace })
        .collect();
    compare(&runs)
}

#[test]
fn one_outcome_is_no_race_whatever_the_order() {
    assert_eq!(compared(&[]), None);
    assert_eq!(compared(&[("5\n", "exit code 0")]), None);
    assert_eq!(compared(&[("5\n", "exit code 0"), ("5\n", "exit code 0")]), None);
}

fn told(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!("line {}: ", place.line)).unwrap_or_default();
    let evidence = finding.evidence.iter().map(|evidence| format!("\n- {}", evidence.text));
    format!("{}: {place}{}{}", finding.severity.as_str(), finding.message, evidence.collect::<String>())
}

#[test]
fn another_result_is_a_race() {
    let found = compared(&[("5\n", "exit code 0"), ("3\n", "exit code 0"), ("5\n", "exit code 0")]).unwrap();
    insta::assert_snapshot!(told(&found), @r"
    warning: line 6: the outcome depends on who of those due at the same moment comes first: 2 different outcomes in 3 runs; `5` with seed 1, `3` with seed 2
    - the runs part here: `add (Task-2)` goes first with seed 1, `add (Task-3)` with seed 2
    - with seed 1 and 3: exit code 0, last line `5`
    - with seed 2: exit code 0, last line `3`
    ");
}

#[test]
fn the_order_without_a_seed_counts_too() {
    let traces = [trace(2, 3), trace(3, 2)];
    let run = |seed, output, trace| Run { seed, output, end: "exit code 0", trace };
    let [first, second] = &traces;
    let runs = [run(None, "5\n", first), run(Some(1), "3\n", second), run(Some(2), "5\n", first)];
    insta::assert_snapshot!(told(&compare(&runs).unwrap()), @r"
    warning: line 6: the outcome depends on who of those due at the same moment comes first: 2 different outcomes in 3 runs; `5` without a seed, `3` with seed 1
    - the runs part here: `add (Task-2)` goes first without a seed, `add (Task-3)` with seed 1
    - without a seed, and with seed 2: exit code 0, last line `5`
    - with seed 1: exit code 0, last line `3`
    ");
}

#[test]
fn chance_is_no_question_of_order() {
    let same = [trace(2, 3), trace(2, 3)];
    let run = |index: usize, seed, output| Run { seed: Some(seed), output, end: "exit code 0", trace: &same[index] };
    let found = compare(&[run(0, 1, "5\n"), run(1, 2, "3\n")]).unwrap();
    assert!(found.message.starts_with("the outcome changes from run to run by itself"), "{}", found.message);
    let other = trace(3, 2);
    let repeated = Run { trace: &other, ..run(1, 1, "3\n") };
    let found = compare(&[run(0, 1, "5\n"), repeated]).unwrap();
    assert!(found.message.starts_with("the outcome changes from run to run by itself"), "{}", found.message);
    let unseen = Trace::default();
    let found = compare(&[run(0, 1, "5\n"), Run { trace: &unseen, ..run(1, 2, "3\n") }]).unwrap();
    assert!(found.message.starts_with("the outcome changes with the seed"), "{}", found.message);
}

#[test]
fn another_end_is_a_race() {
    let found = compared(&[("", "exit code 0"), ("", "deadlock")]).unwrap();
    assert!(found.message.ends_with("exit code 0 with seed 1, deadlock with seed 2"), "{}", found.message);
}

#[test]
fn one_line_more_is_a_race() {
    let found = compared(&[("a\n", "exit code 0"), ("a\nb\n", "exit code 0")]).unwrap();
    assert!(found.message.ends_with("nothing more with seed 1, `b` with seed 2"), "{}", found.message);
}

#[test]
fn another_order_of_lines_is_worth_a_note() {
    let found = compared(&[("a\nb\n", "exit code 0"), ("b\na\n", "exit code 0")]).unwrap();
    assert_eq!(found.severity, Severity::Note);
    assert!(found.message.ends_with("the same lines come in another order with seed 2"), "{}", found.message);
}
