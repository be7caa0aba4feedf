//! Packages in runs.

use crate::support::{environment, reduced, start};
use etude_sandbox::environment::{Error, prepare};
use etude_sandbox::{Environment, Job, Outcome, RelativePath};
use std::io::Write;
use tempfile::TempDir;

/// The usual interpreter with a package; none, and loudly, where the package index cannot be reached.
pub(crate) fn with_package(requirement: &str) -> Option<(TempDir, Environment)> {
    let cache = tempfile::tempdir().expect("a folder can be made");
    let wish = requirement.parse().expect("a good requirement");
    let host = std::env::vars_os().collect();
    match prepare(&host, cache.path(), &environment().interpreter, &[wish], &mut |_| ()) {
        Ok(environment) => Some((cache, environment)),
        Err(Error::Unreachable { detail }) => {
            // Past the capturing of output, which would hide it as the test passes.
            let mut stderr = std::io::stderr();
            writeln!(stderr, "\n**** SKIPPED: {requirement} cannot be had: {detail}\n").expect("stderr is there");
            None
        }
        Err(error) => panic!("{error}: {:?}", error.detail()),
    }
}

#[test]
fn imports_of_packages_use_the_prepared_bytecode() {
    if reduced() {
        return;
    }
    let Some((_cache, environment)) = with_package("httpx==0.28.1") else { return };
    let source = "import sys, time\nfrom importlib._bootstrap_external import SourceLoader\n\
        original, compiled = SourceLoader.source_to_code, []\n\
        def compile_it(self, data, path, **more):\n    compiled.append(path)\n    return original(self, data, path, **more)\n\
        SourceLoader.source_to_code = compile_it\n\
        before = time.perf_counter()\nimport httpx\nprint(time.perf_counter() - before, file=sys.stderr)\n\
        print(compiled, httpx.__file__, sys.path[-1])\nhttpx.get('nonsense')";
    let mut job = Job::python(environment.clone(), RelativePath::new("main.py").expect("a good path"), source);
    let sandbox = start(&[], 1);
    let transcript = sandbox.run(&job, &mut |_| ()).expect("the run starts");
    assert_eq!(transcript.stdout(), "[] /packages/httpx/__init__.py /packages\n", "{}", transcript.stderr());
    // What happens in a package is traced back to the line of the program.
    let stderr = transcript.stderr();
    assert!(stderr.contains("File \"/packages/httpx/_api.py\", line "), "{stderr}");
    let place = transcript.failure.and_then(|failure| failure.place).map(|place| (place.file, place.line));
    assert_eq!(place, Some(("main.py".into(), 12)));
    let seconds: f64 = stderr.lines().next().and_then(|line| line.parse().ok()).expect("a time");
    assert!(seconds < 2.0, "importing took {seconds} s");

    // What was imported beforehand costs a run nothing.
    job.environment = environment.warming(&["httpx"]);
    let transcript = sandbox.run(&job, &mut |_| ()).expect("the run starts");
    let first = transcript.stderr();
    let warm: f64 = first.lines().next().and_then(|line| line.parse().ok()).expect("a time");
    assert!(warm < 0.001, "a warm import took {warm} s, a cold one {seconds} s");
    assert_eq!(transcript.outcome, Outcome::Failed);
}

/// Modules of the standard library look for some that only packages have, `copy` for `org.python.core`. None of a
/// package may run in the interpreter before the filter of system calls holds there, nor at all without namespaces.
#[test]
fn a_package_never_runs_unconfined() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is ours");
    // 21 asks how system calls are filtered: zero is "not at all".
    let source = "import builtins, ctypes\n\
        builtins.seen = getattr(builtins, 'seen', []) + [ctypes.CDLL(None).prctl(21) != 0]\n\
        PyStringMap = None\n";
    for module in ["org", "org/python", "org/python/core", "_lzma", "_etude_evil"] {
        let name = if module.starts_with('_') || module.ends_with("core") {
            format!("{module}.py")
        } else {
            format!("{module}/__init__.py")
        };
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
        std::fs::write(path, source).expect("a file can be written");
    }
    let mut plain = environment();
    (plain.site, plain.digest) = (Some(folder.path().into()), "evil".into());
    let warming = plain.clone().warming(&["_etude_evil"]);
    let sandbox = start(&crate::support::avoided(), 1);
    let seen = |environment: &Environment, source: &str| {
        let job = Job::python(environment.clone(), RelativePath::new("main.py").expect("a good path"), source);
        let transcript = sandbox.run(&job, &mut |_| ()).expect("the run starts");
        (transcript.stdout(), transcript.stderr())
    };
    let before = "import builtins\nprint(getattr(builtins, 'seen', []))";
    assert_eq!(seen(&plain, before).0, "[]\n");
    let expected = if reduced() { "[]\n" } else { "[True]\n" };
    assert_eq!(seen(&warming, before).0, expected);
    // The run itself finds its packages, as ever.
    let (stdout, stderr) = seen(&plain, "import _etude_evil, builtins\nprint(*builtins.seen)");
    assert_eq!(stdout, "True\n", "{stderr}");
}
