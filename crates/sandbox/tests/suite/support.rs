//! Sandboxes and jobs for tests.

use etude_sandbox::environment::prepare;
use etude_sandbox::{
    Config, Environment, Interpreter, Interpreters, Job, Layer, Policy, Profile, RelativePath, Sandbox, Transcript,
};
use std::sync::{Arc, OnceLock, Weak};

/// Every Python on this machine that can be used, oldest first.
pub(crate) fn environments() -> &'static [Environment] {
    static FOUND: OnceLock<Vec<Environment>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let (host, cache) = (std::env::vars_os().collect(), tempfile::tempdir().expect("a folder can be made"));
        let mut found = Interpreters::find(&host, cache.path()).all().to_vec();
        found.retain(|interpreter| interpreter.implementation == "cpython" && !interpreter.free_threaded);
        // Of equal versions the public one is kept: it can be used without namespaces as well.
        found.sort_by_key(|interpreter| (interpreter.version, !interpreter.executable.starts_with("/usr")));
        found.dedup_by_key(|interpreter| interpreter.version);
        assert!(!found.is_empty(), "no Python was found");
        let prepare = |one: &Interpreter| prepare(&host, cache.path(), one, &[], &mut |_| ());
        found.iter().map(|one| prepare(one).expect("nothing is to be prepared")).collect()
    })
}

/// No namespaces: one process for each run, and no disk limit.
pub(crate) fn reduced() -> bool {
    avoided().contains(&Layer::Namespaces)
}

/// The one most tests use.
pub(crate) fn environment() -> Environment {
    let all = environments();
    if reduced() {
        // Without namespaces an interpreter below a private home cannot be had.
        let public = all.iter().find(|environment| environment.interpreter.executable.starts_with("/usr"));
        return public.expect("a system Python").clone();
    }
    all.iter().find(|environment| environment.version().minor() == (3, 12)).unwrap_or(&all[all.len() - 1]).clone()
}

pub(crate) fn start(avoid: &[Layer], slots: usize) -> Sandbox {
    let policy = Policy { most: Profile::Shell, weak: true };
    Sandbox::start(Config { slots, policy, avoid: avoid.to_vec() }).expect("a sandbox can be started")
}

/// One sandbox for all tests that run at the same time; the last to let go ends it.
pub(crate) fn shared() -> Arc<Sandbox> {
    static SHARED: std::sync::Mutex<Weak<Sandbox>> = std::sync::Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let sandbox = Arc::new(start(&avoided(), 2));
        *shared = Arc::downgrade(&sandbox);
        sandbox
    })
}

/// Layers left out, from `ETUDE_AVOID=namespaces,cgroups`: the same tests then show what the others hold.
pub(crate) fn avoided() -> Vec<Layer> {
    let names = std::env::var("ETUDE_AVOID").unwrap_or_default();
    let layer = |name: &str| match name {
        "namespaces" => Some(Layer::Namespaces),
        "landlock" => Some(Layer::Landlock),
        "cgroups" => Some(Layer::Cgroups),
        "proc" => Some(Layer::FreshProc),
        _ => None,
    };
    names.split(',').filter_map(layer).collect()
}

/// `main.py` with this source, under the least profile.
pub(crate) fn job(source: &str) -> Job {
    let mut job = Job::python(environment(), RelativePath::new("main.py").expect("a good path"), source);
    job.profile = Profile::Python;
    job
}

pub(crate) fn run(job: &Job) -> Transcript {
    shared().run(job, &mut |_| ()).expect("the run starts")
}

/// Runs `main.py` with this source.
pub(crate) fn python(source: &str) -> Transcript {
    run(&job(source))
}
