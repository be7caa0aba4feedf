//! Which system calls exist for a run.
//!
//! One large allow-list is installed once, in the warm interpreter, and holds for everything below it. Each run lays a
//! small list of refusals over it, by profile. Refusals answer `EPERM`, so programs see an ordinary error.

use crate::job::Profile;
use crate::wire::OWN_PID;
use libc::*;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, sock_filter,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The two shapes a machine allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// Namespaces hold files, processes and the network apart.
    Namespaces,
    /// They do not, so the filter must: no new processes, no sockets but connected pairs, no change of what belongs to
    /// a file but is not in it, signals to oneself only.
    Reduced,
}

/// Calls any program may make.
#[rustfmt::skip]
const ALLOWED: &[c_long] = &[
    // files
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_preadv2,
    SYS_pwritev2, SYS_open, SYS_openat, SYS_openat2, SYS_creat, SYS_close, SYS_close_range, SYS_lseek, SYS_dup,
    SYS_dup2, SYS_dup3, SYS_pipe, SYS_pipe2, SYS_stat, SYS_fstat, SYS_lstat, SYS_newfstatat, SYS_statx, SYS_statfs,
    SYS_fstatfs, SYS_access, SYS_faccessat, SYS_faccessat2, SYS_readlink, SYS_readlinkat, SYS_getdents,
    SYS_getdents64, SYS_getcwd, SYS_chdir, SYS_fchdir, SYS_mkdir, SYS_mkdirat, SYS_rmdir, SYS_unlink, SYS_unlinkat,
    SYS_rename, SYS_renameat, SYS_renameat2, SYS_link, SYS_linkat, SYS_symlink, SYS_symlinkat, SYS_chmod, SYS_fchmod,
    SYS_fchmodat, SYS_umask, SYS_truncate, SYS_ftruncate, SYS_fallocate, SYS_fsync, SYS_fdatasync, SYS_utime,
    SYS_utimes, SYS_utimensat, SYS_futimesat, SYS_flock, SYS_fadvise64, SYS_sendfile, SYS_copy_file_range,
    SYS_memfd_create, SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr, SYS_listxattr, SYS_llistxattr, SYS_flistxattr,
    SYS_inotify_init1, SYS_inotify_add_watch, SYS_inotify_rm_watch,
    // memory
    SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_brk, SYS_msync, SYS_mincore, SYS_membarrier,
    // processes and threads
    SYS_exit, SYS_exit_group, SYS_wait4, SYS_waitid, SYS_fork, SYS_vfork, SYS_getpid, SYS_getppid, SYS_gettid,
    SYS_getpgid, SYS_getpgrp, SYS_setpgid, SYS_getsid, SYS_setsid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
    SYS_getresuid, SYS_getresgid, SYS_getgroups, SYS_capget, SYS_kill, SYS_tkill, SYS_tgkill, SYS_pidfd_open,
    SYS_pidfd_send_signal, SYS_set_tid_address, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq, SYS_futex,
    SYS_futex_waitv, SYS_arch_prctl, SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_getparam,
    SYS_sched_getscheduler, SYS_getcpu, SYS_getpriority, SYS_setpriority, SYS_getrlimit, SYS_getrusage, SYS_sysinfo,
    SYS_uname, SYS_times, SYS_restart_syscall,
    // signals
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigpending, SYS_rt_sigsuspend,
    SYS_rt_sigtimedwait, SYS_rt_sigqueueinfo, SYS_sigaltstack, SYS_pause, SYS_alarm, SYS_getitimer, SYS_setitimer,
    SYS_signalfd4,
    // time
    SYS_time, SYS_gettimeofday, SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep,
    SYS_timer_create, SYS_timer_settime, SYS_timer_gettime, SYS_timer_getoverrun, SYS_timer_delete,
    SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime,
    // waiting for many
    SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6, SYS_epoll_create, SYS_epoll_create1, SYS_epoll_ctl,
    SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_eventfd2,
    // sockets, whose families are limited below
    SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_getsockname, SYS_getpeername, SYS_setsockopt,
    SYS_getsockopt, SYS_shutdown, SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg,
    SYS_getrandom,
];

/// Calls init and the learner's preparation make, refused to the program itself.
#[rustfmt::skip]
const PREPARATION: &[c_long] = &[
    SYS_mount, SYS_umount2, SYS_chown, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_capset, SYS_setrlimit,
    SYS_seccomp, SYS_landlock_create_ruleset, SYS_landlock_add_rule, SYS_landlock_restrict_self, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_rt_tgsigqueueinfo, SYS_pidfd_getfd, SYS_sched_setaffinity, SYS_sched_setscheduler,
];

const NEW_NAMESPACES: u64 =
    (CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP) as u64;
const TERMINAL_QUESTIONS: [u64; 7] = [FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ, TIOCGPGRP];
/// What programs that run others in a terminal of their own do to it. Not among them: putting words into its input.
const TERMINAL_ORDERS: [u64; 11] =
    [TCSETS, TCSETSW, TCSETSF, TCSBRK, TIOCSCTTY, TIOCNOTTY, TIOCSPGRP, TIOCSWINSZ, TIOCGPTN, TIOCSPTLCK, TIOCGPTPEER];
const NAMING: [u64; 4] = [PR_SET_NAME as u64, PR_GET_NAME as u64, PR_SET_VMA as u64, PR_GET_DUMPABLE as u64];
const DESCRIPTOR_COMMANDS: [c_int; 17] = [
    F_DUPFD,
    F_DUPFD_CLOEXEC,
    F_GETFD,
    F_SETFD,
    F_GETFL,
    F_SETFL,
    F_SETLK,
    F_SETLKW,
    F_GETLK,
    F_OFD_SETLK,
    F_OFD_SETLKW,
    F_OFD_GETLK,
    F_ADD_SEALS,
    F_GET_SEALS,
    F_SETPIPE_SZ,
    F_GETPIPE_SZ,
    F_GETOWN,
];

fn condition(argument: u8, length: Len, operator: Op, value: u64) -> SeccompCondition {
    SeccompCondition::new(argument, length, operator, value).expect("an argument index below six")
}

fn rule(conditions: Vec<SeccompCondition>) -> SeccompRule {
    SeccompRule::new(conditions).expect("at least one condition")
}

/// One rule for each value: the argument must be one of them.
fn one_of(argument: u8, values: impl IntoIterator<Item = u64>) -> Vec<SeccompRule> {
    values.into_iter().map(|value| rule(vec![condition(argument, Len::Dword, Op::Eq, value)])).collect()
}

/// One rule for all values: the argument is none of them.
fn none_of(argument: u8, values: impl IntoIterator<Item = u64>) -> Vec<SeccompRule> {
    vec![rule(values.into_iter().map(|value| condition(argument, Len::Dword, Op::Ne, value)).collect())]
}

fn compile(rules: Rules, otherwise: SeccompAction, on_match: SeccompAction) -> BpfProgram {
    let filter = SeccompFilter::new(rules, otherwise, on_match, seccompiler::TargetArch::x86_64)
        .expect("the two actions differ");
    filter.try_into().expect("the filter is shorter than the kernel's limit")
}

fn refuse() -> SeccompAction {
    SeccompAction::Errno(EPERM as u32)
}

fn bytes(program: &[sock_filter]) -> Vec<u8> {
    program
        .iter()
        .flat_map(|instruction| {
            let head = u32::from(instruction.code) | u32::from(instruction.jt) << 16 | u32::from(instruction.jf) << 24;
            [head.to_le_bytes(), instruction.k.to_le_bytes()].concat()
        })
        .collect()
}

const LOAD_NUMBER: sock_filter = sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 };

/// The allow-list of the warm interpreter and everything below it.
pub(crate) fn interpreter_filter() -> Vec<u8> {
    let mut rules = Rules::new();
    for number in ALLOWED.iter().chain(PREPARATION) {
        rules.insert(*number, vec![]);
    }
    for number in [SYS_execve, SYS_clone3, SYS_prctl, SYS_prlimit64, SYS_ioctl] {
        rules.insert(number, vec![]);
    }
    rules.insert(SYS_clone, vec![rule(vec![condition(0, Len::Qword, Op::MaskedEq(NEW_NAMESPACES), 0)])]);
    rules.insert(SYS_fcntl, one_of(1, DESCRIPTOR_COMMANDS.map(|command| command as u64)));
    // Of special files only FIFOs can be made.
    for (number, mode) in [(SYS_mknod, 1), (SYS_mknodat, 2)] {
        rules
            .insert(number, vec![rule(vec![condition(mode, Len::Dword, Op::MaskedEq(S_IFMT.into()), S_IFIFO.into())])]);
    }
    let mut sockets = Vec::new();
    for (family, kind, protocol) in [
        (AF_UNIX, SOCK_STREAM, 0),
        (AF_UNIX, SOCK_DGRAM, 0),
        (AF_UNIX, SOCK_SEQPACKET, 0),
        (AF_INET, SOCK_STREAM, 0),
        (AF_INET, SOCK_STREAM, IPPROTO_TCP),
        (AF_INET, SOCK_DGRAM, 0),
        (AF_INET, SOCK_DGRAM, IPPROTO_UDP),
        (AF_INET6, SOCK_STREAM, 0),
        (AF_INET6, SOCK_STREAM, IPPROTO_TCP),
        (AF_INET6, SOCK_DGRAM, 0),
        (AF_INET6, SOCK_DGRAM, IPPROTO_UDP),
    ] {
        sockets.push(rule(vec![
            condition(0, Len::Dword, Op::Eq, family as u64),
            condition(1, Len::Dword, Op::MaskedEq(0xf), kind as u64),
            condition(2, Len::Dword, Op::Eq, protocol as u64),
        ]));
    }
    rules.insert(SYS_socket, sockets.clone());
    rules.insert(SYS_socketpair, sockets);
    // The numbers of the x32 interface would slip past every comparison: they end the process.
    let mut program = vec![
        LOAD_NUMBER,
        sock_filter { code: 0x35, jt: 0, jf: 1, k: 0x4000_0000 },
        sock_filter { code: 0x06, jt: 0, jf: 0, k: 0x8000_0000 },
    ];
    program.extend(compile(rules, refuse(), SeccompAction::Allow));
    bytes(&program)
}

/// What one profile's program is refused of the interpreter's list.
pub(crate) fn refusals(profile: Profile, shape: Shape, counted_memory: bool) -> Vec<u8> {
    let mut rules = Rules::new();
    for number in PREPARATION {
        rules.insert(*number, vec![]);
    }
    rules.insert(SYS_execveat, vec![]);
    if profile < Profile::Process {
        rules.insert(SYS_execve, vec![]);
    }
    if shape == Shape::Namespaces && profile < Profile::Server {
        let not_unix = vec![rule(vec![condition(0, Len::Dword, Op::Ne, AF_UNIX as u64)])];
        rules.insert(SYS_socket, not_unix);
    }
    if !counted_memory {
        // Its pages belong to no process, so only a cgroup can count them.
        rules.insert(SYS_memfd_create, vec![]);
    }
    rules.insert(SYS_prctl, none_of(0, NAMING));
    let orders = TERMINAL_ORDERS.into_iter().filter(|_| profile == Profile::Shell);
    rules.insert(SYS_ioctl, none_of(1, TERMINAL_QUESTIONS.into_iter().chain(orders)));
    rules.insert(
        SYS_prlimit64,
        vec![rule(vec![condition(2, Len::Qword, Op::Ne, 0)]), rule(vec![condition(0, Len::Dword, Op::Ne, 0)])],
    );
    if shape == Shape::Reduced {
        for number in [
            SYS_fork,
            SYS_vfork,
            SYS_setsid,
            SYS_setpgid,
            SYS_pidfd_open,
            SYS_pidfd_send_signal,
            SYS_rt_sigqueueinfo,
            SYS_setpriority,
            // A pathname leads to the host's daemons, whatever Landlock says of the file.
            SYS_socket,
            SYS_connect,
            SYS_bind,
            SYS_listen,
            // Landlock does not know these either, and the files may be the user's own. Those that take a descriptor
            // are among them: one opened for reading is enough.
            SYS_chmod,
            SYS_fchmod,
            SYS_fchmodat,
            SYS_utime,
            SYS_utimes,
            SYS_futimesat,
            SYS_utimensat,
            SYS_inotify_add_watch,
            SYS_getxattr,
            SYS_lgetxattr,
            SYS_fgetxattr,
            SYS_listxattr,
            SYS_llistxattr,
            SYS_flistxattr,
        ] {
            rules.insert(number, vec![]);
        }
        // A datagram of a pair may still name another receiver.
        let datagram = condition(1, Len::Dword, Op::MaskedEq(0xf), SOCK_DGRAM as u64);
        rules.insert(SYS_socketpair, vec![rule(vec![datagram])]);
        let no_thread = condition(0, Len::Qword, Op::MaskedEq(CLONE_THREAD as u64), 0);
        rules.insert(SYS_clone, vec![rule(vec![no_thread])]);
        for number in [SYS_kill, SYS_tgkill] {
            rules.insert(number, vec![rule(vec![condition(0, Len::Dword, Op::Ne, OWN_PID.into())])]);
        }
        rules.insert(SYS_tkill, vec![]);
    }
    // glibc falls back to clone, whose flags a filter can read.
    let mut program = vec![
        LOAD_NUMBER,
        sock_filter { code: 0x15, jt: 0, jf: 1, k: SYS_clone3 as u32 },
        sock_filter { code: 0x06, jt: 0, jf: 0, k: 0x0005_0000 | ENOSYS as u32 },
    ];
    program.extend(compile(rules, SeccompAction::Allow, refuse()));
    bytes(&program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::MAX_PACKET;

    #[test]
    fn all_filters_fit_into_one_packet() {
        let refused: usize = Profile::ALL.iter().map(|profile| refusals(*profile, Shape::Reduced, false).len()).sum();
        assert!(interpreter_filter().len() + refused < MAX_PACKET / 2);
    }

    #[test]
    fn only_the_reduced_shape_leaves_room_for_the_process_id() {
        let marks = |shape| {
            let filter = refusals(Profile::Python, shape, true);
            filter.chunks_exact(8).filter(|instruction| instruction[4..] == OWN_PID.to_le_bytes()).count()
        };
        assert_eq!((marks(Shape::Namespaces), marks(Shape::Reduced)), (0, 2));
    }
}
