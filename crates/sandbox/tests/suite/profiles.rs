//! What each profile adds, and what a refusal says.

use crate::support::{environment, job, reduced, run, shared};
use etude_sandbox::{Error, Job, Outcome, Profile, RelativePath};

const SUBPROCESS: &str = "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'print(1 + 1)'], capture_output=True, text=True, check=True).stdout)";
const LOOPBACK: &str = "import asyncio\nasync def main():\n    async def handle(r, w):\n        w.write(await r.readline())\n        w.close()\n    \
    server = await asyncio.start_server(handle, '127.0.0.1', 8000)\n    r, w = await asyncio.open_connection('localhost', 8000)\n    \
    w.write(b'hello\\n')\n    print(await r.read())\nasyncio.run(main())";

fn with(profile: Profile, source: &str) -> Job {
    let mut job = job(source);
    job.profile = profile;
    job
}

#[test]
fn each_profile_allows_what_it_names() {
    if reduced() {
        return;
    }
    for (source, needs, output) in
        [(SUBPROCESS, Profile::Process, "2\n\n"), (LOOPBACK, Profile::Server, "b'hello\\n'\n")]
    {
        for profile in Profile::ALL {
            let transcript = run(&with(profile, source));
            if profile >= needs {
                assert_eq!(
                    (transcript.outcome, transcript.stdout().as_str()),
                    (Outcome::Ok, output),
                    "{profile} {}",
                    transcript.stderr()
                );
            } else {
                assert_eq!(
                    (transcript.outcome, transcript.needs),
                    (Outcome::Failed, Some(needs)),
                    "{profile} {}",
                    transcript.stderr()
                );
                assert!(transcript.cause.unwrap_or_default().ends_with(&format!("it needs the profile `{needs}`")));
            }
        }
    }
}

#[test]
fn processes_of_every_kind_work_in_their_profile() {
    if reduced() {
        return;
    }
    let source = "import multiprocessing as mp, sys\nfrom concurrent.futures import ProcessPoolExecutor\ndef f(x): return x * x\n\
        if __name__ == '__main__':\n    for how in ('fork', 'spawn'):\n        with ProcessPoolExecutor(2, mp_context=mp.get_context(how)) as pool:\n            \
        print(how, list(pool.map(f, range(3))))";
    let transcript = run(&with(Profile::Process, source));
    assert_eq!(transcript.stdout(), "fork [0, 1, 4]\nspawn [0, 1, 4]\n", "{}", transcript.stderr());
}

#[test]
fn a_program_written_by_the_run_is_not_executed_below_the_shell_profile() {
    if reduced() {
        return;
    }
    let source = "import os, subprocess\nopen('tool', 'w').write('#!/bin/sh\\necho ran\\n')\nos.chmod('tool', 0o755)\nprint(subprocess.run(['./tool'], capture_output=True, text=True).stdout)";
    assert_eq!(run(&with(Profile::Server, source)).outcome, Outcome::Failed);
    assert_eq!(run(&with(Profile::Shell, source)).stdout(), "ran\n\n");
}

#[test]
fn shell_commands_run() {
    if reduced() {
        return;
    }
    // Where a fresh `/proc` is refused there is no `/dev/fd` either.
    let two = if shared().layers().fresh_proc { "<(echo two)" } else { "- <<< two" };
    let script = format!("echo one > a; cat a {two} | sort -r; jq -n '{{a: 1}}' -c; ls; python3 -c 'print(3)'; exit 3");
    let mut job = Job::command(environment(), ["bash".into(), "-c".into(), script]);
    job.files.push((RelativePath::new("b.txt").expect("a good path"), b"x".to_vec()));
    let transcript = run(&job);
    assert_eq!(
        (transcript.stdout().as_str(), transcript.exit),
        ("two\none\n{\"a\":1}\na\nb.txt\n3\n", Some(3)),
        "{}",
        transcript.stderr()
    );
    let mut job = Job::command(environment(), ["cat"]);
    job.stdin = b"from stdin".to_vec();
    assert_eq!(run(&job).stdout(), "from stdin");
}

#[test]
fn a_server_and_curl_share_a_session() {
    if reduced() {
        return;
    }
    let script = "python3 -m http.server 8123 >/dev/null 2>&1 & for i in $(seq 50); do curl -s -o out http://127.0.0.1:8123/b.txt && break; sleep 0.05; done; cat out";
    let mut job = Job::command(environment(), ["bash", "-c", script]);
    job.files.push((RelativePath::new("b.txt").expect("a good path"), b"served".to_vec()));
    let transcript = run(&job);
    assert_eq!(transcript.stdout(), "served", "{transcript:?}");
}

#[test]
fn a_command_that_does_not_exist_is_an_ordinary_failure() {
    if reduced() {
        return;
    }
    let transcript = run(&Job::command(environment(), ["no-such-program"]));
    assert_eq!((transcript.outcome, transcript.exit), (Outcome::Failed, Some(127)), "{transcript:?}");
    assert_eq!(transcript.cause.as_deref(), Some("`no-such-program` cannot be run: No such file or directory"));
}

#[test]
fn without_namespaces_only_the_least_profile_exists() {
    if reduced() {
        let refused = shared().run(&with(Profile::Process, "print()"), &mut |_| ());
        assert!(matches!(refused, Err(Error::Unsupported { .. })));
        assert_eq!(run(&with(Profile::Python, SUBPROCESS)).outcome, Outcome::Failed);
    }
}

#[test]
fn the_host_decides_the_most() {
    if reduced() {
        return;
    }
    let policy = etude_sandbox::Policy { most: Profile::Process, weak: true };
    let sandbox =
        etude_sandbox::Sandbox::start(etude_sandbox::Config { slots: 1, policy, avoid: vec![] }).expect("starts");
    let refused = sandbox.run(&with(Profile::Server, "print()"), &mut |_| ());
    assert!(matches!(refused, Err(Error::Profile { wanted: Profile::Server })));
    let mut command = Job::command(environment(), ["true"]);
    command.profile = Profile::Python;
    assert!(matches!(shared().run(&command, &mut |_| ()), Err(Error::Profile { wanted: Profile::Process })));
}
