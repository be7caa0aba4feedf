//! The full-screen loop: keys, saved files and verdicts in, frames out.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event as Input, KeyEventKind};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::session::Session;
use super::state::Event;
use super::{editor, keys, pages};
use crate::Status;

/// Between two looks at the files and at what came of them.
const PAUSE: Duration = Duration::from_millis(25);

/// The terminal in its special state, which ends with this, whatever ends it.
struct Screen(DefaultTerminal);

impl Screen {
    fn enter() -> anyhow::Result<Self> {
        // A panic leaves it first, so that its message can be read.
        Ok(Self(ratatui::try_init().context("the terminal cannot be taken over: try `--plain`")?))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

pub(super) fn run(session: &mut Session, colors: bool) -> anyhow::Result<Status> {
    let signal = Arc::new(AtomicUsize::new(0));
    // A terminal that is gone ends us at once: nobody is left to read, and reading from it never waits.
    for number in [SIGINT, SIGTERM] {
        signal_hook::flag::register_usize(number, Arc::clone(&signal), number as usize)
            .context("cannot watch for signals")?;
    }
    let mut screen = Screen::enter()?;
    let size = screen.0.size().context("the terminal does not say how large it is")?;
    session.happen(Event::Resized(size.width, size.height));
    let mut stale = true;
    while !session.over {
        let caught = signal.load(Ordering::Relaxed);
        if caught != 0 {
            return Ok(Status::Stopped(caught as i32));
        }
        if stale {
            draw(&mut screen.0, session, colors)?;
        }
        stale = session.take();
        if session.look() {
            session.happen(Event::Saved);
            stale = true;
        }
        while event::poll(if stale { Duration::ZERO } else { PAUSE }).context("the terminal cannot be read")? {
            stale |= input(event::read().context("the terminal cannot be read")?, session);
            if session.over {
                break;
            }
        }
        if let Some(files) = session.to_edit.take() {
            drop(screen);
            let edited = editor::open(&files);
            screen = Screen::enter()?;
            // Ctrl-C in the editor was not meant for us.
            signal.store(0, Ordering::Relaxed);
            edited?;
            let size = screen.0.size().unwrap_or(size);
            session.happen(Event::Resized(size.width, size.height));
            stale = true;
        }
    }
    Ok(Status::Fine)
}

/// Whether it changes what is shown.
fn input(input: Input, session: &mut Session) -> bool {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => match keys::action(key, &session.state) {
            Some(action) => session.happen(Event::Action(action)),
            None => return false,
        },
        Input::Resize(columns, rows) => session.happen(Event::Resized(columns, rows)),
        _ => return false,
    }
    true
}

fn draw(terminal: &mut DefaultTerminal, session: &Session, colors: bool) -> io::Result<()> {
    terminal.draw(|frame| {
        pages::draw(&session.state, frame);
        if !colors {
            for cell in &mut frame.buffer_mut().content {
                (cell.fg, cell.bg) = (ratatui::style::Color::Reset, ratatui::style::Color::Reset);
            }
        }
    })?;
    Ok(())
}
