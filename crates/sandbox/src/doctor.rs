//! What this machine can and cannot guarantee. Judged by guarantees, not mechanisms: another mechanism may hold the same.

use crate::layers::Layers;

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
            held_by: of(&[(spaces, "a root of its own"), (landlock, "Landlock")]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "no file of the host is written",
            held_by: of(&[(spaces, "a read-only root"), (landlock, "Landlock")]),
            advice: NAMESPACES,
        },
        Guarantee {
            promise: "no network is reached",
            held_by: of(&[(spaces, "a network namespace"), (!spaces && filter, "no network sockets (seccomp)")]),
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
                (spaces && !counts_memory, "limits for each process and the supervisor's accounting"),
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
