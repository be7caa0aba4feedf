//! What is not run, or may not do what it tries, and the way on that is named.

use std::io::Write as _;

use etude_testing::TempFolder;
use insta::assert_snapshot;

use super::{command, run};

#[test]
fn a_refusal_names_the_option_that_allows_it() {
    let folder = TempFolder::new()
        .file("spawn.py", "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'])\n")
        .file("tool.py", "import subprocess\nsubprocess.run(['/bin/echo', 'hi'])\n")
        .file("listen.py", "import socket\nsocket.create_server(('127.0.0.1', 0))\nprint('listening')\n");
    assert_snapshot!(run(&folder, "spawn.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "spawn.py", line 2, in <module>
        subprocess.run([sys.executable, '-c', 'print(1)'])
    PermissionError: [Errno 1] Operation not permitted: '[python]'
    failed with exit code 1 after … ms, … ms CPU, … MB
      hint: it may not start programs: `--allow process` lets it start Python, `--allow shell` any program
    "#);
    assert_snapshot!(run(&folder, "spawn.py --allow process"), @"
    exit 0
    --- stdout
    1
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
    assert_snapshot!(run(&folder, "tool.py --allow process"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "tool.py", line 2, in <module>
        subprocess.run(['/bin/echo', 'hi'])
    PermissionError: [Errno 13] Permission denied: '/bin/echo'
    failed with exit code 1 after … ms, … ms CPU, … MB
      hint: it may start nothing but Python: `--allow shell` lets it start any program
    "#);
    assert_snapshot!(run(&folder, "tool.py --allow process,shell"), @"
    exit 0
    --- stdout
    hi
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
    assert_snapshot!(run(&folder, "listen.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "listen.py", line 2, in <module>
        socket.create_server(('127.0.0.1', 0))
    PermissionError: [Errno 1] Operation not permitted
    failed with exit code 1 after … ms, … ms CPU, … MB
      hint: it may not use the network: `--allow server` gives it one of its own, which leads nowhere else
    "#);
    assert_snapshot!(run(&folder, "listen.py --allow server"), @"
    exit 0
    --- stdout
    listening
    --- stderr
    ran in … ms, … ms CPU, … MB
    ");
    assert_snapshot!(run(&folder, "listen.py --allow internet"), @"
    exit 125
    --- stderr
    error: invalid value 'internet' for '--allow <PROFILE>': there are `python`, `process`, `server` and `shell`

    For more information, try '--help'.
    ");
}

#[test]
fn an_unknown_import_says_what_to_add() {
    let folder = TempFolder::new()
        .file("web.py", "import httpx\n")
        .file("yml.py", "import yaml, bs4\n")
        .file("forged.py", "raise ModuleNotFoundError(\"No module named 'evil'\")\n")
        .file("course/course.toml", "title = \"Tea\"\npackages = []\n")
        .file("course/web.py", "import yaml\n");
    assert_snapshot!(run(&folder, "web.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "web.py", line 1, in <module>
        import httpx
    ModuleNotFoundError: No module named 'httpx'
    failed with exit code 1 after … ms, … ms CPU, … MB
      hint: `httpx` is not part of Python: if it is the package of that name, add `--with httpx`, or list it in a `course.toml`
    "#);
    assert_snapshot!(run(&folder, "yml.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "yml.py", line 1, in <module>
        import yaml, bs4
    ModuleNotFoundError: No module named 'yaml'
    failed with exit code 1 after … ms, … ms CPU, … MB
      hint: `yaml` comes with the package `PyYAML`: add `--with PyYAML --with beautifulsoup4`, or list it in a `course.toml`
    "#);
    assert_snapshot!(run(&folder, "forged.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "forged.py", line 1, in <module>
        raise ModuleNotFoundError("No module named 'evil'")
    ModuleNotFoundError: No module named 'evil'
    failed with exit code 1 after … ms, … ms CPU, … MB
    "#);
    assert_snapshot!(run(&folder, "course/web.py"), @r#"
    exit 1
    --- stderr
    Traceback (most recent call last):
      File "course/web.py", line 1, in <module>
        import yaml
    ModuleNotFoundError: No module named 'yaml'
    failed with exit code 1 after … ms, … ms CPU, … MB
      hint: `yaml` comes with the package `PyYAML`: add `--with PyYAML`, or list it in `course.toml`
    "#);
}

#[test]
fn the_python_version_is_the_one_asked_for() {
    let folder = TempFolder::new()
        .file("v.py", "import sys\nprint(sys.version_info[:2])\n")
        .file("course/course.toml", "title = \"Tea\"\npython = \"3.11\"\n")
        .file("course/v.py", "import sys\nprint(sys.version_info[:2])\n");
    assert_snapshot!(run(&folder, "v.py --python 3.7"), @"
    exit 125
    --- stderr
    error: Python 3.7 is not supported: 3.8 is the oldest that is
      hint: ask for a newer Python
    ");
    assert_snapshot!(run(&folder, "v.py --python banana"), @"
    exit 125
    --- stderr
    error: invalid value 'banana' for '--python <VERSION>': `banana` is not a Python version: write `3.12`, `3.12.1` or `>=3.11`

    For more information, try '--help'.
    ");
    for version in ["3.8", "3.10", "3.12"] {
        let output = command(&folder, &["v.py", "--python", version]).output().expect("etude runs");
        if output.status.code() == Some(125) {
            // Loud, so that nobody takes it for a pass.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {}", String::from_utf8_lossy(&output.stderr));
            continue;
        }
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("({})\n", version.replace('.', ", ")));
    }
    let output = command(&folder, &["course/v.py"]).output().expect("etude runs");
    if output.status.code() != Some(125) {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "(3, 11)\n");
    }
}

#[test]
fn what_is_no_python_program_is_refused_with_the_way_that_leads_on() {
    let folder = TempFolder::new()
        .file("lesson.md", "# Tea\n")
        .file("book.ipynb", "{}")
        .file("data.bin", [0, 1, 2])
        .file("latin.py", b"x = 1\ny = '\xe9'\n")
        .file("declared.py", b"# -*- coding: latin-1 -*-\nprint('\xe9')\n")
        .file("hello.py", "")
        .file("bad/course.toml", "tilte = 1\n")
        .file("bad/a.py", "");
    let arguments = ["lesson.md", "book.ipynb", "data.bin", "latin.py", "declared.py", ".", "helo.py", "bad/a.py", ""];
    let all: String = arguments.iter().map(|words| format!("$ etude run {words}\n{}", run(&folder, words))).collect();
    assert_snapshot!(all, @"
    $ etude run lesson.md
    exit 125
    --- stderr
    error: `lesson.md` is a lesson, and `run` takes a Python file or one snippet of a lesson
      hint: `etude check lesson.md` runs its snippets, `etude run lesson.md#LINE` one of them
    $ etude run book.ipynb
    exit 125
    --- stderr
    error: `book.ipynb` is a notebook, and `run` takes a Python file or one snippet of a lesson
      hint: `jupyter nbconvert --to script book.ipynb` makes a Python file of it
    $ etude run data.bin
    exit 125
    --- stderr
    error: `data.bin` is no text: it has NUL bytes
      hint: name a file with Python source
    $ etude run latin.py
    exit 125
    --- stderr
    error: `latin.py` is not UTF-8: line 2 has other bytes
      hint: save it as UTF-8, or name its encoding in the first line: `# -*- coding: latin-1 -*-`
    $ etude run declared.py
    exit 0
    --- stdout
    é
    --- stderr
    ran in … ms, … ms CPU, … MB
    $ etude run .
    exit 125
    --- stderr
    error: `.` is a folder, and `run` takes a Python file or one snippet of a lesson
      hint: name the file in it that starts the program
    $ etude run helo.py
    exit 125
    --- stderr
    error: there is no `helo.py`
      hint: did you mean `hello.py`?
    $ etude run bad/a.py
    exit 125
    --- stderr
    error: `bad/course.toml` cannot be used as it is: there is no field `tilte`
      hint: `etude check --no-run` shows all that is wrong with it
    $ etude run 
    exit 125
    --- stderr
    error: the following required arguments were not provided:
      <FILE>

    Usage: etude run <FILE> [-- <ARGS>...]

    For more information, try '--help'.
    ");
}
