//! Which mechanisms this machine has, found out by trying each.

use crate::cgroup;
use crate::mounts;
use crate::outer::{self, Users};
use crate::supervisor;
use rustix::thread::{CapabilitySet, capabilities};
use std::ops::Range;
use std::os::fd::AsFd;

/// A mechanism that can be left out on purpose, to see what holds without it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layer {
    Namespaces,
    Landlock,
    Cgroups,
    /// A `/proc` of one's own inside the outer sandbox.
    FreshProc,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layers {
    /// We may give users of their own to runs, and open what only root can enter.
    pub root: bool,
    /// User, mount, process, network, IPC, host name and cgroup namespaces, with a root of our own.
    pub namespaces: bool,
    /// Why not, if not.
    pub namespaces_refused: Option<String>,
    /// The learner gets a user of its own inside.
    pub two_users: bool,
    pub fresh_proc: bool,
    /// Version of the kernel's interface; 0 is none. Scopes for signals and abstract sockets come with 6.
    pub landlock: u32,
    pub seccomp: bool,
    pub cgroup: Option<cgroup::Hierarchy>,
}

impl Layers {
    /// Tries everything that is not to be avoided. Takes a few milliseconds.
    pub fn probe(avoid: &[Layer]) -> Layers {
        let wanted = |layer| !avoid.contains(&layer);
        let root = has_users_to_give();
        let users = if root { Users::Two { base: supervisor::user_base() } } else { Users::One };
        // With everything first: where that works, nothing else need be tried.
        let fresh_proc = wanted(Layer::Namespaces) && wanted(Layer::FreshProc) && attempt(users, true).is_ok();
        let tried = match wanted(Layer::Namespaces) {
            true if fresh_proc => Ok(()),
            true => attempt(users, false),
            false => Err("left out on purpose".into()),
        };
        let namespaces = tried.is_ok();
        Layers {
            root,
            namespaces,
            namespaces_refused: tried.err(),
            two_users: root,
            fresh_proc,
            landlock: if wanted(Layer::Landlock) { landlock_version() } else { 0 },
            seccomp: seccomp_works(),
            cgroup: wanted(Layer::Cgroups).then(cgroup::Hierarchy::find).flatten(),
        }
    }

    pub(crate) fn users(&self) -> Users {
        match (self.namespaces, self.root) {
            (false, _) => Users::Host,
            (true, false) => Users::One,
            (true, true) => Users::Two { base: supervisor::user_base() },
        }
    }
}

/// Whether we are root of more than our own user: in a container, root may own no other id, or lack the right to use it.
fn has_users_to_give() -> bool {
    let rights = CapabilitySet::SETUID | CapabilitySet::SETGID | CapabilitySet::CHOWN;
    #[expect(clippy::disallowed_methods, reason = "a kernel interface, not a file of a course")]
    let mapped = |file| std::fs::read_to_string(file).is_ok_and(|map| covers(&map, supervisor::USERS));
    rustix::process::geteuid().is_root()
        && capabilities(None).is_ok_and(|held| held.effective.contains(rights))
        && ["/proc/self/uid_map", "/proc/self/gid_map"].into_iter().all(mapped)
}

/// Whether a line of a `uid_map` (first id here, first id outside, how many) has all these ids.
fn covers(map: &str, ids: Range<u32>) -> bool {
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map_while(|number| number.parse::<u32>().ok());
        let (first, count) = (numbers.next(), numbers.nth(1));
        first.zip(count).is_some_and(|(first, count)| first <= ids.start && ids.end - first <= count)
    })
}

fn attempt(users: Users, proc: bool) -> Result<(), String> {
    let (reading, writing) = crate::channel::pipe().map_err(|error| error.to_string())?;
    let fds = [reading.as_fd(), writing.as_fd(), writing.as_fd(), writing.as_fd()];
    let child = outer::start(users, &mounts::probe_steps(proc), None, fds).map_err(|error| {
        let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
        format!("{error}{}", source.unwrap_or_default())
    })?;
    child.end();
    Ok(())
}

fn landlock_version() -> u32 {
    // SAFETY: asking for the version takes no pointer.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, 1u32) };
    version.max(0) as u32
}

fn seccomp_works() -> bool {
    let action: u32 = 0x0005_0000;
    // SAFETY: asks whether an action is known; the pointer is to a live integer.
    unsafe { libc::syscall(libc::SYS_seccomp, 2u32, 0u32, &action as *const u32) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ours_to_give_only_where_all_are_mapped() {
        let host = "         0          0 4294967295\n";
        let (own_only, rootless) = ("0 1000 1\n", "0 1000 1\n1 100000 65536\n");
        for (map, expected) in [(host, true), (own_only, false), (rootless, false), ("", false), ("0 0\n", false)] {
            assert_eq!(covers(map, supervisor::USERS), expected, "{map:?}");
        }
    }
}
