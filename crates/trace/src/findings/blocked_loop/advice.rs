//! What to write instead of what held the loop.

use etude_python::waiting::{Call, Routine};

use super::{Hold, How};
use crate::findings::{Context, Correction, Finding};
use crate::program::Program;
use crate::trace::Site;

pub(super) fn give(ctx: &Context<'_>, finding: Finding, hold: &Hold<'_>) -> Finding {
    let program = hold.site.and_then(|site| ctx.programs.of(site));
    let place = program.as_deref().zip(hold.site);
    let routine = place.and_then(|(program, site)| Some(&program.waiting.routines[program.routine_around(site.line)?]));
    let is_async = routine.is_some_and(|routine| routine.is_async);
    let finding = finding.hint(match hold.how {
        How::Computing => {
            "compute in a process, with `loop.run_in_executor` and a `ProcessPoolExecutor`; a loop gets on only at `await`"
        }
        How::Call("time.sleep") if is_async => {
            "a coroutine gives up the loop only at `await`: sleep with `asyncio.sleep`"
        }
        How::Call(_) if is_async => {
            "a coroutine gives up the loop only at `await`: use a call that can be awaited, or run this one in a thread"
        }
        How::Call(_) => {
            "what a coroutine calls holds the loop as well: call this function in a thread, or make it one that awaits"
        }
        How::Unknown => {
            "a coroutine gives up the loop only at `await`: run what takes long in a thread or a process, and await that"
        }
    });
    let correction = place.zip(routine).and_then(|((program, site), routine)| {
        if is_async { in_coroutine(program, site, hold) } else { of_calls(program, routine, hold) }
    });
    finding.correct(correction)
}

/// In a plain function nothing can be awaited: its call from a coroutine is what has to change.
fn of_calls(program: &Program, routine: &Routine, hold: &Hold<'_>) -> Option<Correction> {
    let call = call_from_coroutine(program, routine)?;
    Correction::edit(program, &[(call.span, elsewhere(program, call, hold.how))])
}

fn in_coroutine(program: &Program, site: &Site, hold: &Hold<'_>) -> Option<Correction> {
    let How::Call(name) = hold.how else { return None };
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    let call = program.calls_on(site.line).find(|call| !call.is_awaited && last(&call.callee) == last(name))?;
    let text = if name == "time.sleep" {
        format!("await asyncio.sleep({})", program.text(call.arguments))
    } else {
        elsewhere(program, call, hold.how)
    };
    Correction::edit(program, &[(call.span, text)])
}

fn call_from_coroutine<'p>(program: &'p Program, routine: &Routine) -> Option<&'p Call> {
    let in_coroutine = |call: &&Call| {
        call.routine.and_then(|index| program.waiting.routines.get(index)).is_some_and(|around| around.is_async)
    };
    let calls_it = |call: &&Call| call.callee.rsplit('.').next() == Some(routine.name.as_str());
    let mut calls = program.waiting.calls.iter().filter(calls_it).filter(in_coroutine);
    calls.next().filter(|_| calls.next().is_none())
}

/// The call, made in a thread or a process.
fn elsewhere(program: &Program, call: &Call, how: How<'_>) -> String {
    let arguments = program.text(call.arguments).trim();
    let arguments = if arguments.is_empty() { String::new() } else { format!(", {arguments}") };
    match how {
        // Keyword arguments do not go through `run_in_executor`, and rarely matter here.
        How::Computing => format!("await loop.run_in_executor(processes, {}{arguments})", call.callee),
        How::Call(_) | How::Unknown => format!("await asyncio.to_thread({}{arguments})", call.callee),
    }
}
