//! Every finding against recorded programs. A program in `tests/findings/CODE` gives that finding, whose snapshot is
//! beside it; one in `tests/findings/none` gives none.

use etude_text::render::{Terminal, terminal};
use etude_text::{Source, Sources};
use etude_trace::findings::{RULES, find, findings};
use etude_trace::{Ending, Finding, Trace};

use crate::support::{Recording, recordings};

#[test]
fn programs_give_what_their_folder_says() {
    let mut wrong = Vec::new();
    for recording in recordings("findings") {
        let (folder, name) = recording.name.split_once('/').unwrap();
        let found = found(&recording);
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        let right = match folder {
            "none" => codes.is_empty(),
            _ => !codes.is_empty() && codes.iter().all(|code| *code == folder),
        };
        if !right {
            wrong.push(format!("{}:\n{}", recording.name, told(&recording, &found)));
        }
        if folder == "none" {
            continue;
        }
        assert!(find(folder).is_some(), "no finding is called `{folder}`");
        insta::with_settings!({
            snapshot_path => format!("../findings/{folder}"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, told(&recording, &found));
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn found(recording: &Recording) -> Vec<Finding> {
    let trace = Trace::decode(&recording.events);
    let ending = match trace.complete {
        true => Ending::Exited,
        false if recording.name.starts_with("deadlock/") => Ending::Deadlock,
        false => Ending::Stopped,
    };
    findings(&trace, ending, &|file| (file == "main.py").then_some(&recording.program))
}

/// As a person sees it, and the evidence below.
fn told(recording: &Recording, found: &[Finding]) -> String {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("main.py", recording.program.as_str()));
    let mut out = Vec::new();
    for finding in found {
        let diagnostic = finding.diagnostic(file, sources.get(file));
        terminal(&mut out, &sources, &[diagnostic], Terminal { width: 100, colors: false }).unwrap();
        for evidence in &finding.evidence {
            let line = evidence.place.as_ref().map(|place| format!("line {}: ", place.line)).unwrap_or_default();
            out.extend_from_slice(format!("    {line}{}\n", evidence.text).as_bytes());
        }
        if let Some(correction) = &finding.correction {
            for (mark, lines) in [('-', &correction.wrong), ('+', &correction.right)] {
                for line in lines {
                    out.extend_from_slice(format!("{mark} {line}\n").as_bytes());
                }
            }
        }
        out.push(b'\n');
    }
    String::from_utf8(out).unwrap()
}

/// What a hint shows can be put in place of what it is about.
#[test]
fn corrected_programs_are_python() {
    let mut corrected = 0;
    for recording in recordings("findings") {
        for correction in found(&recording).into_iter().filter_map(|finding| finding.correction) {
            let mut lines: Vec<&str> = recording.program.lines().collect();
            let from = correction.line as usize - 1;
            let wrong = lines.splice(from..from + correction.wrong.len(), correction.right.iter().map(String::as_str));
            assert_eq!(wrong.collect::<Vec<_>>(), correction.wrong, "{}", recording.name);
            let text = lines.join("\n");
            let mut errors = etude_python::parse(&text).errors;
            // Where a plain function has to become a coroutine, its first line is not part of what is shown.
            errors.retain(|error| !error.message.contains("await"));
            assert_eq!(errors, [], "{}:\n{text}", recording.name);
            corrected += 1;
        }
    }
    assert!(corrected > 25, "{corrected}");
}

#[test]
fn codes_are_sorted_and_in_kebab_case() {
    for pair in RULES.windows(2) {
        assert!(pair[0].code < pair[1].code, "`{}` before `{}`", pair[0].code, pair[1].code);
    }
    for rule in RULES {
        assert!(rule.code.split('-').all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())), "{}", rule.code);
    }
}

#[test]
fn documentation_says_what_why_and_what_to_do() {
    for rule in RULES {
        let code = rule.code;
        assert!(!rule.summary.ends_with('.') && rule.summary.len() < 80, "{code}: the summary is a short line");
        let text = rule.documentation.trim();
        let (before, examples) = text.split_once("\nWrong").unwrap_or_else(|| panic!("{code}: nothing is wrong"));
        let (_, right) = examples.split_once("\nRight").unwrap_or_else(|| panic!("{code}: nothing is right"));
        assert!(before.trim().split("\n\n").count() >= 2, "{code}: says why that is bad");
        let (_, what_to_do) = right.rsplit_once("```\n").unwrap_or_else(|| panic!("{code}: shows what is right"));
        assert!(!what_to_do.trim().is_empty(), "{code}: says what to do");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{code}: lines are of a length to read");
    }
}
