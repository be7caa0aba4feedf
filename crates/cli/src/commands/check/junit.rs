//! `--junit`: every claim as a test, for what shows test results.

use std::fmt::Write as _;

use etude_course::checks::runs::{UNDECIDED_CLAIM, UNDECIDED_SNIPPET};
use etude_practice::decide::Verdict;
use etude_text::render::visible;
use etude_text::{Diagnostic, Severity};

use super::exercises::Judgement;
use super::verdicts::VerdictReport;
use crate::printer::one_line;

/// The longest name of a test.
const COLUMNS: usize = 100;

/// What became of one claim, in the order of a suite.
struct Test {
    name: String,
    line: u32,
    came: Came,
}

enum Came {
    Passed,
    Failed(String),
    Skipped(String),
}

/// A suite for each lesson and each exercise; what is undecided is skipped unless it counts, and so is what is false and not among what
/// was found, as the author has it. With `races`, what holds in some orders only has failed.
pub(super) fn report(
    verdicts: &[VerdictReport<'_>],
    exercises: &[Judgement],
    found: &[Diagnostic],
    races: bool,
) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"etude check\">\n");
    for lesson in verdicts.chunk_by(|a, b| a.file == b.file) {
        let tests = lesson.iter().filter(|it| it.verdict != "nothing").map(|it| of_claim(it, found, races));
        let file = lesson.first().map_or("", |it| it.file);
        suite(&mut out, file, &tests.collect::<Vec<Test>>());
    }
    for exercise in exercises {
        let tests = exercise.tests().into_iter().map(|(name, verdict, counts)| Test {
            name,
            line: 1,
            came: match verdict {
                Verdict::Holds | Verdict::NotAlways { .. } => Came::Passed,
                Verdict::False { evidence, .. } => false_one(evidence, counts),
                Verdict::Undecided { reason, .. } => Came::Skipped(reason.clone()),
            },
        });
        suite(&mut out, &exercise.settings, &tests.collect::<Vec<Test>>());
    }
    out.push_str("</testsuites>\n");
    out
}

fn of_claim(claim: &VerdictReport<'_>, found: &[Diagnostic], races: bool) -> Test {
    let (file, span) = claim.place;
    let unknown = |it: &Diagnostic| [UNDECIDED_CLAIM.code, UNDECIDED_SNIPPET.code].contains(&it.code);
    let counts = |undecided: bool| {
        let here = |it: &&Diagnostic| it.file == file && (span.contains(it.span) || it.span.contains(span));
        found.iter().filter(here).any(|it| it.severity > Severity::Note && unknown(it) == undecided)
    };
    let evidence = claim.evidence.unwrap_or_default();
    let said = claim.text.map(|text| format!(": {text}")).unwrap_or_default();
    Test {
        name: one_line(&format!("line {}, {}{said}", claim.line, claim.what), COLUMNS),
        line: claim.line,
        came: match claim.verdict {
            "false" => false_one(evidence, counts(false)),
            "not always" if races => false_one(evidence, counts(false)),
            "undecided" if counts(true) => Came::Failed(format!("undecided: {evidence}")),
            "undecided" => Came::Skipped(evidence.to_owned()),
            _ => Came::Passed,
        },
    }
}

fn false_one(evidence: &str, counts: bool) -> Came {
    if counts { Came::Failed(evidence.to_owned()) } else { Came::Skipped(format!("not to be reported: {evidence}")) }
}

fn suite(out: &mut String, file: &str, tests: &[Test]) {
    let file = escaped(file);
    let number = |is: fn(&Came) -> bool| tests.iter().filter(|test| is(&test.came)).count();
    let failed = number(|came| matches!(came, Came::Failed(_)));
    let skipped = number(|came| matches!(came, Came::Skipped(_)));
    let all = tests.len();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{file}\" tests=\"{all}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">"
    );
    for Test { name, line, came } in tests {
        let name = escaped(name);
        let _ = write!(out, "    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\" line=\"{line}\"");
        let _ = match came {
            Came::Passed => writeln!(out, "/>"),
            Came::Failed(why) => {
                writeln!(out, ">\n      <failure message=\"{}\"/>\n    </testcase>", escaped(why))
            }
            Came::Skipped(why) => {
                writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escaped(why))
            }
        };
    }
    out.push_str("  </testsuite>\n");
}

/// XML has no way to write control characters.
fn escaped(text: &str) -> String {
    let text = visible(text).replace(['\n', '\t'], " ");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_is_harmless_in_an_attribute() {
        assert_eq!(super::escaped("a <b> & \"c\"\n\u{1b}[31m"), "a &lt;b&gt; &amp; &quot;c&quot; ␛[31m");
    }
}
