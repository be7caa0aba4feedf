//! What was printed during a test, as the learner is shown it: without what is our own or the interpreter's.

use std::sync::LazyLock;

use regex::Regex;

use super::verdict::without_addresses;

/// Where the files of a run lie, for whoever has no business there.
const WORK: &str = "/sandbox/work/";

static FRAME: LazyLock<Regex> = LazyLock::new(|| expression(r#"^  File "(?P<file>[^"]*)", line \d+"#));
static WARNING: LazyLock<Regex> = LazyLock::new(|| expression(r"^(/\S+|<etude_\w+>):\d+: (?P<rest>\w*Warning: .*)$"));
/// Python offers more about a warning, which nobody can switch on here.
const OFFER: &str = "RuntimeWarning: Enable tracemalloc to get the object allocation traceback";

fn expression(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a regular expression")
}

pub(super) fn told(text: &str) -> String {
    let text = without_addresses(&text.replace(WORK, ""));
    let mut told = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim_end_matches('\n');
        // Frames of the learner's and of the tests are left, and so is what was called from them.
        if FRAME.captures(bare).is_some_and(|frame| is_foreign(&frame["file"])) {
            while lines.next_if(|line| line.starts_with("    ")).is_some() {}
        } else if let Some(warning) = WARNING.captures(bare) {
            // Of what crosses between the two sides, each of them may warn.
            let rest = format!("{}\n", &warning["rest"]);
            if !told.ends_with(&rest) {
                told.push_str(&rest);
            }
            lines.next_if(|line| line.starts_with("  "));
        } else if bare != OFFER {
            told.push_str(line);
        }
    }
    told
}

fn is_foreign(file: &str) -> bool {
    file.starts_with(['/', '<']) && file != "<string>" || file.starts_with("etude_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_of_who_runs_it() {
        let printed = r#"tea
/sandbox/work/cups.py:13: UserWarning: mine
  warnings.warn("mine")
/opt/python/asyncio/events.py:89: RuntimeWarning: coroutine 'brew' was never awaited
  self._context.run(self._callback, *self._args)
RuntimeWarning: Enable tracemalloc to get the object allocation traceback
<etude_peer>:163: RuntimeWarning: coroutine 'brew' was never awaited
  self._context.run(self._callback, *self._args)
handle: <Handle brew_all.<locals>.<lambda>() at /sandbox/work/cups.py:15>
Traceback (most recent call last):
  File "/opt/python/asyncio/events.py", line 89, in _run
    self._context.run(self._callback, *self._args)
    ~~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/sandbox/work/cups.py", line 15, in <lambda>
    asyncio.get_running_loop().call_soon(lambda: 1/0)
                                                 ~^~
  File "etude_learner.py", line 3, in do_call
ZeroDivisionError: division by zero
<Cup object at 0x7f0123456789>
no line"#;
        let expected = r#"tea
cups.py:13: UserWarning: mine
  warnings.warn("mine")
RuntimeWarning: coroutine 'brew' was never awaited
handle: <Handle brew_all.<locals>.<lambda>() at cups.py:15>
Traceback (most recent call last):
  File "cups.py", line 15, in <lambda>
    asyncio.get_running_loop().call_soon(lambda: 1/0)
                                                 ~^~
ZeroDivisionError: division by zero
<Cup object at 0x…>
no line"#;
        assert_eq!(told(printed), expected);
    }
}
