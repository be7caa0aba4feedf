//! What this machine can and cannot guarantee. Judged by guarantees, not mechanisms: another mechanism may hold the same.

use crate::layers::Layers;
use crate::{Clock, Environment, Job, Outcome, RelativePath, Result, Sandbox};
use std::time::Duration;

/// Something a run of a stranger's program must not be able to break.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guarantee {
    /// What is promised.
    pub promise: &'static str,
    /// What holds it here; empty when nothing does.
    pub held_by: Vec<&'static str>,
    /// What to do where nothing holds it.
    pub advice: &'static str,
}

impl Guarantee {
    pub fn holds(&self) -> bool {
        !self.held_by.is_empty()
    }
}

const NAMESPACES: &str = "allow user namespaces (`sysctl kernel.unprivileged_userns_clone=1`, or an AppArmor profile)";

/// Every guarantee, with what holds it given these layers.
pub fn guarantees(layers: &Layers) -> Vec<Guarantee> {
    let spaces = layers.namespaces;
    let (landlock, scopes) = (layers.landlock > 0, layers.landlock >= 6);
    let counts_memory = layers.cgroup.as_ref().is_some_and(|hierarchy| hierarchy.counts_memory());
    let counts_processes = layers.cgroup.as_ref().is_some_and(|hierarchy| hierarchy.counts_processes());
    let filter = layers.seccomp;
    let of = |pairs: &[(bool, &'static str)]| pairs.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
    vec![
        Guarantee {
            promise: "no file of the host is read",
            held_by: of(&[
                (spaces, "a root of its own"),
                (spaces && landlock, "Landlock"),
                // It knows neither `stat` nor `chdir`.
                (!spaces && landlock, "Landlock (contents and lists; names, sizes and times can be asked for)"),
            ]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "no file of the host is written",
            held_by: of(&[
                (spaces, "a read-only root"),
                (landlock, "Landlock"),
                (!spaces && landlock && filter, "no change of modes and times (seccomp)"),
            ]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "no network is reached",
            held_by: of(&[(spaces, "a network namespace"), (!spaces && filter, "no sockets (seccomp)")]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "nothing survives a run",
            held_by: of(&[(spaces, "a process namespace"), (!spaces && filter, "no new processes (seccomp)")]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "memory is bounded",
            held_by: of(&[
                (counts_memory, "a control group"),
                (
                    spaces && !counts_memory,
                    "limits for each process and the supervisor's accounting of what is resident",
                ),
                (!spaces && !counts_memory, "the limit of its one process"),
            ]),
            advice: "delegate the memory controller (`systemd-run --user --scope -p Delegate=yes`)",
        },
        Guarantee {
            promise: "the number of processes is bounded",
            held_by: of(&[
                (counts_processes, "a control group"),
                (spaces, "a limit for each user in the namespace"),
                (!spaces && filter, "no new processes (seccomp)"),
            ]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "the disk is bounded",
            held_by: of(&[(spaces, "a file system of its own with a size")]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "CPU time is bounded",
            held_by: of(&[(true, "limits for each process and the wall clock")]),
            advice: "",
        },
        Guarantee {
            promise: "runs cannot see or signal each other",
            held_by: of(&[
                (spaces, "process and IPC namespaces"),
                (!spaces && scopes, "Landlock scopes"),
                (!spaces && !scopes && filter, "signals to itself only (seccomp)"),
            ]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "little of the kernel can be attacked",
            held_by: of(&[(filter, "an allow-list of system calls (seccomp)")]),
            advice: "use a kernel with CONFIG_SECCOMP_FILTER",
        },
    ]
}

/// The promises nothing holds.
pub(crate) fn missing(layers: &Layers) -> Vec<&'static str> {
    guarantees(layers).into_iter().filter(|guarantee| !guarantee.holds()).map(|guarantee| guarantee.promise).collect()
}

/// A guarantee with what a program found out that tried to break it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Examined {
    pub guarantee: Guarantee,
    /// `None` where no program can tell from inside.
    pub withstood: Option<bool>,
}

/// Tries to break each guarantee with a small program. Takes about two seconds, and never more than its limits allow
/// even where nothing else holds.
pub fn examine(sandbox: &Sandbox, environment: &Environment) -> Result<Vec<Examined>> {
    let mut examined = Vec::new();
    for guarantee in guarantees(sandbox.layers()) {
        let withstood = match ATTEMPTS.iter().find(|(promise, ..)| *promise == guarantee.promise) {
            None => None,
            Some((_, source, outcomes)) => {
                let mut job = Job::python(environment.clone(), RelativePath::new("attempt.py")?, *source);
                (job.limits.wall, job.limits.cpu) = (Duration::from_secs(2), Duration::from_secs(1));
                (job.limits.memory, job.limits.processes) = (64 << 20, 8);
                (job.limits.disk, job.limits.file_size) = (4 << 20, 2 << 20);
                let transcript = sandbox.run(&job, &mut |_| ())?;
                Some(outcomes.contains(&transcript.outcome) && !transcript.stdout().contains("broken"))
            }
        };
        examined.push(Examined { guarantee, withstood });
    }
    Ok(examined)
}

/// Whether a run's waiting can be skipped here, found out by waiting for ten minutes.
pub fn skips_waiting(sandbox: &Sandbox, environment: &Environment) -> Result<bool> {
    let source = "import time\ntime.sleep(600)\n";
    let mut job = Job::python(environment.clone(), RelativePath::new("wait.py")?, source);
    (job.clock, job.limits.wall) = (Clock::Virtual, Duration::from_secs(3));
    let transcript = sandbox.run(&job, &mut |_| ())?;
    Ok(transcript.outcome == Outcome::Ok && transcript.virtual_time >= Duration::from_secs(600))
}

/// For a promise, a program that tries to break it and the ends it may come to.
const ATTEMPTS: [(&str, &str, &[Outcome]); 8] = [
    (
        "no file of the host is read",
        "for path in ('/etc/shadow', '/proc/1/environ', '/proc/kallsyms', '/var/log/wtmp', '/etc/machine-id'):\n    \
         try:\n        open(path, 'rb').read(1)\n        print('broken')\n    except OSError:\n        pass",
        &[Outcome::Ok],
    ),
    (
        "no file of the host is written",
        "import os\nfor folder in ('/', '/etc', '/usr', '/var/tmp', os.path.dirname(os.__file__)):\n    \
         try:\n        open(os.path.join(folder, 'etude-doctor'), 'x').close()\n        print('broken')\n        \
         os.unlink(os.path.join(folder, 'etude-doctor'))\n    except OSError:\n        pass",
        &[Outcome::Ok],
    ),
    (
        "no network is reached",
        "import socket\nfor kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n    try:\n        \
         s = socket.socket(socket.AF_INET, kind)\n        s.settimeout(0.2)\n        s.connect(('192.0.2.1', 9))\n        \
         print('broken')\n    except OSError:\n        pass",
        &[Outcome::Ok],
    ),
    ("memory is bounded", "x = []\nwhile True:\n    x.append(bytearray(4 << 20))", &[Outcome::Memory]),
    (
        "the number of processes is bounded",
        "import os, time\nfor _ in range(40):\n    if os.fork() == 0:\n        time.sleep(5)\nprint('broken')",
        &[Outcome::Processes, Outcome::Failed],
    ),
    (
        "the disk is bounded",
        "for name in range(20):\n    open(str(name), 'wb').write(b'x' * (1 << 20))\nprint('broken')",
        &[Outcome::Disk],
    ),
    ("CPU time is bounded", "while True: pass", &[Outcome::Timeout]),
    (
        "little of the kernel can be attacked",
        "import ctypes\nlibc = ctypes.CDLL(None)\nfor call in ((272, 0x10000000), (425, 8, 0), (321, 0, 0, 0), (101, 0, 0, 0, 0)):\n    \
         if libc.syscall(*call) >= 0: print('broken')",
        &[Outcome::Ok],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_belongs_to_a_promise() {
        let layers = Layers::probe(&[]);
        let promises: Vec<_> = guarantees(&layers).into_iter().map(|guarantee| guarantee.promise).collect();
        assert!(ATTEMPTS.iter().all(|(promise, ..)| promises.contains(promise)));
    }
}
