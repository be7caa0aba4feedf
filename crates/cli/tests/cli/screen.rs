//! A terminal that a test sits in front of.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, poll};
use nix::pty::{Winsize, openpty};

/// Long enough for a busy machine: only what is wrong waits for so long.
const PATIENCE: Duration = Duration::from_secs(40);

const ROWS: u16 = 24;

pub(crate) struct Screen {
    pub(crate) child: Child,
    keyboard: File,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

impl Screen {
    /// Starts a program in a terminal of 80 columns and 24 rows that is its own.
    pub(crate) fn start(program: &Command) -> Self {
        let size = Winsize { ws_row: ROWS, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let terminal = openpty(Some(&size), None).expect("a terminal");
        // Whoever has our side open keeps the terminal from being gone.
        fcntl(&terminal.master, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("it is closed for others");
        let side = || Stdio::from(terminal.slave.try_clone().expect("the terminal's other side"));
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(program.get_current_dir().expect("a folder"));
        command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        let child = command.stdin(side()).stdout(side()).stderr(side()).spawn().expect("`setsid` of util-linux runs");
        drop(terminal.slave);
        let some = |number| NonZero::new(number).expect("more than nothing");
        let screen = vt100::Parser::new(some(size.ws_row), some(size.ws_col), 0);
        let seen = Arc::new(Mutex::new(Seen { screen, bytes: Vec::new() }));
        let keyboard = File::from(terminal.master);
        let shown = keyboard.try_clone().expect("the terminal");
        std::thread::spawn({
            let seen = Arc::clone(&seen);
            move || watch(shown.into(), seen)
        });
        Self { child, keyboard, seen }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("a key is pressed");
    }

    /// Everything on the screen, once this is on it, but for the row that says what is going on at that moment.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let began = Instant::now();
        loop {
            let shown = self.seen.lock().expect("the screen").screen.screen().contents();
            if shown.contains(text) {
                let rows = shown.lines().enumerate().filter(|(row, _)| row + 2 != usize::from(ROWS));
                return rows.map(|(_, line)| format!("{}\n", line.trim_end())).collect();
            }
            assert!(began.elapsed() < PATIENCE, "`{text}` is not on the screen:\n{shown}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// How it ended, and whether the terminal was left as it was found.
    pub(crate) fn end(mut self) -> (ExitStatus, bool) {
        let began = Instant::now();
        let status = self.ended();
        let left = |seen: &Seen| {
            let at = |bytes: &[u8]| seen.bytes.windows(bytes.len()).rposition(|window| window == bytes);
            at(b"\x1b[?1049l") > at(b"\x1b[?1049h")
        };
        // What it wrote last may still be on its way.
        while !left(&self.seen.lock().expect("the screen")) && began.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let left = left(&self.seen.lock().expect("the screen"));
        (status, left)
    }

    /// Takes the terminal away.
    pub(crate) fn hang_up(mut self) -> ExitStatus {
        self.keyboard = File::open("/dev/null").expect("nothing");
        self.seen = Arc::new(Mutex::new(Seen { screen: vt100::Parser::default(), bytes: Vec::new() }));
        self.ended()
    }

    fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its end") {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It has ended, or the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Until nobody sits in front of it any more.
fn watch(shown: OwnedFd, seen: Arc<Mutex<Seen>>) {
    let mut shown = File::from(shown);
    let mut bytes = [0; 4096];
    while Arc::strong_count(&seen) > 1 {
        let waits = poll(&mut [PollFd::new(shown.as_fd(), PollFlags::POLLIN)], 50u8).expect("the terminal");
        if waits == 0 {
            continue;
        }
        let Ok(count @ 1..) = shown.read(&mut bytes) else { break };
        let mut seen = seen.lock().expect("the screen");
        seen.screen.process(&bytes[..count]);
        seen.bytes.extend_from_slice(&bytes[..count]);
    }
}
