//! Memory of a run by adding up its processes, where no control group does it.
#![expect(clippy::disallowed_methods, reason = "`/proc` is an interface of the kernel")]

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};

/// How much more than its limit a run may show before it is stopped: one greedy process is to meet its own limit first.
pub(crate) const SLACK: u64 = 48 << 20;
const MAX_PROCESSES: usize = 4096;

/// The process behind a pidfd, in our own numbering.
pub(crate) fn pid_of(pidfd: &OwnedFd) -> Option<i32> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).ok()?;
    info.lines().find_map(|line| line.strip_prefix("Pid:")?.trim().parse().ok()).filter(|pid| *pid > 0)
}

/// Bytes of address space of one process.
pub(crate) fn mapped(pid: i32) -> u64 {
    pages(pid, 0)
}

/// Resident bytes of one process that are no file's.
pub(crate) fn own_memory(pid: i32) -> u64 {
    pages(pid, 1).saturating_sub(pages(pid, 2))
}

/// Memory of everything below a process. Orphans become its children, so none is missed. What a fork shares with the
/// warm interpreter shows as its own, so that much of each process, `inherited`, is not counted.
pub(crate) fn memory_below(init: i32, inherited: u64) -> u64 {
    let mut total = 0;
    let mut found = vec![init];
    let mut at = 0;
    while at < found.len() && found.len() < MAX_PROCESSES {
        let Ok(threads) = fs::read_dir(format!("/proc/{}/task", found[at])) else {
            at += 1;
            continue;
        };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
        }
        at += 1;
    }
    for pid in &found[1..] {
        total += own_memory(*pid).saturating_sub(inherited);
    }
    total
}

fn pages(pid: i32, field: usize) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(field).and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}
