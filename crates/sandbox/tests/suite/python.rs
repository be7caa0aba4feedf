//! A program must not be able to tell, by ordinary means, that it is not run by plain `python main.py`.

use crate::support::{environments, job, python, reduced, run, shared};
use etude_sandbox::{Job, Outcome, RelativePath, Stream};

/// Exit code, stdout and stderr.
fn check(source: &str, exit: i32, stdout: &str, stderr: &str) {
    let transcript = python(source);
    let seen = (transcript.exit, transcript.stdout(), transcript.stderr());
    assert_eq!(seen, (Some(exit), stdout.to_string(), stderr.to_string()), "{source}");
}

#[test]
fn the_script_finds_itself_as_usual() {
    check(
        "import sys, os\nprint(__name__, sys.argv, os.path.basename(__file__), os.getcwd() == os.path.dirname(__file__))\n\
         print(sys.path[0] == os.getcwd(), __spec__, type(__loader__).__name__, sys.flags.isolated)",
        0,
        "__main__ ['main.py'] main.py True\nTrue None SourceFileLoader 0\n",
        "",
    );
}

#[test]
fn no_frame_or_module_of_ours_is_visible() {
    check(
        "import sys\nframe = sys._getframe()\nprint(frame.f_back)\n\
         print([name for name in sys.modules if 'etude' in name or 'guest' in name or name == 'ctypes'])",
        0,
        "None\n[]\n",
        "",
    );
}

#[test]
fn a_traceback_shows_the_users_lines_only() {
    let transcript = python("def f(x):\n    return 1 / x\n\nf(0)\n");
    let text = transcript.stderr();
    assert!(
        text.starts_with("Traceback (most recent call last):\n  File \"main.py\", line 4, in <module>\n    f(0)\n"),
        "{text}"
    );
    assert!(text.ends_with("ZeroDivisionError: division by zero\n"), "{text}");
    assert_eq!(
        transcript.cause.as_deref(),
        Some("`ZeroDivisionError: division by zero` in `f`, line 2: `return 1 / x`")
    );
}

#[test]
fn a_syntax_error_is_shown_without_a_traceback() {
    let transcript = python("x = 1\nif x\n    pass\n");
    assert!(transcript.stderr().starts_with("  File \"main.py\", line 2\n    if x\n"), "{}", transcript.stderr());
    let failure = transcript.failure.expect("there is a failure");
    assert_eq!((failure.kind.as_str(), failure.place.map(|place| place.line)), ("SyntaxError", Some(2)));
}

#[test]
fn exit_codes_are_pythons() {
    check("import sys; sys.exit(7)", 7, "", "");
    check("raise SystemExit", 0, "", "");
    check("import sys; sys.exit('no luck')", 1, "", "no luck\n");
    check("import sys; sys.exit(256 + 3)", 3, "", "");
    check("import os; os._exit(9)", 9, "", "");
    check("import atexit; atexit.register(print, 'bye'); print('hi')", 0, "hi\nbye\n", "");
    check("import atexit, sys; atexit.register(print, 'bye'); sys.exit(4)", 4, "bye\n", "");
    check("exit(5)", 5, "", "");
}

#[test]
fn an_interrupt_ends_like_a_signal() {
    let transcript = python("raise KeyboardInterrupt");
    assert_eq!((transcript.outcome, transcript.exit), (Outcome::Killed, Some(130)));
    assert!(transcript.stderr().ends_with("KeyboardInterrupt\n"), "{}", transcript.stderr());
}

#[test]
fn standard_input_is_what_was_given() {
    let mut job = job("name = input('who? ')\nprint('hello', name)\nimport sys\nprint(sys.stdin.read().split())");
    job.stdin = b"Ada\nx y\nz\n".to_vec();
    let transcript = run(&job);
    assert_eq!(transcript.stdout(), "who? hello Ada\n['x', 'y', 'z']\n");
    let transcript = python("input()");
    assert_eq!(transcript.failure.map(|failure| failure.kind), Some("EOFError".into()));
}

#[test]
fn the_order_of_both_streams_is_kept() {
    let source = "import sys, os\nfor i in range(50):\n    print('o', i)\n    print('e', i, file=sys.stderr)\n    os.write(1, b'raw\\n')";
    for _ in 0..5 {
        let transcript = python(source);
        let mut order = String::new();
        for write in &transcript.writes {
            for line in String::from_utf8_lossy(&write.bytes).lines() {
                order.push_str(&format!("{}{line};", if write.stream == Stream::Stdout { '1' } else { '2' }));
            }
        }
        let expected: String = (0..50).map(|i| format!("1o {i};2e {i};1raw;")).collect();
        assert_eq!(order, expected);
    }
}

#[test]
fn writes_stream_as_they_come() {
    let mut times = Vec::new();
    let job = job("import time\nprint('a')\ntime.sleep(0.2)\nprint('b', end='', flush=True)");
    let transcript =
        shared().run(&job, &mut |write| times.push((write.at, write.bytes.clone()))).expect("the run starts");
    assert_eq!(transcript.outcome, Outcome::Ok);
    assert_eq!(times.iter().map(|(_, bytes)| &bytes[..]).collect::<Vec<_>>(), [b"a\n", &b"b"[..]]);
    assert!((times[1].0 - times[0].0).as_millis() >= 190, "{times:?}");
}

#[test]
fn files_of_the_work_folder_can_be_imported_and_read() {
    let mut job = job("import helper, pkg.inner\nprint(helper.X, pkg.inner.Y, open('data/a.txt').read())");
    for (path, content) in [("helper.py", "X = 1"), ("pkg/inner.py", "Y = 2"), ("data/a.txt", "text")] {
        job.files.push((RelativePath::new(path).expect("a good path"), content.into()));
    }
    assert_eq!(run(&job).stdout(), "1 2 text\n");
}

#[test]
fn a_file_named_like_a_library_module_wins() {
    let mut job = job("import random, asyncio, sys\nprint(random.mine, asyncio.__name__)");
    job.files.push((RelativePath::new("random.py").expect("a good path"), b"mine = True".to_vec()));
    assert_eq!(run(&job).stdout(), "True asyncio\n");
}

#[test]
fn threads_and_pools_are_waited_for() {
    check(
        "import threading, time\ndef work():\n    time.sleep(0.05)\n    print('thread')\nthreading.Thread(target=work).start()\nprint('main')",
        0,
        "main\nthread\n",
        "",
    );
    check(
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as pool:\n    print(list(pool.map(lambda x: x * x, range(4))))",
        0,
        "[0, 1, 4, 9]\n",
        "",
    );
}

#[test]
fn asyncio_runs_and_its_late_warnings_appear() {
    check(
        "import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    return await asyncio.to_thread(lambda: 3)\nprint(asyncio.run(main()))",
        0,
        "3\n",
        "",
    );
    let transcript = python("async def f(): pass\nc = f()\n");
    assert!(
        transcript.stderr().starts_with("sys:1: RuntimeWarning: coroutine 'f' was never awaited"),
        "{}",
        transcript.stderr()
    );
}

#[test]
fn finalisers_run_at_the_end() {
    check(
        "class A:\n    def __del__(self): print('gone', __name__)\na = A()\nb = [a]\nb.append(b)",
        0,
        "gone __main__\n",
        "",
    );
    let transcript = python("class A:\n    def __del__(self): 1 / 0\na = A()\n");
    assert!(transcript.stderr().starts_with("Exception ignored in: <function A.__del__"), "{}", transcript.stderr());
    assert_eq!(transcript.exit, Some(0));
}

#[test]
fn forks_share_work_with_the_parent() {
    if reduced() {
        return;
    }
    check(
        "import multiprocessing as mp\ndef f(q): q.put(42)\nif __name__ == '__main__':\n    mp.set_start_method('fork')\n    \
         q = mp.Queue()\n    p = mp.Process(target=f, args=(q,))\n    p.start()\n    print(q.get(timeout=5))\n    p.join()\n    print(p.exitcode)",
        0,
        "42\n0\n",
        "",
    );
}

#[test]
fn randomness_differs_from_run_to_run() {
    let one = || python("import random, uuid\nprint(random.random(), uuid.uuid4())").stdout();
    assert_ne!(one(), one());
}

#[test]
fn every_version_behaves() {
    if reduced() {
        return;
    }
    let source = "import sys, asyncio, threading\nasync def main():\n    print('%d.%d' % sys.version_info[:2], sys._getframe().f_back is not None)\n\
        asyncio.run(main())\nprint(input())\nprint('e', file=sys.stderr)\nimport helper\nhelper.fail()";
    for environment in environments() {
        let mut job = Job::python(environment.clone(), RelativePath::new("hello.py").expect("a good path"), source);
        job.files.push((
            RelativePath::new("helper.py").expect("a good path"),
            b"def fail():\n    raise ValueError('x')\n".to_vec(),
        ));
        job.stdin = b"line\n".to_vec();
        let transcript = run(&job);
        let (major, minor) = environment.version().minor();
        assert_eq!(transcript.stdout(), format!("{major}.{minor} True\nline\n"), "{transcript:?}");
        let cause = "`ValueError: x` in `fail`, `helper.py` line 2: `raise ValueError('x')`";
        assert_eq!(transcript.cause.as_deref(), Some(cause), "{}", environment.version());
        assert!(transcript.stderr().starts_with("e\nTraceback"), "{}", transcript.stderr());
    }
}
