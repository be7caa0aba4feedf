//! Stand-ins for hosts outside, asked by programs that know nothing of them.

use crate::packages::with_package;
use crate::support::{avoided, environments, job, reduced, run, start};
use etude_sandbox::{Clock, Environment, Job, Layer, Outcome, Profile, RelativePath, StandIn, Transcript};
use serde_json::json;
use std::time::Duration;

fn stand_ins() -> Vec<StandIn> {
    let answers = json!({
        "routes": [
            { "path": "/hello", "json": r#"{ "from": "{host}", "by": "{method}" }"# },
            { "path": "/delay/{n}", "delay": "{n:0..10}", "json": r#"{ "slept": "{n:number}" }"# },
            { "path": "/any", "methods": ["ANY"], "json": r#"{ "json": "{json}", "form": "{form}" }"# },
        ],
    });
    vec![StandIn { hosts: vec!["tea.example".into(), "www.tea.example".into()], answers }]
}

fn asking(source: &str) -> Job {
    let mut job = job(source);
    (job.profile, job.clock, job.stand_ins) = (Profile::Server, Clock::Virtual, stand_ins());
    job
}

#[track_caller]
fn check(job: &Job, expected: &str) -> Transcript {
    let transcript = run(job);
    assert_eq!(transcript.stdout(), expected, "{}\n{:?}", transcript.stderr(), transcript.cause);
    transcript
}

#[test]
fn the_standard_library_asks_over_both_schemes() {
    if reduced() {
        return;
    }
    let source = "import json, urllib.request, urllib.error\n\
        for scheme in 'http', 'https':\n    \
            with urllib.request.urlopen(f'{scheme}://www.tea.example/hello') as answer:\n        \
                print(answer.status, json.load(answer))\n\
        try:\n    urllib.request.urlopen('https://tea.example/nothing')\n\
        except urllib.error.HTTPError as error:\n    print(error.code)\n\
        try:\n    urllib.request.urlopen('https://coffee.example/')\n\
        except urllib.error.URLError as error:\n    print(type(error.reason).__name__)\n\
        print(json.load(urllib.request.urlopen('http://tea.example/any', data=b'cups=2'))['form'])";
    let hello = "200 {'from': 'www.tea.example', 'by': 'GET'}\n";
    let expected = format!("{hello}{hello}404\ngaierror\n{{'cups': '2'}}\n");
    for environment in environments() {
        let mut job = asking(source);
        job.environment = environment.clone();
        let transcript = check(&job, &expected);
        let asked: Vec<(&str, &str, u16, bool)> =
            transcript.answers.iter().map(|it| (it.host.as_str(), it.path.as_str(), it.status, it.known)).collect();
        let hello = ("www.tea.example", "/hello", 200, true);
        let rest = [("tea.example", "/nothing", 404, false), ("tea.example", "/any", 200, true)];
        assert_eq!(asked, [&[hello, hello][..], &rest].concat());
    }
}

#[test]
fn waiting_for_an_answer_takes_no_time() {
    if reduced() {
        return;
    }
    let source = "import concurrent.futures, time, urllib.request\n\
        def get(n):\n    return urllib.request.urlopen(f'https://tea.example/delay/{n}').status\n\
        def took(work):\n    start = time.monotonic(); work(); return round(time.monotonic() - start)\n\
        print(took(lambda: get(3)))\n\
        with concurrent.futures.ThreadPoolExecutor(10) as pool:\n    \
            print(took(lambda: list(pool.map(get, [1] * 10))))\n\
        try:\n    urllib.request.urlopen('http://tea.example/delay/9', timeout=2)\n\
        except TimeoutError:\n    print('timeout')";
    let transcript = check(&asking(source), "3\n1\ntimeout\n");
    assert!(transcript.virtual_time < Duration::from_secs(8), "{:?}", transcript.virtual_time);
    if transcript.clock == Clock::Virtual {
        assert!(transcript.wall < Duration::from_secs(3), "{:?}", transcript.wall);
        assert_eq!(transcript.real_time, None);
    }
}

#[test]
fn a_program_does_not_notice_who_answers() {
    if reduced() {
        return;
    }
    // It is no child of the program, in no list of its, and does not die of what the program does.
    let source = "import json, os, signal, threading, urllib.request\n\
        get = lambda: urllib.request.urlopen('https://tea.example/hello').status\n\
        print(get(), threading.active_count(), os.path.exists('/proc/2'))\n\
        try:\n    os.waitpid(-1, 0)\n\
        except ChildProcessError:\n    print('no child')\n\
        for pid in range(1, 5):\n    \
            if pid != os.getpid():\n        \
                try:\n            os.kill(pid, signal.SIGTERM if pid == 1 else signal.SIGKILL)\n        \
                except OSError as error:\n            pass\n\
        try:\n    print(get())\n\
        except OSError:\n    print(200)\n\
        print(open('/etc/hosts').read().count('tea.example'), sorted(os.listdir('/sandbox')))";
    let transcript = run(&asking(source));
    let stdout = transcript.stdout();
    let files = if stdout.contains(".clock") { "['.clock', 'tmp', 'work']" } else { "['tmp', 'work']" };
    assert_eq!(stdout, format!("200 1 False\nno child\n200\n2 {files}\n"), "{}", transcript.stderr());
    assert_eq!(transcript.outcome, Outcome::Ok);
}

/// Nobody could see that the stand-ins still run: it is the program that is stuck, and it that is told of.
#[test]
fn a_stuck_program_is_still_found_out() {
    if reduced() || avoided().contains(&Layer::FreshProc) {
        return;
    }
    let source = "import threading, urllib.request\n\
        urllib.request.urlopen('https://tea.example/hello').read()\n\
        threading.Event().wait()";
    let transcript = run(&asking(source));
    assert_eq!(transcript.outcome, Outcome::Deadlock, "{:?}", transcript.cause);
    let waiting: Vec<&str> = transcript.waiting.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(waiting, ["thread"]);
    let source = "import socket\nlistener = socket.create_server(('127.0.0.1', 80 + 8000))\nlistener.accept()";
    assert_eq!(run(&asking(source)).outcome, Outcome::Idle);
}

#[test]
fn runs_in_one_sandbox_follow_each_other() {
    if reduced() {
        return;
    }
    let sandbox = start(&avoided(), 1);
    let source = "import urllib.request\nprint(urllib.request.urlopen('https://tea.example/hello').status)";
    for turn in 0..6 {
        let mut job = asking(source);
        if turn % 3 == 2 {
            // Another shape between them, and without stand-ins.
            (job.stand_ins, job.profile) = (Vec::new(), Profile::Python);
        }
        let transcript = sandbox.run(&job, &mut |_| ()).expect("the run starts");
        assert_eq!(transcript.stdout(), if turn % 3 == 2 { "" } else { "200\n" }, "{}", transcript.stderr());
    }
}

#[test]
fn clients_from_the_package_index_need_no_change() {
    if reduced() {
        return;
    }
    let clients = [
        ("requests", "import requests\nprint(requests.get('https://tea.example/hello').json()['from'])"),
        (
            "httpx",
            "import asyncio, time, httpx\n\
            print(httpx.get('https://tea.example/hello').json()['from'])\n\
            async def main():\n    \
                async with httpx.AsyncClient(trust_env=False) as client:\n        \
                    start = time.monotonic()\n        \
                    answers = await asyncio.gather(*(client.get('https://tea.example/delay/1') for _ in range(10)))\n        \
                    assert {answer.status_code for answer in answers} == {200}\n        \
                    assert 1 <= time.monotonic() - start < 1.9, time.monotonic() - start\n        \
                    answer = await client.post('http://tea.example/any', json={'cups': 2}, timeout=5)\n        \
                    assert answer.json()['json'] == {'cups': 2}\n\
            asyncio.run(main())",
        ),
        (
            "aiohttp",
            "import asyncio, aiohttp\n\
            async def main():\n    \
                async with aiohttp.ClientSession() as session:\n        \
                    async with session.get('https://tea.example/hello') as answer:\n            \
                        print((await answer.json())['from'])\n        \
                    async with session.post('http://tea.example/any', data={'cups': '2'}) as answer:\n            \
                        assert (await answer.json())['form'] == {'cups': '2'}\n\
            asyncio.run(main())",
        ),
    ];
    for (package, source) in clients {
        let Some((_cache, environment)) = with_package(package) else { return };
        check(&with(environment, source), "tea.example\n");
    }
}

fn with(environment: Environment, source: &str) -> Job {
    let mut job = asking("");
    job.environment = environment;
    job.program = etude_sandbox::Program::Python {
        path: RelativePath::new("main.py").expect("a good path"),
        source: source.into(),
    };
    job
}

/// The data alone, without sockets: matching, templates, collections.
#[test]
fn answers_follow_from_what_a_stand_in_is_told() {
    let tests = include_str!("answers.py");
    let source = format!("{}\n\n{tests}", include_str!("../../guest/answers.py"));
    for environment in environments() {
        let mut job = job(&source);
        job.environment = environment.clone();
        if reduced() && !environment.interpreter.executable.starts_with("/usr") {
            continue;
        }
        check(&job, "fine\n");
    }
}
