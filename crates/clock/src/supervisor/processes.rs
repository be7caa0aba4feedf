//! The threads of a run, and the proof that all of them sleep.
//!
//! Sleeping "now", thread by thread, proves nothing: one may have woken another behind our back. So: read how long each
//! thread has run; look again at the threads and children of whatever ran, until nothing is new; see that each sleeps;
//! read once more how long each has run. If no number has changed, there was a moment when all slept at once.

use super::kernel::{self, File};
use super::places::{Call, Place};
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Proof {
    /// There was a moment when every thread slept; `ran`: not all of the time since the last proof.
    Quiet {
        ran: bool,
    },
    Busy,
    /// All that is not asleep waits for a time of the kernel's, out of sight of this clock.
    Hidden,
}

/// What a thread is found to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    Asleep,
    Dead,
    /// Until somebody lets it go on, which no deadline does.
    Stopped,
    Busy,
    Hidden,
    Gone,
}

/// The text of `schedstat`: time on a processor, time waiting for one, how often.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reading {
    length: usize,
    bytes: [u8; 72],
}

impl Reading {
    fn cpu(&self) -> u64 {
        let text = self.bytes.get(..self.length).and_then(|text| std::str::from_utf8(text).ok());
        text.and_then(|text| text.split_ascii_whitespace().next()?.parse().ok()).unwrap_or(0)
    }
}

const NEVER: Reading = Reading { length: 0, bytes: [0; 72] };

struct Thread {
    /// None of one that was dead before it was seen: the kernel says no more of those that only wait to be waited for.
    schedstat: Option<File>,
    syscall: Option<File>,
    stat: File,
    /// As the run knows it.
    number: i32,
    /// As this proof has read it, and as of when the thread's process was last looked at.
    now: Reading,
    listed: Reading,
    /// CPU time at the last moment of quiet, in nanoseconds.
    cpu: u64,
    dead: bool,
    /// As it was when it was last seen asleep where this clock can wake it: as long as it has not run, it still is there.
    slept: Reading,
    /// And whether it waited in a slot, which it may have lost since.
    slept_in_slot: bool,
}

struct Process {
    tasks: File,
    number: i32,
    threads: BTreeMap<i32, Thread>,
    /// There are threads that the kernel says nothing of, as while they end: until they are dead, they are busy.
    unseen: bool,
}

/// Which processes of a `/proc` are the run's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// All: it shows a namespace of the run's own, and pid 1 in it is who supervises.
    All { but: i32 },
    /// One, which cannot make others.
    Only(i32),
    /// Seen from outside: all in the namespace of `init` but itself. They know each other by other numbers.
    Inside { init: i32 },
}

pub(super) struct Processes {
    /// An open `/proc`.
    proc: i32,
    view: View,
    aside: Option<i32>,
    known: HashMap<i32, Process>,
    /// Of a view from outside: the run's namespace, and what is not in it. A number is not given again so soon that one
    /// that has not been missed could be another process.
    namespace: Option<u64>,
    foreign: HashSet<i32>,
    /// Of the last proof, by the run's numbers.
    stopped: HashSet<i32>,
    /// Somebody has died since the last proof.
    deaths: bool,
    /// The thread that was found busy last is likely to be still.
    hot: (i32, i32),
    usual: kernel::Processors,
}

impl Thread {
    fn open(proc: i32, pid: i32, tid: i32, number: i32) -> Option<Thread> {
        let file = |name: &str| File::open(proc, &format!("{pid}/task/{tid}/{name}"), false);
        let stat = file("stat")?;
        let mut thread = Thread {
            schedstat: file("schedstat"),
            syscall: file("syscall"),
            stat,
            number,
            now: NEVER,
            listed: NEVER,
            cpu: 0,
            dead: false,
            slept: NEVER,
            slept_in_slot: false,
        };
        // What it has used before it was seen was no part of a wait.
        thread.cpu = thread.reading().map_or(0, |reading| reading.cpu());
        let seen = thread.schedstat.is_some() && thread.syscall.is_some();
        (seen || thread.state() == Some(b'Z')).then_some(thread)
    }

    fn reading(&self) -> Option<Reading> {
        let mut reading = NEVER;
        if let Some(schedstat) = &self.schedstat {
            reading.length = schedstat.read(&mut reading.bytes)?.len();
        }
        Some(reading)
    }

    fn call(&self) -> Option<Call> {
        let mut buffer = [0u8; 256];
        Call::read(self.syscall.as_ref()?.read(&mut buffer)?)
    }

    /// Whether the call it is in has a timeout that is none of this clock's; `None` if it is in no call, or gone.
    fn hidden(&self, waits: bool) -> Option<bool> {
        match self.call()? {
            Call::Running => None,
            call => Some(call.is_timed() && !waits),
        }
    }

    fn state(&self) -> Option<u8> {
        let mut buffer = [0u8; 512];
        let stat = self.stat.read(&mut buffer)?;
        stat.iter().rposition(|byte| *byte == b')').and_then(|at| stat.get(at + 2)).copied()
    }

    /// `waits`: the thread holds a slot, so its timeout is one of this clock.
    fn found(&mut self, waits: bool) -> Found {
        let known = self.slept == self.now && self.now != NEVER && (waits || !self.slept_in_slot);
        let hidden = match if known { Some(false) } else { self.hidden(waits) } {
            Some(hidden) => hidden,
            None => {
                return match self.state() {
                    Some(b'Z' | b'X') => Found::Dead,
                    Some(_) => Found::Busy,
                    None => Found::Gone,
                };
            }
        };
        // The file `syscall` takes a thread that another processor is just waking for a sleeper; `stat` does not.
        match self.state() {
            Some(b'S') if hidden => Found::Hidden,
            Some(b'S') => {
                (self.slept, self.slept_in_slot) = (self.now, waits);
                Found::Asleep
            }
            Some(b'Z' | b'X') => Found::Dead,
            Some(b'T' | b't') => Found::Stopped,
            Some(_) => Found::Busy,
            None => Found::Gone,
        }
    }
}

impl Processes {
    pub(super) fn new(proc: i32, view: View, aside: Option<i32>) -> Processes {
        let namespace = match view {
            View::Inside { init } => kernel::namespace(proc, init),
            _ => None,
        };
        Processes {
            proc,
            view,
            aside,
            known: HashMap::new(),
            namespace,
            foreign: HashSet::new(),
            stopped: HashSet::new(),
            deaths: false,
            hot: (0, 0),
            usual: kernel::processors(),
        }
    }

    /// The number by which the run knows a process or thread.
    fn number(&self, path: &str, outside: i32) -> Option<i32> {
        if !matches!(self.view, View::Inside { .. }) {
            return Some(outside);
        }
        let numbers = self.status(path, "NSpid:")?;
        numbers.split_ascii_whitespace().last()?.parse().ok()
    }

    fn status(&self, path: &str, field: &str) -> Option<String> {
        let mut buffer = [0u8; 4096];
        let status = File::open(self.proc, &format!("{path}/status"), false)?;
        let status = String::from_utf8_lossy(status.read(&mut buffer)?).into_owned();
        status.lines().find_map(|line| line.strip_prefix(field)).map(|value| value.trim().to_owned())
    }

    /// What the kernel knows a thread of the run by; zeroes if it is none. The program wrote these numbers.
    pub(super) fn outside(&self, pid: i32, tid: i32) -> (i32, i32) {
        match self.view {
            // Whether the thread is one of that process, the kernel asks.
            View::All { but } => return if pid > 1 && pid != but { (pid, tid) } else { (0, 0) },
            View::Only(only) => return if pid == only { (pid, tid) } else { (0, 0) },
            View::Inside { .. } => {}
        }
        let Some((outside, process)) = self.known.iter().find(|(_, process)| process.number == pid) else {
            return (0, 0);
        };
        let thread = process.threads.iter().find(|(_, thread)| thread.number == tid);
        (*outside, thread.map_or(*outside, |(outside, _)| *outside))
    }

    /// The kernel tells us what a process does: that takes the rights of a debugger, and a kernel that keeps count.
    pub(super) fn can_look_at(&mut self, pid: i32) -> bool {
        let pid = match self.view {
            View::Inside { .. } => self.all().first().copied().unwrap_or(pid),
            _ => pid,
        };
        self.add(pid);
        let process = self.known.get(&pid);
        let mut threads = process.into_iter().flat_map(|process| process.threads.values());
        threads.next().is_some_and(|thread| thread.call().is_some() && thread.reading().is_some())
    }

    /// How often a timer has rung that nobody has read; `None` if the descriptor is no timer.
    pub(super) fn rings(&self, pid: i32, fd: i32) -> Option<u64> {
        let mut buffer = [0u8; 1024];
        let info = File::open(self.proc, &format!("{pid}/fdinfo/{fd}"), false)?;
        let info = std::str::from_utf8(info.read(&mut buffer)?).ok()?;
        info.lines().find_map(|line| line.strip_prefix("ticks:"))?.trim().parse().ok()
    }

    /// No deadline can let this thread go on.
    pub(super) fn is_stopped(&self, tid: i32) -> bool {
        self.stopped.contains(&tid)
    }

    pub(super) fn is_there(&self, pid: i32) -> bool {
        pid > 1 && self.known.contains_key(&pid)
    }

    pub(super) fn catches(&self, pid: i32, signal: i32) -> bool {
        let caught = self.status(&pid.to_string(), "SigCgt:");
        let caught = caught.and_then(|caught| u64::from_str_radix(&caught, 16).ok());
        caught.is_some_and(|set| set >> (signal - 1) & 1 == 1)
    }

    fn all(&mut self) -> Vec<i32> {
        let mut all = kernel::numbers(self.proc);
        match self.view {
            View::All { but } => all.retain(|pid| *pid != but),
            View::Only(pid) => all = vec![pid],
            View::Inside { init } => {
                self.foreign.retain(|pid| all.contains(pid));
                let ours = |pid: &i32| {
                    *pid != init
                        && !self.foreign.contains(pid)
                        && (self.known.contains_key(pid) || kernel::namespace(self.proc, *pid) == self.namespace)
                };
                let (ours, foreign) = all.into_iter().partition::<Vec<i32>, _>(ours);
                self.foreign.extend(foreign);
                all = ours;
            }
        }
        all
    }

    pub(super) fn forget(&mut self, pid: i32) {
        self.deaths |= self.known.remove(&pid).is_some();
    }

    pub(super) fn has(&self, pid: i32, tid: Option<i32>) -> bool {
        let process = match self.view {
            View::Inside { .. } => self.known.values().find(|process| process.number == pid),
            _ => self.known.get(&pid),
        };
        let has = |process: &Process, tid| process.threads.values().any(|thread| thread.number == tid);
        process.is_some_and(|process| tid.is_none_or(|tid| has(process, tid)))
    }

    /// The most CPU time that a thread has used since the last moment of quiet, in nanoseconds.
    pub(super) fn cpu(&self) -> u64 {
        let threads = self.known.values().flat_map(|process| process.threads.values());
        threads.map(|thread| thread.reading().map_or(0, |now| now.cpu()).saturating_sub(thread.cpu)).max().unwrap_or(0)
    }

    /// A moment of quiet.
    pub(super) fn rest(&mut self) {
        let threads = self.known.values_mut().flat_map(|process| process.threads.values_mut());
        threads.for_each(|thread| thread.cpu = thread.now.cpu());
    }

    pub(super) fn prove(&mut self, waiting: &HashSet<i32>) -> Proof {
        let hot = self.known.get_mut(&self.hot.0).and_then(|process| process.threads.get_mut(&self.hot.1));
        if let Some(thread) = hot
            && thread.found(waiting.contains(&thread.number)) == Found::Busy
        {
            return Proof::Busy;
        }
        let ran = self.look();
        let mut found = self.ask(waiting);
        if found != Proof::Busy && std::mem::take(&mut self.deaths) {
            // Who has just died looks dead before all who wait for that have been woken. Both happen under a lock: once we
            // have had it, a second look shows them awake.
            kernel::have_process_lock();
            found = self.ask(waiting);
        }
        if found == Proof::Busy {
            return Proof::Busy;
        }
        for (pid, process) in &self.known {
            for (tid, thread) in &process.threads {
                if thread.reading() != Some(thread.now) {
                    self.hot = (*pid, *tid);
                    return Proof::Busy;
                }
            }
        }
        match found {
            // Its last process is gone, or about to be waited for.
            _ if self.is_over() => Proof::Busy,
            Proof::Quiet { .. } => Proof::Quiet { ran },
            other => other,
        }
    }

    /// Nobody of the program is left.
    fn is_over(&self) -> bool {
        let is_dead = |process: &Process| process.threads.values().all(|thread| thread.dead);
        // Without somebody aside, one that is dead and not waited for still holds up its parent.
        self.program().next().is_none() || self.aside.is_some() && self.program().all(|(_, it)| is_dead(it))
    }

    /// What each thread is found to do.
    fn ask(&mut self, waiting: &HashSet<i32>) -> Proof {
        let mut hidden = false;
        self.stopped.clear();
        for (pid, process) in &mut self.known {
            if process.unseen {
                self.hot = (*pid, 0);
                return Proof::Busy;
            }
            for (tid, thread) in &mut process.threads {
                match thread.found(waiting.contains(&thread.number)) {
                    Found::Asleep => {}
                    Found::Dead => self.deaths |= !std::mem::replace(&mut thread.dead, true),
                    Found::Stopped => drop(self.stopped.insert(thread.number)),
                    Found::Hidden => hidden = true,
                    Found::Busy | Found::Gone => {
                        self.hot = (*pid, *tid);
                        return Proof::Busy;
                    }
                }
            }
        }
        if hidden { Proof::Hidden } else { Proof::Quiet { ran: false } }
    }

    /// Reads how long everything has run, and looks at what ran for new threads and processes, until there are none.
    fn look(&mut self) -> bool {
        let mut any = false;
        let mut todo: Vec<i32> = self.known.keys().copied().collect();
        loop {
            while let Some(pid) = todo.pop() {
                let Some(process) = self.known.get_mut(&pid) else { continue };
                let mut changed = process.unseen;
                for thread in process.threads.values_mut() {
                    match thread.reading() {
                        Some(reading) => {
                            thread.now = reading;
                            changed |= reading != thread.listed;
                        }
                        None => changed = true,
                    }
                }
                any |= changed;
                if changed && self.list(pid) {
                    todo.push(pid);
                }
            }
            // The namespace is the run: an orphan whose parent has just died is in no list of children.
            let all = self.all();
            let before = self.known.len();
            self.known.retain(|pid, _| all.contains(pid));
            self.deaths |= self.known.len() < before;
            for pid in all {
                if !self.known.contains_key(&pid) && self.add(pid) {
                    todo.push(pid);
                }
            }
            if todo.is_empty() {
                return any;
            }
        }
    }

    fn add(&mut self, pid: i32) -> bool {
        let Some(tasks) = File::open(self.proc, &format!("{pid}/task"), true) else { return false };
        let Some(number) = self.number(&pid.to_string(), pid) else { return false };
        self.known.insert(pid, Process { tasks, number, threads: BTreeMap::new(), unseen: true });
        self.list(pid);
        true
    }

    /// Brings the threads of a process up to date; true if there are new ones.
    fn list(&mut self, pid: i32) -> bool {
        let Some(process) = self.known.get_mut(&pid) else { return false };
        let mut tids = process.tasks.numbers();
        if tids.is_empty() {
            self.known.remove(&pid);
            return false;
        }
        let before = process.threads.len();
        process.threads.retain(|tid, _| tids.contains(tid));
        self.deaths |= process.threads.len() < before;
        for thread in process.threads.values_mut() {
            thread.listed = thread.now;
        }
        let all = tids.len();
        tids.retain(|tid| !process.threads.contains_key(tid));
        let open = |tid: i32| {
            let number = self.number(&format!("{pid}/task/{tid}"), tid)?;
            Some((tid, Thread::open(self.proc, pid, tid, number)?))
        };
        let new: Vec<(i32, Thread)> = tids.into_iter().filter_map(open).collect();
        let any = !new.is_empty();
        if let Some(process) = self.known.get_mut(&pid) {
            process.threads.extend(new);
            process.unseen = process.threads.len() < all;
        }
        any
    }

    /// Where every thread is.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (pid, process) in self.program() {
            for thread in process.threads.values() {
                let mut buffer = [0u8; 512];
                let stat = thread.stat.read(&mut buffer).unwrap_or_default();
                let name = stat.split(|byte| *byte == b'(').nth(1).unwrap_or_default();
                let name = name.split(|byte| *byte == b')').next().unwrap_or_default();
                let waits_for = thread.call().map(Call::waits_for).unwrap_or("nothing");
                places.push(Place { pid: *pid, program: String::from_utf8_lossy(name).into_owned(), waits_for });
            }
        }
        places.sort_by_key(|place| place.pid);
        places
    }

    fn program(&self) -> impl Iterator<Item = (&i32, &Process)> {
        self.known.iter().filter(|(_, process)| Some(process.number) != self.aside)
    }

    /// Somebody listens for connections, and there is none.
    pub(super) fn only_serve(&self) -> bool {
        let mut listens = false;
        for (pid, _) in self.program() {
            let Some(folder) = File::open(self.proc, &format!("{pid}/fd"), true) else { continue };
            for fd in folder.numbers() {
                match kernel::socket(*pid, fd) {
                    kernel::Socket::Listens => listens = true,
                    kernel::Socket::IsConnected => return false,
                    kernel::Socket::Neither => {}
                }
            }
        }
        listens
    }

    fn everyone(&self) -> impl Iterator<Item = i32> + '_ {
        self.known.values().flat_map(|process| process.threads.keys().copied())
    }

    /// Keeps the run and this thread on the processor that the run was last on.
    pub(super) fn pin(&self) {
        let Some(thread) = self.known.get(&self.hot.0).and_then(|process| process.threads.get(&self.hot.1)) else {
            return;
        };
        let mut buffer = [0u8; 512];
        let stat = thread.stat.read(&mut buffer).unwrap_or_default();
        let rest = stat.iter().rposition(|byte| *byte == b')').and_then(|at| stat.get(at + 1..)).unwrap_or_default();
        let number =
            std::str::from_utf8(rest).ok().and_then(|rest| rest.split_ascii_whitespace().nth(36)?.parse().ok());
        let Some(number) = number.filter(|number: &usize| *number < 1024) else { return };
        let mut mask = [0u64; 16];
        mask[number / 64] = 1 << (number % 64);
        self.everyone().chain([0]).for_each(|tid| kernel::use_processors(tid, &mask));
    }

    /// Lets the run use all processors again.
    pub(super) fn unpin(&self) {
        self.everyone().chain([0]).for_each(|tid| kernel::use_processors(tid, &self.usual));
    }
}
