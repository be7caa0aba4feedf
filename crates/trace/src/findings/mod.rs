//! What a run shows to be wrong, or better done otherwise. One file per finding, with its documentation, its message and
//! the rule by which it is found.

mod blocked_loop;
mod correction;
mod cpu_in_threads;
mod deadlock;
mod endless_polling;
mod exception_never_retrieved;
mod executions;
mod gather_left_siblings;
mod growing_queue;
mod lost_task;
mod nested_run;
mod never_awaited;
mod race;
mod report;
mod serial_awaits;
mod swallowed_cancellation;
mod unused_limit;

use etude_text::Severity;

use crate::program::{Programs, Texts};
use crate::story::{Ending, Story};
use crate::trace::Trace;

pub use correction::Correction;
pub use race::{Run, compare};
pub(crate) use report::Report;
pub use report::{Evidence, Finding, Place};

/// A kind of finding: its name, what it is about, and how it is found.
pub struct Rule {
    /// As in messages, and for `etude explain`.
    pub code: &'static str,
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Markdown: what is found, why that is bad, an example, what to do.
    pub documentation: &'static str,
    /// `None` for what only several runs show together.
    run: Option<fn(&Context<'_>, &mut Report<'_>)>,
}

/// All a rule may look at.
struct Context<'a> {
    story: &'a Story<'a>,
    programs: &'a Programs<'a>,
}

/// Every rule there is, in alphabetical order of their codes.
pub static RULES: &[&Rule] = &[
    &blocked_loop::RULE,
    &cpu_in_threads::RULE,
    &deadlock::RULE,
    &endless_polling::RULE,
    &exception_never_retrieved::RULE,
    &gather_left_siblings::RULE,
    &growing_queue::RULE,
    &lost_task::RULE,
    &nested_run::RULE,
    &never_awaited::RULE,
    &race::RULE,
    &serial_awaits::RULE,
    &swallowed_cancellation::RULE,
    &unused_limit::RULE,
];

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}

/// All that one run shows, by place. What several runs show together is for [`compare`].
pub fn findings<'a>(trace: &'a Trace, ending: Ending, texts: Texts<'a>) -> Vec<Finding> {
    let story = Story::read(trace, ending);
    let programs = Programs::new(texts);
    let context = Context { story: &story, programs: &programs };
    let mut found = Vec::new();
    for rule in RULES {
        if let Some(run) = rule.run {
            run(&context, &mut Report::new(rule, &mut found));
        }
    }
    one_message_for_one_mistake(&mut found);
    found.sort_by(|one, two| one.order().cmp(&two.order()));
    found
}

/// Some mistakes break several rules.
fn one_message_for_one_mistake(found: &mut Vec<Finding>) {
    let has = |found: &[Finding], code: &str| found.iter().any(|finding| finding.code == code);
    let nested = has(found, nested_run::RULE.code);
    let deadlock = has(found, deadlock::RULE.code);
    let left: Vec<Vec<i32>> = found
        .iter()
        .filter(|finding| finding.code == gather_left_siblings::RULE.code)
        .map(|finding| finding.tasks.iter().map(|task| task.0).collect())
        .collect();
    found.retain(|finding| match finding.code {
        // The coroutine that `asyncio.run` refused is dropped.
        code if code == never_awaited::RULE.code => !nested,
        // What waits for ever never comes to the end of main, nor to giving anything back.
        code if code == lost_task::RULE.code => {
            !deadlock && !left.iter().any(|tasks| finding.tasks.iter().any(|task| tasks.contains(&task.0)))
        }
        code if code == unused_limit::RULE.code => !deadlock,
        _ => true,
    });
}
