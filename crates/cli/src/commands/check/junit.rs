//! `--junit`: every claim as a test, for what shows test results.

use std::fmt::Write as _;

use etude_text::render::visible;

use super::verdicts::VerdictReport;
use crate::printer::one_line;

/// The longest name of a test.
const COLUMNS: usize = 100;

/// A suite for each lesson; what is undecided is skipped. With `races`, what holds in some orders only has failed.
pub(super) fn report(verdicts: &[VerdictReport<'_>], races: bool) -> String {
    let wrong = |verdict: &str| verdict == "false" || races && verdict == "not always";
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"etude check\">\n");
    for lesson in verdicts.chunk_by(|a, b| a.file == b.file) {
        let tests: Vec<&VerdictReport<'_>> = lesson.iter().filter(|it| it.verdict != "nothing").collect();
        let file = lesson.first().map_or_else(String::new, |it| escaped(it.file));
        let failed = tests.iter().filter(|it| wrong(it.verdict)).count();
        let (all, skipped) = (tests.len(), tests.iter().filter(|it| it.verdict == "undecided").count());
        let _ = writeln!(
            out,
            "  <testsuite name=\"{file}\" tests=\"{all}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">"
        );
        for test in tests {
            let said = test.text.map(|text| format!(": {text}")).unwrap_or_default();
            let name = escaped(&one_line(&format!("line {}, {}{said}", test.line, test.what), COLUMNS));
            let _ = write!(
                out,
                "    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\" line=\"{}\"",
                test.line
            );
            let evidence = escaped(test.evidence.unwrap_or_default());
            let _ = match test.verdict {
                verdict if wrong(verdict) => {
                    writeln!(out, ">\n      <failure message=\"{evidence}\"/>\n    </testcase>")
                }
                "undecided" => writeln!(out, ">\n      <skipped message=\"{evidence}\"/>\n    </testcase>"),
                _ => writeln!(out, "/>"),
            };
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
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
