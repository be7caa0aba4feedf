//! Which mechanisms this machine has, found out by trying each.

use crate::cgroup;
use crate::mounts;
use crate::outer::{self, Users};
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
    /// We may map users and open what only root can enter.
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
        let root = rustix::process::geteuid().is_root();
        let users = if root { Users::Two { base: crate::supervisor::user_base() } } else { Users::One };
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
            (true, true) => Users::Two { base: crate::supervisor::user_base() },
        }
    }
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
