//! Ctrl-C: what is running ends, and what there is by then is reported.

use std::sync::atomic::{AtomicI32, Ordering};

use anyhow::Context as _;
use etude_sandbox::Sandbox;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The signal that asked us to stop, if one did.
#[derive(Default)]
pub(crate) struct Interrupts(AtomicI32);

impl Interrupts {
    pub(crate) fn signal(&self) -> Option<i32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }
}

/// Does some work with the sandbox that Ctrl-C cuts short.
pub(crate) fn interruptible<T>(
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
