//! Pid 1 of a run: builds its surroundings, forks the learner, waits, ends what is left and reports.
//!
//! It never runs Python. All signals stay blocked in it, and it holds the only status socket.

use crate::clock::{self, Clock, End};
use crate::notes::{self, Notes};
use crate::packets;
use crate::sys;
use crate::wire::{Setup, Start, Status, Step, event, tag, tag_of};
use crate::{confine, folder, judge, learner, stand_ins, trace};
use std::ffi::{CStr, CString};
use std::sync::atomic::Ordering::*;

pub const STATUS: i32 = 3;
pub const JOB: i32 = 4;
/// Only under a clock: the reading ends of the run's output, and what is told the one who reads there.
pub const OUTPUTS: [i32; 2] = [5, 6];
pub const CONTROL: i32 = 7;
/// Only of a clock that is kept outside.
pub const SHARED: i32 = 8;
/// The two ends of what connects learner and judge, until each has its own.
pub const LINK_ENDS: [i32; 2] = [20, 21];
/// Asks the learner's interpreter to write down where its threads are.
const DUMP_SIGNAL: i32 = 62;

/// The processes that init waits for.
pub struct Family {
    /// Whose end is the end of the run: the judge's, if there is one.
    pub main: i32,
    pub learner: i32,
    /// Of a learner that has ended, and whose end is not the run's.
    pub learner_wait: Option<i32>,
}

impl Family {
    /// Notes the end of a child.
    pub fn ended(&mut self, pid: i32, status: i32, wait: &mut Option<i32>) {
        if pid == self.main {
            *wait = Some(status);
        } else if pid == self.learner {
            self.learner_wait = Some(status);
        }
    }
}

/// Who comes back from [`enter`], confined.
pub enum Role {
    /// A learner or its judge, with what it is started as; the job is at [`JOB`].
    Program(Start),
    StandIns,
}

/// Runs in the freshly cloned process, and returns only in those it forks.
pub fn enter(setup: &Setup, start: &Start, fds: &[i32]) -> Role {
    let unblocked = block_signals();
    let noted = notes::create();
    arrange_descriptors(fds);
    let traced = !start.trace || trace::map(fds.len() as i32);
    if !noted || !traced {
        broken(Step::Session);
    }
    if !confine::bind_to_parent() {
        broken(Step::Parent);
    }
    let score = open_oom_score();
    scratch(setup, start);
    // Before `/proc` is hidden, which a fresh one needs to be seen.
    let mut clock = clock::prepare(setup, start);
    if setup.namespaces {
        hide_proc(setup, start);
        if start.proc {
            give_terminals();
        }
    }
    let work = enter_work(setup);
    // One session for init and learner: the scheduler's automatic groups starve one of two under load.
    // SAFETY: takes nothing; init is no group leader, so it cannot fail.
    unsafe { sys::setsid() };
    if start.stand_ins && stand_ins::fork(setup, start, &unblocked) {
        return Role::StandIns;
    }
    let clocks = clock.as_ref().map_or(-1, Clock::proc);
    // There is no exec between here and the program, so close-on-exec would do nothing.
    let mut unneeded = [STATUS, work, score, OUTPUTS[0], OUTPUTS[1], CONTROL, SHARED, clocks, -1];
    let mut judge = None;
    if start.judge {
        judge::link();
        let (own, job) = (judge::start(start), fds.len() as i32 - i32::from(start.trace));
        unneeded[8] = job;
        let pid = judge::fork(setup, &own, job, score, &unblocked, &unneeded);
        if pid == 0 {
            return Role::Program(own);
        }
        judge = Some(pid);
    }
    set_oom_score(score, b"1000");
    // SAFETY: the process has one thread; the child continues with a copy of everything.
    let learner = unsafe { sys::fork() };
    match learner {
        ..0 => broken(Step::Fork),
        0 => {
            leave_behind(&unneeded);
            if judge.is_some() {
                judge::join(LINK_ENDS[0]);
                // What is written to the standard output counts, so it is the judge's alone.
                // SAFETY: descriptors of this process.
                unsafe { sys::dup2(2, 1) };
            }
            learner::confine(setup, start, &unblocked);
            Role::Program(*start)
        }
        _ => {
            set_oom_score(score, b"0");
            stand_ins::leave();
            leave_behind(&[LINK_ENDS[0], LINK_ENDS[1], unneeded[8]]);
            let family = Family { main: judge.unwrap_or(learner), learner, learner_wait: None };
            wait_and_report(setup, family, work, clock.as_mut())
        }
    }
}

/// Closes what this process is not to have; -1 is refused without effect.
pub fn leave_behind(fds: &[i32]) {
    for fd in fds {
        // SAFETY: descriptors this process no longer needs.
        unsafe { sys::close(*fd) };
    }
}

fn block_signals() -> sys::sigset_t {
    let (mut all, mut old) = (sys::sigset_t([0; 16]), sys::sigset_t([0; 16]));
    // SAFETY: live sets of glibc's size.
    unsafe {
        // The interpreter ignores ended children; init must hear of them.
        sys::signal(sys::SIGCHLD, sys::SIG_DFL);
        sys::sigfillset(&mut all);
        sys::sigprocmask(sys::SIG_SETMASK, &all, &mut old);
    }
    old
}

fn arrange_descriptors(fds: &[i32]) {
    // SAFETY: moves descriptors received for this purpose out of the way first, so that none is overwritten before it
    // has been copied; everything above them, and the control socket at 3, is closed or replaced.
    unsafe {
        let mut moved = [-1; 10];
        for (moved, fd) in moved.iter_mut().zip(fds) {
            *moved = sys::fcntl(*fd, sys::F_DUPFD_CLOEXEC, 60);
        }
        let moved = &moved[..fds.len().min(10)];
        // Whatever failed, the interpreter's own descriptors would be the run's: its control socket as the status.
        let put = |(target, fd): (usize, &i32)| match target as i32 + 1 {
            target @ (1 | 2) => sys::dup2(*fd, target) >= 0,
            target => sys::dup3(*fd, target, sys::O_CLOEXEC) >= 0,
        };
        if moved.contains(&-1) || !moved.iter().enumerate().all(put) {
            sys::_exit(125);
        }
        sys::syscall(sys::SYS_CLOSE_RANGE, moved.len() as u32 + 1, u32::MAX, 0u32);
    }
}

/// Opened before `/proc` is hidden. The learner is to be the first that a lack of memory kills, and init the last:
/// without init there would be no report.
fn open_oom_score() -> i32 {
    // SAFETY: a terminated path; -1 where there is no `/proc`.
    unsafe { sys::open(c"/proc/self/oom_score_adj".as_ptr(), sys::O_WRONLY | sys::O_CLOEXEC) }
}

pub fn set_oom_score(file: i32, score: &[u8]) {
    // SAFETY: a live buffer; a missing file is refused without effect. The raw call avoids the interposed `write`.
    unsafe { sys::syscall(sys::SYS_WRITE, file, score.as_ptr(), score.len()) };
}

/// The scratch file system with its two folders.
pub fn scratch(setup: &Setup, start: &Start) {
    let scratch = text(&setup.scratch);
    if setup.namespaces {
        let options = text(&format!("size={},nr_inodes={},mode=0755", start.disk, start.files));
        let mut flags = sys::MS_NOSUID | sys::MS_NODEV;
        if !start.exec_scratch {
            flags |= sys::MS_NOEXEC;
        }
        // SAFETY: terminated strings throughout.
        let mounted = unsafe {
            sys::mount(c"tmpfs".as_ptr(), scratch.as_ptr(), c"tmpfs".as_ptr(), flags, options.as_ptr().cast())
        };
        if mounted != 0 {
            broken(Step::Scratch);
        }
    }
    let temporary = text(&format!("{}/tmp", setup.scratch));
    let work = text(&setup.work);
    for (folder, mode) in [(&temporary, 0o700), (&work, 0o700)] {
        // SAFETY: terminated strings; the folder is new, so nobody else can have put anything in its place.
        unsafe {
            if sys::mkdir(folder.as_ptr(), mode) != 0
                || (sys::geteuid() == 0 && sys::chown(folder.as_ptr(), setup.uid, setup.uid) != 0)
            {
                broken(Step::Scratch);
            }
        }
    }
}

/// Enters the work folder, and returns it opened.
pub fn enter_work(setup: &Setup) -> i32 {
    let work = text(&setup.work);
    // SAFETY: a terminated path that was made before.
    let opened = unsafe {
        let flags = sys::O_RDONLY | sys::O_DIRECTORY | sys::O_NOFOLLOW | sys::O_CLOEXEC;
        let opened = sys::open(work.as_ptr(), flags);
        sys::fchdir(opened);
        opened
    };
    if opened < 0 {
        broken(Step::Scratch);
    }
    opened
}

/// Terminals that no other run can see. Without them only programs that open one fail.
fn give_terminals() {
    let (kind, flags) = (c"devpts".as_ptr(), sys::MS_NOSUID | sys::MS_NOEXEC);
    // SAFETY: terminated strings throughout.
    unsafe {
        let options = c"newinstance,ptmxmode=0666,mode=0600,max=16".as_ptr();
        sys::mount(kind, c"/dev/pts".as_ptr(), kind, flags, options.cast());
    }
}

/// No `/proc` but the run's own.
fn hide_proc(setup: &Setup, start: &Start) {
    let flags = sys::MS_NOSUID | sys::MS_NODEV | sys::MS_NOEXEC;
    let options = c"hidepid=2,subset=pid";
    // SAFETY: terminated strings throughout.
    unsafe {
        // The kernel grants a fresh one only while another is to be seen, so it covers the interpreter's own.
        let target = c"/proc".as_ptr();
        let fresh =
            start.proc && sys::mount(c"proc".as_ptr(), target, c"proc".as_ptr(), flags, options.as_ptr().cast()) == 0;
        if !fresh && setup.proc && sys::umount2(target, sys::MNT_DETACH) != 0 {
            broken(Step::Proc);
        }
    }
}

fn wait_and_report(setup: &Setup, mut family: Family, work: i32, mut clock: Option<&mut Clock>) -> ! {
    for fd in [0, 1, 2, JOB] {
        // SAFETY: init must not hold the run's pipes, or their readers would never see the end.
        unsafe { sys::close(fd) };
    }
    confine::init_capabilities(setup.namespaces);
    let (end, mut wait, keep) = match &mut clock {
        Some(clock) => clock.follow(setup, &mut family),
        None => {
            let (wait, keep) = wait_for_end(setup, &mut family);
            (End::Program, wait, keep)
        }
    };
    let learner_wait = family.learner_wait.map(|wait| wait as u32);
    end_everything(setup, &mut family, &mut wait);
    let mut usage = sys::rusage::default();
    let mut room = sys::statfs::default();
    // SAFETY: live structures of glibc's layout.
    let full = unsafe {
        sys::getrusage(sys::RUSAGE_CHILDREN, &mut usage);
        setup.namespaces && sys::fstatfs(work, &mut room) == 0 && (room.bavail == 0 || room.ffree == 0)
    };
    let micros = |time: sys::timeval| (time.seconds * 1_000_000 + time.micros) as u64;
    let mut status = Status {
        wait: wait.unwrap_or(sys::SIGKILL) as u32,
        learner_wait,
        user_us: micros(usage.user),
        system_us: micros(usage.system),
        peak_kb: usage.max_rss_kb as u64,
        events: if full { event::DISK_FULL } else { 0 },
        ..Status::default()
    };
    if let Some(clock) = clock {
        clock.report(end, &mut status);
    }
    if let Some(notes) = notes::get() {
        status.waiting = notes.waiting();
        status.answers = notes.answers();
        status.events |= notes.events.load(Relaxed) & !event::DISK_FULL;
        status.dump = notes.dump();
        status.failure = notes.failure();
    }
    if let Some(broken) = notes::broken() {
        status.broken_step = broken.step.load(Relaxed);
        status.broken_errno = broken.errno.load(Relaxed);
    }
    packets::send(STATUS, &status.encode(), None);
    if keep {
        folder::send(STATUS, work);
    }
    leave(setup)
}

/// The supervisor has let go of this run, or is gone itself: nobody wants a report.
pub fn abandoned(setup: &Setup, family: &mut Family) -> ! {
    end_everything(setup, family, &mut None);
    leave(setup)
}

fn leave(setup: &Setup) -> ! {
    if !setup.namespaces {
        let flags = sys::O_RDONLY | sys::O_DIRECTORY | sys::O_NOFOLLOW | sys::O_CLOEXEC;
        // SAFETY: a terminated path.
        folder::empty(unsafe { sys::open(text(&setup.scratch).as_ptr(), flags) });
    }
    // SAFETY: ends the process without running anything of the copied interpreter.
    unsafe { sys::_exit(0) }
}

/// Waits until the learner has ended or the supervisor wants the run stopped. Also says whether the files are wanted.
pub fn wait_for_end(setup: &Setup, family: &mut Family) -> (Option<i32>, bool) {
    let mut set = sys::sigset_t([0; 16]);
    // SAFETY: a live set of glibc's size; SIGCHLD is blocked, as a signalfd needs it.
    let children = unsafe {
        sys::sigemptyset(&mut set);
        sys::sigaddset(&mut set, sys::SIGCHLD);
        sys::signalfd(-1, &set, sys::SFD_CLOEXEC | sys::SFD_NONBLOCK)
    };
    let mut keep = false;
    loop {
        let mut wait = None;
        reap(family, sys::WNOHANG, &mut wait);
        let mut stop = false;
        while let Some((count, packet)) = pending() {
            match tag_of(&packet[..count]) {
                Some(tag::KEEP) => keep = true,
                Some(tag::STOP) => stop = true,
                _ if count == 0 => abandoned(setup, family),
                _ => {}
            }
        }
        if wait.is_some() {
            return (wait, keep);
        }
        if stop {
            ask_for_dump(family.learner);
            return (None, keep);
        }
        let mut fds = [
            sys::pollfd { fd: STATUS, events: sys::POLLIN, revents: 0 },
            sys::pollfd { fd: children, events: sys::POLLIN, revents: 0 },
        ];
        let mut drain = [0u8; 1024];
        // SAFETY: live arrays of the stated lengths.
        unsafe {
            sys::poll(fds.as_mut_ptr(), 2, -1);
            sys::read(children, drain.as_mut_ptr().cast(), drain.len());
        }
    }
}

/// A packet that is already there, if any; the end of the stream is a packet of no bytes.
pub fn pending() -> Option<(usize, [u8; 256])> {
    let mut packet = [0u8; 256];
    let (count, fds) = packets::receive(STATUS, &mut packet, sys::MSG_DONTWAIT)?;
    for fd in fds {
        // SAFETY: nobody asked for descriptors here.
        unsafe { sys::close(fd) };
    }
    Some((count, packet))
}

pub fn reap(family: &mut Family, options: i32, wait: &mut Option<i32>) {
    loop {
        let mut status = 0;
        // SAFETY: a live integer; no usage is asked for.
        let pid = unsafe { sys::wait4(-1, &mut status, options, std::ptr::null_mut()) };
        match pid {
            0 => return,
            ..0 if sys::errno() != sys::EINTR => return,
            _ => family.ended(pid, status, wait),
        }
    }
}

/// Gives the interpreter a moment to write down where it is. A program that ignores the signal only loses the line.
pub fn ask_for_dump(learner: i32) {
    // SAFETY: our own child, not yet waited for, so the number is still its own.
    unsafe {
        sys::kill(learner, DUMP_SIGNAL);
        sys::kill(learner, sys::SIGCONT);
    }
    let Some(notes) = notes::get() else { return };
    let length = |notes: &Notes| notes.dump_length();
    let mut before = 0;
    for _ in 0..40 {
        sys::sleep_us(1000);
        let now = length(notes);
        if now > 0 && now == before {
            return;
        }
        before = now;
    }
}

fn end_everything(setup: &Setup, family: &mut Family, wait: &mut Option<i32>) {
    // SAFETY: from pid 1 of a namespace, -1 is every other process in it and nothing outside; without one, the
    // learner cannot have forked (its filter refuses that), and its id is ours until it is waited for.
    unsafe {
        if setup.namespaces {
            sys::kill(-1, sys::SIGKILL);
        } else if wait.is_none() {
            sys::kill(family.learner, sys::SIGKILL);
        }
    }
    reap(family, 0, wait);
}

/// A step failed: leaves the reason for the report and ends this process.
pub fn broken(step: Step) -> ! {
    let errno = sys::errno();
    if let Some(notes) = notes::broken() {
        notes.step.store(step as u32, Relaxed);
        notes.errno.store(errno as u32, Relaxed);
    }
    let status = Status { wait: 125 << 8, broken_step: step as u32, broken_errno: errno as u32, ..Status::default() };
    // In the learner the descriptor is closed and init reports instead; sending then fails without harm.
    packets::send(STATUS, &status.encode(), None);
    // SAFETY: ends the process without running anything of the copied interpreter.
    unsafe { sys::_exit(125) }
}

pub fn text(value: &str) -> CString {
    let end = value.find('\0').unwrap_or(value.len());
    CString::new(&value[..end]).unwrap_or_else(|_| CStr::to_owned(c""))
}
