//! Shows what a program writes while it runs.

use std::io::{self, IsTerminal, Write as _};
use std::sync::mpsc::Receiver;

use anstream::{AutoStream, ColorChoice};
use etude_sandbox::{Stream, Write};

use crate::harmless::Harmless;

/// Both streams, each raw, or made harmless where it is a terminal.
pub(super) struct Output {
    out: Option<Harmless>,
    err: Option<Harmless>,
    /// Whether the next line on standard error would begin in the middle of one.
    open_line: bool,
}

impl Output {
    pub(super) fn new() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let filter =
            |terminal: bool, choice: ColorChoice| terminal.then(|| Harmless::new(choice != ColorChoice::Never));
        Self {
            out: filter(out.is_terminal(), AutoStream::choice(&out)),
            err: filter(err.is_terminal(), AutoStream::choice(&err)),
            open_line: false,
        }
    }

    /// Until no more comes. An error is that of the first write that failed.
    pub(super) fn follow(mut self, writes: &Receiver<Write>) -> io::Result<()> {
        for write in writes {
            self.show(write.stream, &write.bytes)?;
        }
        for stream in [Stream::Stdout, Stream::Stderr] {
            let end = self.filter(stream).as_mut().map(Harmless::end).unwrap_or_default();
            if !end.is_empty() {
                put(stream, end.as_bytes())?;
            }
        }
        if self.open_line {
            put(Stream::Stderr, b"\n")?;
        }
        Ok(())
    }

    fn filter(&mut self, stream: Stream) -> &mut Option<Harmless> {
        if stream == Stream::Stdout { &mut self.out } else { &mut self.err }
    }

    fn show(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        // On a terminal both streams end up on the same lines.
        let shared = self.out.is_some() && self.err.is_some();
        if stream == Stream::Stderr || shared {
            self.open_line = bytes.last() != Some(&b'\n');
        }
        match self.filter(stream) {
            Some(harmless) => {
                let text = harmless.feed(bytes);
                put(stream, text.as_bytes())
            }
            None => put(stream, bytes),
        }
    }
}

fn put(stream: Stream, bytes: &[u8]) -> io::Result<()> {
    match stream {
        Stream::Stdout => {
            let mut out = io::stdout().lock();
            out.write_all(bytes)?;
            out.flush()
        }
        Stream::Stderr => io::stderr().lock().write_all(bytes),
    }
}
