//! Runs a job while somebody looks on, and may press Ctrl-C.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc;

use anyhow::Context as _;
use etude_sandbox::{Job, Sandbox, Transcript};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::output::Output;

/// The signal that asked us to stop, if one did.
#[derive(Default)]
pub(super) struct Interrupts(AtomicI32);

impl Interrupts {
    pub(super) fn signal(&self) -> Option<i32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }
}

/// Does some work with the sandbox that Ctrl-C cuts short.
pub(super) fn interruptible<T>(
    sandbox: &Sandbox,
    interrupts: &Interrupts,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot watch for Ctrl-C")?;
    let watching = signals.handle();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for signal in signals.forever() {
                if interrupts.0.swap(signal, Ordering::Relaxed) != 0 {
                    // Asked twice: at once. Everything of the run dies with us.
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
                sandbox.interrupt();
            }
        });
        let done = work();
        watching.close();
        done
    })
}

/// Runs the job. What it writes is shown from another thread: a reader that is slow must not stop the clock that holds
/// the time limit. `None` if nobody reads the output any more.
pub(super) fn execute(sandbox: &Sandbox, job: &Job, show: bool) -> anyhow::Result<Option<Transcript>> {
    std::thread::scope(|scope| {
        let (send, writes) = mpsc::channel();
        let showing = scope.spawn(move || {
            if !show {
                return Ok(());
            }
            Output::new().follow(&writes).inspect_err(|_| sandbox.interrupt())
        });
        let ran = sandbox.run(job, &mut |write| {
            if show {
                // It fails once showing has; that error is the one reported.
                let _ = send.send(write.clone());
            }
        });
        drop(send);
        match showing.join().unwrap_or(Ok(())) {
            Ok(()) => Ok(Some(ran?)),
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(None),
            Err(error) => Err(error).context("cannot show what the program writes"),
        }
    })
}
