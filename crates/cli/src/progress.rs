//! Says what is going on where it takes a while and somebody watches.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::printer::Printer;

/// What takes less time than this needs no explanation.
const SOON: Duration = Duration::from_millis(500);

/// Columns of a bar.
const BAR: usize = 24;

/// Does some work that says what it is at; shown on a line that goes away again, if somebody watches.
pub(crate) fn watched<T>(printer: &Printer, work: impl FnOnce(&mut (dyn FnMut(String) + Send)) -> T) -> T {
    if !printer.is_watched() {
        return work(&mut |_| ());
    }
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || draw(&receive));
        // Moved in, so that the channel closes with the work and the drawing ends.
        let mut tell = move |text| drop(send.send(text));
        work(&mut tell)
    })
}

/// `━━━━━━━╌╌╌╌╌ 12/20`
pub(crate) fn bar(done: usize, all: usize) -> String {
    let full = (done * BAR).checked_div(all).unwrap_or(BAR);
    format!("{}{} {done}/{all}", "━".repeat(full), "╌".repeat(BAR - full))
}

fn draw(said: &Receiver<String>) {
    let from = Instant::now() + SOON;
    let mut latest: Option<String> = None;
    let mut shown = false;
    loop {
        let patience = if latest.is_some() { from.saturating_duration_since(Instant::now()) } else { Duration::MAX };
        match said.recv_timeout(patience.min(Duration::from_secs(3600))) {
            Ok(text) => latest = Some(text),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if Instant::now() >= from
            && let Some(text) = latest.take()
        {
            // Nobody can be told that standard error is closed.
            let _ = write!(io::stderr(), "\r\u{1b}[K{text}…");
            shown = true;
        }
    }
    if shown {
        let _ = write!(io::stderr(), "\r\u{1b}[K");
    }
}
