//! Who waits for which time, and waking them.

use super::shared::{COOKIE, SIGNAL, SLOTS, Slot, THREAD, TIMERFD, WAKE};
use super::{Supervisor, kernel, monotonic};
use std::sync::atomic::Ordering::*;

/// Woken so often in vain, a wait is one that cannot be woken: its thread keeps the signal out.
const MOST_TRIES: u32 = 2000;
/// How much a thread may compute before one who is due is woken all the same; until then they go one after another.
const PATIENCE: u64 = 5_000_000;
/// However busy the machine is, nobody is kept waiting for longer than this.
const MOST_PATIENCE: i64 = 1_000_000_000;
/// With a seed, what is no further apart than running makes it is due at the same moment.
const SAME_MOMENT: i64 = 1_000_000;
const AGAIN: i64 = 300_000;

/// A wait or timer with a deadline, as it was before a look at the processes.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    pub(super) index: usize,
    pub(super) deadline: i64,
    order: u64,
    pid: i32,
    tid: i32,
    is_thread: bool,
}

impl Wait {
    /// The thread that this clock can wake from it.
    pub(super) fn thread(&self) -> Option<i32> {
        self.is_thread.then_some(self.tid)
    }
}

impl Supervisor<'_> {
    fn high(&self) -> usize {
        (self.shared.high.load(Acquire) as usize).min(SLOTS)
    }

    /// All that is armed now.
    pub(super) fn waits(&self) -> Vec<Wait> {
        let slots = self.shared.slots[..self.high()].iter().enumerate();
        let wait = |(index, slot): (usize, &Slot)| {
            let (deadline, tid) = (slot.deadline.load(Acquire), slot.tid.load(Acquire) as i32);
            let (pid, order) = (slot.pid.load(Relaxed) as i32, slot.order.load(Relaxed));
            let is_thread = slot.kind.load(Relaxed) == THREAD;
            (deadline > 0 && tid != 0).then_some(Wait { index, deadline, order, pid, tid, is_thread })
        };
        slots.filter_map(wait).collect()
    }

    pub(super) fn earliest(&self) -> Option<i64> {
        self.waits().iter().map(|wait| wait.deadline).min()
    }

    fn free(&self, index: usize) {
        let slot = &self.shared.slots[index];
        slot.deadline.store(0, Release);
        slot.tid.store(0, Release);
    }

    /// Lets go of slots whose thread or process is gone.
    pub(super) fn free_orphans(&self) {
        for (index, slot) in self.shared.slots[..self.high()].iter().enumerate() {
            if slot.tid.load(Acquire) == 0 {
                continue;
            }
            let (tid, pid) = (slot.tid.load(Relaxed) as i32, slot.pid.load(Relaxed) as i32);
            let thread = (slot.kind.load(Relaxed) == THREAD).then_some(tid);
            // Forged numbers name no process of the run either.
            if !self.processes.has(pid, thread) || slot.tries.load(Relaxed) > MOST_TRIES {
                self.free(index);
            }
        }
    }

    /// The slot to fire next: the earliest deadline, and of equal ones who has waited longest, or whom the seed picks.
    pub(super) fn next_to_fire(&mut self, waits: &[Wait]) -> Option<Wait> {
        let able = |wait: &&Wait| {
            self.processes.has(wait.pid, wait.thread())
                && !(wait.is_thread && self.processes.is_stopped(wait.tid))
                && self.shared.slots[wait.index].tries.load(Relaxed) <= MOST_TRIES
        };
        let able: Vec<&Wait> = waits.iter().filter(able).collect();
        let first = able.iter().map(|wait| wait.deadline).min()?;
        let same = if self.settings.seed.is_some() { SAME_MOMENT } else { 0 };
        let mut equal: Vec<&Wait> = able.into_iter().filter(|wait| wait.deadline - first <= same).collect();
        equal.sort_by_key(|wait| wait.order);
        if self.settings.seed.is_none() || equal.len() < 2 {
            return equal.first().copied().copied();
        }
        self.random = kernel::mix(self.random);
        equal.get(self.random as usize % equal.len()).copied().copied()
    }

    /// While something runs on: whoever has been due for a while is woken all the same, one after another, and all of them
    /// if it goes on for long.
    pub(super) fn fire_late(&mut self) {
        if self.settings.steady {
            return;
        }
        let (now, real) = (self.now(), monotonic());
        let mut due: Vec<Wait> = self.waits().into_iter().filter(|wait| wait.deadline <= now).collect();
        if due.is_empty() {
            return;
        }
        due.sort_by_key(|wait| (wait.deadline, wait.order));
        let computed = self.processes.cpu();
        let mut one = computed >= PATIENCE;
        for Wait { index, deadline, is_thread, .. } in due {
            let for_long = computed >= 10 * PATIENCE || now - deadline >= MOST_PATIENCE;
            let late = !is_thread || for_long || std::mem::take(&mut one);
            let recently = self.fired.get(index).is_some_and(|at| real - at < AGAIN);
            if late && !recently {
                self.fire(index, deadline);
            }
        }
    }

    /// Wakes whoever holds the slot, unless its deadline is no longer the given one. A wait stays in it until its thread
    /// has left; a timer is set to its next time first, since whoever it wakes may set it anew at once.
    pub(super) fn fire(&mut self, index: usize, deadline: i64) {
        let slot = &self.shared.slots[index];
        let (tid, pid) = (slot.tid.load(Acquire) as i32, slot.pid.load(Relaxed) as i32);
        if tid == 0 {
            // Its wait has ended by itself, and it may just be claimed anew.
            return;
        }
        let (pid, tid) = if tid <= 1 || pid <= 1 { (0, 0) } else { self.processes.outside(pid, tid) };
        if pid <= 1 || tid <= 1 {
            return self.free(index);
        }
        if self.fired.len() <= index {
            self.fired.resize(index + 1, 0);
        }
        self.fired[index] = monotonic();
        let (kind, aux) = (slot.kind.load(Relaxed), slot.aux.load(Relaxed));
        if kind == THREAD {
            slot.tries.fetch_add(1, Relaxed);
            if !kernel::queue_signal(pid, tid, WAKE, COOKIE | index as u64) {
                self.free(index);
            }
        } else if let Some((_, rings)) = self.next_time(index, deadline) {
            match kind {
                SIGNAL if (1..65).contains(&(aux & 0xff)) => kernel::kill(pid, (aux & 0xff) as i32),
                // Under the virtual clock the kernel's own timer has rung, set anew after each jump.
                TIMERFD if self.settings.steady => {
                    if let Some(unread) = self.processes.rings(pid, aux as i32) {
                        kernel::ring(pid, aux as i32, unread.saturating_add(rings), None);
                    }
                }
                _ => {}
            }
        }
    }

    /// Sets a timer to its next time, zero for none, and says how often it has rung by now; `None` if its owner has set
    /// it meanwhile.
    fn next_time(&self, index: usize, deadline: i64) -> Option<(i64, u64)> {
        let slot = &self.shared.slots[index];
        let (interval, now) = (slot.interval.load(Relaxed), self.now());
        let rings = if interval > 0 { 1 + ((now - deadline).max(0) / interval) } else { 1 };
        let next = if interval > 0 { deadline.saturating_add(interval.saturating_mul(rings)) } else { 0 };
        let set = slot.deadline.compare_exchange(deadline, next, AcqRel, Relaxed).is_ok();
        set.then_some((next, rings as u64))
    }

    /// After a jump, the kernel's own timers of descriptors are late by it. In steady mode they are never set.
    pub(super) fn rearm(&self) {
        if self.settings.steady {
            return;
        }
        let now = self.now();
        for Wait { index, deadline, .. } in self.waits() {
            let slot = &self.shared.slots[index];
            if slot.kind.load(Relaxed) != TIMERFD {
                continue;
            }
            let rung = if deadline <= now { self.next_time(index, deadline) } else { Some((deadline, 0)) };
            let Some((next, rings)) = rung else { continue };
            let (pid, fd) = (slot.pid.load(Relaxed) as i32, slot.aux.load(Relaxed) as i32);
            let (pid, _) = self.processes.outside(pid, pid);
            let unread = if pid > 1 { self.processes.rings(pid, fd) } else { None };
            let Some(unread) = unread else { continue };
            let after = if next > 0 { (next - now).max(1) } else { 0 };
            kernel::ring(pid, fd, unread.saturating_add(rings), Some((after, slot.interval.load(Relaxed))));
        }
    }
}
