//! One warm interpreter and the run it keeps ready.

use crate::channel;
use crate::clock::Kept;
use crate::environment::Environment;
use crate::job::Profile;
use crate::layers::Layers;
use crate::mounts::{self, SCRATCH, TEMPORARY, WORK};
use crate::outer::{self, Child, Exec, Users};
use crate::seccomp::{self, Shape};
use crate::supervisor;
use crate::traced::Traced;
use crate::wire::{self, Access, MAX_PACKET, Rule, SWITCH, Setup, Start, tag};
use crate::{Error, Result};
use rustix::process::{Signal, pidfd_send_signal};
use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

const LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.so"));
/// An interpreter that needs longer than this to warm up is given up.
const WARM_UP: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(10);

/// What lessons on Python, and on asyncio above all, import. Importing it once costs a fork nothing.
pub(crate) const MODULES: &str = "abc argparse ast asyncio asyncio.runners asyncio.selector_events asyncio.subprocess base64 bisect \
    calendar collections collections.abc concurrent.futures concurrent.futures.thread contextlib contextvars copy csv \
    dataclasses datetime decimal dis encodings.ascii encodings.idna encodings.latin_1 enum fractions functools \
    hashlib heapq inspect io itertools json keyword linecache locale logging math numbers operator pathlib pprint queue \
    random re select selectors shutil signal socket statistics string struct subprocess tempfile textwrap threading time \
    timeit traceback types typing unicodedata unittest unittest.mock urllib.parse uuid warnings weakref zlib";

/// A run that is ready and waits for its job.
pub(crate) struct Seat {
    pub(crate) pidfd: OwnedFd,
    pub(crate) pipes: Pipes,
    pub(crate) start: Start,
}

/// The supervisor's ends.
pub(crate) struct Pipes {
    pub(crate) out: OwnedFd,
    pub(crate) err: OwnedFd,
    pub(crate) status: OwnedFd,
    pub(crate) job: OwnedFd,
    /// Only of a run that is judged.
    pub(crate) judge: Option<OwnedFd>,
    /// None under the real clock.
    pub(crate) clock: Option<Kept>,
    /// Only of a traced run.
    pub(crate) traced: Option<Traced>,
}

pub(crate) struct Warm {
    child: Child,
    control: OwnedFd,
    /// Asked for, perhaps not yet answered.
    standby: Option<(Start, Pipes)>,
    scratch: Option<TempDir>,
    places: Places,
}

/// Where programs see things. An empty path: there is no such thing.
pub(crate) struct Places {
    pub(crate) work: String,
    /// For short-lived files, where it is not simply `/tmp`.
    pub(crate) temporary: Option<String>,
    pub(crate) site: String,
    pub(crate) pycache: String,
}

impl Places {
    /// `host` is the scratch folder where there is no root of our own.
    fn new(environment: &Environment, host: Option<&Path>) -> Places {
        let text = |path: &Path| path.display().to_string();
        let place = |wanted: &Option<PathBuf>| {
            let mut found = environment.folders().filter(|(folder, _)| Some(*folder) == wanted.as_deref());
            let found = found.next().map(|(folder, inside)| if host.is_some() { text(folder) } else { inside.into() });
            found.unwrap_or_default()
        };
        Places {
            work: host.map_or(WORK.into(), |scratch| text(&scratch.join("learner"))),
            temporary: match host {
                Some(scratch) => Some(text(&scratch.join("tmp"))),
                None => environment.interpreter.base_prefix.starts_with("/tmp").then(|| TEMPORARY.into()),
            },
            site: place(&environment.site),
            pycache: place(&environment.pycache_prefix),
        }
    }
}

/// An interpreter that is on its way.
pub(crate) struct Starting {
    warm: Warm,
    /// Its standard input ends when this does.
    _input: OwnedFd,
    complaints: OwnedFd,
}

impl Starting {
    pub(crate) fn pid(&self) -> i32 {
        self.warm.pid()
    }

    /// Waits until it can fork runs.
    pub(crate) fn ready(self) -> Result<Warm> {
        match self.warm.answer(WARM_UP) {
            Ok((tag::READY, ..)) => {}
            Ok((_, reason, _)) => return Err(Error::Warm { reason }),
            Err(Error::Lost) => return Err(Error::Warm { reason: complaint(&self.complaints) }),
            Err(error) => return Err(error),
        }
        if let Some(folder) = &self.warm.scratch {
            // It is mapped by now, and nothing of ours is to lie about.
            for library in ["guest.so", "clock.so"] {
                let _ = std::fs::remove_file(folder.path().join(library));
            }
        }
        Ok(self.warm)
    }
}

impl Warm {
    /// Starts an interpreter. Must be called on a thread that lives as long as the interpreter is to.
    /// `beforehand` names the modules to import, in words.
    pub(crate) fn start(
        layers: &Layers,
        users: Users,
        environment: &Environment,
        beforehand: &str,
    ) -> Result<Starting> {
        let mut needed = environment.folders().map(|(folder, _)| folder).chain([&*environment.interpreter.base_prefix]);
        if users == Users::Host && layers.root && !needed.all(reachable) {
            let reason = "only root may enter its folder, and without namespaces a run is not root".into();
            return Err(Error::Interpreter { path: environment.interpreter.executable.clone(), reason });
        }
        let host = (users == Users::Host).then(|| host_folders(users)).transpose()?;
        let (guest, clock, scratch) = match &host {
            Some(folder) => ["guest.so", "clock.so", "scratch"].map(|name| folder.path().join(name)).into(),
            None => (mounts::GUEST.into(), mounts::CLOCK.into(), SCRATCH.into()),
        };
        let places = Places::new(environment, host.as_ref().map(|_| &*scratch));
        let mut setup = setup(layers, users, environment, &clock, &scratch, &places);
        setup.warm = beforehand.split_whitespace().map(String::from).collect();
        let (control, theirs) = channel::packets()?;
        let (input, input_end) = channel::pipe()?;
        let (complaints, output) = channel::outlet()?;
        let exec = exec(environment, &[&guest, &clock])?;
        let steps = match users {
            Users::Host => Vec::new(),
            _ => mounts::root_steps(layers, environment, LIBRARY),
        };
        let fds = [input.as_fd(), output.as_fd(), output.as_fd(), theirs.as_fd()];
        let child = outer::start(users, &steps, Some(&exec), fds)?;
        drop((theirs, input, output));
        let warm = Warm { child, control, standby: None, scratch: host, places };
        channel::send(warm.control.as_fd(), &setup.encode(), &[])?;
        Ok(Starting { warm, _input: input_end, complaints })
    }

    pub(crate) fn pid(&self) -> i32 {
        self.child.pid
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// A run of this shape: the one that stands by, or a new one.
    pub(crate) fn seat(&mut self, start: &Start) -> Result<Seat> {
        if let Some((ready, pipes)) = self.standby.take() {
            let pidfd = self.started()?;
            if ready == *start {
                return Ok(Seat { pidfd, pipes, start: ready });
            }
            dismiss(pidfd, pipes);
        }
        let pipes = self.request(start)?;
        Ok(Seat { pidfd: self.started()?, pipes, start: *start })
    }

    /// Lets go of a run that has reported. Without namespaces its init still empties the scratch folder, which the next
    /// run is to find empty.
    pub(crate) fn finish(&self, seat: Seat) -> Result<()> {
        drop(seat.pipes);
        if self.scratch.is_some() && !channel::readable(&[seat.pidfd.as_fd()], ANSWER)? {
            return Err(Error::Warm { reason: "a run's scratch folder could not be emptied".into() });
        }
        Ok(())
    }

    /// Asks for a run of this shape without waiting for it.
    pub(crate) fn stand_by(&mut self, start: &Start) {
        if self.standby.is_none()
            && let Ok(pipes) = self.request(start)
        {
            self.standby = Some((*start, pipes));
        }
    }

    fn request(&self, start: &Start) -> Result<Pipes> {
        let (out, their_out) = channel::outlet()?;
        let (err, their_err) = channel::outlet()?;
        let (status, their_status) = channel::packets()?;
        let (job, their_job) = channel::stream()?;
        let clock = (start.clock != wire::clock::REAL).then(|| Kept::new(start.kept_outside)).transpose()?;
        if let Some(shared) = clock.as_ref().and_then(Kept::shared) {
            etude_clock::supervisor::prepare(shared, start.settings());
        }
        let mut fds = vec![their_out.as_fd(), their_err.as_fd(), their_status.as_fd(), their_job.as_fd()];
        if let Some(clock) = &clock {
            fds.extend([out.as_fd(), err.as_fd()]);
            fds.extend(clock.files());
        }
        let (judge, their_judge) = start.judge.then(channel::stream).transpose()?.unzip();
        fds.extend(their_judge.as_ref().map(AsFd::as_fd));
        let traced = start.trace.then(Traced::new).transpose()?;
        fds.extend(traced.as_ref().map(Traced::file));
        channel::send(self.control.as_fd(), &start.encode(), &fds)?;
        Ok(Pipes { out, err, status, job, judge, clock, traced })
    }

    fn started(&self) -> Result<OwnedFd> {
        match self.answer(ANSWER)? {
            (tag::STARTED, _, Some(pidfd)) => Ok(pidfd),
            (tag::REFUSED, reason, _) => Err(Error::Warm { reason }),
            _ => Err(Error::Warm { reason: "an answer that makes no sense".into() }),
        }
    }

    fn answer(&self, patience: Duration) -> Result<(u32, String, Option<OwnedFd>)> {
        if !channel::readable(&[self.control.as_fd()], patience)? {
            return Err(Error::Lost);
        }
        let mut packet = vec![0; 4096.min(MAX_PACKET)];
        let (count, fd) =
            channel::receive(self.control.as_fd(), &mut packet).map_err(|_| Error::Lost)?.ok_or(Error::Lost)?;
        let packet = &packet[..count];
        let tag = wire::tag_of(packet).ok_or(Error::Lost)?;
        Ok((tag, wire::read_note(packet, tag).unwrap_or_default(), fd))
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        if let Some((_, pipes)) = self.standby.take()
            && let Ok(pidfd) = self.started()
        {
            dismiss(pidfd, pipes);
        }
        self.child.end();
    }
}

/// Lets go of a run nobody needs; its init ends it and cleans up. Only one that does not is killed.
fn dismiss(pidfd: OwnedFd, pipes: Pipes) {
    drop(pipes);
    nudge(&pidfd);
    if !matches!(channel::readable(&[pidfd.as_fd()], Duration::from_secs(1)), Ok(true)) {
        let _ = pidfd_send_signal(&pidfd, Signal::KILL);
    }
}

/// Has the pid 1 of a run look at its packets, which it may be too busy with the clock to wait for.
pub(crate) fn nudge(pidfd: &OwnedFd) {
    // It may have ended in the meantime.
    let _ = pidfd_send_signal(pidfd, Signal::USR1);
}

/// What the interpreter wrote before it died, cut to a readable length.
fn complaint(pipe: &OwnedFd) -> String {
    let mut text = vec![0; 4096];
    let count = match channel::readable(&[pipe.as_fd()], Duration::from_millis(100)) {
        Ok(true) => rustix::io::read(pipe, &mut text).unwrap_or(0),
        _ => 0,
    };
    match String::from_utf8_lossy(&text[..count]).trim() {
        "" => "nothing, it ended without a word".into(),
        said => said.into(),
    }
}

/// Any user can get to this folder.
fn reachable(folder: &Path) -> bool {
    let open = |part: &Path| part.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0);
    folder.ancestors().all(open)
}

const PREFIX: &str = "etude-sandbox-";

/// Removes the folders of supervisors that were killed: ours by owner, and of a process that is no more.
fn sweep() {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let left = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).is_some_and(supervisor::is_left);
        let real = entry.metadata().is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == own);
        if left && real {
            // Follows no links, whatever a learner has put there; what stays is met by the next sweep.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Without a root of our own the guest and the scratch folder are fresh folders of the host.
fn host_folders(users: Users) -> Result<TempDir> {
    let io = |source| Error::System { doing: "make a scratch folder", source };
    debug_assert_eq!(users, Users::Host);
    sweep();
    let folder = TempDir::with_prefix(format!("{PREFIX}{}-", supervisor::mark())).map_err(io)?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).map_err(io)?;
    std::fs::create_dir(folder.path().join("scratch")).map_err(io)?;
    std::fs::set_permissions(folder.path().join("scratch"), std::fs::Permissions::from_mode(0o711)).map_err(io)?;
    #[expect(clippy::disallowed_methods, reason = "a fresh folder of our own")]
    for (name, library) in [("guest.so", LIBRARY), ("clock.so", etude_clock::PRELOAD)] {
        std::fs::write(folder.path().join(name), library).map_err(io)?;
    }
    Ok(folder)
}

fn exec(environment: &Environment, libraries: &[&Path]) -> Result<Exec> {
    let text = |bytes: Vec<u8>| {
        CString::new(bytes).map_err(|_| Error::Interpreter {
            path: environment.interpreter.executable.clone(),
            reason: "its path has a NUL byte".into(),
        })
    };
    let python = environment.interpreter.executable.as_os_str().as_bytes().to_vec();
    let libraries: Vec<&[u8]> = libraries.iter().map(|library| library.as_os_str().as_bytes()).collect();
    let preload = [b"LD_PRELOAD=", &*libraries.join(&b':')].concat();
    Ok(Exec {
        path: text(python.clone())?,
        argv: vec![text(python)?],
        env: vec![
            text(preload)?,
            text(format!("{SWITCH}=1").into_bytes())?,
            text(b"LANG=C.UTF-8".to_vec())?,
            text(b"PYTHONDONTWRITEBYTECODE=1".to_vec())?,
            // Each arena reserves 64 MiB of addresses, which the limit on addresses would count.
            text(b"MALLOC_ARENA_MAX=1".to_vec())?,
        ],
    })
}

fn setup(
    layers: &Layers,
    users: Users,
    environment: &Environment,
    clock: &Path,
    scratch: &Path,
    places: &Places,
) -> Setup {
    let shape = if users == Users::Host { Shape::Reduced } else { Shape::Namespaces };
    let counted = layers.cgroup.as_ref().is_some_and(|hierarchy| hierarchy.counts_memory());
    let uid = match users {
        Users::Two { .. } => mounts::LEARNER,
        Users::One => 0,
        Users::Host if layers.root => supervisor::user_base(),
        Users::Host => rustix::process::geteuid().as_raw(),
    };
    Setup {
        namespaces: users != Users::Host,
        proc: layers.fresh_proc,
        landlock: layers.landlock > 0,
        uid,
        scratch: scratch.display().to_string(),
        work: places.work.clone(),
        filter: seccomp::interpreter_filter(),
        refusals: Profile::ALL.iter().map(|profile| seccomp::refusals(*profile, shape, counted)).collect(),
        rules: rules(users, environment, clock, scratch, places),
        warm: Vec::new(),
        // Without namespaces the interpreter has all that its user has, and the filter does not hide files.
        packages: if users == Users::Host { Vec::new() } else { environment.warm().to_vec() },
        site: places.site.clone(),
        pycache: places.pycache.clone(),
        clock: clock.display().to_string(),
        own: environment.own().to_vec(),
        fixed_hashes: environment.has_fixed_hashes(),
    }
}

/// What Landlock lets a run see. With a root of our own this repeats what is mounted; without one it is the root.
fn rules(users: Users, environment: &Environment, clock: &Path, scratch: &Path, places: &Places) -> Vec<Rule> {
    let bit = |profile: Profile| 1 << profile.index();
    let every: u32 = Profile::ALL.into_iter().map(bit).sum();
    let (shell, started) = (bit(Profile::Shell), bit(Profile::Process) | bit(Profile::Server));
    let path = |path: &Path| path.display().to_string();
    let mut rules = Vec::new();
    let mut rule = |profiles, access, path| rules.push(Rule { profiles, access, path });
    for library in ["/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin"] {
        rule(every & !shell, Access::Read, library.to_string());
        rule(shell, Access::ReadExec, library.to_string());
    }
    let interpreter = &environment.interpreter;
    for part in mounts::shown(interpreter) {
        rule(every, Access::Read, path(&part));
        rule(shell, Access::ReadExec, path(&part));
    }
    // A program is executed together with its loader.
    for program in [&*interpreter.executable, Path::new("/lib64/ld-linux-x86-64.so.2")] {
        rule(started, Access::ReadExec, path(program));
    }
    for file in ["/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/alternatives"] {
        rule(every, Access::Read, file.into());
    }
    for place in [&places.site, &places.pycache].into_iter().filter(|place| !place.is_empty()) {
        rule(every, Access::Read, place.clone());
    }
    if users != Users::Host {
        rule(every, Access::Read, "/etc".into());
        rule(shell, Access::Read, "/proc".into());
        rule(shell, Access::Terminal, mounts::TERMINALS.into());
        rule(every, Access::Read, path(clock));
    }
    rule(every & !shell, Access::Work, path(scratch));
    rule(shell, Access::WorkExec, path(scratch));
    for device in ["null", "zero", "full", "random", "urandom"] {
        rule(every, Access::Device, format!("/dev/{device}"));
    }
    rules
}
