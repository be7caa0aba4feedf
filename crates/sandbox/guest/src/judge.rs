//! The second process of a run that is judged: a fork of the same interpreter, with mounts of its own, so that the
//! learner's has no name for anything of it.

use crate::init::{LINK_ENDS, broken, set_oom_score};
use crate::sys::{self, c_int};
use crate::wire::{LINK, Setup, Start, Step};
use crate::{clock, init, learner};

/// A connected pair for the two. Only where nothing else is open yet that could be taken for it.
pub fn link() {
    let mut ends = [-1; 2];
    // SAFETY: a live array of two; the ends are moved to where nothing else is.
    let made = unsafe {
        sys::socketpair(sys::AF_UNIX, sys::SOCK_STREAM | sys::SOCK_CLOEXEC, 0, ends.as_mut_ptr()) == 0
            && ends
                .iter()
                .zip(LINK_ENDS)
                .all(|(end, place)| sys::dup3(*end, place, sys::O_CLOEXEC) >= 0 && sys::close(*end) == 0)
    };
    if !made {
        broken(Step::Session);
    }
}

/// Forks the judge: its number in init; 0 in itself, confined, with its job in the place of the learner's.
pub fn fork(
    setup: &Setup,
    start: &Start,
    job: c_int,
    score: c_int,
    signals: &sys::sigset_t,
    unneeded: &[c_int],
) -> c_int {
    let arguments = sys::clone_args { flags: sys::CLONE_NEWNS, exit_signal: sys::SIGCHLD as u64, ..Default::default() };
    set_oom_score(score, b"900");
    // SAFETY: one thread; without CLONE_VM the child continues with a copy of everything, as after a fork.
    let judge =
        unsafe { sys::syscall(sys::SYS_CLONE3, &arguments as *const sys::clone_args, size_of::<sys::clone_args>()) };
    match judge {
        ..0 => broken(Step::Fork),
        0 => {}
        pid => return pid as c_int,
    }
    // SAFETY: takes nothing.
    let user = unsafe { sys::geteuid() };
    // Not the learner's user, who could signal it.
    let own = Setup { uid: user, ..setup.clone() };
    init::scratch(&own, start);
    let work = init::enter_work(&own);
    // SAFETY: descriptors of this process; the job's is in its place before the learner's is closed.
    unsafe {
        sys::dup3(job, init::JOB, sys::O_CLOEXEC);
        sys::close(work);
    }
    clock::trust_the_keeper(start);
    init::leave_behind(unneeded);
    join(LINK_ENDS[1]);
    learner::confine(&own, start, signals);
    0
}

/// Takes one end of the link to where the program looks for it.
pub fn join(end: c_int) {
    // SAFETY: descriptors of this process.
    unsafe { sys::dup3(end, LINK, sys::O_CLOEXEC) };
    init::leave_behind(&LINK_ENDS);
}

/// The least that a judge needs, whatever its learner may do.
pub fn start(start: &Start) -> Start {
    Start { profile: 0, proc: false, exec_scratch: false, trace: false, ..*start }
}
