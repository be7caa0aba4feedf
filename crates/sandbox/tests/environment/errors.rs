use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use etude_sandbox::environment::{Error, Interpreter};

use crate::fixture::{By, Fixture, can_run, python, skipped};

/// Both tools, with the oldest and the newest Python.
fn everywhere(check: &dyn Fn(&Fixture, &Interpreter, &str)) {
    if !can_run(&["3.8", "3.13"]) {
        return;
    }
    for by in [By::Pip, By::Uv] {
        let fixture = Fixture::by(by);
        for version in ["3.8", "3.13"] {
            check(&fixture, &python(version), &format!("{by:?} for {version}"));
            assert_eq!(fixture.leftovers(), [""; 0]);
        }
    }
}

fn check(fixture: &Fixture, python: &Interpreter, wishes: &[&str], expected: &str, which: &str) -> Error {
    let error = fixture.prepare(python, wishes).unwrap_err();
    assert_eq!(error.to_string(), expected, "{which}: {:?}", error.detail());
    assert!(error.hint().is_some() && error.detail().is_some_and(|detail| !detail.is_empty() && detail.len() <= 4096));
    error
}

#[test]
fn a_package_that_does_not_exist_is_named() {
    everywhere(&|fixture, python, which| {
        let expected = "`etude-no-such-package-zzz` is not to be had: the package index has no such package";
        check(fixture, python, &["etude_no_such.package-zzz"], expected, which);
    });
}

#[test]
fn a_version_that_does_not_exist_is_named_with_the_newest() {
    everywhere(&|fixture, python, which| {
        // Withdrawn from development in 2015: its newest version stays.
        let expected = "`iniconfig==99` is not to be had: no such version; the newest is ";
        let error = fixture.prepare(python, &["iniconfig==99"]).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{which}: {error} {:?}", error.detail());
    });
}

#[test]
fn a_package_without_a_wheel_is_not_built() {
    everywhere(&|fixture, python, which| {
        let minor = python.version.minor;
        let expected = format!("`docopt==0.6.2` has no wheel for Python 3.{minor} on this machine");
        check(fixture, python, &["docopt==0.6.2"], &expected, which);
    });
}

#[test]
fn a_wheel_for_other_pythons_only_is_no_wheel() {
    if !can_run(&["3.13"]) {
        return;
    }
    for by in [By::Pip, By::Uv] {
        let expected = "`markupsafe==1.1.1` has no wheel for Python 3.13 on this machine";
        check(&Fixture::by(by), &python("3.13"), &["MarkupSafe==1.1.1"], expected, &format!("{by:?}"));
    }
}

#[test]
fn wishes_that_contradict_each_other_are_shown_with_the_reason() {
    everywhere(&|fixture, python, which| {
        let wishes = ["httpx==0.27.0", "anyio==4.2.0", "idna<2.8"];
        let Err(Error::Conflict { lines, .. }) = fixture.prepare(python, &wishes) else { panic!("{which}") };
        let text = lines.join(" ");
        assert!(text.contains("anyio") && text.contains("idna") && lines.len() <= 12, "{which}: {lines:?}");
    });
}

#[test]
fn an_interpreter_without_any_installer_is_told_what_to_install() {
    let fixture = Fixture::new();
    let folder = fixture.folder.path();
    let mut python = crate::fixture::ALL.choose(None).unwrap().clone();
    // As Debian's is without its `python3-venv`: the standard library lacks two packages.
    let wrapper = folder.join("python");
    let hide = "import sys; sys.path[:] = []; sys.meta_path[:] = [f for f in sys.meta_path if 'Path' not in str(f)]";
    fs::write(folder.join("hide.py"), hide).unwrap();
    let text = "#!/bin/sh\nfor last; do :; done\nexec REAL -I -S -c \"import importlib.util; $(cat HIDE)\n$last\"\n";
    let text = text
        .replace("REAL", python.executable.to_str().unwrap())
        .replace("HIDE", folder.join("hide.py").to_str().unwrap());
    fs::write(&wrapper, text).unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    python.executable = wrapper.clone();
    let expected = format!("`{}` has neither pip nor ensurepip, and uv is not on PATH", wrapper.display());
    let error = check(&fixture, &python, &["iniconfig"], &expected, "");
    assert_eq!(error.hint().as_deref(), Some("install uv, or your system's `python3-venv` or `python3-pip` package"));
}

#[test]
fn a_full_disk_is_named() {
    if !can_run(&["3.13"]) {
        return;
    }
    // A small file system of our own, gone with the process that mounted it.
    let own = ["unshare", "--user", "--map-root-user", "--mount"];
    if !Command::new(own[0])
        .args(&own[1..])
        .args(["mount", "-t", "tmpfs", "x", "/mnt"])
        .status()
        .is_ok_and(|s| s.success())
    {
        skipped("no user namespaces to mount a small file system in");
        return;
    }
    for by in [By::Pip, By::Uv] {
        let fixture = Fixture::by(by);
        fs::create_dir_all(fixture.cache()).unwrap();
        let mount = "mount -t tmpfs -o size=1m x \"$ETUDE_TEST_CACHE\" && exec \"$0\" \"$@\"";
        let before = [&own[..], &["sh", "-c", mount]].concat();
        let executable = python("3.13").executable;
        let wish = "sympy==1.13.3";
        let output = fixture.another_process(&before, executable.to_str().unwrap(), wish).output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        let expected =
            format!("error no space left for the environment in `{}`", display(&fixture.cache().join("environments")));
        assert!(printed.lines().any(|line| line == expected), "{by:?}: {printed}");
    }
}

fn display(path: &Path) -> String {
    path.display().to_string()
}
