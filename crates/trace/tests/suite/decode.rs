//! Whatever bytes come in, there is a trace, everything that is made of one can be made of it, and it stays small.

use etude_trace::draw::{Terminal, svg, text};
use etude_trace::events::{HARD_CAP, MAX_BLOCK, Op, Record};
use etude_trace::export::{View, chrome};
use etude_trace::findings::{Run, compare, findings};
use etude_trace::{Ending, Note, Timeline, Trace};

use crate::support::{block, recordings, stream};

fn notes(bytes: &[u8]) -> Vec<Note> {
    Trace::decode(bytes).notes
}

#[test]
fn nothing_is_an_empty_trace() {
    let trace = Trace::decode(b"");
    assert!(trace.is_empty() && !trace.complete);
    assert_eq!(trace.notes, []);
}

#[test]
fn a_killed_run_is_read_up_to_its_last_whole_block() {
    let whole = stream("[\"v\", 1]\n[\"t\", 1, \"Task-1\", 0, 0, 1]\nCreated 10 0 1");
    let trace = Trace::decode(&whole[..whole.len() - 1]);
    assert!(!trace.is_empty());
    assert_eq!(trace.notes, [Note::Cut]);
    assert_eq!(notes(&[&whole[..], b"E"].concat()), [Note::Cut]);
}

#[test]
fn another_version_is_not_read_and_none_is_no_stream() {
    let text = "[\"v\", 2]\n[\"t\", 1, \"Task-1\", 0, 0, 1]";
    assert!(Trace::decode(&stream(text)).is_empty());
    assert_eq!(notes(&stream(text)), [Note::Version(2)]);
    assert_eq!(notes(&stream("[\"t\", 1, \"Task-1\", 0, 0, 1]\nCreated 1 0 1")), [Note::Unreadable(2)]);
}

#[test]
fn what_makes_no_sense_is_counted() {
    let odd = [
        "[\"v\", 1]",
        "[\"t\", -1, \"a\", 0, 0, 1]",
        "[\"q\", 1]",
        "[]",
        "[1, 2]",
        "[\"c\", 1, [[1]]]",
        "[\"x\", 3, -1]",
    ];
    assert_eq!(notes(&stream(&odd.join("\n"))), [Note::Unreadable(6)]);
    let mut bytes = stream("[\"v\", 1]");
    block(&mut bytes, b'T', b"[[");
    block(&mut bytes, b'X', b"");
    block(&mut bytes, b'E', &[99; 40]);
    block(&mut bytes, b'E', &[3; 39]);
    assert_eq!(notes(&bytes), [Note::Unreadable(4)]);
}

#[test]
fn blocks_of_a_size_the_guest_never_writes_are_left_out() {
    let mut bytes = stream("[\"v\", 1]");
    block(&mut bytes, b'E', &vec![3; MAX_BLOCK + 1]);
    assert_eq!(notes(&bytes), [Note::Unreadable(1)]);
}

#[test]
fn the_guest_says_what_it_could_not_do() {
    let text = "[\"v\", 1]\n[\"i\", \"unhooked\", \"a, b\"]\n[\"i\", \"untraced\", \"free-threaded\"]";
    let expected =
        [Note::Unhooked("a".to_owned()), Note::Unhooked("b".to_owned()), Note::Untraced("free-threaded".to_owned())];
    assert_eq!(notes(&stream(text)), expected);
}

#[test]
fn a_flood_is_told_with_what_was_dropped() {
    let text = "[\"v\", 1]\nFlood 700 1 0 0 16\n[\"x\", 3, 1000]\n[\"x\", 5, 20]";
    assert_eq!(notes(&stream(text)), [Note::Flood { from: 700, dropped: 1020 }]);
}

#[test]
fn control_characters_of_a_program_stay_inside() {
    let events = stream("[\"v\", 1]\n[\"t\", 1, \"a\\u001b[31m\\nb\", 0, 0, 1]\nCreated 1 0 1");
    let timeline = Timeline::new(&Trace::decode(&events), Ending::Exited);
    assert_eq!(timeline.lanes[0].name, "a\u{fffd}[31m\u{fffd}b");
}

#[test]
fn more_records_than_the_guest_writes_are_not_kept() {
    let mut bytes = stream("[\"v\", 1]\n[\"t\", 1, \"Task-1\", 0, 0, 1]\nCreated 1 0 1");
    let step = Record { op: Op::Step, kept: 0, time: 5, amount: 1, task: 1, site: 0, a: 0, b: 0, c: 0 }.write();
    let many = step.repeat(MAX_BLOCK / step.len());
    for _ in 0..(2 * HARD_CAP * step.len()).div_ceil(many.len()) {
        block(&mut bytes, b'E', &many);
    }
    let trace = Trace::decode(&bytes);
    let [Note::Flood { dropped, .. }] = trace.notes[..] else { panic!("{:?}", trace.notes) };
    assert!(dropped as usize > HARD_CAP - 30_000, "{dropped}");
    let timeline = Timeline::new(&trace, Ending::Exited);
    assert!(timeline.lanes[0].segments.len() <= HARD_CAP + 20_000);
}

#[test]
fn entries_cannot_multiply() {
    let mut bytes = stream("[\"v\", 1]");
    let members = vec!["1"; 500].join(",");
    let entries: Vec<String> = (1..400).map(|id| format!("[\"g\",{id},\"gather\",[{members}],500]")).collect();
    for _ in 0..20 {
        block(&mut bytes, b'T', format!("[{}]", entries.join(",")).as_bytes());
    }
    assert!(matches!(notes(&bytes)[..], [Note::Unreadable(_)]));
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// All that is done with a trace.
fn use_it(bytes: &[u8], program: &str) {
    let trace = Trace::decode(bytes);
    let mut found = Vec::new();
    for ending in [Ending::Exited, Ending::Stopped, Ending::Deadlock] {
        found = findings(&trace, ending, &|_| Some(program));
    }
    let timeline = Timeline::new(&trace, Ending::Deadlock);
    let narrow = Terminal { width: 1, unicode: false, colors: true };
    for terminal in [Terminal::default(), narrow] {
        text(&timeline, &found, terminal);
    }
    svg(&timeline, "a", &found);
    chrome(&timeline, "a");
    View::new(&timeline, &found);
    for lane in &timeline.lanes {
        assert!(lane.segments.windows(2).all(|pair| pair[0].end <= pair[1].start), "{lane:?}");
        assert!(lane.parent.is_none_or(|parent| parent < timeline.lanes.len()));
    }
    for edge in &timeline.edges {
        assert!(edge.from < timeline.lanes.len() && edge.to < timeline.lanes.len());
    }
    let empty = Trace::default();
    let runs = [(&trace, "a"), (&empty, "b")].map(|(trace, output)| Run { seed: Some(1), output, end: "", trace });
    compare(&runs);
}

#[test]
fn no_stream_harms_its_reader() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for recording in recordings("findings") {
        let events = &recording.events;
        if events.len() > 6_000 {
            continue;
        }
        for length in (0..events.len()).step_by(499) {
            use_it(&events[..length], &recording.program);
        }
        for _ in 0..12 {
            let mut broken = events.clone();
            for _ in 0..1 + random(&mut state) % 6 {
                let at = random(&mut state) as usize % broken.len();
                // Digits in entries and small numbers in records: what is named by them changes.
                broken[at] = match random(&mut state) % 4 {
                    0 => 0xff,
                    1 => broken[at].wrapping_add(1),
                    2 => b'0' + (random(&mut state) % 10) as u8,
                    _ => random(&mut state) as u8,
                };
            }
            use_it(&broken, &recording.program);
        }
    }
}

/// Records of all kinds about a few ids, in no order that makes sense.
#[test]
fn no_story_is_too_absurd() {
    let mut state = 0x2545_f491_4f6c_dd1d;
    let mut head = String::from("[\"v\", 1]\n");
    for id in 1..6 {
        head.push_str(&format!("[\"t\", {id}, \"Task-{id}\", 1, 1, 1]\n[\"s\", {id}, \"asyncio.queues.get\"]\n"));
        head.push_str(&format!("[\"l\", {id}, \"main.py\", {id}, \"f\", 1]\n[\"c\", {id}, [[{id}, 4], [1, 8]]]\n"));
    }
    head.push_str("[\"g\", 6, \"gather\", [1, 2, 6], 3]\n[\"r\", 7, \"Lock\", 1, 1]\n[\"j\", 8, 1, 1, 7]\n[\"h\", 9, \"x\", \"thread\"]\n");
    for _ in 0..200 {
        let mut bytes = stream(&head);
        for _ in 0..80 {
            let mut small = || (random(&mut state) % 10) as i32;
            let record = Record {
                op: Op::ALL[(small() * 3 + small()) as usize % Op::ALL.len()],
                kept: small() as u8,
                time: i64::from(small()) << small(),
                amount: i64::from(small() - 1) << (small() * 6),
                task: small(),
                site: small(),
                a: small() - 1,
                b: small(),
                c: small(),
            };
            block(&mut bytes, b'E', &record.write());
        }
        use_it(&bytes, "async def f():\n    a = await g(1)\n    b = await g(2)\n    return a, b\n");
    }
}
