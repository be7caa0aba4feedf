use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use etude_sandbox::environment::{Host, Interpreters, Version};

use crate::fixture::{ALL, Fixture, python, skipped};

fn pyenv() -> Option<PathBuf> {
    let root = std::env::vars_os().find(|(name, _)| name == "PYENV_ROOT").map(|(_, root)| PathBuf::from(root));
    let root = root.filter(|root| root.join("versions").is_dir());
    if root.is_none() {
        skipped("pyenv is not here");
    }
    root
}

fn host(variables: &[(&str, &Path)]) -> Host {
    variables.iter().map(|(name, value)| ((*name).into(), value.into())).collect()
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn every_version_under_pyenv_is_found_by_its_real_file() {
    let Some(root) = pyenv() else { return };
    for minor in 8..=13 {
        let version = format!("3.{minor}");
        let interpreter = python(&version);
        let folder = root.canonicalize().unwrap().join("versions").join(interpreter.version.to_string());
        assert_eq!(interpreter.executable, folder.join("bin").join(format!("python{version}")));
        assert_eq!(interpreter.prefix, folder);
        assert_eq!(interpreter.stdlib, folder.join("lib").join(format!("python{version}")));
        assert_eq!(interpreter.implementation, "cpython");
        assert_eq!(interpreter.cache_tag, format!("cpython-3{minor}"));
        assert!(interpreter.libpython.is_none_or(|library| library.is_file()));
    }
    assert!(ALL.all().iter().all(|one| one.version >= Version { major: 3, minor: 8, patch: 0 }));
}

#[test]
fn shims_on_path_lead_to_the_versions_behind_them() {
    let Some(root) = pyenv() else { return };
    let fixture = Fixture::new();
    let found = Interpreters::find(&host(&[("PATH", &root.join("shims"))]), &fixture.cache());
    let chosen = found.choose(Some("3.12".parse().unwrap())).unwrap();
    assert_eq!(chosen.executable, python("3.12").executable);
}

#[test]
fn a_shim_named_by_path_is_resolved_every_time() {
    let Some(_) = pyenv() else { return };
    let fixture = Fixture::new();
    let wrapper = fixture.folder.path().join("python");
    for version in ["3.12", "3.9"] {
        script(&wrapper, &format!("exec {} \"$@\"", python(version).executable.display()));
        let at = Interpreters::at(&fixture.host(), &fixture.cache(), &wrapper).unwrap();
        assert_eq!(at.executable, python(version).executable);
    }
    // Not even an unchanged wrapper: what it starts may be another interpreter by now.
    let choice = fixture.folder.path().join("choice");
    script(&wrapper, &format!("exec \"$(cat {})\" \"$@\"", choice.display()));
    for version in ["3.12", "3.9"] {
        fs::write(&choice, python(version).executable.to_str().unwrap()).unwrap();
        let at = Interpreters::at(&fixture.host(), &fixture.cache(), &wrapper).unwrap();
        assert_eq!(at.executable, python(version).executable);
    }
}

#[test]
fn a_virtual_environment_stands_for_the_interpreter_it_was_made_from() {
    let fixture = Fixture::new();
    let base = ALL.choose(None).unwrap();
    let venv = fixture.folder.path().join("venv");
    let made = Command::new(&base.executable).args(["-I", "-m", "venv", "--without-pip"]).arg(&venv).status().unwrap();
    assert!(made.success());
    let at = Interpreters::at(&fixture.host(), &fixture.cache(), &venv.join("bin/python")).unwrap();
    assert_eq!(at.executable, base.executable);
    assert_eq!(at.stdlib, base.stdlib);
}

#[test]
fn a_known_interpreter_is_not_started_again_until_its_file_changes() {
    let fixture = Fixture::new();
    let folder = fixture.folder.path().join("bin");
    fs::create_dir(&folder).unwrap();
    let (fake, log) = (folder.join("python3.11"), fixture.folder.path().join("log"));
    let facts = format!(
        r#"{{"release": [3, 11, 99], "stable": true, "implementation": "cpython", "executable": "{}", "prefix": "/p",
        "base_prefix": "/p", "stdlib": "/p/lib", "site_folders": [], "libpython": null, "abi": "a", "abi_flags": "", "free_threaded": false,
        "platform": "x", "cache_tag": "c", "magic": [1], "stdlib_modules": ["os"]}}"#,
        fake.display()
    );
    let write =
        |comment: &str| script(&fake, &format!("# {comment}\necho x >> {}\ncat <<'E'\n{facts}\nE", log.display()));
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let host = host(&[("PATH", Path::new(&path))]);
    let starts = || {
        let found = Interpreters::find(&host, &fixture.cache());
        let chosen = found.choose(Some("3.11.99".parse().unwrap())).unwrap();
        assert_eq!((chosen.executable.as_path(), chosen.is_stdlib("os")), (fake.as_path(), true));
        fs::read_to_string(&log).unwrap().lines().count()
    };
    write("one");
    assert_eq!([starts(), starts(), starts()], [1, 1, 1]);
    write("another one");
    assert_eq!([starts(), starts()], [2, 2]);
    fs::write(fixture.cache().join("interpreters.json"), "{ damaged").unwrap();
    assert_eq!([starts(), starts()], [3, 3]);
}

#[test]
fn what_is_no_interpreter_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let check = |path: &Path, expected: &str| {
        let error = Interpreters::at(&fixture.host(), &fixture.cache(), path).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{}` cannot be used as a Python interpreter: {expected}", path.display())
        );
        assert_eq!(error.hint().as_deref(), Some("give the path of a working Python 3.8 or newer"));
    };
    check(Path::new("/no/such"), "it is no program");
    check(fixture.folder.path(), "it is no program");
    check(Path::new("/bin/true"), "it does not answer as Python does");
    if let Some(old) = pyenv().map(|root| root.join("versions/3.7.16/bin/python")).filter(|old| old.exists()) {
        check(&old, "it is Python 3.7.16");
    }
}

#[test]
fn a_version_that_is_not_there_is_named_with_those_that_are() {
    let error = ALL.choose(Some("3.99".parse().unwrap())).unwrap_err();
    let mut found: Vec<Version> = ALL.all().iter().map(|one| one.version).collect();
    found.sort();
    found.dedup();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(error.to_string(), format!("Python 3.99 is not installed; found {}", found.join(", ")));
    let hint = "install it with `uv python install 3.99`, `pyenv install 3.99` or your system's packages";
    assert_eq!(error.hint().as_deref(), Some(hint));
}
