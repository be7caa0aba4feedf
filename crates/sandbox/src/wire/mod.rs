//! What the supervisor and the guest say to each other.
//!
//! This folder is compiled twice: into the crate and into the guest library, which has no dependencies. Every message is
//! one bounded packet of a `SOCK_SEQPACKET` socket, except the job, which is a bounded stream. The reader trusts
//! nothing: a length that does not fit makes the whole message `None`.

mod packet;

pub use packet::{Reader, Writer, note, read_note, tag_of};

/// The descriptor of the control socket in the warm interpreter.
pub const CONTROL: i32 = 3;
/// The descriptor by which a learner and its judge talk to each other.
pub const LINK: i32 = 3;
/// The largest packet either side accepts.
pub const MAX_PACKET: usize = 160 * 1024;
/// The largest job, files included.
pub const MAX_JOB: usize = 256 << 20;
/// How much of a file goes into one packet when the work folder is sent back.
pub const CHUNK: usize = 60 * 1024;
/// The environment variable that turns the preloaded library on.
pub const SWITCH: &str = "ETUDE_GUEST";
/// Where a filter compares with the process id of the run, which is unknown while the filter is built.
pub const OWN_PID: u32 = 0x5e1f_5e1f;

/// Bits in [`Status::events`].
pub mod event {
    pub const NO_SPACE: u32 = 1;
    pub const NO_PROCESS: u32 = 2;
    pub const NO_MEMORY: u32 = 4;
    pub const EXEC_REFUSED: u32 = 8;
    pub const NETWORK_REFUSED: u32 = 16;
    pub const DISK_FULL: u32 = 32;
}

/// A step of a run's preparation, as `Status::broken_step` names it; zero is "none".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Step {
    Scratch = 1,
    Proc,
    Session,
    Limits,
    Capabilities,
    Identity,
    Parent,
    Landlock,
    Seccomp,
    Job,
    Files,
    Stdin,
    Exec,
    Fork,
    StandIns,
}

impl Step {
    const ALL: [Step; 15] = [
        Step::Scratch,
        Step::Proc,
        Step::Session,
        Step::Limits,
        Step::Capabilities,
        Step::Identity,
        Step::Parent,
        Step::Landlock,
        Step::Seccomp,
        Step::Job,
        Step::Files,
        Step::Stdin,
        Step::Exec,
        Step::Fork,
        Step::StandIns,
    ];

    pub fn from_u32(value: u32) -> Option<Step> {
        Step::ALL.into_iter().find(|step| *step as u32 == value)
    }
}

/// First bytes of a packet.
pub mod tag {
    pub const SETUP: u32 = 0x4574_0001;
    pub const READY: u32 = 0x4574_0002;
    pub const START: u32 = 0x4574_0003;
    pub const STARTED: u32 = 0x4574_0004;
    pub const REFUSED: u32 = 0x4574_0005;
    pub const KEEP: u32 = 0x4574_0006;
    pub const STOP: u32 = 0x4574_0007;
    pub const STATUS: u32 = 0x4574_0008;
    pub const FILE: u32 = 0x4574_0009;
    pub const DATA: u32 = 0x4574_000a;
    pub const END: u32 = 0x4574_000b;
}

/// What may be done below a path, for Landlock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Access {
    Read = 0,
    ReadExec = 1,
    Work = 2,
    WorkExec = 3,
    Device = 4,
    /// Terminals, which are asked and told more than other devices.
    Terminal = 5,
}

impl Access {
    fn from_u32(value: u32) -> Option<Access> {
        [Access::Read, Access::ReadExec, Access::Work, Access::WorkExec, Access::Device, Access::Terminal]
            .into_iter()
            .find(|access| *access as u32 == value)
    }
}

/// One Landlock rule. `profiles` has a bit for each profile it holds in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    pub profiles: u32,
    pub access: Access,
    pub path: String,
}

/// Told once to a fresh warm interpreter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Setup {
    /// Namespaces hold: the run gets its own mounts, process ids and System V objects.
    pub namespaces: bool,
    /// `/proc` is mounted in the outer sandbox.
    pub proc: bool,
    pub landlock: bool,
    /// The learner's user and group; equal to the interpreter's own where only one can be mapped.
    pub uid: u32,
    /// Where the run's scratch file system is mounted, or the folder it may write when there are no namespaces.
    pub scratch: String,
    /// The work folder as the program sees it.
    pub work: String,
    /// The filter of the interpreter itself: an allow-list for everything that ever runs below it.
    pub filter: Vec<u8>,
    /// One filter of refusals for each profile, laid over the allow-list in the learner's process.
    pub refusals: Vec<Vec<u8>>,
    pub rules: Vec<Rule>,
    /// Modules of the standard library to import before the first run.
    pub warm: Vec<String>,
    /// Modules of packages to import once the filter holds.
    pub packages: Vec<String>,
    /// The folder of extra packages, put at the end of the search path.
    pub site: String,
    /// Where bytecode lies, if not beside its source.
    pub pycache: String,
    /// The clock's library, as programs of the run find it.
    pub clock: String,
    /// Modules of ours, by name and source, that are made before the first run.
    pub own: Vec<(String, String)>,
    /// Text has the same hash in every interpreter.
    pub fixed_hashes: bool,
}

impl Setup {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new(tag::SETUP);
        out.flag(self.namespaces).flag(self.proc).flag(self.landlock).u32(self.uid);
        out.text(&self.scratch).text(&self.work).bytes(&self.filter).u32(self.refusals.len() as u32);
        for refusals in &self.refusals {
            out.bytes(refusals);
        }
        out.u32(self.rules.len() as u32);
        for rule in &self.rules {
            out.u32(rule.profiles).u32(rule.access as u32).text(&rule.path);
        }
        for modules in [&self.warm, &self.packages] {
            out.u32(modules.len() as u32);
            for module in modules {
                out.text(module);
            }
        }
        out.text(&self.site).text(&self.pycache).text(&self.clock).u32(self.own.len() as u32);
        for (name, source) in &self.own {
            out.text(name).text(source);
        }
        out.flag(self.fixed_hashes);
        out.finish()
    }

    pub fn decode(packet: &[u8]) -> Option<Setup> {
        let mut input = Reader::new(packet, tag::SETUP)?;
        let mut setup = Setup {
            namespaces: input.flag()?,
            proc: input.flag()?,
            landlock: input.flag()?,
            uid: input.u32()?,
            scratch: input.text()?,
            work: input.text()?,
            filter: input.bytes()?.to_vec(),
            ..Setup::default()
        };
        for _ in 0..input.count(16)? {
            setup.refusals.push(input.bytes()?.to_vec());
        }
        for _ in 0..input.count(256)? {
            let (profiles, access) = (input.u32()?, Access::from_u32(input.u32()?)?);
            setup.rules.push(Rule { profiles, access, path: input.text()? });
        }
        for _ in 0..input.count(1024)? {
            setup.warm.push(input.text()?);
        }
        for _ in 0..input.count(1024)? {
            setup.packages.push(input.text()?);
        }
        setup.site = input.text()?;
        setup.pycache = input.text()?;
        setup.clock = input.text()?;
        for _ in 0..input.count(256)? {
            setup.own.push((input.text()?, input.text()?));
        }
        setup.fixed_hashes = input.flag()?;
        Some(setup)
    }
}

/// How the time of a run goes, as [`Start::clock`] and [`Status::clock`] have it.
pub mod clock {
    pub const REAL: u32 = 0;
    pub const VIRTUAL: u32 = 1;
    pub const STEADY: u32 = 2;
}

/// Why a run's clock ended it, as [`Status::clock_end`] has it.
pub mod clock_end {
    pub const NONE: u32 = 0;
    /// Nothing could ever happen again.
    pub const STALLED: u32 = 1;
    /// The same, with somebody listening for connections.
    pub const IDLE: u32 = 2;
    /// The limit on virtual time.
    pub const LIMIT: u32 = 3;
    /// The steady clock does not fit the program.
    pub const UNFIT: u32 = 4;
}

/// Asks for a run that then waits for its job. Descriptors: stdout, stderr, status socket, job socket; unless its clock
/// is real, also the reading ends of stdout and stderr, and the memory of the clock's `Control`; then the judge's job
/// socket, if there is to be one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Start {
    /// Index of the profile, from least privilege up.
    pub profile: u32,
    /// Mount a `/proc` that shows the run's own processes.
    pub proc: bool,
    /// Programs in the scratch folders may be executed.
    pub exec_scratch: bool,
    pub cpu_seconds: u64,
    pub address_space: u64,
    pub processes: u64,
    pub descriptors: u64,
    pub files: u64,
    pub file_size: u64,
    pub disk: u64,
    /// One of [`clock`].
    pub clock: u32,
    /// The sandbox's supervisor keeps the clock, and not the run's pid 1: one more descriptor is the memory it shares.
    pub kept_outside: bool,
    pub seed: Option<u64>,
    /// The most virtual time, in nanoseconds.
    pub virtual_ns: u64,
    /// What tasks and threads do is written down: the last descriptor is the memory for it.
    pub trace: bool,
    /// A second process stands beside the learner's, out of its reach, and its end is the end of the run.
    pub judge: bool,
    /// A process of ours beside the program answers in place of hosts outside.
    pub stand_ins: bool,
}

impl Start {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new(tag::START);
        out.u32(self.profile).flag(self.proc).flag(self.exec_scratch);
        for value in [self.cpu_seconds, self.address_space, self.processes, self.descriptors] {
            out.u64(value);
        }
        out.u64(self.files).u64(self.file_size).u64(self.disk);
        out.u32(self.clock)
            .flag(self.kept_outside)
            .flag(self.seed.is_some())
            .u64(self.seed.unwrap_or(0))
            .u64(self.virtual_ns)
            .flag(self.trace)
            .flag(self.judge)
            .flag(self.stand_ins);
        out.finish()
    }

    pub fn decode(packet: &[u8]) -> Option<Start> {
        let mut input = Reader::new(packet, tag::START)?;
        Some(Start {
            profile: input.u32()?,
            proc: input.flag()?,
            exec_scratch: input.flag()?,
            cpu_seconds: input.u64()?,
            address_space: input.u64()?,
            processes: input.u64()?,
            descriptors: input.u64()?,
            files: input.u64()?,
            file_size: input.u64()?,
            disk: input.u64()?,
            clock: input.u32()?,
            kept_outside: input.flag()?,
            seed: match (input.flag()?, input.u64()?) {
                (true, seed) => Some(seed),
                (false, _) => None,
            },
            virtual_ns: input.u64()?,
            trace: input.flag()?,
            judge: input.flag()?,
            stand_ins: input.flag()?,
        })
    }
}

/// What the learner's process does once it has been confined.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Order {
    /// Empty for a command.
    pub script: Option<(String, Vec<u8>)>,
    pub argv: Vec<Vec<u8>>,
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    pub stdin: Vec<u8>,
    pub files: Vec<(String, Vec<u8>)>,
    /// The names of hosts as a line of `/etc/hosts` has them, and what `stand_ins.py` is told; both empty without any.
    pub hosts: String,
    pub stand_ins: Vec<u8>,
}

impl Order {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new(0);
        match &self.script {
            Some((path, source)) => out.flag(true).text(path).bytes(source),
            None => out.flag(false),
        };
        out.u32(self.argv.len() as u32);
        for argument in &self.argv {
            out.bytes(argument);
        }
        out.u32(self.env.len() as u32);
        for (name, value) in &self.env {
            out.bytes(name).bytes(value);
        }
        out.bytes(&self.stdin).u32(self.files.len() as u32);
        for (path, content) in &self.files {
            out.text(path).bytes(content);
        }
        out.text(&self.hosts).bytes(&self.stand_ins);
        out.finish()
    }

    pub fn decode(packet: &[u8]) -> Option<Order> {
        let mut input = Reader::new(packet, 0)?;
        let mut order = Order::default();
        if input.flag()? {
            order.script = Some((input.text()?, input.bytes()?.to_vec()));
        }
        for _ in 0..input.count(1 << 16)? {
            order.argv.push(input.bytes()?.to_vec());
        }
        for _ in 0..input.count(1 << 12)? {
            order.env.push((input.bytes()?.to_vec(), input.bytes()?.to_vec()));
        }
        order.stdin = input.bytes()?.to_vec();
        for _ in 0..input.count(1 << 16)? {
            order.files.push((input.text()?, input.bytes()?.to_vec()));
        }
        (order.hosts, order.stand_ins) = (input.text()?, input.bytes()?.to_vec());
        Some(order)
    }
}

/// How a run ended, said by its pid 1.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// As `waitpid` gives it: of the judge, if there is one.
    pub wait: u32,
    /// Of a learner that ended before its judge.
    pub learner_wait: Option<u32>,
    pub user_us: u64,
    pub system_us: u64,
    pub peak_kb: u64,
    /// Bits of [`event`]; the program can forge all but `DISK_FULL`.
    pub events: u32,
    /// The step of the preparation that failed, and its `errno`; zero when none did.
    pub broken_step: u32,
    pub broken_errno: u32,
    /// Where every thread was when the run was stopped, as `faulthandler` writes it. Forgeable, bounded.
    pub dump: Vec<u8>,
    /// The uncaught exception, fields separated by NUL. Forgeable, bounded.
    pub failure: Vec<u8>,
    /// One of [`clock`]: the one the run was under, which is the real one where no other could be had.
    pub clock: u32,
    /// One of [`clock_end`].
    pub clock_end: u32,
    pub virtual_ns: u64,
    pub jumps: u64,
    /// Why the clock could not skip waiting, as `clock::shared` numbers it; zero when it could.
    pub real_time: u32,
    /// Where each thread and task of a stalled run waits, a line each, fields separated by NUL. Forgeable, bounded.
    pub waiting: Vec<u8>,
    /// The same as the kernel tells it: process, program, what for.
    pub asleep: Vec<u8>,
    /// What the stand-ins were asked, a line each, fields separated by NUL. Forgeable, bounded.
    pub answers: Vec<u8>,
}

impl Status {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new(tag::STATUS);
        out.u32(self.wait).flag(self.learner_wait.is_some()).u32(self.learner_wait.unwrap_or(0));
        out.u64(self.user_us).u64(self.system_us).u64(self.peak_kb).u32(self.events);
        out.u32(self.broken_step).u32(self.broken_errno).bytes(&self.dump).bytes(&self.failure);
        out.u32(self.clock).u32(self.clock_end).u64(self.virtual_ns).u64(self.jumps).u32(self.real_time);
        out.bytes(&self.waiting).bytes(&self.asleep).bytes(&self.answers);
        out.finish()
    }

    pub fn decode(packet: &[u8]) -> Option<Status> {
        let mut input = Reader::new(packet, tag::STATUS)?;
        Some(Status {
            wait: input.u32()?,
            learner_wait: match (input.flag()?, input.u32()?) {
                (true, wait) => Some(wait),
                (false, _) => None,
            },
            user_us: input.u64()?,
            system_us: input.u64()?,
            peak_kb: input.u64()?,
            events: input.u32()?,
            broken_step: input.u32()?,
            broken_errno: input.u32()?,
            dump: input.bytes()?.to_vec(),
            failure: input.bytes()?.to_vec(),
            clock: input.u32()?,
            clock_end: input.u32()?,
            virtual_ns: input.u64()?,
            jumps: input.u64()?,
            real_time: input.u32()?,
            waiting: input.bytes()?.to_vec(),
            asleep: input.bytes()?.to_vec(),
            answers: input.bytes()?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes a packet as everything it could be, and answers the sizes of what came out: bytes, and pieces.
    fn decode_all(packet: &[u8]) -> Vec<(usize, usize)> {
        let setup = Setup::decode(packet).map(|setup| {
            let texts = [&setup.scratch, &setup.work, &setup.site, &setup.pycache, &setup.clock].map(|text| text.len());
            let rules = setup.rules.iter().map(|rule| rule.path.len());
            let warm = setup.warm.iter().chain(&setup.packages).map(String::len);
            let filters = setup.refusals.iter().map(Vec::len).chain([setup.filter.len()]);
            let own = setup.own.iter().map(|(name, source)| name.len() + source.len());
            let bytes = texts.into_iter().chain(rules).chain(warm).chain(filters).chain(own).sum();
            (bytes, setup.rules.len() + setup.warm.len() + setup.packages.len() + setup.refusals.len())
        });
        let order = Order::decode(packet).map(|order| {
            let script = order.script.iter().map(|(path, source)| path.len() + source.len());
            let env = order.env.iter().map(|(name, value)| name.len() + value.len());
            let files = order.files.iter().map(|(path, content)| path.len() + content.len());
            let argv = order.argv.iter().map(Vec::len);
            let others = [order.stdin.len(), order.hosts.len(), order.stand_ins.len()];
            let bytes = script.chain(env).chain(files).chain(argv).chain(others).sum();
            (bytes, order.env.len() + order.files.len() + order.argv.len())
        });
        let status = Status::decode(packet).map(|status| {
            let texts = [&status.dump, &status.failure, &status.waiting, &status.asleep, &status.answers];
            (texts.map(Vec::len).iter().sum(), 0)
        });
        let start = Start::decode(packet).map(|_| (0, 0));
        let note = tag_of(packet).and_then(|tag| read_note(packet, tag)).map(|text| (text.len(), 0));
        [setup, order, status, start, note].into_iter().flatten().collect()
    }

    /// One of each message.
    fn messages() -> Vec<Vec<u8>> {
        let text = |text: &str| text.as_bytes().to_vec();
        let setup = Setup {
            namespaces: true,
            filter: vec![7; 24],
            refusals: vec![vec![1; 8], vec![]],
            rules: vec![Rule { profiles: 3, access: Access::Work, path: "/sandbox".into() }],
            warm: vec!["asyncio".into(), "json".into()],
            packages: vec!["httpx".into()],
            work: "/sandbox/work".into(),
            site: "/packages".into(),
            own: vec![("own".into(), "x = 1".into())],
            ..Setup::default()
        };
        let order = Order {
            script: Some(("main.py".into(), text("print('hi')"))),
            argv: vec![text("main.py"), text("-v")],
            env: vec![(text("HOME"), text("/sandbox/work"))],
            stdin: text("line\n"),
            files: vec![("a.txt".into(), text("x"))],
            hosts: "tea.example".into(),
            stand_ins: text("[]"),
        };
        let mut status = Status { wait: 9, peak_kb: 7, dump: text("File"), failure: text("a\0b"), ..Status::default() };
        (status.jumps, status.waiting, status.asleep) = (7, text("task\0main"), text("3\0sh\0a child"));
        let start = Start { disk: 1 << 20, cpu_seconds: 3, clock: clock::STEADY, seed: Some(7), ..Start::default() };
        assert_eq!(Setup::decode(&setup.encode()).as_ref(), Some(&setup));
        assert_eq!(Order::decode(&order.encode()).as_ref(), Some(&order));
        assert_eq!(Status::decode(&status.encode()).as_ref(), Some(&status));
        assert_eq!(Start::decode(&start.encode()), Some(start));
        vec![setup.encode(), order.encode(), status.encode(), start.encode(), note(tag::FILE, "a/b")]
    }

    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    /// Whatever comes in, nothing panics and nothing larger than the packet comes out.
    #[test]
    fn no_packet_harms_its_reader() {
        let check = |packet: &[u8]| {
            for (bytes, pieces) in decode_all(packet) {
                assert!(bytes <= packet.len() && pieces <= packet.len() / 4, "{bytes} {pieces} of {}", packet.len());
            }
        };
        let mut state = 0x9e37_79b9_7f4a_7c15;
        let rounds = if cfg!(miri) { 10 } else { 20_000 };
        for message in messages() {
            (0..message.len()).step_by(if cfg!(miri) { 9 } else { 1 }).for_each(|length| check(&message[..length]));
            for _ in 0..rounds {
                let mut broken = message.clone();
                for _ in 0..1 + random(&mut state) % 4 {
                    let at = random(&mut state) as usize % broken.len();
                    // Lengths and counts are where it hurts: often the largest, or just too large.
                    broken[at] = match random(&mut state) % 3 {
                        0 => 0xff,
                        1 => broken[at].wrapping_add(1),
                        _ => random(&mut state) as u8,
                    };
                }
                check(&broken);
            }
            let tag = message[..4].to_vec();
            for _ in 0..rounds / 10 {
                let length = random(&mut state) as usize % 600;
                check(&tag.iter().copied().chain((0..length).map(|_| random(&mut state) as u8)).collect::<Vec<u8>>());
                // A count that promises more than there is.
                check(&[&tag[..], &[0xff; 4].repeat(length / 4)].concat());
            }
        }
    }
}
