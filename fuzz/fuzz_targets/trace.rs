//! Any bytes are the events of a run, and any text the program that ran: all that is made of them can be made, and lines
//! drawn for a terminal fit it.
//!
//! An input is the program, a line of `=`, and the events as text, one table entry or record a line, as the recordings of
//! the tests have them: nobody meets by chance what makes sense in binary. Where it has no such line, it is the bytes.
#![no_main]

use etude_text::Source;
use etude_text::render::{self, terminal};
use etude_trace::draw::{Terminal, svg, text};
use etude_trace::events::{Op, Record};
use etude_trace::export::{View, chrome};
use etude_trace::findings::{Run, compare, findings};
use etude_trace::{Ending, Timeline, Trace};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let parts = std::str::from_utf8(input).ok().and_then(|input| input.split_once("\n=\n"));
    match parts {
        Some((program, events)) => round(&stream(events), program),
        None => round(input, "async def main():\n    a = await f(1)\n    b = await f(2)\n"),
    }
});

fn round(bytes: &[u8], program: &str) {
    let trace = Trace::decode(bytes);
    for ending in [Ending::Exited, Ending::Deadlock, Ending::Stopped] {
        let found = findings(&trace, ending, &|_| Some(program));
        let mut sources = etude_text::Sources::default();
        let file = sources.add(Source::new("main.py", program));
        let told: Vec<_> = found.iter().map(|finding| finding.diagnostic(file, sources.get(file))).collect();
        terminal(&mut Vec::new(), &sources, &told, render::Terminal::default()).expect("memory takes everything");

        let timeline = Timeline::new(&trace, ending);
        for (width, unicode) in [(0, true), (80, true), (61, false)] {
            let drawn = text(&timeline, &found, Terminal { width, unicode, colors: false });
            assert!(drawn.lines().all(|line| line.chars().count() <= width.max(40)), "{drawn}");
            assert!(unicode || drawn.is_ascii(), "{drawn}");
        }
        svg(&timeline, "main.py", &found);
        chrome(&timeline, "main.py");
        View::new(&timeline, &found);
    }
    let shorter = Trace::decode(&bytes[..bytes.len() / 2]);
    compare(&[(None, "a", &trace), (Some(1), "b", &shorter)].map(|(seed, output, trace)| Run {
        seed,
        output,
        end: "exit code 0",
        trace,
    }));
}

/// The bytes the guest would have written; what is neither entry nor record is left out.
fn stream(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            block(&mut bytes, b'T', format!("[{line}]").as_bytes());
        } else if let Some(record) = record(line) {
            block(&mut bytes, b'E', &record.write());
        }
    }
    bytes
}

fn block(bytes: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    bytes.push(kind);
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(payload);
}

fn record(line: &str) -> Option<Record> {
    let (name, numbers) = line.split_once(' ')?;
    let op = Op::ALL.into_iter().find(|op| format!("{op:?}") == name)?;
    let mut numbers = numbers.split_whitespace().map(|number| number.parse::<i64>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    let (time, amount) = (next(), next());
    let mut small = || next() as i32;
    let (task, site, a, b, c) = (small(), small(), small(), small(), small());
    Some(Record { op, kept: small() as u8, time, amount, task, site, a, b, c })
}
