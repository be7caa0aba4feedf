//! Holds what a lesson says against what its runs did. Pure: claims and evidence in, verdicts out.

mod beside;
mod doubt;
mod ends;
mod lines;
mod matching;
mod moments;
mod output;
mod report;
mod response;
mod stood_in;
mod time;
mod told;
mod tracebacks;
mod update;
mod varies;

use std::collections::HashMap;

use etude_course::{Claim, ClaimKind, Course, Found, Lesson, Subject, Surroundings};
use etude_text::{Source, Span};

use crate::plan::{Action, Plan, Why};
use crate::run::{End, Evidence, Part, Raised, Ran};

pub use self::report::diagnostics;
pub use self::update::{Updates, updates};
pub(crate) use self::varies::tells_times;

/// What is decided about, and by what.
pub struct Case<'a> {
    pub course: &'a Course,
    pub lesson: &'a Lesson,
    pub source: &'a Source,
    pub plan: &'a Plan,
    /// In the order of the plan's sessions.
    pub ran: &'a [Ran],
    /// Under which the lesson ran.
    pub python: (u16, u16),
    pub around: &'a Surroundings<'a>,
}

/// One thing a lesson says, and whether it is so.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub what: What,
    /// What is to be looked at: the claim, or the line of it that is wrong.
    pub span: Span,
    /// Read from prose, or not said at all.
    pub inferred: bool,
    pub verdict: Verdict,
}

impl Decision {
    pub fn is_undecided(&self) -> bool {
        matches!(self.verdict, Verdict::Undecided { .. })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The claim with this index.
    Claim(usize),
    /// Every snippet that is shown claims that it works.
    Works(usize),
    /// What a reader would be warned of, the lesson mentions.
    Warns(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    False {
        /// What happened, as a lower-case fragment.
        evidence: String,
        /// The correction.
        hint: Option<String>,
        /// The part of the claim it is about, where that is narrower.
        span: Option<Span>,
    },
    /// It holds in the order in which things began to wait, and in another it does not.
    NotAlways {
        evidence: String,
        span: Option<Span>,
    },
    Undecided {
        reason: String,
        hint: Option<String>,
    },
}

impl Verdict {
    fn wrong(evidence: impl Into<String>, hint: impl Into<String>) -> Self {
        Verdict::False { evidence: evidence.into(), hint: Some(hint.into()), span: None }
    }

    /// The part of what was said that is wrong.
    fn span(&self) -> Option<Span> {
        match self {
            Verdict::False { span, .. } | Verdict::NotAlways { span, .. } => *span,
            Verdict::Holds | Verdict::Undecided { .. } => None,
        }
    }

    fn undecided(reason: impl Into<String>) -> Self {
        Verdict::Undecided { reason: reason.into(), hint: None }
    }
}

/// Decides all claims of a lesson, and for each snippet that ran whether it works; in the order of the file.
pub fn decide(case: &Case<'_>) -> Vec<Decision> {
    let known = Known::new(case);
    let mut decisions: Vec<Decision> = Vec::new();
    for (index, claim) in case.lesson.claims.iter().enumerate() {
        let verdict = known.claim(claim);
        let span = verdict.span().unwrap_or(claim.span);
        decisions.push(Decision { what: What::Claim(index), span, inferred: claim.inferred, verdict });
    }
    for snippet in &case.lesson.snippets {
        decisions.extend(ends::decisions(&known, snippet));
    }
    decisions.sort_by_key(|decision| (decision.span.start, decision.span.end));
    decisions
}

/// A case with the evidence for each snippet at hand.
struct Known<'a> {
    case: &'a Case<'a>,
    /// The session and step that show what a snippet does.
    steps: HashMap<usize, (usize, usize)>,
}

impl<'a> Known<'a> {
    fn new(case: &'a Case<'a>) -> Self {
        let mut steps = HashMap::new();
        for (session, (planned, ran)) in case.plan.sessions.iter().zip(case.ran).enumerate() {
            for (step, (action, evidence)) in planned.steps.iter().zip(&ran.steps).enumerate() {
                if matches!(action.action, Action::Context { .. }) {
                    continue;
                }
                // Of a part that several servers have, the first that came to run.
                let began = evidence.iter().any(|evidence| !matches!(evidence.end, End::Never { .. }));
                if began {
                    steps.entry(action.snippet).or_insert((session, step));
                }
            }
        }
        Self { case, steps }
    }

    /// What a snippet did, once for each order; or why nobody knows.
    fn evidence(&self, snippet: usize) -> Result<&'a [Evidence], Verdict> {
        let Some(&(session, step)) = self.steps.get(&snippet) else { return Err(self.not_run(snippet)) };
        let before = &self.case.plan.sessions[session].steps[..step];
        for (planned, ran) in before.iter().zip(&self.case.ran[session].steps) {
            let context = matches!(planned.action, Action::Context { .. });
            if let (true, Some(raised)) = (context, ran.first().and_then(Evidence::raised)) {
                let line = self.line(self.case.lesson.snippets[planned.snippet].span.start);
                let what = format!("{}: {}", raised.kind, raised.message);
                return Err(Verdict::undecided(format!("what it takes from line {line} fails: `{what}`")));
            }
        }
        Ok(&self.case.ran[session].steps[step])
    }

    /// Of a `>>>` session or a prompt the statement or command that a claim is about.
    fn part_of<'e>(&self, claim: &Claim, evidence: &'e Evidence) -> Option<&'e Part> {
        let line = self.line(claim.span.start);
        let mut parts = evidence.parts.iter().rev().filter(|_| claim.found == Found::Console);
        parts.find(|part| part.line < line)
    }

    /// What the server wrote that a snippet asked.
    fn server_log(&self, snippet: usize) -> &'a str {
        let Some(&(session, _)) = self.steps.get(&snippet) else { return "" };
        let steps = self.case.plan.sessions[session].steps.iter().zip(&self.case.ran[session].steps);
        let mut served = steps.filter(|(planned, _)| matches!(planned.action, Action::Serve));
        served.find_map(|(_, ran)| ran.first()).map_or("", |evidence| &evidence.stderr)
    }

    fn not_run(&self, snippet: usize) -> Verdict {
        if let Some(left) = self.case.plan.left.iter().find(|left| left.snippet == snippet) {
            return match &left.why {
                Why::Nothing(words) => Verdict::undecided(format!("it is not run: {words}")),
                Why::Undecided { reason, hint } => Verdict::Undecided { reason: reason.clone(), hint: hint.clone() },
            };
        }
        let sessions = self.case.plan.sessions.iter().zip(self.case.ran);
        let mut steps = sessions.flat_map(|(planned, ran)| planned.steps.iter().zip(&ran.steps));
        let why = steps.find_map(|(planned, ran)| match ran.first().map(|evidence| &evidence.end) {
            Some(End::Never { why }) if planned.snippet == snippet => Some(why.clone()),
            _ => None,
        });
        Verdict::undecided(why.unwrap_or_else(|| "it was not run".to_owned()))
    }

    fn has_nothing(&self, snippet: usize) -> bool {
        self.case.plan.left.iter().any(|left| left.snippet == snippet && matches!(left.why, Why::Nothing(_)))
    }

    fn claim(&self, claim: &Claim) -> Verdict {
        let case = self.case;
        let snippet = match claim.about {
            Subject::Snippet(index) => &case.lesson.snippets[index],
            Subject::Lesson => return self.read(claim),
        };
        let of_runs = |decide: &dyn Fn(&Evidence) -> Verdict| match self.evidence(snippet.index) {
            Ok(all) => {
                let verdicts = all.iter().map(|evidence| stood_in::doubted(evidence, &claim.text, decide(evidence)));
                self.unless_cut(snippet, combined(verdicts))
            }
            Err(verdict) => verdict,
        };
        match &claim.kind {
            ClaimKind::Output { whole, parts } => {
                let stated = output::Stated { known: self, claim, parts, whole: *whole, snippet };
                of_runs(&|evidence| output::decide(stated, evidence))
            }
            ClaimKind::Response { body, statuses } => {
                of_runs(&|evidence| response::decide(self, claim, body.as_deref(), statuses, evidence))
            }
            ClaimKind::Elapsed { seconds, within, bound, scope, .. } => {
                let stated = time::Stated { seconds: *seconds, within: *within, bound: *bound };
                of_runs(&|evidence| time::decide(stated, scope, snippet, evidence))
            }
            ClaimKind::Raises { exception } if claim.inferred => {
                of_runs(&|evidence| told::raises(self, exception, snippet, evidence))
            }
            ClaimKind::Raises { exception } => of_runs(&|evidence| ends::raises(exception, evidence)),
            ClaimKind::Exit { status } => of_runs(&|evidence| ends::exits(*status, evidence)),
            ClaimKind::Behaviour => Verdict::undecided("said in words that no rule can decide"),
            ClaimKind::Version { minor, .. } => self.version(*minor, snippet),
            ClaimKind::Link { .. } | ClaimKind::Line { .. } | ClaimKind::Count { .. } | ClaimKind::Since { .. } => {
                self.read(claim)
            }
        }
    }

    /// Nothing is false of code of which `...` leaves out a part.
    fn unless_cut(&self, snippet: &etude_course::Snippet, verdict: Verdict) -> Verdict {
        let Verdict::False { evidence, .. } = &verdict else { return verdict };
        match doubt::partial(self, snippet) {
            Some(line) => Verdict::Undecided {
                reason: format!("line {line} shows only a part of the code (`...`), and {evidence}"),
                hint: Some("show all of it, if need be in a fence marked `hide`".to_owned()),
            },
            None => verdict,
        }
    }

    /// What reading decides.
    fn read(&self, claim: &Claim) -> Verdict {
        let case = self.case;
        match etude_course::decide(case.course, case.lesson, claim, case.around) {
            etude_course::Verdict::True => Verdict::Holds,
            etude_course::Verdict::False(evidence) => Verdict::False { evidence, hint: None, span: None },
            etude_course::Verdict::Undecided("nothing was run") => Verdict::undecided("it is about no snippet"),
            etude_course::Verdict::Undecided(reason) => Verdict::undecided(reason),
        }
    }

    /// "Python 3.11+": neither less nor, by its syntax, more.
    fn version(&self, stated: u8, snippet: &etude_course::Snippet) -> Verdict {
        let (_, minor) = self.case.python;
        if let Some((_, needed)) = snippet.python.as_ref().and_then(|module| module.min_version)
            && needed > stated
        {
            return Verdict::wrong(
                format!("its syntax needs Python 3.{needed}"),
                format!("write `3.{needed}+`, or avoid what is new"),
            );
        }
        if let Some((name, needed)) = etude_course::newest(snippet)
            && needed > stated
        {
            return Verdict::wrong(
                format!("`{name}` came with Python 3.{needed}"),
                format!("write `3.{needed}+`, or avoid what is new"),
            );
        }
        let worked = self.evidence(snippet.index).map(|all| all.iter().all(|it| it.raised().is_none()));
        match worked {
            Ok(true) if minor < u16::from(stated) => {
                Verdict::wrong(format!("it runs on Python 3.{minor}"), format!("write `3.{minor}+`"))
            }
            Ok(false) if minor < u16::from(stated) => Verdict::Holds,
            _ => Verdict::undecided(format!("only a Python before 3.{stated} can tell, and it ran on 3.{minor}")),
        }
    }

    fn line(&self, offset: u32) -> u32 {
        self.case.source.line(offset)
    }
}

impl Evidence {
    pub(crate) fn raised(&self) -> Option<&Raised> {
        match &self.end {
            End::Exit { raised, .. } => raised.as_ref(),
            _ => None,
        }
    }
}

/// The verdict for all orders: the first is the usual one, the others are those of the seeds from 1 on.
fn combined(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let all: Vec<Verdict> = verdicts.collect();
    let Some(first) = all.first() else { return Verdict::undecided("it was not run") };
    let held = all.iter().filter(|verdict| **verdict == Verdict::Holds).count();
    let wrong = || {
        all.iter().enumerate().find_map(|(seed, verdict)| match verdict {
            Verdict::False { evidence, span, .. } => Some((seed, evidence, *span)),
            _ => None,
        })
    };
    match first {
        Verdict::False { evidence, span, .. } if held > 0 => Verdict::False {
            evidence: format!("not always: in {} of {} orders {evidence}", all.len() - held, all.len()),
            hint: Some("say that the order may differ, or mark the output `unordered`".to_owned()),
            span: *span,
        },
        Verdict::Holds => wrong().map_or(Verdict::Holds, |(seed, evidence, span)| Verdict::NotAlways {
            evidence: format!(
                "not always: it does not hold in {} of {} orders; with seed {seed} {evidence}",
                all.len() - held,
                all.len()
            ),
            span,
        }),
        other => other.clone(),
    }
}
