//! Hosts outside, for which somebody stands in.

use etude_testing::TempFolder;

use crate::fixture::Etude;

const FETCH: &str = "\
import json, time, urllib.request

start = time.monotonic()
answer = json.load(urllib.request.urlopen(\"https://httpbin.org/delay/3?cups=2\"))
print(answer[\"args\"], round(time.monotonic() - start))
";

#[track_caller]
fn check(shown: &str, parts: &[&str]) {
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
}

#[test]
fn a_host_answers_inside_the_run_when_that_is_asked_for() {
    let folder = TempFolder::new().file("fetch.py", FETCH);
    let alone = folder.etude("run fetch.py");
    check(&alone, &["exit 1\n", "hint: a run reaches no network: `--stand-in httpbin.org` answers inside it"]);
    let answered = folder.etude("run fetch.py --stand-in httpbin.org");
    check(&answered, &["exit 0\n", "{'cups': '2'} 3\n", "1 request answered by Étude's stand-in for httpbin.org"]);
    let refused = folder.etude("run fetch.py --stand-in coffee.example");
    check(&refused, &["exit 125\n", "error: nobody stands in for `coffee.example`", "host = \"coffee.example\""]);
}

#[test]
fn what_a_course_declares_is_there_when_a_program_names_it() {
    let course = "[[stand-in]]\nhost = \"tea.example\"\nroute = [{ path = \"/cups/{n}\", json = '{ \"cups\": \"{n:int}\" }' }]\n";
    let program = "import urllib.request\nprint(urllib.request.urlopen(\"http://tea.example/cups/2\").read())\n";
    let folder = TempFolder::new().file("course.toml", course).file("cups.py", program).file("none.py", "print(1)\n");
    check(&folder.etude("run cups.py"), &["b'{\\n  \"cups\": 2\\n}\\n'", "stand-in for tea.example"]);
    assert!(!folder.etude("run none.py").contains("stand-in"));
    let shared = TempFolder::new().file("course.toml", "").file("stand-ins/tea.toml", course).file("cups.py", program);
    check(&shared.etude("run cups.py"), &["b'{\\n  \"cups\": 2\\n}\\n'"]);
    let broken = shared.file("stand-ins/tea.toml", "[[stand-in]]\n");
    check(&broken.etude("check"), &["stand-ins/tea.toml:1:1", "this stand-in has no `host`"]);
    check(&broken.etude("run cups.py"), &["exit 125\n", "`stand-ins/tea.toml`"]);
    let shown = folder.etude("run cups.py --json");
    let dense: String = shown.split_whitespace().collect();
    check(&dense, &["\"host\":\"tea.example\",\"method\":\"GET\",\"path\":\"/cups/2\",\"status\":200,\"known\":true"]);
}

#[test]
fn a_lesson_can_show_what_is_answered() {
    let lesson = "# Tea\n\n```python title=pot.py\nimport urllib.request\n\n\
        print(urllib.request.urlopen(\"https://tea.example/pots/7\").read().decode())\n```\n\n\
        ```output\n{ \"pot\": 7 }\n```\n\n\
        ```json stand-in=tea.example/pots/7\n{ \"pot\": 7 }\n```\n";
    let folder = TempFolder::new().file("tea.md", lesson);
    let checked = folder.etude("check --json tea.md");
    check(&checked, &["exit 0\n", "Étude's stand-in for `tea.example`", "\"verdict\": \"holds\""]);
    check(&folder.etude("run tea.md#pot.py"), &["with Étude's stand-in for `tea.example`", "{\n  \"pot\": 7\n}"]);
    check(&folder.etude("show tea.md"), &["what the stand-in answers at tea.example/pots/7"]);
}
