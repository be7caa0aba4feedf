//! Packages in runs.

use crate::support::{environment, reduced, start};
use etude_sandbox::environment::{Error, prepare};
use etude_sandbox::{Environment, Job, Outcome, RelativePath};
use std::io::Write;
use tempfile::TempDir;

/// The usual interpreter with a package; none, and loudly, where the package index cannot be reached.
fn with_package(requirement: &str) -> Option<(TempDir, Environment)> {
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
