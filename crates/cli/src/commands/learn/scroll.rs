//! Where one is on a page, and in the list.

use super::pages;
use super::state::{Action, Effect, Page, State};

impl State {
    pub(super) fn go(&mut self, action: &Action) -> Vec<Effect> {
        let rows = self.rows();
        if self.page == Page::List {
            let listed = self.listed();
            let place = listed.iter().position(|part| *part == self.at).unwrap_or(0);
            self.choose_listed(moved(place, action, rows, listed.len()));
            return Vec::new();
        }
        let lines = pages::lines(self).len();
        self.scroll = moved(self.scroll, action, rows, (lines + 1).saturating_sub(rows));
        self.read_to_the_end().into_iter().collect()
    }

    /// A lesson whose last line has been seen is done.
    pub(super) fn read_to_the_end(&mut self) -> Option<Effect> {
        let is_lesson = self.page == Page::Read && self.exercise().is_none();
        (is_lesson && self.scroll + self.rows() >= pages::lines(self).len()).then(|| self.finish()).flatten()
    }

    pub(super) fn choose_listed(&mut self, place: usize) {
        if let Some(part) = self.listed().get(place) {
            self.at = *part;
        }
        self.show_chosen();
    }

    /// Scrolls the list so that the chosen part is in it.
    pub(super) fn show_chosen(&mut self) {
        let rows = self.rows();
        let place = self.listed().iter().position(|part| *part == self.at).unwrap_or(0);
        self.scroll = self.scroll.min(place).max((place + 1).saturating_sub(rows));
    }

    pub(super) fn clamp(&mut self) {
        if self.page == Page::List {
            return self.show_chosen();
        }
        self.scroll = self.scroll.min(pages::lines(self).len().saturating_sub(self.rows()));
    }
}

/// Where one comes to from `place`, of so many places.
fn moved(place: usize, action: &Action, page: usize, places: usize) -> usize {
    let page = page.saturating_sub(2).max(1);
    let to = match action {
        Action::Up => place.saturating_sub(1),
        Action::PageUp => place.saturating_sub(page),
        Action::PageDown => place + page,
        Action::Top => 0,
        Action::Bottom => places,
        _ => place + 1,
    };
    to.min(places.saturating_sub(1))
}
