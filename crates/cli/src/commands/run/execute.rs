//! Runs a job while somebody looks on, and may press Ctrl-C.

use std::sync::mpsc;

use anyhow::Context as _;
use etude_sandbox::{Job, Sandbox, Transcript};

use super::output::Output;

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
