//! What happens to the state, and what is to be done about it.

use etude_practice::grade::Status;

use super::course::Kind;
use super::state::{Action, Checked, Effect, Event, Note, Notice, PAGES, Page, Question, Search, State, Work};

impl State {
    pub(super) fn happen(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Action(action) => {
                self.notice = None;
                self.act(action)
            }
            Event::Resized(columns, rows) => {
                self.size = (columns, rows);
                self.clamp();
                Vec::new()
            }
            Event::Opened(part, made) => self.opened(part, &made),
            Event::Saved => {
                self.work.saved = true;
                self.notice = None;
                self.check()
            }
            Event::Checked(part, checked) => self.checked(part, checked),
            Event::Outdated(part) => {
                if part == self.at {
                    self.work.checking = self.work.checking.saturating_sub(1);
                }
                Vec::new()
            }
            Event::Ran(part, ran) if part == self.at => {
                self.work.running = false;
                match ran {
                    Ok(ran) => self.work.ran = Some(ran),
                    Err(why) => self.tell(why, true),
                }
                self.clamp();
                Vec::new()
            }
            Event::Ran(..) => Vec::new(),
            Event::WasReset(part, copy) => {
                self.course.parts[part].standing.changed.clear();
                self.work.ran = None;
                self.tell(format!("back to the start; your work is kept in {copy}"), false);
                let mut effects = vec![Effect::Note(part, Note::Given)];
                effects.extend(self.check());
                effects
            }
            Event::Told(notice) => {
                self.notice = Some(notice);
                Vec::new()
            }
        }
    }

    fn tell(&mut self, text: impl Into<String>, bad: bool) {
        self.notice = Some(Notice { text: text.into(), bad });
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(question) = self.question.take() {
            return match action {
                Action::Answer(true) => self.agreed(question),
                Action::Quit => vec![Effect::Quit],
                _ => {
                    self.tell("nothing was changed", false);
                    Vec::new()
                }
            };
        }
        match action {
            Action::Quit => return vec![Effect::Quit],
            Action::Help if self.page == Page::Help => self.turn(self.before_help),
            Action::Help => {
                self.before_help = self.page;
                self.turn(Page::Help);
            }
            Action::Back if self.page == Page::Help => self.turn(self.before_help),
            Action::Back if self.page == Page::List => self.search = None,
            Action::Back => self.turn(Page::List),
            Action::Search if self.page == Page::List => {
                self.search = Some(Search { typing: true, ..Search::default() });
                self.choose_listed(0);
            }
            Action::Type(char) => {
                if let Some(search) = &mut self.search {
                    search.text.push(char);
                    self.choose_listed(0);
                }
            }
            Action::Erase => {
                if let Some(search) = &mut self.search
                    && search.text.pop().is_none()
                {
                    self.search = None;
                }
            }
            Action::Choose(part) if part < self.course.parts.len() => return self.open(part),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => {
                return self.go(&action);
            }
            Action::Open if self.page == Page::List => {
                return match self.listed().contains(&self.at) {
                    true => self.open(self.at),
                    false => Vec::new(),
                };
            }
            Action::Open => return self.go(&Action::PageDown),
            Action::Next => return self.next(),
            Action::Previous if self.page != Page::List => return self.open(self.at.saturating_sub(1)),
            Action::TurnBy(by) if self.has_pages() => {
                let place = PAGES.iter().position(|page| *page == self.page).unwrap_or(0) as isize;
                let page = PAGES[(place + by).rem_euclid(PAGES.len() as isize) as usize];
                self.turn(page);
            }
            Action::Turn(page) if self.has_pages() => self.turn(page),
            Action::Check if self.has_pages() => {
                self.turn(Page::Checks);
                return self.check();
            }
            Action::Hint if self.has_pages() => return self.hint(),
            Action::Run if self.has_pages() => {
                self.turn(Page::Run);
                self.work.running = true;
                return vec![Effect::Run(self.at)];
            }
            Action::Edit if self.has_pages() => return vec![Effect::Edit(self.at)],
            Action::Reset if self.has_pages() => self.question = Some(Question::Reset),
            Action::Solution if self.has_pages() => return self.solution(),
            Action::Check | Action::Hint | Action::Run | Action::Edit | Action::Reset | Action::Solution => {
                self.tell("open an exercise first", true);
            }
            Action::Answer(_)
            | Action::Search
            | Action::Choose(_)
            | Action::Previous
            | Action::Turn(_)
            | Action::TurnBy(_) => {}
        }
        Vec::new()
    }

    /// Whether an exercise is open.
    fn has_pages(&self) -> bool {
        !matches!(self.page, Page::List | Page::Help) && self.exercise().is_some()
    }

    fn agreed(&mut self, question: Question) -> Vec<Effect> {
        match question {
            Question::Reset => vec![Effect::Reset(self.at)],
            Question::Solution => self.show_solution(),
        }
    }

    fn turn(&mut self, page: Page) {
        self.page = page;
        self.scroll = 0;
        if page == Page::List {
            self.search = None;
            self.show_chosen();
        }
    }

    /// Opens a part of the course.
    fn open(&mut self, part: usize) -> Vec<Effect> {
        if part != self.at || self.page == Page::List {
            self.work = Work::default();
        }
        self.at = part;
        self.search = None;
        self.turn(Page::Read);
        self.part_mut().standing.begun = true;
        match &self.part().kind {
            Kind::Exercise(_) => vec![Effect::Open(part), Effect::Note(part, Note::Here)],
            Kind::Lesson(_) => {
                let mut effects = vec![Effect::Note(part, Note::Given), Effect::Note(part, Note::Here)];
                effects.extend(self.read_to_the_end());
                effects
            }
        }
    }

    fn opened(&mut self, part: usize, made: &[String]) -> Vec<Effect> {
        if part != self.at {
            return Vec::new();
        }
        let changed = &self.part().standing.changed;
        if !changed.is_empty() {
            let what = listed(changed);
            self.tell(format!("the course has changed its {what}; your work is as you left it"), false);
        } else if !made.is_empty() {
            let folder = self.exercise().map(|exercise| exercise.folder.clone()).unwrap_or_default();
            let key = self.look.ask("e", "edit");
            let (is, them) = if made.len() == 1 { ("is", "it") } else { ("are", "them") };
            self.tell(format!("{} {is} in {folder}; {key} opens {them}", made.join(", ")), false);
        }
        self.check()
    }

    fn check(&mut self) -> Vec<Effect> {
        self.work.checking += 1;
        vec![Effect::Check(self.at)]
    }

    fn checked(&mut self, part: usize, checked: Result<Checked, String>) -> Vec<Effect> {
        let is_here = part == self.at && self.work.checking > 0;
        if is_here {
            self.work.checking -= 1;
        }
        let checked = match checked {
            Ok(checked) => checked,
            Err(why) => {
                if is_here {
                    // Whoever reads something else is told as well.
                    if self.page != Page::Checks {
                        self.tell(why.clone(), true);
                    }
                    self.work.refused = Some(why);
                    self.clamp();
                }
                return Vec::new();
            }
        };
        let mut effects = Vec::new();
        let standing = &mut self.course.parts[part].standing;
        let (passed, tests) = checked.passed();
        standing.passed = Some((passed, tests));
        let status = checked.verdict.status;
        if checked.is_attempt {
            standing.attempts += 1;
            let digest = checked.verdict.digest.clone();
            effects.push(Effect::Note(part, Note::Submitted { digest, status, passed, tests }));
        }
        let mut news = None;
        // A refactoring passes before it is begun.
        if status == Status::Pass && checked.is_attempt {
            if !standing.done {
                standing.done = true;
                effects.push(Effect::Note(part, Note::Done));
                news = Some("solved".to_owned());
            }
            if !standing.changed.is_empty() {
                news = Some(format!("the {} changed, and your work still passes", listed(&standing.changed)));
                standing.changed.clear();
                effects.push(Effect::Note(part, Note::Given));
            }
        }
        if is_here {
            if let Some(news) = news.filter(|_| !self.work.saved) {
                self.tell(news, false);
            }
            // Whoever saves wants to see what that came to.
            let is_over = status == Status::Pass && self.page == Page::Checks;
            if self.work.saved && matches!(self.page, Page::Read | Page::Hints) || is_over {
                self.turn(Page::Checks);
            }
            if self.work.checking == 0 {
                self.work.checked = Some(checked);
                self.work.refused = None;
            }
            self.clamp();
        }
        effects
    }

    fn hint(&mut self) -> Vec<Effect> {
        let all = self.exercise().map_or(0, |exercise| exercise.hints.len());
        let shown = self.part().standing.hints;
        let was_there = self.page == Page::Hints;
        self.turn(Page::Hints);
        if all == 0 {
            self.tell("this exercise has no hints", false);
            return Vec::new();
        }
        // The first look shows again what is known already.
        if shown > 0 && !was_there {
            self.scroll = usize::MAX;
            self.clamp();
            return Vec::new();
        }
        if shown == all {
            self.tell("that was the last hint", false);
            return Vec::new();
        }
        self.part_mut().standing.hints = shown + 1;
        self.scroll = usize::MAX;
        self.clamp();
        vec![Effect::Note(self.at, Note::Hints(shown + 1))]
    }

    fn solution(&mut self) -> Vec<Effect> {
        let standing = &self.part().standing;
        if self.is_solution_locked() {
            self.turn(Page::Solution);
            return Vec::new();
        }
        if standing.done || standing.solution_seen {
            return self.show_solution();
        }
        self.question = Some(Question::Solution);
        Vec::new()
    }

    fn show_solution(&mut self) -> Vec<Effect> {
        self.turn(Page::Solution);
        if std::mem::replace(&mut self.part_mut().standing.solution_seen, true) {
            return Vec::new();
        }
        vec![Effect::Note(self.at, Note::SolutionSeen)]
    }

    fn next(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let here = self.at;
        // Going on is how a lesson is left that was read.
        if self.page != Page::List && self.exercise().is_none() {
            effects.extend(self.finish());
        }
        let next = match self.page {
            Page::List if !self.part().standing.is_done() => Some(self.at),
            _ => self.course.next(self.at),
        };
        match next {
            Some(part) => {
                effects.extend(self.open(part));
                // On the last part there is nothing but what was passed over.
                if part < here {
                    self.tell("the end is reached; this is still to be done", false);
                }
            }
            None => {
                self.turn(Page::List);
                self.tell("everything is done: well done", false);
            }
        }
        effects
    }

    pub(super) fn finish(&mut self) -> Option<Effect> {
        let standing = &mut self.course.parts[self.at].standing;
        standing.changed.clear();
        (!std::mem::replace(&mut standing.done, true)).then_some(Effect::Note(self.at, Note::Done))
    }
}

/// `starter`, `starter and tests`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
