use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use etude_sandbox::environment::{Interpreter, Interpreters, Locks, remove};
use etude_sandbox::{Config, Job, Policy, Profile, RelativePath, Sandbox};

use crate::fixture::{Fixture, can_run, python, run};

/// As slim container images have it: the interpreter without any bytecode, and without pip.
fn slim(fixture: &Fixture, original: &Interpreter) -> Interpreter {
    let prefix = fixture.folder.path().join("slim");
    let name = format!("python3.{}", original.version.minor);
    let (bin, lib) = (prefix.join("bin"), prefix.join("lib").join(&name));
    fs::create_dir_all(&bin).unwrap();
    fs::copy(&original.executable, bin.join(&name)).unwrap();
    copy(&original.stdlib, &lib);
    let real: PathBuf = bin.join(&name);
    Interpreters::at(&fixture.host(), &fixture.cache(), &real).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let left_out = ["__pycache__", "test", "tests", "site-packages", "idlelib", "lib2to3", "turtledemo"];
        if left_out.contains(&&*name) || name.starts_with("config-") {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

#[test]
fn a_standard_library_without_bytecode_gets_a_tree_of_its_own() {
    if !can_run(&["3.12"]) {
        return;
    }
    let fixture = Fixture::new();
    let original = python("3.12");
    assert_eq!(fixture.prepare(&original, &[]).unwrap().pycache_prefix, None);

    let slim = slim(&fixture, &original);
    assert!(slim.executable.starts_with(fixture.folder.path().canonicalize().unwrap()));
    let (bare, seen) = fixture.watch(&slim, &[]);
    let bare = bare.unwrap();
    assert_eq!(seen, ["compiling"]);
    // `-B` forbids writing, so a module whose bytecode is there has it from us.
    let code = "import os, asyncio, json.decoder, email.message\n\
                print([m.__name__ for m in list(sys.modules.values()) \
                if getattr(m, '__cached__', None) and not os.path.exists(m.__cached__)])";
    assert_eq!(run(&bare, code), "[]");
    // Nothing was written to the interpreter itself.
    let found = Command::new("find").arg(&slim.prefix).args(["-name", "__pycache__"]).output().unwrap();
    assert!(found.status.success() && found.stdout.is_empty(), "{found:?}");

    // It has no pip: ensurepip brings one for the time being. Its packages are in the tree too.
    let made = fixture.prepare(&slim, &["iniconfig==2.0.0"]).unwrap();
    assert_ne!(made.pycache_prefix, bare.pycache_prefix);
    let code = "import iniconfig, json.decoder\nprint(iniconfig.__cached__, json.decoder.__cached__)";
    let prefix = made.pycache_prefix.clone().unwrap();
    for cached in run(&made, code).split(' ') {
        assert!(Path::new(cached).starts_with(&prefix) && Path::new(cached).is_file(), "{cached}");
    }
    // A run finds the tree too, at a place that is the same on every machine.
    let job = Job::python(made.clone(), RelativePath::new("main.py").unwrap(), format!("import sys\n{code}"));
    let policy = Policy { most: Profile::Python, weak: true };
    let sandbox = Sandbox::start(Config { slots: 1, policy, avoid: Vec::new() }).unwrap();
    if sandbox.layers().namespaces {
        let transcript = sandbox.run(&job, &mut |_| ()).unwrap();
        let expected = format!(
            "/pycache/packages/iniconfig/__init__.cpython-312.pyc /pycache{}/json/decoder.cpython-312.pyc\n",
            slim.stdlib.display()
        );
        assert_eq!((transcript.stdout(), transcript.stderr()), (expected, String::new()));
    }
    drop((sandbox, job));
    let (again, seen) = fixture.watch(&slim, &["iniconfig==2.0.0"]);
    assert_eq!((again.unwrap().pycache_prefix.as_ref(), seen), (Some(&prefix), Vec::new()));
    drop(made);
    assert_eq!(remove(&fixture.cache(), Locks::Keep, &|_| false).unwrap().len(), 1);
    assert!(!prefix.exists() && bare.pycache_prefix.unwrap().exists());
}
