//! Memory of a run by adding up its processes, where no control group does it.
#![expect(clippy::disallowed_methods, reason = "`/proc` is an interface of the kernel")]

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};

/// How much more than its limit a run may show before it is stopped: one greedy process is to meet its own limit first.
pub(crate) const SLACK: u64 = 48 << 20;
const MAX_PROCESSES: usize = 4096;
/// A socket's buffer at the usual `net.core.wmem_max`, which a program may have doubled.
const SOCKET: u64 = 2 * 212_992;

/// The process behind a pidfd, in our own numbering.
pub(crate) fn pid_of(pidfd: &OwnedFd) -> Option<i32> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).ok()?;
    info.lines().find_map(|line| line.strip_prefix("Pid:")?.trim().parse().ok()).filter(|pid| *pid > 0)
}

/// Bytes of address space of one process.
pub(crate) fn mapped(pid: i32) -> u64 {
    pages(pid, 0)
}

/// Resident bytes of one process that are no file's: its own, and those it shares.
pub(crate) fn own_memory(pid: i32) -> u64 {
    kilobytes(pid, "status", &["RssAnon:", "RssShmem:"]).unwrap_or(0)
}

/// The same, with what several share divided among them.
fn portion(pid: i32) -> Option<u64> {
    kilobytes(pid, "smaps_rollup", &["Pss_Anon:", "Pss_Shmem:"])
}

/// What the buffers of all sockets of the run's network can hold, those in flight between processes included. The
/// kernel's memory is no process's, so the worst case is counted. Nothing where the network is the host's.
fn sockets(init: i32) -> u64 {
    let network = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    if network(&init.to_string()).is_none_or(|theirs| Some(theirs) == network("self")) {
        return 0;
    }
    let state = fs::read_to_string(format!("/proc/{init}/net/sockstat")).unwrap_or_default();
    let used = state.lines().find_map(|line| line.strip_prefix("sockets: used ")?.trim().parse::<u64>().ok());
    used.unwrap_or(0) * SOCKET
}

/// Whether the memory of everything below a process is more than that. Orphans become its children, so none is missed.
/// What a fork shares with the warm interpreter shows as its own, so that much of each process, `inherited`, is not
/// counted.
pub(crate) fn exceeds(init: i32, inherited: u64, most: u64) -> bool {
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
    let all = &found[1..];
    let sockets = sockets(init);
    let resident = all.iter().map(|pid| own_memory(*pid).saturating_sub(inherited)).sum::<u64>() + sockets;
    if resident <= most {
        return false;
    }
    // A closer and dearer look, which counts what is shared once.
    let share = |pid: &i32| portion(*pid).unwrap_or_else(|| own_memory(*pid).saturating_sub(inherited));
    all.iter().map(share).sum::<u64>() + sockets > most
}

fn kilobytes(pid: i32, file: &str, names: &[&str]) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
    let value = |line: &str| line.split_whitespace().nth(1)?.parse::<u64>().ok();
    let found = text.lines().filter(|line| names.iter().any(|name| line.starts_with(name)));
    Some(found.filter_map(value).sum::<u64>() << 10)
}

fn pages(pid: i32, field: usize) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(field).and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}
