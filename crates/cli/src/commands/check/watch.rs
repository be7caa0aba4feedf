//! `--watch`: checks again when something has changed, and shows what that changed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use etude_project::Workspace;
use etude_text::render::{self, visible};
use etude_text::{Diagnostic, Sources};
use signal_hook::consts::SIGINT;

use super::{Arguments, Checked, check, findings, summary};
use crate::Status;
use crate::interrupts::Interrupts;
use crate::printer::{DIM, Printer};

/// Between two looks at the files. Editors that write a file in pieces are done by then.
const PAUSE: Duration = Duration::from_millis(200);

/// What makes two diagnostics the same though lines above them came or went.
type Key = (String, &'static str, String);

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> anyhow::Result<Status> {
    let stopped = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGINT, Arc::clone(&stopped)).context("cannot watch for Ctrl-C")?;
    let interrupts = Interrupts::default();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    let stamp_of = |workspace: &Workspace| workspace.stamp(arguments.timeline.as_deref());
    loop {
        let checked = check(arguments, &interrupts, printer);
        if stopped.load(Ordering::Relaxed) {
            return Ok(Status::Stopped(SIGINT));
        }
        let (workspace, stamp) = match checked {
            Ok(Checked { workspace, findings, unsaved, wall, stamp, .. }) => {
                let all = findings::curtail(&findings.diagnostics);
                show(&workspace.sources, &all, &mut known, printer)?;
                for error in &workspace.errors {
                    printer.project_error(error);
                }
                printer.say(&summary(&findings, workspace.errors.len() + unsaved.len(), wall));
                (workspace, stamp)
            }
            // A `course.toml` that names a package nobody has will be mended.
            Err(error) => {
                let workspace = arguments.paths.clone().read()?;
                printer.error(&error);
                let stamp = Some(stamp_of(&workspace));
                (workspace, stamp)
            }
        };
        printer.say(&format!("{DIM}waiting for a change; Ctrl-C ends it{DIM:#}"));
        while stamp.as_ref() == Some(&stamp_of(&workspace)) {
            std::thread::sleep(PAUSE);
            if stopped.load(Ordering::Relaxed) {
                return Ok(Status::Stopped(SIGINT));
            }
        }
    }
}

/// Shows the diagnostics that were not there before, names those that are gone, and remembers these.
fn show(
    sources: &Sources,
    all: &[Diagnostic],
    known: &mut BTreeMap<Key, usize>,
    printer: &Printer,
) -> anyhow::Result<()> {
    let mut gone = std::mem::take(known);
    let mut fresh = Vec::new();
    for diagnostic in all {
        let key = (sources.get(diagnostic.file).path.clone(), diagnostic.code, diagnostic.message.clone());
        match gone.get_mut(&key).filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => fresh.push(diagnostic.clone()),
        }
        *known.entry(key).or_default() += 1;
    }
    let mut out = printer.out();
    render::terminal(&mut out, sources, &fresh, printer.terminal())?;
    std::io::Write::flush(&mut out)?;
    for ((path, code, message), _) in gone.into_iter().filter(|(_, left)| *left > 0) {
        printer.say(&format!("{DIM}gone: {}: {code}: {}{DIM:#}", visible(&path), visible(&message)));
    }
    Ok(())
}
