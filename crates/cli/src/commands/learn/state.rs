//! The loop without its edges: what is there, what may happen, and what is to be done about it. No disk, no clock.

use etude_practice::grade::{Status, Verdict};
use etude_trace::{Finding, Timeline};

use super::course::{Course, Exercise, Part};
use super::ink::Look;
use super::pages;

/// Everything that decides what is shown.
#[derive(Debug)]
pub(super) struct State {
    pub(super) course: Course,
    /// The part that is open, or chosen in the list.
    pub(super) at: usize,
    pub(super) page: Page,
    /// Where to return to from the help.
    pub(super) before_help: Page,
    /// The first line that is shown of the page.
    pub(super) scroll: usize,
    pub(super) question: Option<Question>,
    /// What somebody who searches has typed, and whether they still type.
    pub(super) search: Option<Search>,
    /// What became of the last thing that was asked for.
    pub(super) notice: Option<Notice>,
    pub(super) work: Work,
    /// Columns and rows.
    pub(super) size: (u16, u16),
    pub(super) look: Look,
    /// Where the learner's files lie, as they know it.
    pub(super) folder: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    List,
    /// A lesson, or the instructions of an exercise.
    Read,
    Checks,
    Hints,
    Run,
    Solution,
    Help,
}

/// The pages of an exercise, in their order.
pub(super) const PAGES: [Page; 5] = [Page::Read, Page::Checks, Page::Hints, Page::Run, Page::Solution];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Reset,
    Solution,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Search {
    pub(super) text: String,
    pub(super) typing: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) text: String,
    pub(super) bad: bool,
}

/// What is known of the learner's work on the part that is open.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// How many checks are under way.
    pub(super) checking: usize,
    pub(super) checked: Option<Checked>,
    /// Why there is no verdict.
    pub(super) refused: Option<String>,
    pub(super) running: bool,
    pub(super) ran: Option<Ran>,
    /// The learner has saved something since the exercise was opened.
    pub(super) saved: bool,
}

/// A verdict on the learner's files.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) verdict: Verdict,
    pub(super) findings: Vec<Finding>,
    pub(super) timeline: Option<Timeline>,
    /// The files differ from those the learner was given.
    pub(super) is_attempt: bool,
}

impl Checked {
    pub(super) fn passed(&self) -> (usize, usize) {
        let asked = self.verdict.tests.iter().filter(|test| test.status != Status::Skip);
        (asked.clone().filter(|test| test.is_right()).count(), asked.count())
    }
}

/// What running the learner's program came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) file: String,
    pub(super) output: String,
    /// In words.
    pub(super) end: String,
    pub(super) is_fine: bool,
    pub(super) findings: Vec<Finding>,
    pub(super) timeline: Timeline,
}

/// What somebody wants. Both the keys and the typed commands come to this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Open,
    /// One of the list, by its place.
    Choose(usize),
    Back,
    Next,
    Previous,
    Turn(Page),
    TurnBy(isize),
    Check,
    Hint,
    Run,
    Edit,
    Reset,
    Solution,
    Answer(bool),
    Search,
    Type(char),
    Erase,
    Help,
    Quit,
}

#[derive(Debug)]
pub(super) enum Event {
    Action(Action),
    Resized(u16, u16),
    /// The files of a part are there.
    Opened(usize, Vec<String>),
    /// A file of the part that is open was written.
    Saved,
    Checked(usize, Result<Checked, String>),
    /// Files were saved again before their check had begun.
    Outdated(usize),
    Ran(usize, Result<Ran, String>),
    /// The work on a part was put aside into this folder.
    WasReset(usize, String),
    Told(Notice),
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Give the learner the files of a part that they have not.
    Open(usize),
    Check(usize),
    Run(usize),
    Edit(usize),
    Reset(usize),
    Note(usize, Note),
    Quit,
}

/// What is to be remembered of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The learner is there.
    Here,
    /// The learner has seen what the part is now.
    Given,
    Hints(usize),
    Done,
    SolutionSeen,
    Submitted {
        digest: String,
        status: Status,
        passed: usize,
        tests: usize,
    },
}

impl State {
    pub(super) fn new(course: Course, at: usize, folder: String, look: Look, size: (u16, u16)) -> Self {
        Self {
            at: at.min(course.parts.len().saturating_sub(1)),
            course,
            page: Page::List,
            before_help: Page::List,
            scroll: 0,
            question: None,
            search: None,
            notice: None,
            work: Work::default(),
            size,
            look,
            folder,
        }
    }

    pub(super) fn part(&self) -> &Part {
        &self.course.parts[self.at]
    }

    pub(super) fn part_mut(&mut self) -> &mut Part {
        &mut self.course.parts[self.at]
    }

    pub(super) fn exercise(&self) -> Option<&Exercise> {
        self.part().exercise()
    }

    /// The exercise whose files are to be watched.
    pub(super) fn watched(&self) -> Option<usize> {
        let page = if self.page == Page::Help { self.before_help } else { self.page };
        (page != Page::List && self.exercise().is_some()).then_some(self.at)
    }

    /// The parts that the list shows.
    pub(super) fn listed(&self) -> Vec<usize> {
        let wanted = self.search.as_ref().map(|search| search.text.to_lowercase()).unwrap_or_default();
        let fits =
            |part: &Part| part.title.to_lowercase().contains(&wanted) || part.path.to_lowercase().contains(&wanted);
        (0..self.course.parts.len()).filter(|index| fits(&self.course.parts[*index])).collect()
    }

    /// Why the solution is not shown yet.
    pub(super) fn is_solution_locked(&self) -> bool {
        let standing = &self.part().standing;
        standing.attempts == 0 && !standing.done && !standing.solution_seen
    }

    /// How many lines of a page are seen at once.
    pub(super) fn rows(&self) -> usize {
        usize::from(self.size.1).saturating_sub(pages::FIXED_ROWS).max(1)
    }
}
