//! Starts a process in the outer sandbox: namespaces, user mapping, new root, then the interpreter.
//!
//! Between clone and exec the child runs in a copy of a process that may have had other threads: it makes system calls
//! on memory prepared beforehand and does nothing else, above all it allocates nothing.

use crate::mounts::{Action, Step};
use crate::{Error, Result};
use libc::{c_int, c_long};
use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Which users exist inside the namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Users {
    /// No namespace: the caller's own.
    Host,
    /// The caller alone, as root without rights outside.
    One,
    /// Root and the learner, two host ids from `base` on that nothing else uses.
    Two { base: u32 },
}

/// What to execute after the steps.
pub(crate) struct Exec {
    pub(crate) path: CString,
    pub(crate) argv: Vec<CString>,
    pub(crate) env: Vec<CString>,
}

/// A started process; not yet waited for.
pub(crate) struct Child {
    pub(crate) pid: i32,
    pub(crate) pidfd: OwnedFd,
}

impl Child {
    /// Ends the process and everything in its namespace, and waits for it.
    pub(crate) fn end(&self) {
        use rustix::process::{Signal, WaitId, WaitIdOptions, pidfd_send_signal, waitid};
        use std::os::fd::AsFd;
        // It may be gone already, which is what is wanted.
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
        let _ = waitid(WaitId::PidFd(self.pidfd.as_fd()), WaitIdOptions::EXITED);
    }
}

const SPACES: u64 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u64;

/// Starts the process and waits until it has executed its program (or, without one, has done its steps and ended).
/// `fds` become its descriptors 0 to 3. Must be called on a thread that outlives the child: the child dies with it.
pub(crate) fn start(users: Users, steps: &[Step], exec: Option<&Exec>, fds: [BorrowedFd; 4]) -> Result<Child> {
    let (ours, theirs) = crate::channel::stream()?;
    let argv: Vec<_> = pointers(exec.map_or(&[], |exec| &exec.argv));
    let env: Vec<_> = pointers(exec.map_or(&[], |exec| &exec.env));
    let plan = Plan {
        namespaces: users != Users::Host,
        steps,
        exec: exec.map(|exec| exec.path.as_c_str()),
        argv: &argv,
        env: &env,
        fds: fds.map(|fd| fd.as_raw_fd()),
        sync: theirs.as_raw_fd(),
        parents: ours.as_raw_fd(),
    };
    let mut pidfd: c_int = -1;
    // SAFETY: all-zero is a valid `clone_args`.
    let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
    arguments.flags = libc::CLONE_PIDFD as u64 | if plan.namespaces { SPACES } else { 0 };
    arguments.pidfd = &raw mut pidfd as u64;
    arguments.exit_signal = libc::SIGCHLD as u64;
    // SAFETY: without CLONE_VM this is a fork: the child gets a copy of all memory and never returns from `run`, which
    // is written for this situation (see the head of the file).
    let pid = unsafe {
        let pid = libc::syscall(libc::SYS_clone3, &arguments, size_of::<libc::clone_args>());
        if pid == 0 {
            plan.run()
        }
        pid
    };
    if pid < 0 {
        return Err(Error::Setup { step: "making namespaces".into(), source: std::io::Error::last_os_error() });
    }
    drop(theirs);
    // SAFETY: the kernel stored a new descriptor there, which nobody else owns.
    let child = Child { pid: pid as i32, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } };
    match map_users(users, child.pid).and_then(|()| follow(&ours, steps)) {
        Ok(()) => Ok(child),
        Err(error) => {
            child.end();
            Err(error)
        }
    }
}

fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([std::ptr::null()]).collect()
}

fn map_users(users: Users, pid: i32) -> Result<()> {
    let write = |file: &str, content: String| {
        let path = format!("/proc/{pid}/{file}");
        #[expect(clippy::disallowed_methods, reason = "a kernel interface, not a file of a course")]
        std::fs::write(path, content).map_err(|source| Error::Setup { step: format!("writing {file}"), source })
    };
    match users {
        Users::Host => Ok(()),
        Users::One => {
            let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
            write("setgroups", "deny".into())?;
            write("uid_map", format!("0 {} 1\n", uid.as_raw()))?;
            write("gid_map", format!("0 {} 1\n", gid.as_raw()))
        }
        Users::Two { base } => {
            let map = format!("0 {base} 1\n{} {} 1\n", crate::mounts::LEARNER, base + 1);
            write("uid_map", map.clone())?;
            write("gid_map", map)
        }
    }
}

/// Lets the child go and reads what it has to say: nothing, or the step that failed.
fn follow(socket: &OwnedFd, steps: &[Step]) -> Result<()> {
    let lost = |source: rustix::io::Errno| Error::Setup { step: "talking to the child".into(), source: source.into() };
    rustix::io::retry_on_intr(|| rustix::net::send(socket, b"g", rustix::net::SendFlags::NOSIGNAL)).map_err(lost)?;
    let mut report = [0u8; 8];
    let count = rustix::io::retry_on_intr(|| rustix::io::read(socket, &mut report)).map_err(lost)?;
    if count == 0 {
        return Ok(());
    }
    let word = |at: usize| i32::from_le_bytes([0, 1, 2, 3].map(|byte| report[at + byte]));
    let step = steps.get(word(0) as usize).map_or("executing the interpreter".to_string(), |step| step.name.clone());
    Err(Error::Setup { step, source: std::io::Error::from_raw_os_error(word(4)) })
}

struct Plan<'a> {
    namespaces: bool,
    steps: &'a [Step],
    exec: Option<&'a CStr>,
    argv: &'a [*const libc::c_char],
    env: &'a [*const libc::c_char],
    fds: [RawFd; 4],
    sync: RawFd,
    parents: RawFd,
}

impl Plan<'_> {
    /// # Safety
    /// Only in a fresh child process; never returns to code that allocates.
    unsafe fn run(&self) -> ! {
        // SAFETY: raw system calls on memory that the parent prepared and this copy of it keeps alive. Descriptors are
        // the child's own copies.
        unsafe {
            libc::close(self.parents);
            let mut go = 0u8;
            if libc::read(self.sync, (&raw mut go).cast(), 1) != 1 {
                libc::_exit(1);
            }
            // Not of the person's terminal: Ctrl-C there is for the supervisor, who then ends runs in good order.
            libc::setsid();
            if self.namespaces {
                libc::syscall(libc::SYS_setresgid, 0, 0, 0);
                libc::syscall(libc::SYS_setresuid, 0, 0, 0);
            }
            // After the change of user, which clears it. A parent that is gone by now closes the socket, and the
            // control socket too, whose end the interpreter takes as its own.
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as usize, 0usize, 0usize, 0usize);
            for (index, step) in self.steps.iter().enumerate() {
                if !step.action.perform() && step.required {
                    self.fail(index as i32);
                }
            }
            let Some(path) = self.exec else { libc::_exit(0) };
            let moved = self.fds.map(|fd| libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 64));
            let sync = libc::fcntl(self.sync, libc::F_DUPFD_CLOEXEC, 64);
            if sync < 0 {
                self.fail(i32::MAX);
            }
            for (target, fd) in moved.into_iter().enumerate() {
                if fd < 0 || libc::dup2(fd, target as c_int) < 0 {
                    report(sync, i32::MAX, *libc::__errno_location());
                }
            }
            libc::syscall(libc::SYS_close_range, 4u32, u32::MAX, 4u32);
            // To a program that `core_pattern` pipes to, 0 is no limit; at 1 the kernel leaves it out, and a file of one
            // byte is none.
            for (resource, value) in [(libc::RLIMIT_CORE, 1), (libc::RLIMIT_STACK, 8 << 20)] {
                let limit = libc::rlimit { rlim_cur: value, rlim_max: value };
                libc::setrlimit(resource, &limit);
            }
            // The host's choices about signals are not the program's: Rust ignores SIGPIPE, shells may block others.
            let mut none: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&mut none);
            libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
            for signal in 1..32 {
                libc::signal(signal, libc::SIG_DFL);
            }
            libc::execve(path.as_ptr(), self.argv.as_ptr(), self.env.as_ptr());
            let errno = *libc::__errno_location();
            report(sync, i32::MAX, errno)
        }
    }

    unsafe fn fail(&self, step: i32) -> ! {
        // SAFETY: errno of this thread; the socket is the child's own copy.
        unsafe { report(self.sync, step, *libc::__errno_location()) }
    }
}

unsafe fn report(socket: RawFd, step: i32, errno: i32) -> ! {
    let mut message = [0u8; 8];
    message[..4].copy_from_slice(&step.to_le_bytes());
    message[4..].copy_from_slice(&errno.to_le_bytes());
    // SAFETY: a live buffer; then the end of the process.
    unsafe {
        libc::write(socket, message.as_ptr().cast(), message.len());
        libc::_exit(1)
    }
}

impl Action {
    /// # Safety
    /// Only in the child: it changes the namespace, root and folder of the whole process.
    unsafe fn perform(&self) -> bool {
        let safe = libc::MS_NOSUID | libc::MS_NODEV;
        let none = std::ptr::null::<libc::c_char>();
        // SAFETY: terminated strings that live as long as the plan; no call keeps a pointer.
        unsafe {
            match self {
                Action::PrivateMounts => {
                    libc::mount(none, c"/".as_ptr(), none, libc::MS_REC | libc::MS_PRIVATE, none.cast()) == 0
                }
                Action::Tmpfs { target, options } => {
                    let kind = c"tmpfs".as_ptr();
                    libc::mount(kind, target.as_ptr(), kind, safe, options.as_ptr().cast()) == 0
                }
                Action::Folder { path } => {
                    libc::mkdir(path.as_ptr(), 0o755) == 0 || *libc::__errno_location() == libc::EEXIST
                }
                Action::File { path, content } => write_file(path, content),
                Action::Link { target, path } => libc::symlink(target.as_ptr(), path.as_ptr()) == 0,
                Action::Attach { mount, target } => {
                    let empty = c"".as_ptr();
                    let moved = libc::syscall(
                        libc::SYS_move_mount,
                        mount.as_raw_fd(),
                        empty,
                        libc::AT_FDCWD,
                        target.as_ptr(),
                        4u32,
                    );
                    moved == 0
                }
                Action::Bind { source, target, read_only } => {
                    let flags = libc::MS_BIND | libc::MS_REC;
                    if libc::mount(source.as_ptr(), target.as_ptr(), none, flags, none.cast()) != 0 {
                        return false;
                    }
                    !read_only || all_read_only(source, target)
                }
                Action::Proc { target } => {
                    let kind = c"proc".as_ptr();
                    libc::mount(kind, target.as_ptr(), kind, safe | libc::MS_NOEXEC, none.cast()) == 0
                }
                Action::EnterRoot { root } => {
                    let here = c".".as_ptr();
                    libc::chdir(root.as_ptr()) == 0
                        && libc::syscall(libc::SYS_pivot_root, here, here) == 0
                        && libc::umount2(here, libc::MNT_DETACH) == 0
                        && libc::chdir(c"/".as_ptr()) == 0
                }
                Action::ReadOnlyRoot => remount_read_only(c"/"),
                Action::Hostname => libc::sethostname(c"sandbox".as_ptr(), 7) == 0,
                Action::LoopbackUp => loopback_up(),
            }
        }
    }
}

/// Makes a fresh bind and every mount below it read-only: a remount would reach only the top.
unsafe fn all_read_only(source: &CStr, target: &CStr) -> bool {
    let none = std::ptr::null::<libc::c_char>();
    let attr = crate::mounts::READ_ONLY;
    // SAFETY: terminated strings and a live structure of the stated size.
    unsafe {
        let (here, size) = (libc::AT_FDCWD, size_of_val(&attr));
        let set =
            libc::syscall(libc::SYS_mount_setattr, here, target.as_ptr(), libc::AT_RECURSIVE, &raw const attr, size);
        if set == 0 {
            return true;
        }
        // A kernel before 5.12: then without what is mounted below, which it refuses where that would uncover something.
        *libc::__errno_location() == libc::ENOSYS
            && libc::umount2(target.as_ptr(), libc::MNT_DETACH) == 0
            && libc::mount(source.as_ptr(), target.as_ptr(), none, libc::MS_BIND, none.cast()) == 0
            && remount_read_only(target)
    }
}

/// A remount may not drop flags the source has from its file system, so those are tried as well.
unsafe fn remount_read_only(target: &CStr) -> bool {
    let base = libc::MS_BIND | libc::MS_REMOUNT | libc::MS_RDONLY | libc::MS_NOSUID | libc::MS_NODEV;
    let none = std::ptr::null::<libc::c_char>();
    for extra in [0, libc::MS_NOEXEC, libc::MS_RELATIME, libc::MS_NOATIME, libc::MS_NOEXEC | libc::MS_RELATIME] {
        // SAFETY: a terminated string.
        if unsafe { libc::mount(none, target.as_ptr(), none, base | extra, none.cast()) } == 0 {
            return true;
        }
    }
    false
}

unsafe fn write_file(path: &CStr, content: &[u8]) -> bool {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_CLOEXEC;
    // SAFETY: a terminated path and a live buffer; the descriptor is closed before leaving.
    unsafe {
        let file = libc::open(path.as_ptr(), flags, 0o644 as c_int);
        if file < 0 {
            return false;
        }
        let mut rest = content;
        while !rest.is_empty() {
            let count = libc::write(file, rest.as_ptr().cast(), rest.len());
            if count <= 0 {
                return false;
            }
            rest = &rest[count as usize..];
        }
        libc::close(file) == 0
    }
}

unsafe fn loopback_up() -> bool {
    // SAFETY: all-zero is a valid `ifreq`; the interface is named within it and only its flags are set.
    unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as i16;
        let done = libc::ioctl(socket, libc::SIOCSIFFLAGS, &request as *const libc::ifreq) as c_long;
        libc::close(socket);
        done == 0
    }
}
