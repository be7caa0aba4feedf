//! Whether a printed line is the line that was foretold: wildcards, what differs in every run, and rough numbers.

use std::sync::LazyLock;

use regex::Regex;

use super::varies::Varies;

/// What in a foretold line stands for something that is not known beforehand.
static SPECIAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<open>[0-9]+\.[0-9]+\.\.\.)",
        r"|(?P<any><\.\.\.>|\.\.\.|…)",
        r"|(?P<identity>(?-u:\b)[0-9]{14,16}(?-u:\b))",
        r"|(?P<address>0x[0-9a-fA-F]{4,}(?-u:\b)|0x\.\.\.)",
        r"|(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?)?)",
        r"|(?P<clock>(?-u:\b)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?)",
        r"|(?P<pid>(?i:(?-u:\b)(?:pid|process|thread|ident)[ =:]*)[0-9]{2,})",
        r"|(?P<task>Task-[0-9]+)",
        r"|(?P<place>(?:at|File) \x22?[^\s\x22,>]+\.[A-Za-z0-9]{1,4}\x22?(?::[0-9]+|, line [0-9]+))",
        r"|(?P<temporary>/tmp/[^\s'\x22,)>]+)",
        r"|(?P<own>/(?:Users|home|usr|opt|root|Library)(?:/[^\s'\x22,)>]*|(?-u:\b)))",
        r"|(?P<about>[~≈])\s?(?P<rough>[0-9]+(?:\.[0-9]+)?)",
        r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:e-[0-9]+)?)",
    ))
    .expect("a valid expression")
});

/// What stands before a number that is a measured time: words for times anywhere, others right before it.
static TIME_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?-u:\b)(?:elapsed|took|takes|taken|times?|duration|seconds|secs|runtime)(?-u:\b)",
        r"|(?-u:\b)(?:total|after|finished|completed|done|in|at)[^0-9A-Za-z]*$",
    ))
    .expect("a valid expression")
});

/// What stands behind one: its unit, or what it is the time of.
static TIME_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s?(?:m?s|secs?|seconds?|milliseconds?|mins?|minutes?)(?-u:\b)|^[^0-9]*(?-u:\b)elapsed(?-u:\b)")
        .expect("a valid expression")
});

/// What a number is of that is no time, whatever stands before it.
static NO_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s?(?:[%€$£°]|(?:euros?|dollars?|eur|usd|percent|[kmg]i?b|x|km|kg)(?-u:\b))")
        .expect("a valid expression")
});

/// Whether the number between two parts of a line tells how long something took.
fn is_time(before: &str, behind: &str) -> bool {
    let no_time = before.ends_with(['$', '€', '£']) || NO_TIME.is_match(behind);
    !no_time && (TIME_BEFORE.is_match(before) || TIME_BEHIND.is_match(behind))
}

/// A number that need not be the stated one to the last digit.
struct Measured {
    stated: f64,
    /// The last digit that is shown, of a number that is cut off there.
    unit: Option<f64>,
}

/// A foretold line, ready to be compared.
pub(super) struct Pattern {
    pattern: Regex,
    /// What is stated where a number is measured.
    numbers: Vec<Measured>,
    /// With the elements of sets sorted, which come in no order.
    sets: Option<String>,
    /// A value in brackets without its blanks: authors wrap and space them as they like.
    bare: Option<String>,
    /// With runs of blanks as one, for lines with tabs.
    tabbed: String,
    /// With classes without the names of their modules.
    classes: Option<String>,
    /// What newer versions of Python add to their errors is stated.
    suggests: bool,
}

/// What newer versions of Python add to the message of an error.
const SUGGESTION: &str = ". Did you mean";

impl Pattern {
    /// `anchored`: the whole line, not a part of it.
    pub(super) fn new(stated: &str, anchored: bool, varies: Varies) -> Option<Self> {
        // Word processors make a minus of a hyphen.
        let stated = &stated.trim_end().replace('−', "-");
        let mut pattern = String::from(if anchored { "^(?:" } else { "(?:" });
        let mut numbers = Vec::new();
        let mut at = 0;
        for found in SPECIAL.captures_iter(stated) {
            let whole = found.get(0)?;
            pattern.push_str(&regex::escape(&stated[at..whole.start()]));
            at = whole.end();
            let before = &stated[..whole.start()];
            let has = |name| found.name(name).is_some();
            let is_decimal = has("number") && whole.as_str().contains(['.', 'e']);
            let measured = is_decimal && varies.durations && is_time(before, &stated[at..]);
            if has("any") {
                pattern.push_str(".*?");
            } else if has("address") && (varies.identities || whole.as_str() == "0x..." || before.ends_with("at ")) {
                pattern.push_str("0x[0-9a-fA-F]+");
            } else if has("identity") && (varies.identities || before.trim_end_matches("daemon ").ends_with("started "))
            {
                pattern.push_str("[0-9]{9,16}");
            } else if (has("moment") || has("clock")) && varies.moments {
                pattern.push_str(&shape(whole.as_str()));
            } else if let Some(pid) = found.name("pid").filter(|_| varies.processes) {
                let word = pid.as_str().trim_end_matches(|char: char| char.is_ascii_digit());
                pattern.push_str(&format!("{}[0-9]+", regex::escape(word)));
            } else if has("task") && varies.tasks {
                pattern.push_str("Task-[0-9]+");
            } else if has("place") {
                let word = if whole.as_str().starts_with("at") { "at" } else { "File" };
                pattern.push_str(&format!(r#"{word} [^,>]+?(?::[0-9]+|, line [0-9]+)"#));
            } else if has("open") {
                // Cut off, or rounded at the last digit that is shown.
                let number = whole.as_str().trim_end_matches('.');
                let digits = number.rsplit('.').next().map_or(0, str::len) as i32;
                numbers.push(Measured { stated: number.parse().ok()?, unit: Some(0.1f64.powi(digits)) });
                pattern.push_str("([0-9]+(?:\\.[0-9]+)?)");
            } else if (has("temporary") || has("own")) && (varies.paths || whole.as_str().contains(".py")) {
                pattern.push_str(r#"/[^\s'",)>]+"#);
            } else if has("about") || measured {
                let number = found.name("rough").map_or(whole.as_str(), |rough| rough.as_str());
                numbers.push(Measured { stated: number.parse().ok()?, unit: None });
                pattern.push_str("~?([0-9]+(?:\\.[0-9]+)?(?:e-?[0-9]+)?)");
            } else {
                pattern.push_str(&regex::escape(whole.as_str()));
            }
        }
        pattern.push_str(&regex::escape(&stated[at..]));
        pattern.push_str(if anchored { ")$" } else { ")" });
        Some(Self {
            pattern: Regex::new(&pattern).ok()?,
            numbers,
            sets: sorted_sets(stated),
            bare: bare(stated),
            tabbed: TABS.replace_all(stated, " ").into_owned(),
            classes: stated.contains("<class").then(|| CLASS_OF.replace_all(stated, "<class '").into_owned()),
            suggests: stated.contains(SUGGESTION),
        })
    }

    /// Whether a line ends with a text, as where a label is printed before a value; blanks as the author likes.
    pub(super) fn same(text: &str, line: &str) -> bool {
        let dense = |text: &str| text.chars().filter(|char| !char.is_whitespace()).collect::<String>();
        !text.is_empty() && dense(line).ends_with(&dense(text))
    }

    /// `[1, 2]` as numpy prints it: `[1 2]`, `[1. 2.]`.
    pub(super) fn same_numbers(stated: &str, line: &str) -> bool {
        let tokens = |text: &str| -> Option<Vec<String>> {
            let inside = text.trim().strip_prefix('[')?.strip_suffix(']')?;
            let words = inside.split([',', ' ', '[', ']']).filter(|word| !word.is_empty());
            words
                .map(|word| match (word, word.parse::<f64>()) {
                    (_, Ok(number)) => Some(number.to_string()),
                    ("True" | "False", _) => Some(word.to_owned()),
                    _ => None,
                })
                .collect()
        };
        tokens(stated).is_some_and(|stated| !stated.is_empty() && tokens(line) == Some(stated))
    }

    pub(super) fn fits(&self, line: &str) -> bool {
        // Where the lesson has a file, its class has that file's name; where it has none, `__main__`.
        if line.contains("__main__.")
            && self.classes.as_deref() == Some(&*CLASS_OF.replace_all(line.trim_end(), "<class '"))
        {
            return true;
        }
        self.sets.as_ref().is_some_and(|stated| sorted_sets(line).as_ref() == Some(stated))
            || self.bare.as_ref().is_some_and(|stated| bare(line).as_ref() == Some(stated))
            || self.fits_as_text(line)
    }

    fn fits_as_text(&self, line: &str) -> bool {
        let line = if self.suggests { line } else { line.split(SUGGESTION).next().unwrap_or(line) };
        // A terminal shows a tab as blanks.
        if line.contains('\t') && TABS.replace_all(line.trim_end(), " ") == self.tabbed {
            return true;
        }
        let Some(found) = self.pattern.captures(line.trim_end()) else { return false };
        self.numbers.iter().enumerate().all(|(index, measured)| {
            let actual: Option<f64> = found.get(index + 1).and_then(|number| number.as_str().parse().ok());
            actual.is_some_and(|actual| match measured.unit {
                Some(unit) => (-0.5 * unit..unit).contains(&(actual - measured.stated)),
                None => near(measured.stated, actual),
            })
        })
    }
}

/// A line with the elements of `{'a', 'b'}` sorted, whose order differs from run to run.
pub(super) fn sorted_sets(line: &str) -> Option<String> {
    let mut any = false;
    let sorted = SET.replace_all(line.trim(), |found: &regex::Captures<'_>| {
        let elements = found[2].split(',').map(|it| it.trim().replace('"', "'"));
        let mut elements: Vec<String> = elements.filter(|it| !it.is_empty()).collect();
        // Equal counts come in the order in which they were met.
        if found.get(1).is_none() && found[2].contains(':') || elements.len() < 2 {
            return found[0].to_owned();
        }
        any = true;
        elements.sort();
        format!("{}{{{}}}", found.get(1).map_or("", |it| it.as_str()), elements.join(", "))
    });
    any.then(|| sorted.into_owned())
}

static SET: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(Counter\()?\{([^{}()\[\]]*)\}").expect("a valid expression"));

/// `[1, "a b" ]` as `[1,'a b']`, and `<class 'str'>` as `str`, as some prompts show it.
fn bare(line: &str) -> Option<String> {
    let line = line.trim();
    let name = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (name || line.starts_with(['[', '(', '{', '"', '\'', '<'])).then_some(())?;
    let line = CLASS.replace_all(line, "$1");
    // Only where no quote stands within the other kind.
    let same = !line.contains('\'') || !line.contains('"');
    let line = if same { line.replace('"', "'") } else { line.into_owned() };
    let mut quote = None;
    let keep = |char: &char| {
        match (quote, *char) {
            (None, '\'' | '"') => quote = Some(*char),
            (Some(open), char) if char == open => quote = None,
            _ => {}
        }
        quote.is_some() || *char != ' '
    };
    Some(line.chars().filter(keep).collect())
}

static CLASS_OF: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("<class ?'(?:[A-Za-z0-9_]+\\.)*").expect("a valid expression"));
static CLASS: LazyLock<Regex> = LazyLock::new(|| Regex::new("<class '([A-Za-z0-9_.]+)'>").expect("a valid expression"));
static TABS: LazyLock<Regex> = LazyLock::new(|| Regex::new("[\t ]+").expect("a valid expression"));

/// "About" is a tenth, and never less than what an idle machine loses.
pub(super) fn near(stated: f64, actual: f64) -> bool {
    (actual - stated).abs() <= (stated * 0.1).max(0.15) + 1e-9
}

fn shape(text: &str) -> String {
    let mut shape = String::new();
    let mut digits = false;
    for char in text.chars() {
        if char.is_ascii_digit() {
            if !digits {
                shape.push_str("[0-9]+");
            }
            digits = true;
        } else {
            shape.push_str(&regex::escape(char.encode_utf8(&mut [0; 4])));
            digits = false;
        }
    }
    shape
}

/// What a terminal shows of a text: without colours, the last of what is written over itself, and without the folder that
/// a reader does not have.
pub(super) fn plain(text: &str) -> String {
    static COLOURS: LazyLock<Regex> = LazyLock::new(|| Regex::new("\u{1b}\\[[0-9;]*m").expect("a valid expression"));
    let text = COLOURS.replace_all(text, "").replace("/sandbox/work/", "");
    if !text.contains('\r') {
        return text;
    }
    text.split_inclusive('\n').map(overwritten).collect()
}

/// `10 %\r20 %` leaves `20 %`.
fn overwritten(line: &str) -> String {
    let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
    let mut seen: Vec<char> = Vec::new();
    for written in line.split('\r') {
        let written: Vec<char> = written.chars().collect();
        let rest = seen.split_off(written.len().min(seen.len()));
        seen = written.into_iter().chain(rest).collect();
    }
    format!("{}{end}", seen.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stated: &str, printed: &str, expected: bool) {
        check_of(Varies::ALL, stated, printed, expected);
    }

    #[track_caller]
    fn check_of(varies: Varies, stated: &str, printed: &str, expected: bool) {
        let pattern = Pattern::new(stated, true, varies).expect("a pattern");
        assert_eq!(pattern.fits(printed), expected, "{stated} | {printed}");
    }

    #[test]
    fn literal_lines() {
        check("3 cups", "3 cups", true);
        check("3 cups", "4 cups", false);
        check("a+b [c]", "a+b [c]", true);
        check("cups", "3 cups", false);
        check("cups  ", "cups", true);
        check("['a b', 2 ]", "['a b', 2]", true);
        check("['a b', 2]", "['ab', 2]", false);
        check("[\"a\"]", "['a']", true);
        check("[\"it's\"]", "['it's']", false);
        check("(tuple, str)", "(<class 'tuple'>, <class 'str'>)", true);
        check("str", "'str'", false);
        check("Name:   ann", "Name:\tann", true);
        check("Name: ann", "Name:\tbob", false);
        check(
            "NameError: name 'pot' is not defined",
            "NameError: name 'pot' is not defined. Did you mean: 'pots'?",
            true,
        );
    }

    #[test]
    fn what_is_written_over_itself() {
        assert_eq!(plain("10 %\r20 %\r100 %\ndone\n"), "100 %\ndone\n");
        assert_eq!(plain("pouring\rdone\r\n"), "doneing\n");
    }

    #[test]
    fn wildcards() {
        check("user <...> logged in", "user ann logged in", true);
        check("<coroutine object f at ...>", "<coroutine object f at 0x7f00aa>", true);
        check("<coroutine object f at ...>", "<coroutine object g at 0x7f00aa>", false);
        check("loading...", "loading...", true);
    }

    #[test]
    fn what_differs_in_every_run() {
        check("<Pot at 0x7f1234567890>", "<Pot at 0x55aa00bb11cc>", true);
        check("worker pid 4711", "worker pid 12", true);
        check("worker 4711", "worker 12", false);
        check("140407745943856", "140026401966992", true);
        check("{'o', 'h'}", "{'h', 'o'}", true);
        check("{'o', 'h'}", "{'h', 'e'}", false);
        check("{'o': 1, 'h': 2}", "{'h': 2, 'o': 1}", false);
        check("saved to /tmp/tmpab12/tea.txt", "saved to /tmp/tmpxy98/tea.txt", true);
        check("2024-01-31 08:00:01 start", "2026-11-26 01:02:03 start", true);
        check("2024-01-31 08:00:01 start", "2026-11-26 01:02:03 stop", false);
        check(
            "<Task pending name='Task-2' coro=<f() running at /home/x/a.py:3>>",
            "<Task pending name='Task-9' coro=<f() running at a.py:33>>",
            true,
        );
    }

    #[test]
    fn what_the_code_does_not_ask_for_is_the_same_in_every_run() {
        let check = |stated, printed, expected| check_of(Varies::default(), stated, printed, expected);
        check("1125899906842699", "1125899906842624", false);
        check("2031-12-25", "2024-02-01", false);
        check("12:30:00", "12:31:00", false);
        check("Process 99 items", "Process 10 items", false);
        check("Total: 0.95 euros", "Total: 1.05 euros", false);
        check("after 1.10 cups", "after 1.00 cups", false);
        check("0xffff", "0xfff0", false);
        check("Task-2", "Task-3", false);
        check("/home/ann/tea", "/home/bob/tea", false);
        check("/tmp/tea", "/tmp/coffee", false);
        check("<Pot at 0x7f1234567890>", "<Pot at 0x55aa00bb11cc>", true);
        check("<Thread(pour, started 140123456789012)>", "<Thread(pour, started 140407745943856)>", true);
        check("/home/x/a.py:3: RuntimeWarning: cold", "/srv/a.py:3: RuntimeWarning: cold", true);
        check("~3 cups", "3.1 cups", true);
    }

    #[test]
    fn rough_and_measured_numbers() {
        check("~3 cups", "3.1 cups", true);
        check("~3 cups", "4 cups", false);
        check("took 2.00s", "took 2.01s", true);
        check("took 2.00s", "took 3.00s", false);
        check("Elapsed: 0.50", "Elapsed: 0.5004870891571045", true);
        check("ratio 2.00", "ratio 2.01", false);
        check("took 3 tries", "took 4 tries", false);
        check("price after discount: 9.40", "price after discount: 9.50", false);
        check("total: $9.40", "total: $9.50", false);
        check("9.40 euros in total, after 1.50 s", "9.50 euros in total, after 1.52 s", false);
        check("9.40 euros in total, after 1.50 s", "9.40 euros in total, after 1.52 s", true);
        check("gather (3 cups) took: 2.00", "gather (3 cups) took: 2.01", true);
        check("tea done at 1.00", "tea done at 1.01", true);
        check("1.00s tea", "1.01s tea", true);
    }
}
