//! The read-only root of the outer sandbox, as a list of steps prepared beforehand.
//!
//! The steps run in a child of a process that may have threads, where nothing may be allocated: so everything they
//! need, strings included, is made here and only read there.

use crate::environment::{Environment, Interpreter};
use crate::layers::Layers;
use crate::{authority, stand_ins};
use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The scratch file system of a run, and the work folder on it. A name no host has: interpreters keep their places, and
/// many lie below `/home`, which a run must not lose.
pub(crate) const SCRATCH: &str = "/sandbox";
pub(crate) const WORK: &str = "/sandbox/work";
/// For short-lived files.
pub(crate) const TEMPORARY: &str = "/sandbox/tmp";
/// The guest library inside the root.
pub(crate) const GUEST: &str = "/etude/guest.so";
/// Where a run that may start any program finds terminals of its own.
pub(crate) const TERMINALS: &str = "/dev/pts";
/// In the folder of packages.
const CERTIFI: &str = "certifi/cacert.pem";
pub(crate) const CLOCK: &str = "/etude/clock.so";
/// The learner's user inside the namespace where a second one can be mapped.
pub(crate) const LEARNER: u32 = 1000;

/// One thing the child does; its name is what an error reports.
pub(crate) struct Step {
    pub(crate) name: String,
    /// A failure of this step ends the preparation.
    pub(crate) required: bool,
    pub(crate) action: Action,
}

pub(crate) enum Action {
    PrivateMounts,
    Tmpfs {
        target: CString,
        options: CString,
    },
    Folder {
        path: CString,
    },
    File {
        path: CString,
        content: Vec<u8>,
    },
    Link {
        target: CString,
        path: CString,
    },
    /// A mount the privileged parent has opened, read-only already.
    Attach {
        mount: OwnedFd,
        target: CString,
    },
    Bind {
        source: CString,
        target: CString,
        read_only: bool,
    },
    Proc {
        target: CString,
    },
    EnterRoot {
        root: CString,
    },
    ReadOnlyRoot,
    Hostname,
    LoopbackUp,
}

struct Plan {
    steps: Vec<Step>,
    root: String,
    privileged: bool,
}

/// Everything up to the moment the interpreter is executed.
pub(crate) fn root_steps(layers: &Layers, environment: &Environment, library: &[u8]) -> Vec<Step> {
    let prefix = &environment.interpreter.base_prefix;
    let shown = shown(&environment.interpreter);
    let sources: Vec<&Path> = environment.folders().map(|(folder, _)| folder).chain([&**prefix]).collect();
    let mut plan = Plan { steps: Vec::new(), root: staging(&sources), privileged: layers.root };
    plan.push("making mounts private", Action::PrivateMounts);
    let root = c(&plan.root);
    plan.push("mounting the root", Action::Tmpfs { target: root.clone(), options: c("size=24m,mode=0755") });
    for folder in ["/usr", "/etc", "/dev", "/proc", SCRATCH, "/etude", "/etude/empty"] {
        plan.folder(folder);
    }
    plan.bind(Path::new("/usr"), "/usr");
    for name in ["bin", "sbin", "lib", "lib64", "lib32"] {
        plan.top_level(name);
    }
    for part in &shown {
        let inside = part.to_string_lossy();
        if part.is_dir() {
            plan.folders(&inside);
        } else {
            plan.folders(&part.parent().unwrap_or(part).to_string_lossy());
            plan.file(&inside, b"");
        }
        plan.bind(part, &inside);
    }
    plan.usual_names(&environment.interpreter.executable);
    let seen = |folder: &Path| folder.starts_with("/usr") || shown.iter().any(|part| folder.starts_with(part));
    for folder in environment.interpreter.site_folders.iter().filter(|folder| folder.is_dir() && seen(folder)) {
        plan.hide(folder);
    }
    for (folder, inside) in environment.folders() {
        plan.folder(inside);
        plan.bind(folder, inside);
    }
    plan.configuration();
    plan.trust(environment);
    plan.devices();
    // An interpreter may lie below it, which then needs a folder there; runs are told the other name in any case.
    if !prefix.starts_with("/tmp") {
        plan.link(TEMPORARY, "/tmp");
    }
    plan.file(GUEST, library);
    plan.file(CLOCK, etude_clock::PRELOAD);
    if layers.fresh_proc {
        let target = c(&plan.inside("/proc"));
        plan.push("mounting /proc", Action::Proc { target });
    }
    plan.push("entering the root", Action::EnterRoot { root });
    plan.push("making the root read-only", Action::ReadOnlyRoot);
    for (file, content) in [
        ("/proc/sys/user/max_user_namespaces", "0"),
        ("/proc/sys/net/ipv4/ping_group_range", "1 0"),
        // The next run has the same network: no port may stay taken for the minute after a connection's end.
        ("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0"),
    ] {
        plan.optional("lowering a kernel setting", Action::File { path: c(file), content: content.into() });
    }
    plan.push("naming the host", Action::Hostname);
    plan.push("raising the loopback interface", Action::LoopbackUp);
    plan.steps
}

/// What a run sees of an interpreter outside `/usr`, never its whole prefix: that may be `~/.local` or `/`.
pub(crate) fn shown(interpreter: &Interpreter) -> Vec<PathBuf> {
    let usual = |path: &Path| ["/usr", "/lib", "/lib64"].iter().any(|place| path.starts_with(place));
    let mut parts = vec![interpreter.stdlib.clone(), interpreter.executable.clone()];
    parts.extend(interpreter.libpython.clone());
    // Modules of its library may run on others, as in a conda environment.
    for entry in interpreter.base_prefix.join("lib").read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("lib") && name.contains(".so") && entry.path().is_file() {
            parts.push(entry.path());
        }
    }
    parts.retain(|part| !usual(part));
    parts.sort();
    parts.dedup();
    parts
}

/// The least that shows whether a root can be built at all.
pub(crate) fn probe_steps(proc: bool) -> Vec<Step> {
    let mut plan = Plan { steps: Vec::new(), root: staging(&[]), privileged: false };
    plan.push("making mounts private", Action::PrivateMounts);
    let root = c(&plan.root);
    plan.push("mounting the root", Action::Tmpfs { target: root.clone(), options: c("size=1m,mode=0755") });
    if proc {
        plan.folder("/proc");
        let target = c(&plan.inside("/proc"));
        plan.push("mounting /proc", Action::Proc { target });
    }
    plan.push("entering the root", Action::EnterRoot { root });
    plan.push("making the root read-only", Action::ReadOnlyRoot);
    plan.push("raising the loopback interface", Action::LoopbackUp);
    plan.steps
}

/// A folder that exists on this machine and hides no source while the new root is mounted on it.
fn staging(sources: &[&Path]) -> String {
    let folders = ["/mnt", "/media", "/srv", "/opt", "/var/tmp", "/tmp"];
    let free = |folder: &str| Path::new(folder).is_dir() && !sources.iter().any(|source| source.starts_with(folder));
    folders.into_iter().find(|folder| free(folder)).unwrap_or("/mnt").to_string()
}

fn c(text: &str) -> CString {
    CString::new(text.as_bytes().iter().copied().take_while(|byte| *byte != 0).collect::<Vec<u8>>()).unwrap_or_default()
}

fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap_or_default()
}

impl Plan {
    fn push(&mut self, name: impl Into<String>, action: Action) {
        self.steps.push(Step { name: name.into(), required: true, action });
    }

    fn optional(&mut self, name: impl Into<String>, action: Action) {
        self.steps.push(Step { name: name.into(), required: false, action });
    }

    fn inside(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    fn folder(&mut self, path: &str) {
        let inside = c(&self.inside(path));
        self.push(format!("making the folder {path}"), Action::Folder { path: inside });
    }

    fn folders(&mut self, path: &str) {
        let ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]).collect();
        for end in ends {
            self.folder(&path[..end]);
        }
    }

    fn file(&mut self, path: &str, content: &[u8]) {
        let inside = c(&self.inside(path));
        self.push(format!("writing {path}"), Action::File { path: inside, content: content.to_vec() });
    }

    fn link(&mut self, target: &str, path: &str) {
        let inside = c(&self.inside(path));
        self.push(format!("linking {path}"), Action::Link { target: c(target), path: inside });
    }

    /// Makes a host path visible read-only. A privileged parent opens it here and now, so that it need not be
    /// reachable for the child, which has another user: interpreters below a private home are found this way.
    fn bind(&mut self, source: &Path, target: &str) {
        let name = format!("binding {}", source.display());
        let target = c(&self.inside(target));
        match self.privileged.then(|| open_mount(source)).flatten() {
            Some(mount) => self.push(name, Action::Attach { mount, target }),
            None => self.push(name, Action::Bind { source: c_path(source), target, read_only: true }),
        }
    }

    /// Covers a folder of an interpreter's installation with an empty one.
    fn hide(&mut self, folder: &Path) {
        let (source, target) = (c(&self.inside("/etude/empty")), c(&self.inside(&folder.to_string_lossy())));
        self.push(format!("hiding {}", folder.display()), Action::Bind { source, target, read_only: true });
    }

    /// Beside an interpreter that is shown without its folder, the names programs call it by.
    fn usual_names(&mut self, executable: &Path) {
        let own = executable.file_name().unwrap_or_default().to_string_lossy();
        let folder = executable.parent().unwrap_or(executable).to_string_lossy();
        if !executable.starts_with("/usr") {
            for name in ["python", "python3"].into_iter().filter(|name| *name != own) {
                self.link(&own, &format!("{folder}/{name}"));
            }
        }
    }

    fn top_level(&mut self, name: &str) {
        let host = PathBuf::from("/").join(name);
        if let Ok(target) = std::fs::read_link(&host) {
            self.link(&target.to_string_lossy(), &format!("/{name}"));
        } else if host.is_dir() {
            self.folder(&format!("/{name}"));
            self.bind(&host, &format!("/{name}"));
        }
    }

    fn configuration(&mut self) {
        self.file(
            "/etc/passwd",
            b"root:x:0:0:root:/:/bin/false\nlearner:x:1000:1000:learner:/sandbox/work:/bin/bash\n",
        );
        self.file("/etc/group", b"root:x:0:\nlearner:x:1000:\n");
        self.file("/etc/hosts", b"127.0.0.1 localhost\n::1 localhost\n");
        self.file("/etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files\n");
        for folder in ["/etc/ssl", "/etc/ssl/certs"] {
            self.folder(folder);
        }
        self.file(stand_ins::CERTIFICATES, authority::certificate().as_bytes());
        self.link("certs/ca-certificates.crt", "/etc/ssl/cert.pem");
        self.link("/usr/share/zoneinfo/UTC", "/etc/localtime");
        for name in ["ld.so.cache", "mime.types", "protocols", "services"] {
            let host = Path::new("/etc").join(name);
            #[expect(clippy::disallowed_methods, reason = "a public file of the host, copied into the root")]
            if let Ok(content) = std::fs::read(&host) {
                self.file(&format!("/etc/{name}"), &content);
            }
        }
        if Path::new("/etc/alternatives").is_dir() {
            self.folder("/etc/alternatives");
            self.bind(Path::new("/etc/alternatives"), "/etc/alternatives");
        }
    }

    /// The certificates that packages bring along are for hosts that no run reaches, and some look nowhere else.
    fn trust(&mut self, environment: &Environment) {
        let source = c(&self.inside(stand_ins::CERTIFICATES));
        for (folder, inside) in environment.folders() {
            if folder.join(CERTIFI).is_file() {
                let target = c(&self.inside(&format!("{inside}/{CERTIFI}")));
                let action = Action::Bind { source: source.clone(), target, read_only: true };
                self.push("laying over the certificates of packages", action);
            }
        }
    }

    fn devices(&mut self) {
        for name in ["null", "zero", "full", "random", "urandom"] {
            let path = format!("/dev/{name}");
            self.file(&path, b"");
            let (source, target) = (c(&path), c(&self.inside(&path)));
            self.push(format!("binding {path}"), Action::Bind { source, target, read_only: false });
        }
        self.folder(TERMINALS);
        self.link("pts/ptmx", "/dev/ptmx");
        self.link(TEMPORARY, "/dev/shm");
        self.link("/proc/self/fd", "/dev/fd");
        for (number, name) in ["stdin", "stdout", "stderr"].iter().enumerate() {
            self.link(&format!("/proc/self/fd/{number}"), &format!("/dev/{name}"));
        }
    }
}

/// Read-only, no set-user-id programs, no devices; nothing is cleared.
pub(crate) const READ_ONLY: MountAttr = MountAttr { set: 1 | 2 | 4, clear: 0, propagation: 0, userns: 0 };

#[repr(C)]
pub(crate) struct MountAttr {
    set: u64,
    clear: u64,
    propagation: u64,
    userns: u64,
}

/// A detached, read-only copy of the mounts below a path.
fn open_mount(path: &Path) -> Option<OwnedFd> {
    let source = c_path(path);
    let attr = READ_ONLY;
    // SAFETY: terminated strings and a live structure of the stated size; a non-negative result of open_tree is a new
    // descriptor that nobody else owns.
    unsafe {
        let flags = 1 | libc::O_CLOEXEC | libc::AT_RECURSIVE;
        let fd = libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, source.as_ptr(), flags);
        if fd < 0 {
            return None;
        }
        let mount = OwnedFd::from_raw_fd(fd as i32);
        let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
        let size = size_of::<MountAttr>();
        let set = libc::syscall(libc::SYS_mount_setattr, mount.as_raw_fd(), c"".as_ptr(), flags, &attr, size);
        (set == 0).then_some(mount)
    }
}
