//! A control group for each slot, where the host lets us make one: version 2, or the older one folder per controller.
//!
//! The machines this has been run on have version 1. Of version 2 only the reading of its files is tested: making a
//! group, moving the supervisor into a leaf and the limits follow the kernel's documentation and have not been tried.
//! If a group cannot be made there, [`Hierarchy::find`] finds nothing, and limits and accounting for each process take
//! over.
#![expect(clippy::disallowed_methods, reason = "control groups are files of the kernel")]

use crate::supervisor;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where groups can be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hierarchy {
    /// Our own folders in the older hierarchies.
    V1 { memory: Option<PathBuf>, pids: Option<PathBuf>, cpu: Option<PathBuf> },
    /// The folder below which the controllers are delegated to us.
    V2 { folder: PathBuf },
}

impl Hierarchy {
    /// Finds a hierarchy by making a group in it and removing it again.
    pub fn find() -> Option<Hierarchy> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let found = v1(&own, &mounts).or_else(|| v2(&own, &mounts))?;
        found.sweep();
        let probe = Group::create(&found, "probe")?;
        drop(probe);
        Some(found)
    }

    /// Removes the groups of supervisors that were killed. Only empty groups can be removed at all.
    fn sweep(&self) {
        let folders = match self {
            Hierarchy::V1 { memory, pids, cpu } => [memory.as_ref(), pids.as_ref(), cpu.as_ref()],
            Hierarchy::V2 { folder } => [Some(folder), None, None],
        };
        for entry in folders.into_iter().flatten().flat_map(fs::read_dir).flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().and_then(|name| name.strip_prefix("etude-")).is_some_and(supervisor::is_left) {
                // Another supervisor may be sweeping as well.
                let _ = fs::remove_dir(entry.path());
            }
        }
    }

    /// The whole run's memory is counted.
    pub(crate) fn counts_memory(&self) -> bool {
        !matches!(self, Hierarchy::V1 { memory: None, .. })
    }

    pub(crate) fn counts_processes(&self) -> bool {
        !matches!(self, Hierarchy::V1 { pids: None, .. })
    }
}

/// Our path in a hierarchy, from `/proc/self/cgroup`.
fn own_path<'a>(own: &'a str, controller: &str) -> Option<&'a str> {
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        controllers.split(',').any(|name| name == controller).then_some(path)
    })
}

/// A mount's point and the part of the hierarchy it shows, from `/proc/self/mountinfo`.
fn mount_of<'a>(mounts: &'a str, kind: &str, option: Option<&str>) -> Option<(&'a str, &'a str)> {
    mounts.lines().find_map(|line| {
        let (place, file_system) = line.split_once(" - ")?;
        let mut file_system = file_system.split(' ');
        let found_kind = file_system.next()?;
        let options = file_system.nth(1)?;
        let fits = found_kind == kind && option.is_none_or(|option| options.split(',').any(|name| name == option));
        let mut place = place.split(' ').skip(3);
        let (shown, point) = (place.next()?, place.next()?);
        fits.then_some((point, shown))
    })
}

fn folder(mounts: &str, own: &str, kind: &str, controller: &str) -> Option<PathBuf> {
    let (point, shown) = mount_of(mounts, kind, (!controller.is_empty()).then_some(controller))?;
    let path = own_path(own, controller)?;
    // In a container the mount often shows only our own part of the hierarchy.
    let below = path.strip_prefix(shown.trim_end_matches('/')).unwrap_or(path);
    let folder = Path::new(point).join(below.trim_start_matches('/'));
    Some(if folder.is_dir() { folder } else { point.into() })
}

fn v1(own: &str, mounts: &str) -> Option<Hierarchy> {
    let usable = |controller| folder(mounts, own, "cgroup", controller).filter(|folder| can_make(folder));
    let (memory, pids, cpu) = (usable("memory"), usable("pids"), usable("cpuacct"));
    (memory.is_some() || pids.is_some()).then_some(Hierarchy::V1 { memory, pids, cpu })
}

fn v2(own: &str, mounts: &str) -> Option<Hierarchy> {
    let folder = folder(mounts, own, "cgroup2", "")?;
    let controllers = fs::read_to_string(folder.join("cgroup.controllers")).ok()?;
    if !["memory", "pids"].iter().all(|wanted| controllers.split_whitespace().any(|name| name == *wanted)) {
        return None;
    }
    let enable = || fs::write(folder.join("cgroup.subtree_control"), "+memory +pids");
    if enable().is_err() && step_aside(&folder).is_none_or(|()| enable().is_err()) {
        return None;
    }
    Some(Hierarchy::V2 { folder })
}

/// A group with processes cannot hand controllers down. If all of its processes are ours, we move into a leaf.
fn step_aside(folder: &Path) -> Option<()> {
    let members = fs::read_to_string(folder.join("cgroup.procs")).ok()?;
    let own = std::process::id().to_string();
    if members.split_whitespace().any(|pid| pid != own) {
        return None;
    }
    let leaf = folder.join("etude-supervisor");
    if !leaf.is_dir() {
        fs::create_dir(&leaf).ok()?;
    }
    fs::write(leaf.join("cgroup.procs"), own).ok()
}

fn can_make(folder: &Path) -> bool {
    let probe = folder.join(format!("etude-probe-{}-{}", std::process::id(), supervisor::next_number()));
    fs::create_dir(&probe).is_ok() && fs::remove_dir(&probe).is_ok()
}

/// One slot's group. Removed when dropped, which needs its processes to be gone.
pub(crate) struct Group {
    memory: Option<PathBuf>,
    pids: Option<PathBuf>,
    cpu: Option<PathBuf>,
    v2: bool,
    /// The limits that are set, so that equal ones are not written again for every run.
    limits: Option<(u64, u64)>,
}

impl Group {
    pub(crate) fn create(hierarchy: &Hierarchy, name: &str) -> Option<Group> {
        let name = format!("etude-{}-{name}-{}", supervisor::mark(), supervisor::next_number());
        let make = |parent: &Option<PathBuf>| {
            let folder = parent.as_ref()?.join(&name);
            fs::create_dir(&folder).ok().map(|()| folder)
        };
        match hierarchy {
            Hierarchy::V1 { memory, pids, cpu } => {
                Some(Group { memory: make(memory), pids: make(pids), cpu: make(cpu), v2: false, limits: None })
            }
            Hierarchy::V2 { folder } => {
                let made = make(&Some(folder.clone()))?;
                Some(Group {
                    memory: Some(made.clone()),
                    pids: Some(made.clone()),
                    cpu: Some(made),
                    v2: true,
                    limits: None,
                })
            }
        }
    }

    fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        let all = if self.v2 { 1 } else { 3 };
        [&self.memory, &self.pids, &self.cpu].into_iter().take(all).flatten()
    }

    pub(crate) fn add(&self, pid: i32) -> std::io::Result<()> {
        self.folders().try_for_each(|folder| fs::write(folder.join("cgroup.procs"), pid.to_string()))
    }

    pub(crate) fn counts_memory(&self) -> bool {
        self.memory.is_some()
    }

    pub(crate) fn limit(&mut self, memory: u64, processes: u64) {
        if self.limits.replace((memory, processes)) == Some((memory, processes)) {
            return;
        }
        let write = |folder: &Option<PathBuf>, name: &str, value: String| {
            if let Some(folder) = folder {
                // A value the kernel refuses leaves the former one, and the rlimits hold in any case.
                let _ = fs::write(folder.join(name), value);
            }
        };
        if self.v2 {
            write(&self.memory, "memory.swap.max", "0".into());
            write(&self.memory, "memory.max", memory.to_string());
            write(&self.memory, "memory.oom.group", "0".into());
            write(&self.pids, "pids.max", processes.to_string());
        } else {
            // The limit with swap may not be below the one without, so raising needs one order and lowering another.
            for name in ["memory.memsw.limit_in_bytes", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"] {
                write(&self.memory, name, memory.to_string());
            }
            // Buffers of sockets of the internet families are counted apart, and only once there is a limit for them.
            write(&self.memory, "memory.kmem.tcp.limit_in_bytes", memory.to_string());
            write(&self.pids, "pids.max", processes.to_string());
        }
    }

    /// How often the kernel has killed a process of the group for its memory.
    pub(crate) fn memory_kills(&self) -> u64 {
        let name = if self.v2 { "memory.events" } else { "memory.oom_control" };
        self.memory.as_ref().and_then(|folder| field(&folder.join(name), "oom_kill")).unwrap_or(0)
    }

    /// How often a process or thread was refused.
    pub(crate) fn refused_processes(&self) -> u64 {
        self.pids.as_ref().and_then(|folder| field(&folder.join("pids.events"), "max")).unwrap_or(0)
    }

    /// CPU time used so far, if it is counted.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        let folder = self.cpu.as_ref()?;
        match self.v2 {
            true => field(&folder.join("cpu.stat"), "usage_usec").map(Duration::from_micros),
            false => number(&folder.join("cpuacct.usage")).map(Duration::from_nanos),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in self.folders() {
            for _ in 0..200 {
                match fs::remove_dir(folder) {
                    Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    _ => break,
                }
            }
        }
    }
}

fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn field(path: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| line.split_once(' ').filter(|(key, _)| *key == name)?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
24 1 0:22 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
25 1 0:23 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
26 1 0:24 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

    #[test]
    fn paths_are_read_as_the_kernel_writes_them() {
        let own = "4:memory:/user/a:b\n2:cpu,cpuacct:/docker/abc\n0::/";
        assert_eq!(own_path(own, "memory"), Some("/user/a:b"));
        assert_eq!(own_path(own, "cpuacct"), Some("/docker/abc"));
        assert_eq!(own_path(own, ""), Some("/"));
        assert_eq!(own_path(own, "pids"), None);
        assert_eq!(mount_of(MOUNTS, "cgroup", Some("cpuacct")), Some(("/sys/fs/cgroup/cpu,cpuacct", "/docker/abc")));
        assert_eq!(mount_of(MOUNTS, "cgroup2", None), Some(("/sys/fs/cgroup/unified", "/")));
    }
}
