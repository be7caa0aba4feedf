//! From keys to what they mean.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::state::{Action, PAGES, Page, State};

pub(super) fn action(key: KeyEvent, state: &State) -> Option<Action> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    if control && matches!(key.code, KeyCode::Char('c' | 'd')) {
        return Some(Action::Quit);
    }
    if state.question.is_some() {
        return Some(Action::Answer(matches!(key.code, KeyCode::Char('y' | 'Y'))));
    }
    if state.search.as_ref().is_some_and(|search| search.typing) {
        return match key.code {
            KeyCode::Char(char) if !control => Some(Action::Type(char)),
            KeyCode::Backspace => Some(Action::Erase),
            KeyCode::Enter => Some(Action::Open),
            KeyCode::Esc => Some(Action::Back),
            KeyCode::Up => Some(Action::Up),
            KeyCode::Down => Some(Action::Down),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Char('q') => Action::Quit,
        KeyCode::Char('?') => Action::Help,
        KeyCode::Esc | KeyCode::Backspace => Action::Back,
        KeyCode::Char('f') if control => Action::PageDown,
        KeyCode::Char('b') if control => Action::PageUp,
        KeyCode::Up | KeyCode::Char('k') => Action::Up,
        KeyCode::Down | KeyCode::Char('j') => Action::Down,
        KeyCode::PageUp => Action::PageUp,
        KeyCode::PageDown | KeyCode::Char(' ') => Action::PageDown,
        KeyCode::Home | KeyCode::Char('g') => Action::Top,
        KeyCode::End | KeyCode::Char('G') => Action::Bottom,
        KeyCode::Enter => Action::Open,
        KeyCode::Char('n') => Action::Next,
        KeyCode::Char('p') => Action::Previous,
        KeyCode::Char('/') => Action::Search,
        KeyCode::Tab | KeyCode::Right => Action::TurnBy(1),
        KeyCode::BackTab => Action::TurnBy(-1),
        KeyCode::Left if state.page == Page::Read => Action::Back,
        KeyCode::Left => Action::TurnBy(-1),
        KeyCode::Char(digit @ '1'..='5') => Action::Turn(PAGES[digit as usize - '1' as usize]),
        KeyCode::Char('e') => Action::Edit,
        KeyCode::Char('c') => Action::Check,
        KeyCode::Char('h') => Action::Hint,
        KeyCode::Char('r') => Action::Run,
        KeyCode::Char('s') => Action::Solution,
        KeyCode::Char('x') => Action::Reset,
        _ => return None,
    })
}
