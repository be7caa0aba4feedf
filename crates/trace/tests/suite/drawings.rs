//! Drawings and exports of recorded programs, and of runs too large to look at one by one.

use std::collections::BTreeSet;

use etude_trace::draw::{Terminal, svg, text};
use etude_trace::events::{Op, Record};
use etude_trace::export::{View, chrome};
use etude_trace::findings::findings;
use etude_trace::{Ending, Finding, Timeline, Trace};
use serde_json::Value;

use crate::support::{Recording, block, recordings, stream};

fn drawn(recording: &Recording) -> (Timeline, Vec<Finding>) {
    let trace = Trace::decode(&recording.events);
    let ending = if recording.name.contains("deadlock") { Ending::Deadlock } else { Ending::Exited };
    let found = findings(&trace, ending, &|file| (file == "main.py").then_some(&recording.program));
    (Timeline::new(&trace, ending), found)
}

fn recording(name: &str) -> Recording {
    recordings("drawings").into_iter().find(|recording| recording.name == name).unwrap()
}

#[test]
fn terminals_show_every_program() {
    for recording in recordings("drawings") {
        let (timeline, found) = drawn(&recording);
        let unicode = text(&timeline, &found, Terminal::default());
        let ascii = text(&timeline, &found, Terminal { width: 60, unicode: false, colors: false });
        assert!(unicode.lines().all(|line| line.chars().count() <= 80), "{unicode}");
        assert!(ascii.is_ascii() && ascii.lines().all(|line| line.len() <= 60), "{ascii}");
        insta::with_settings!({
            snapshot_path => "../drawings",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(recording.name.clone(), format!("{unicode}\n{ascii}"));
        });
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    for recording in recordings("drawings") {
        let (timeline, found) = drawn(&recording);
        let colored = text(&timeline, &found, Terminal { colors: true, ..Terminal::default() });
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain.push_str(rest);
        assert_eq!(plain, text(&timeline, &found, Terminal::default()));
    }
}

/// What every SVG of ours has to be, so that it may stand in any page.
fn check_svg(drawing: &str) {
    let mut open: Vec<&str> = Vec::new();
    let (mut ids, mut used) = (BTreeSet::new(), BTreeSet::new());
    for tag in drawing.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        assert!(!["script", "foreignObject", "image", "a"].contains(&name), "{tag}");
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name)),
            (false, false) => open.push(name),
            (false, true) => {}
        }
        let named = |mark| tag.split(mark).skip(1).map(|part: &str| part.split(['"', ')']).next().unwrap().to_owned());
        ids.extend(named(" id=\""));
        used.extend(named("href=\"#").chain(named("url(#")));
        let mut attributes = tag.split('"').step_by(2).flat_map(str::split_whitespace);
        assert!(!attributes.any(|name| name.starts_with("on")) && !tag.contains("javascript"), "{tag}");
    }
    assert_eq!(open, [""; 0]);
    assert!(used.is_subset(&ids), "{:?}", used.difference(&ids));
    assert!(!drawing.contains("http") || drawing.matches("http").count() == 1, "only the namespace is an address");
}

#[test]
fn every_svg_is_whole_and_needs_nothing_else() {
    for recording in recordings("drawings") {
        let (timeline, found) = drawn(&recording);
        let drawing = svg(&timeline, &recording.name, &found);
        check_svg(&drawing);
        assert_eq!(drawing, svg(&timeline, &recording.name, &found));
        for lane in &timeline.lanes {
            assert!(drawing.contains(&format!("aria-label=\"{}, ", lane.label.replace('<', "&lt;"))), "{}", lane.label);
        }
    }
}

#[test]
fn a_drawing_is_told_in_words() {
    let (timeline, found) = drawn(&recording("task-group"));
    let drawing = svg(&timeline, "task-group", &found);
    let (_, description) = drawing.split_once("<desc").unwrap();
    let (_, description) = description.split_once('>').unwrap();
    insta::assert_snapshot!(description.split_once("</desc>").unwrap().0.replace(". ", ".\n"));
}

#[test]
fn hostile_names_stay_text() {
    let name = "</title><script>alert(1)</script>\\\" onload=x&amp;\\u202e";
    let events = format!(
        "[\"v\", 1]\n[\"s\", 1, \"{name}\"]\n[\"l\", 1, \"{name}\", 3, \"{name}\", 1]\n[\"t\", 1, \"{name}\", 1, 1, 1]\n\
         Created 0 0 1 1\nPrint 2 3 1 1 1 1\nStep 0 5000 1 1 1\nDone 200000 1 1 1 1"
    );
    let timeline = Timeline::new(&Trace::decode(&stream(&events)), Ending::Exited);
    let drawing = svg(&timeline, name, &[]);
    check_svg(&drawing);
    assert!(!drawing.contains("<script") && !drawing.contains('\u{202e}'));
    text(&timeline, &[], Terminal::default());
}

#[test]
fn the_view_has_all_that_is_known() {
    let (timeline, found) = drawn(&recording("producer-consumer-deadlock"));
    insta::with_settings!({
        snapshot_path => "../drawings",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_json_snapshot!("view", View::new(&timeline, &found));
    });
}

#[test]
fn viewers_get_named_tracks_slices_and_flows() {
    for recording in recordings("drawings") {
        let (timeline, _) = drawn(&recording);
        let document: Value = serde_json::from_str(&chrome(&timeline, &recording.name)).unwrap();
        let events = document["traceEvents"].as_array().unwrap();
        let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
        let track = |event: &Value| (event["pid"].as_i64().unwrap(), event["tid"].as_i64().unwrap());
        let named: BTreeSet<(i64, i64)> =
            of("M").into_iter().filter(|event| event["name"] == "thread_name").map(track).collect();
        assert_eq!(named.len(), timeline.lanes.len());
        assert!(of("X").into_iter().map(track).all(|slice| named.contains(&slice)));
        assert!(of("X").iter().all(|slice| slice["dur"].as_i64().unwrap() > 0));
        let ends = |phase: &str| of(phase).iter().map(|flow| flow["id"].as_i64().unwrap()).collect::<Vec<_>>();
        assert_eq!(ends("s"), ends("f"));
    }
}

/// So many tasks of one coroutine, each of so many sleeps.
fn crowd(tasks: i32, sleeps: i64) -> Vec<u8> {
    let mut bytes = stream(
        "[\"v\", 1]\n[\"s\", 1, \"main\"]\n[\"s\", 2, \"page\"]\n[\"s\", 3, \"asyncio.tasks.sleep\"]\n[\"s\", 4, \"_GatheringFuture\"]\n\
         [\"l\", 1, \"main.py\", 4, \"page\", 3]\n[\"l\", 2, \"main.py\", 8, \"main\", 7]\n[\"c\", 1, [[1, 10]]]\n[\"c\", 2, [[2, 20]]]\n\
         [\"t\", 1, \"Task-1\", 1, 2, 1]\nCreated 0 0 1 0 0 2 3\nStep 10 100 1 2 4 2",
    );
    let mut entries = Vec::new();
    let mut records = Vec::new();
    for task in 10..10 + tasks {
        entries.push(format!("[\"t\",{task},\"Task-{task}\",2,1,1]"));
        let record = Record { op: Op::Created, kept: 0, time: 50, amount: 0, task, site: 2, a: 1, b: 2, c: 3 };
        records.push(record);
        let start = 100 + i64::from(task);
        for step in 0..=sleeps {
            let time = start + step * 20_000 + i64::from(task) * step;
            let last = step == sleeps;
            let (site, a, b) = if last { (0, 0, 0) } else { (1, 3, 1) };
            records.push(Record { op: Op::Step, kept: 0, time, amount: 8, task, site, a, b, c: 0 });
            if last {
                records.push(Record { op: Op::Done, time: time + 8, site: 0, a: 0, b: 0, amount: 0, ..record });
            }
        }
    }
    for entries in entries.chunks(5_000) {
        block(&mut bytes, b'T', format!("[{}]", entries.join(",")).as_bytes());
    }
    for records in records.chunks(10_000) {
        block(&mut bytes, b'E', &records.iter().flat_map(Record::write).collect::<Vec<u8>>());
    }
    bytes
}

#[test]
fn ten_thousand_tasks_make_a_small_drawing() {
    let trace = Trace::decode(&crowd(10_000, 10));
    let found = findings(&trace, Ending::Exited, &|_| None);
    assert_eq!(found, []);
    let timeline = Timeline::new(&trace, Ending::Exited);
    assert_eq!(timeline.lanes.len(), 10_002);
    let drawing = svg(&timeline, "ten thousand", &found);
    check_svg(&drawing);
    assert!(drawing.contains("10000 × page") && drawing.len() < 60_000, "{}", drawing.len());
    let text = text(&timeline, &found, Terminal::default());
    assert!(text.lines().count() < 10, "{text}");
}

#[test]
fn unlike_tasks_share_the_last_row() {
    let mut events = String::from("[\"v\", 1]\n");
    for id in 1..200 {
        events.push_str(&format!(
            "[\"s\", {id}, \"f{id}\"]\n[\"t\", {id}, \"f{id}\", {id}, 0, 1]\nCreated {id} 0 {id}\nStep {id} 900 {id}\nDone 1000 0 {id}\n"
        ));
    }
    let timeline = Timeline::new(&Trace::decode(&stream(&events)), Ending::Exited);
    let drawing = svg(&timeline, "", &[]);
    check_svg(&drawing);
    assert_eq!(drawing.matches("class=\"row\"").count(), 60);
    assert!(drawing.contains("141 others"), "{drawing}");
}

#[test]
fn an_empty_run_can_be_drawn() {
    let timeline = Timeline::new(&Trace::default(), Ending::Exited);
    assert!(!timeline.is_worth_drawing());
    check_svg(&svg(&timeline, "empty", &[]));
    text(&timeline, &[], Terminal { width: 0, ..Terminal::default() });
    chrome(&timeline, "");
    View::new(&timeline, &[]);
}
