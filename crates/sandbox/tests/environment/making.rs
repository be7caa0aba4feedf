use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use etude_sandbox::environment::{Error, Host, Locks, Package, list, prepare, remove};

use crate::fixture::{By, Fixture, can_run, python, run, wishes};

/// With one module and no dependency.
const SMALL: &str = "iniconfig==2.0.0";

fn makes_a_whole_environment(by: By, version: &str) {
    if !can_run(&[version, "3.13"]) {
        return;
    }
    let fixture = Fixture::by(by);
    let python = python(version);
    // The last for 3.8 has no wheels for 3.13.
    let markupsafe = if version == "3.8" { "2.1.5" } else { "3.0.2" };
    let (made, seen) = fixture.watch(&python, &["Jinja2==3.1.4", &format!("markupsafe=={markupsafe}")]);
    let made = made.unwrap();
    let package = |name: &str, version: &str| Package { name: name.to_owned(), version: version.to_owned() };
    assert_eq!(made.packages, [package("jinja2", "3.1.4"), package("markupsafe", markupsafe)]);
    let seen: Vec<&str> = seen.iter().map(String::as_str).filter(|what| !what.starts_with("downloading")).collect();
    assert_eq!(seen, ["resolving", "installing", "compiling", "done 2"]);

    // It works, its bytecode is taken as it is, and nobody may write there.
    let code = "import jinja2, markupsafe._speedups, struct\n\
                print(jinja2.Template('{{ a }}').render(a='1'), jinja2.__cached__)";
    let (text, cached) = run(&made, code).split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(text, "1");
    let header = fs::read(&cached).unwrap();
    assert_eq!(header[4..8], [1, 0, 0, 0], "hash-based and unchecked");
    let site = made.site.clone().unwrap();
    let mode = |path: &str| fs::metadata(site.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("jinja2"), mode("jinja2/__init__.py")], [0o555, 0o555, 0o444]);
    assert_eq!(fs::metadata(&cached).unwrap().permissions().mode() & 0o777, 0o444);

    // The same wishes again, spelled and ordered otherwise, with no PATH, no network, and no process to report of.
    let again = wishes(&[&format!("MarkupSafe == {markupsafe}"), "jinja2==3.1.4"]);
    let again = prepare(&Host::default(), &fixture.cache(), &python, &again, &mut |what| panic!("{what:?}")).unwrap();
    assert_eq!((again.digest, again.site, again.packages), (made.digest, made.site, made.packages));
    assert_eq!(fixture.leftovers(), [""; 0]);
}

#[test]
fn pip_makes_a_whole_environment_for_the_oldest_python() {
    makes_a_whole_environment(By::Pip, "3.8");
}

#[test]
fn pip_makes_a_whole_environment_for_the_newest_python() {
    makes_a_whole_environment(By::Pip, "3.13");
}

#[test]
fn uv_makes_a_whole_environment_for_the_oldest_python() {
    makes_a_whole_environment(By::Uv, "3.8");
}

#[test]
fn uv_makes_a_whole_environment_for_the_newest_python() {
    makes_a_whole_environment(By::Uv, "3.13");
}

#[test]
fn without_requirements_there_is_no_folder_and_no_process() {
    let fixture = Fixture::new();
    let python = crate::fixture::ALL.choose(None).unwrap();
    let made = prepare(&Host::default(), &fixture.cache(), python, &[], &mut |what| panic!("{what:?}")).unwrap();
    assert_eq!((made.site, made.packages), (None, Vec::new()));
    assert!(!fixture.cache().exists());
}

#[test]
fn a_marker_may_leave_nothing_to_install() {
    if !can_run(&["3.13"]) {
        return;
    }
    for by in [By::Pip, By::Uv] {
        let fixture = Fixture::by(by);
        let made = fixture.prepare(&python("3.13"), &["iniconfig; python_version < '3'"]).unwrap();
        assert_eq!(made.packages, [], "{by:?}");
    }
}

#[test]
fn the_pip_configuration_of_the_person_is_used_but_cannot_redirect() {
    if !can_run(&["3.13"]) {
        return;
    }
    let fixture = Fixture::new();
    let config = fixture.folder.path().join("pip.conf");
    let elsewhere = fixture.folder.path().join("elsewhere");
    let text = format!(
        "[install]\nuser = true\ntarget = {0}\nprefix = {0}\n[global]\nno-binary = :all:\n",
        elsewhere.display()
    );
    fs::write(&config, text).unwrap();
    let fixture = fixture.with("PIP_CONFIG_FILE", &config);
    let made = fixture.prepare(&python("3.13"), &[SMALL]).unwrap();
    assert!(made.site.unwrap().join("iniconfig/__init__.py").is_file());
    assert!(!elsewhere.exists());
    fs::write(&config, "[global]\nindex-url = http://127.0.0.1:9/simple\nretries = 0\nfind-links =\n").unwrap();
    let fixture = fixture.with("PIP_FIND_LINKS", "").with("PIP_INDEX_URL", "");
    assert!(matches!(fixture.prepare(&python("3.13"), &["sniffio"]), Err(Error::Unreachable { .. })));
}

#[test]
fn an_environment_is_made_again_from_its_lock() {
    if !can_run(&["3.13"]) {
        return;
    }
    for by in [By::Pip, By::Uv] {
        let fixture = Fixture::by(by);
        let python = python("3.13");
        let version = |wish: &str| fixture.prepare(&python, &[wish]).map(|made| made.packages[0].version.clone());
        let newest = version("iniconfig").unwrap();
        version("iniconfig==1.1.1").unwrap();
        let stored = list(&fixture.cache()).unwrap();
        let lock = |wish: &str| {
            let key = &stored.iter().find(|stored| stored.requirements == [wish]).unwrap().key;
            fixture.cache().join("environments/locks").join(format!("{key}.txt"))
        };
        let everything = |locks: Locks| assert!(!remove(&fixture.cache(), locks, &|_| false).unwrap().is_empty());
        // As if 1.1.1 had been the newest when the lock was made.
        everything(Locks::Keep);
        let old = fs::read_to_string(lock("iniconfig==1.1.1")).unwrap();
        fs::write(lock("iniconfig"), &old).unwrap();
        assert_eq!(version("iniconfig").unwrap(), "1.1.1", "{by:?}");

        everything(Locks::Keep);
        let forged: String = old
            .lines()
            .map(|line| match line.split_once("sha256:") {
                Some((before, hash)) => format!("{before}sha256:{}{}\n", "0".repeat(64), &hash[64..]),
                None => format!("{line}\n"),
            })
            .collect();
        fs::write(lock("iniconfig"), forged).unwrap();
        let error = version("iniconfig").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a package is not the one that was locked: its hash differs",
            "{by:?} {:?}",
            error.detail()
        );
        assert!(error.hint().unwrap().contains(lock("iniconfig").to_str().unwrap()));

        fs::remove_file(lock("iniconfig")).unwrap();
        assert_eq!(version("iniconfig").unwrap(), newest, "{by:?}");
        everything(Locks::Forget);
        assert!(!lock("iniconfig").exists());
    }
}

#[test]
fn of_four_processes_at_once_one_makes_it() {
    if !can_run(&["3.13"]) {
        return;
    }
    let fixture = Fixture::new();
    let python = python("3.13").executable;
    let start = |_| fixture.another_process(&[], python.to_str().unwrap(), SMALL).spawn().unwrap();
    let processes: Vec<_> = (0..4).map(start).collect();
    let printed: Vec<String> = processes
        .into_iter()
        .map(|process| String::from_utf8(process.wait_with_output().unwrap().stderr).unwrap())
        .collect();
    let count = |what: &str| printed.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with(what)).count();
    assert_eq!([count("ready "), count("resolving"), count("done 1")], [4, 1, 1], "{printed:?}");
    assert_eq!(list(&fixture.cache()).unwrap().len(), 1);
    assert_eq!(fixture.leftovers(), [""; 0]);
}

#[test]
fn with_pip_killed_anywhere_the_next_one_succeeds_and_clears_away() {
    killed_anywhere(By::Pip);
}

#[test]
fn with_uv_killed_anywhere_the_next_one_succeeds_and_clears_away() {
    killed_anywhere(By::Uv);
}

fn killed_anywhere(by: By) {
    if can_run(&["3.13"]) {
        let fixture = Fixture::by(by);
        let python = python("3.13");
        let executable = python.executable.to_str().unwrap();
        for (stage, delay) in [("resolving", 150), ("installing", 60), ("compiling", 0)] {
            let mut process = fixture.another_process(&[], executable, SMALL).spawn().unwrap();
            let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
            assert!(lines.any(|line| line == stage), "{by:?} {stage}");
            std::thread::sleep(Duration::from_millis(delay));
            process.kill().unwrap();
            process.wait().unwrap();
            let whole = list(&fixture.cache()).unwrap();
            let made = fixture.prepare(&python, &[SMALL]).unwrap();
            assert_eq!(run(&made, "import iniconfig; print(iniconfig.__name__)"), "iniconfig");
            drop(made);
            // Had the killed one come to its end, nothing was left to make.
            assert!(whole.len() <= 1);
            assert_eq!(remove(&fixture.cache(), Locks::Forget, &|_| false).unwrap().len(), 1);
        }
        // A tool that outlived its killed parent keeps its folder for as long as it lives, and no longer.
        let clear = || {
            fixture.prepare(&python, &[SMALL]).unwrap();
            remove(&fixture.cache(), Locks::Keep, &|_| false).unwrap();
            fixture.leftovers().is_empty()
        };
        assert!((0..60).any(|_| clear() || (std::thread::sleep(Duration::from_millis(500)), false).1), "{by:?}");
    }
}

#[test]
fn what_was_made_works_offline_and_what_was_not_says_so() {
    if !can_run(&["3.13"]) {
        return;
    }
    for by in [By::Pip, By::Uv] {
        let online = Fixture::by(by);
        let made = online.prepare(&python("3.13"), &[SMALL]).unwrap();
        let fixture = online.offline();
        assert_eq!(fixture.prepare(&python("3.13"), &[SMALL]).unwrap().digest, made.digest);
        let error = fixture.prepare(&python("3.13"), &["sniffio"]).unwrap_err();
        assert_eq!(error.to_string(), "could not reach the package index", "{by:?} {:?}", error.detail());
        assert!(error.hint().unwrap().starts_with("already made environments still work"));
    }
}
