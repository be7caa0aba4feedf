//! Landlock for the learner: a list of paths, everything else refused, plus every scope the kernel has.

use crate::sys;
use crate::wire::{Access, Rule};
use std::ffi::CString;

const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_DIR: u64 = 1 << 3;
const REMOVE_DIR: u64 = 1 << 4;
const REMOVE_FILE: u64 = 1 << 5;
const MAKE_DIR: u64 = 1 << 7;
const MAKE_REG: u64 = 1 << 8;
const MAKE_SOCK: u64 = 1 << 9;
const MAKE_FIFO: u64 = 1 << 10;
const MAKE_SYM: u64 = 1 << 12;
const REFER: u64 = 1 << 13;
const TRUNCATE: u64 = 1 << 14;
const IOCTL_DEV: u64 = 1 << 15;

const FILE_ONLY: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
const SCOPE_ABSTRACT_UNIX: u64 = 1;
const SCOPE_SIGNAL: u64 = 2;
const CREATE_VERSION: u32 = 1;
const RULE_PATH_BENEATH: i32 = 1;

#[repr(C)]
struct RulesetAttr {
    fs: u64,
    net: u64,
    scoped: u64,
}

#[repr(C, packed)]
struct PathBeneathAttr {
    allowed: u64,
    parent: i32,
}

fn all_rights(abi: i64) -> u64 {
    match abi {
        ..=1 => (1 << 13) - 1,
        2 => (1 << 14) - 1,
        3 | 4 => (1 << 15) - 1,
        _ => (1 << 16) - 1,
    }
}

fn rights(access: Access) -> u64 {
    let work = READ_FILE
        | READ_DIR
        | WRITE_FILE
        | REMOVE_DIR
        | REMOVE_FILE
        | MAKE_DIR
        | MAKE_REG
        | MAKE_SOCK
        | MAKE_FIFO
        | MAKE_SYM
        | REFER
        | TRUNCATE;
    match access {
        Access::Read => READ_FILE | READ_DIR,
        Access::ReadExec => READ_FILE | READ_DIR | EXECUTE,
        Access::Work => work,
        Access::WorkExec => work | EXECUTE,
        Access::Device => READ_FILE | WRITE_FILE | TRUNCATE,
        Access::Terminal => READ_FILE | WRITE_FILE | READ_DIR | IOCTL_DEV,
    }
}

/// Restricts this process for good. `false` leaves `errno` set.
pub fn restrict(rules: &[Rule], profile: u32) -> bool {
    // SAFETY: asking for the version takes no pointer.
    let abi = unsafe { sys::syscall(sys::SYS_LANDLOCK_CREATE, 0usize, 0usize, CREATE_VERSION) };
    if abi < 1 {
        return false;
    }
    let handled = all_rights(abi);
    let scoped = if abi >= 6 { SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL } else { 0 };
    let attr = RulesetAttr { fs: handled, net: 0, scoped };
    // Older kernels refuse bytes they do not know, so only the fields of their version are passed.
    let size = if abi >= 6 {
        24usize
    } else if abi >= 4 {
        16
    } else {
        8
    };
    // SAFETY: `attr` is live and at least `size` bytes long.
    let ruleset = unsafe { sys::syscall(sys::SYS_LANDLOCK_CREATE, &attr as *const RulesetAttr, size, 0u32) } as i32;
    if ruleset < 0 {
        return false;
    }
    for rule in rules.iter().filter(|rule| rule.profiles & (1 << profile) != 0) {
        let Ok(path) = CString::new(rule.path.as_str()) else { continue };
        // SAFETY: a terminated path. A path that does not exist here needs no rule: what is missing cannot be read.
        let parent = unsafe { sys::open(path.as_ptr(), sys::O_PATH | sys::O_CLOEXEC) };
        if parent < 0 {
            continue;
        }
        let mut stat = sys::stat::default();
        // SAFETY: `stat` has the layout of glibc's structure; the descriptors are ours.
        let added = unsafe {
            sys::fstat(parent, &mut stat);
            let directory = stat.mode & sys::S_IFMT == sys::S_IFDIR;
            let allowed = rights(rule.access) & handled & if directory { u64::MAX } else { FILE_ONLY };
            let beneath = PathBeneathAttr { allowed, parent };
            let added = sys::syscall(
                sys::SYS_LANDLOCK_ADD,
                ruleset,
                RULE_PATH_BENEATH,
                &beneath as *const PathBeneathAttr,
                0u32,
            );
            sys::close(parent);
            added
        };
        if added < 0 {
            return false;
        }
    }
    // SAFETY: `ruleset` is a ruleset descriptor of ours.
    unsafe {
        let done = sys::syscall(sys::SYS_LANDLOCK_RESTRICT, ruleset, 0u32);
        sys::close(ruleset);
        done == 0
    }
}
