//! The sandbox as its users see it: slots, each with its own user ids, control group and warm interpreters.

use crate::accounting;
use crate::cgroup::Group;
use crate::clock::Clock;
use crate::environment::Environment;
use crate::job::{Job, Profile};
use crate::layers::{Layer, Layers};
use crate::outer::Users;
use crate::run;
use crate::transcript::{Transcript, Write};
use crate::verdict;
use crate::warm::{self, Warm};
use crate::wire::Step;
use crate::{Error, Result};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many runs may go on at once.
    pub slots: usize,
    pub policy: Policy,
    /// Mechanisms to do without, to see what the others hold.
    pub avoid: Vec<Layer>,
}

/// What the host allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// The most any run may ask for.
    pub most: Profile,
    /// Run even where a guarantee is missing: for people's own code, not for strangers'.
    pub weak: bool,
}

impl Default for Config {
    fn default() -> Config {
        let slots = std::thread::available_parallelism().map_or(1, usize::from);
        Config { slots, policy: Policy { most: Profile::Python, weak: false }, avoid: Vec::new() }
    }
}

/// Runs programs. All methods may be called from many threads; everything started ends with it.
pub struct Sandbox {
    layers: Layers,
    policy: Policy,
    slots: Mutex<Vec<Slot>>,
    freed: Condvar,
    spawner: Spawner,
    /// Only one run will be asked for.
    single: bool,
    interrupted: AtomicBool,
}

/// How many warm interpreters a slot keeps; the one used longest ago makes room.
const WARM_PER_SLOT: usize = 3;
/// What a run's control group gets beyond its limit: enough that one greedy process meets its own limit first, which
/// is an exception with a line, and not the kernel's killer; and room for what warm interpreters have touched.
const GROUP_SLACK: u64 = 96 << 20;

struct Slot {
    users: Users,
    warm: Vec<(Environment, Warm)>,
    group: Option<Group>,
}

impl Sandbox {
    /// Finds out what this machine can hold. Interpreters are warmed when they are first needed.
    pub fn start(config: Config) -> Result<Sandbox> {
        if !cfg!(target_arch = "x86_64") {
            return Err(Error::Unsupported { missing: "a filter of system calls for this processor".into() });
        }
        let spawner = Spawner::start()?;
        let avoid = config.avoid.clone();
        let layers = spawner.run(move || Layers::probe(&avoid))?;
        if !layers.seccomp {
            return Err(Error::Unsupported { missing: "a filter of system calls".into() });
        }
        if !layers.namespaces && layers.landlock == 0 {
            return Err(Error::Unsupported { missing: "namespaces or Landlock, to hide the host's files".into() });
        }
        let missing = crate::doctor::missing(&layers);
        if !config.policy.weak && !missing.is_empty() {
            return Err(Error::Unsupported { missing: missing.join(", ") });
        }
        let slots = (0..config.slots.max(1)).map(|index| Slot::new(index, &layers)).collect();
        Ok(Sandbox {
            layers,
            policy: config.policy,
            slots: Mutex::new(slots),
            freed: Condvar::new(),
            spawner,
            single: false,
            interrupted: AtomicBool::new(false),
        })
    }

    /// For a single run: nothing is imported beforehand that it may not need, and no further run is made ready.
    #[must_use]
    pub fn for_one_run(mut self) -> Sandbox {
        self.single = true;
        self
    }

    /// Stops what is running, with a transcript of what there is; further runs stop as soon as they start.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// What was found on this machine.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Runs one job to its end, in the next free slot. `on_write` sees what the program writes as it comes; under the
    /// steady clock when it has ended, since a program that computes is run again.
    pub fn run(&self, job: &Job, on_write: &mut dyn FnMut(&Write)) -> Result<Transcript> {
        if job.clock != Clock::Steady {
            return self.run_once(job, on_write);
        }
        let mut transcript = self.run_once(job, &mut |_| ())?;
        if transcript.repeated {
            let again = Job { clock: Clock::Virtual, ..job.clone() };
            return Ok(Transcript { repeated: true, ..self.run_once(&again, on_write)? });
        }
        // Where a piece ends depends on when it was read: what was written at one moment is one.
        transcript.writes.dedup_by(|next, write| {
            let same = (next.at, next.stream) == (write.at, write.stream);
            if same {
                write.bytes.append(&mut next.bytes);
            }
            same
        });
        transcript.writes.iter().for_each(on_write);
        Ok(transcript)
    }

    fn run_once(&self, job: &Job, on_write: &mut dyn FnMut(&Write)) -> Result<Transcript> {
        if job.profile > self.policy.most {
            return Err(Error::Profile { wanted: job.profile });
        }
        if !self.layers.namespaces && job.profile != Profile::Python {
            return Err(Error::Unsupported {
                missing: format!("namespaces, which the profile `{}` needs", job.profile),
            });
        }
        if matches!(job.program, crate::Program::Command(_)) && job.profile < Profile::Process {
            return Err(Error::Profile { wanted: Profile::Process });
        }
        if !self.layers.namespaces && job.judge.is_some() {
            return Err(Error::Unsupported { missing: "namespaces, which hold a program and its judge apart".into() });
        }
        if !job.stand_ins.is_empty() && !self.layers.namespaces {
            return Err(Error::Unsupported { missing: "namespaces, which stand-ins need".into() });
        }
        if !job.stand_ins.is_empty() && job.judge.is_some() {
            return Err(Error::Unsupported { missing: "a way to judge a program that stand-ins answer".into() });
        }
        let mut taken = self.take(&job.environment);
        // An interpreter that died while it stood by is replaced, once.
        match taken.slot_mut().run(self, job, on_write) {
            Err(Error::Lost) => {
                taken.slot_mut().forget(&job.environment);
                taken.slot_mut().run(self, job, on_write)
            }
            result => result,
        }
        // Whatever is wrong with it, the next run gets a new one.
        .inspect_err(|error| {
            if error.is_ours() {
                taken.slot_mut().forget(&job.environment);
            }
        })
    }

    /// Starts the interpreters of an environment in every slot, so that the first runs need not wait.
    pub fn warm_up(&self, environment: &Environment) -> Result<()> {
        let mut held = Vec::new();
        let count = self.lock().len();
        for _ in 0..count {
            let mut taken = self.take(environment);
            taken.slot_mut().warm(self, environment)?;
            held.push(taken);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Slot>> {
        // Slots are only moved in and out under the lock, so a panic elsewhere leaves them whole.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, environment: &Environment) -> Taken<'_> {
        let mut slots = self.lock();
        loop {
            let ready = slots.iter().position(|slot| slot.warm.iter().any(|(warm, _)| warm == environment));
            if let Some(index) = ready.or(slots.len().checked_sub(1)) {
                return Taken { sandbox: self, slot: Some(slots.swap_remove(index)) };
            }
            slots = self.freed.wait(slots).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Before the thread they hang on ends.
        self.lock().clear();
    }
}

/// A slot out of the pool; goes back by itself, also when a callback panics.
struct Taken<'a> {
    sandbox: &'a Sandbox,
    slot: Option<Slot>,
}

impl Taken<'_> {
    fn slot_mut(&mut self) -> &mut Slot {
        self.slot.as_mut().expect("a slot is held until it is dropped")
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.sandbox.lock().extend(self.slot.take());
        self.sandbox.freed.notify_one();
    }
}

impl Slot {
    fn new(index: usize, layers: &Layers) -> Slot {
        let group = layers.cgroup.as_ref().and_then(|hierarchy| Group::create(hierarchy, &format!("slot{index}")));
        Slot { users: layers.users(), warm: Vec::new(), group }
    }

    fn forget(&mut self, environment: &Environment) {
        self.warm.retain(|(warm, _)| warm != environment);
    }

    /// The interpreter of an environment, moved to the end of the list: the front is the one used longest ago.
    fn warm(&mut self, sandbox: &Sandbox, environment: &Environment) -> Result<&mut Warm> {
        if let Some(index) = self.warm.iter().position(|(warm, _)| warm == environment) {
            let found = self.warm.remove(index);
            self.warm.push(found);
        } else {
            if self.warm.len() >= WARM_PER_SLOT {
                self.warm.remove(0);
            }
            let (layers, users, wanted) = (sandbox.layers.clone(), self.users, environment.clone());
            let beforehand = if sandbox.single { "" } else { warm::MODULES };
            let starting = sandbox.spawner.run(move || Warm::start(&layers, users, &wanted, beforehand))??;
            let pid = starting.pid();
            let join = || {
                let doing = "put the interpreter into its control group";
                let joined = self.group.as_ref().map_or(Ok(()), |group| group.add(pid));
                joined.map_err(|source| Error::System { doing, source })
            };
            let warm = if sandbox.single {
                // Joining takes as long as Python's own start, so both go on at once. With several interpreters in a
                // group that would count their memory too.
                let joined = join();
                let warm = starting.ready()?;
                joined?;
                warm
            } else {
                let warm = starting.ready()?;
                join()?;
                warm
            };
            self.warm.push((environment.clone(), warm));
        }
        let (_, warm) = self.warm.last_mut().expect("pushed above");
        Ok(warm)
    }

    fn run(&mut self, sandbox: &Sandbox, job: &Job, on_write: &mut dyn FnMut(&Write)) -> Result<Transcript> {
        self.warm(sandbox, &job.environment)?;
        let (_, warm) = self.warm.last_mut().expect("made ready above");
        let mut start = job.start(sandbox.layers.fresh_proc, accounting::mapped(warm.pid()));
        // What is executed joins by a file, which the program could cut short under us.
        start.kept_outside = job.clock != Clock::Real
            && sandbox.layers.namespaces
            && !sandbox.layers.fresh_proc
            && job.profile == Profile::Python;
        let (order, judge) = (job.order(warm.places())?, job.judge_order(warm.places())?.unwrap_or_default());
        let sides = job.sides();
        if let Some(group) = &mut self.group {
            group.limit(u64::from(sides) * job.limits.memory + GROUP_SLACK, job.limits.processes + 8);
        }
        let seat = warm.seat(&start)?;
        let group = self.group.as_ref();
        let ended = run::follow(&seat, [&order, &judge], job, group, warm.pid(), &sandbox.interrupted, on_write)?;
        // The run is over, whatever becomes of the interpreter; one that cannot clean up gets no further run. Neither does
        // one whose network still keeps the ports of ended connections, which only a `/proc` of our own can forbid.
        let ports = !sandbox.layers.fresh_proc && job.profile >= Profile::Server;
        let clean = warm.finish(seat).is_ok() && !ports;
        if clean && !sandbox.single {
            warm.stand_by(&start);
        }
        let work = warm.places().work.clone();
        if !clean {
            self.forget(&job.environment);
        }
        let status = match &ended.status {
            Some(status) => status.clone(),
            // Init was killed, by us after its last chance or for memory.
            None => crate::wire::Status { wait: libc::SIGKILL as u32, ..Default::default() },
        };
        match Step::from_u32(status.broken_step) {
            // Files that do not fit are the job's own doing, and a command that cannot be run is as well.
            Some(Step::Files | Step::Stdin | Step::Exec) | None => {}
            Some(step) if ended.stop.is_none() => {
                let source = std::io::Error::from_raw_os_error(status.broken_errno as i32);
                return Err(Error::Run { step, source });
            }
            Some(_) => {}
        }
        Ok(verdict::transcript(job, ended, status, &work))
    }
}

/// A thread that starts all interpreters: they are to die with us, and the kernel's signal for that is sent when the
/// *thread* that started them ends.
struct Spawner {
    tasks: Option<mpsc::Sender<Box<dyn FnOnce() + Send>>>,
    thread: Option<JoinHandle<()>>,
}

impl Spawner {
    fn start() -> Result<Spawner> {
        let (tasks, inbox) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let thread = std::thread::Builder::new()
            .name("sandbox-spawner".into())
            .spawn(move || inbox.into_iter().for_each(|task| task()))
            .map_err(|source| Error::System { doing: "start a thread", source })?;
        Ok(Spawner { tasks: Some(tasks), thread: Some(thread) })
    }

    fn run<T: Send + 'static>(&self, task: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, result) = mpsc::channel();
        let task = move || drop(answer.send(task()));
        let sent = self.tasks.as_ref().is_some_and(|tasks| tasks.send(Box::new(task)).is_ok());
        if !sent {
            return Err(Error::Lost);
        }
        result.recv().map_err(|_| Error::Lost)
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has already been reported as a lost interpreter.
            let _ = thread.join();
        }
    }
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A number no other call in this process has got.
pub(crate) fn next_number() -> u32 {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// Begins the names of what this supervisor makes on the host: its process id and the namespace that this counts in, since
/// supervisors of several containers may share a folder.
pub(crate) fn mark() -> String {
    format!("{}-{}", std::process::id(), process_namespace())
}

/// Whether a name that begins with such a mark is that of a supervisor which is no more.
pub(crate) fn is_left(name: &str) -> bool {
    let mut parts = name.split('-').map_while(|part| part.parse::<u64>().ok());
    let left = |pid: u64| !Path::new(&format!("/proc/{pid}")).exists();
    parts.next().is_some_and(left) && parts.next() == Some(process_namespace())
}

fn process_namespace() -> u64 {
    std::fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino())
}

/// Host user ids that no account uses.
pub(crate) const USERS: Range<u32> = 0x4000_0000..0x6000_0000;

/// The first of two of [`USERS`] that no other supervisor uses: distinct for every process and call.
pub(crate) fn user_base() -> u32 {
    USERS.start + std::process::id() % (1 << 22) * 128 + next_number() % 64 * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_supervisor_of_this_namespace_made_is_left_over() {
        let (own, dead) = (mark(), u32::MAX);
        assert!(!is_left(&format!("{own}-slot0-5")));
        assert!(is_left(&format!("{dead}-{}-slot0-5", process_namespace())));
        for name in [format!("{dead}-1-slot0"), format!("{dead}-slot0-5"), dead.to_string(), "probe-1-2".into()] {
            assert!(!is_left(&name), "{name}");
        }
    }
}
