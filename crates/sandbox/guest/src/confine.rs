//! Giving up rights: limits, capabilities, identity, system calls. Each function says whether it worked.

use crate::sys;
use crate::wire::{OWN_PID, Start};

const CAP_DAC_OVERRIDE: u32 = 1 << 1;
const CAP_DAC_READ_SEARCH: u32 = 1 << 2;
const CAP_FOWNER: u32 = 1 << 3;
const CAP_KILL: u32 = 1 << 5;
const CAP_SYS_PTRACE: u32 = 1 << 19;
const CAP_SYS_NICE: u32 = 1 << 23;

pub fn limits(start: &Start, extra_processes: u64, shared_count: bool) -> bool {
    let infinity = u64::MAX;
    let all = [
        (0, start.cpu_seconds, start.cpu_seconds + 1),
        (1, start.file_size, start.file_size),
        // Not 0, which a program that core dumps are piped to is not held by.
        (4, 1, 1),
        (7, start.descriptors, start.descriptors),
        (8, 0, 0),
        (9, start.address_space, start.address_space),
        (12, 0, 0),
        (11, 256, 256),
        // Where the count is shared with everything the user runs, it says nothing about the run.
        (6, if shared_count { infinity } else { start.processes + extra_processes }, infinity),
    ];
    all.into_iter().all(|(resource, current, maximum)| {
        let maximum = match resource {
            6 if shared_count => return true,
            6 => current,
            _ => maximum,
        };
        let mut host = sys::rlimit { current: 0, maximum: 0 };
        // SAFETY: live structures of the documented layout.
        unsafe {
            if sys::getrlimit(resource, &mut host) != 0 {
                return false;
            }
            // What the host has lowered, as many do for core dumps, cannot be raised again.
            let limit = sys::rlimit { current: current.min(host.maximum), maximum: maximum.min(host.maximum) };
            sys::setrlimit(resource, &limit) == 0
        }
    })
}

/// No privilege can be gained any more, by nothing that is executed.
pub fn no_new_privileges() -> bool {
    // SAFETY: takes integers only.
    unsafe { sys::prctl(sys::PR_SET_NO_NEW_PRIVS, 1usize, 0usize, 0usize, 0usize) == 0 }
}

pub fn empty_bounding_set() {
    for capability in 0..64usize {
        // SAFETY: takes integers only; the first number the kernel does not know ends the list.
        if unsafe { sys::prctl(sys::PR_CAPBSET_DROP, capability, 0usize, 0usize, 0usize) } != 0
            && sys::errno() != sys::EPERM
        {
            return;
        }
    }
}

pub fn become_user(uid: u32) -> bool {
    // SAFETY: takes integers, and an empty list of groups.
    unsafe {
        sys::setgroups(0, std::ptr::null()) == 0
            && sys::setresgid(uid, uid, uid) == 0
            && sys::setresuid(uid, uid, uid) == 0
    }
}

pub fn no_capabilities() -> bool {
    capabilities(0)
}

/// What init keeps: to signal, look at and pin a learner of another user. Without namespaces it also removes their files.
pub fn init_capabilities(namespaces: bool) -> bool {
    capabilities(
        CAP_KILL
            | CAP_DAC_READ_SEARCH
            | CAP_SYS_PTRACE
            | CAP_SYS_NICE
            | if namespaces { 0 } else { CAP_DAC_OVERRIDE | CAP_FOWNER },
    )
}

fn capabilities(wanted: u32) -> bool {
    let header = sys::cap_header { version: 0x2008_0522, pid: 0 };
    let mut held = [sys::cap_data::default(); 2];
    // SAFETY: version 3 of the interface reads and writes two data elements.
    unsafe {
        if sys::syscall(sys::SYS_CAPGET, &header as *const sys::cap_header, held.as_mut_ptr()) != 0 {
            return false;
        }
        let kept = wanted & held[0].permitted;
        let data = [sys::cap_data { effective: kept, permitted: kept, inheritable: 0 }, sys::cap_data::default()];
        sys::syscall(sys::SYS_CAPSET, &header as *const sys::cap_header, data.as_ptr()) == 0
    }
}

/// The process dies with its parent, and nobody of the same user may look into it.
pub fn bind_to_parent() -> bool {
    // SAFETY: takes integers only.
    unsafe {
        sys::prctl(sys::PR_SET_PDEATHSIG, sys::SIGKILL as usize, 0usize, 0usize, 0usize) == 0
            && sys::prctl(sys::PR_SET_DUMPABLE, 0usize, 0usize, 0usize, 0usize) == 0
    }
}

/// Installs a filter given as the bytes of `struct sock_filter`s. [`OWN_PID`] in it becomes this process's id.
pub fn filter(program: &[u8]) -> bool {
    // SAFETY: takes nothing, cannot fail.
    let own = unsafe { sys::getpid() } as u32;
    let mut instructions: Vec<[u32; 2]> = Vec::with_capacity(program.len() / 8);
    for instruction in program.chunks_exact(8) {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| instruction[at + byte]));
        instructions.push([word(0), if word(4) == OWN_PID { own } else { word(4) }]);
    }
    let program = sys::sock_fprog { len: instructions.len() as u16, filter: instructions.as_ptr().cast() };
    // SAFETY: the instructions are live, eight bytes each as the kernel's structure; the kernel copies and verifies.
    unsafe { sys::syscall(sys::SYS_SECCOMP, 1u32, 0u32, &program as *const sys::sock_fprog) == 0 }
}
