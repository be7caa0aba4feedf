//! What lies on the host beside a run: its daemons and its files' modes and times.

use crate::support::{job, python, run};
use etude_sandbox::Outcome;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixDatagram, UnixListener};

#[test]
fn a_daemon_of_the_host_is_not_reached() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (stream, datagram) = (folder.path().join("stream"), folder.path().join("datagram"));
    let listener = UnixListener::bind(&stream).expect("a socket can be bound");
    let receiver = UnixDatagram::bind(&datagram).expect("a socket can be bound");
    // Anybody may connect: only the sandbox is in the way.
    for path in [folder.path(), &stream, &datagram] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).expect("it is ours");
    }
    let mut job = job("import os, socket\nstream, datagram = os.environ['STREAM'], os.environ['DATAGRAM']\n\
         def attempt(what):\n    try:\n        what()\n        print('BREACH')\n    except OSError:\n        print('blocked')\n\
         attempt(lambda: socket.socket(socket.AF_UNIX).connect(stream))\n\
         attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', datagram))\n\
         for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_STREAM):\n    for path in (stream, datagram):\n        \
         for way in ('connect', 'sendto'):\n            try:\n                pair = socket.socketpair(type=kind)\n                \
         pair[0].connect(path) if way == 'connect' else pair[0].sendto(b'x', path)\n            except OSError:\n                pass\n");
    for (name, path) in [("STREAM", &stream), ("DATAGRAM", &datagram)] {
        job.env.push((name.into(), path.to_string_lossy().into_owned()));
    }
    let transcript = run(&job);
    assert!(transcript.stdout().starts_with("blocked\nblocked\n"), "{transcript:?}");
    listener.set_nonblocking(true).expect("it is ours");
    receiver.set_nonblocking(true).expect("it is ours");
    assert!(listener.accept().is_err() && receiver.recv(&mut [0; 1]).is_err(), "something arrived");
}

#[test]
fn a_connected_pair_of_sockets_is_to_be_had() {
    let transcript = python(
        "import asyncio, socket\na, b = socket.socketpair()\na.send(b'x')\nprint(b.recv(1))\nasyncio.run(asyncio.sleep(0))",
    );
    assert_eq!((transcript.outcome, transcript.stdout().as_str()), (Outcome::Ok, "b'x'\n"), "{transcript:?}");
}

#[test]
fn modes_and_times_of_the_hosts_files_stay() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("private");
    std::fs::write(&file, "x").expect("it can be written");
    let state = || {
        let state = std::fs::metadata(&file).expect("it is there");
        (state.mode(), state.mtime(), state.mtime_nsec(), state.atime(), state.uid())
    };
    let before = state();
    let mut job = job("import ctypes, os\npath = os.environ['TARGET']\nlibc = ctypes.CDLL(None)\n\
         def attempt(name, what):\n    try:\n        result = what()\n    except OSError:\n        return\n    print('BREACH', name, result)\n\
         def raw(*arguments):\n    if libc.syscall(*arguments) < 0:\n        raise OSError\n\
         name = path.encode()\nhome = os.path.dirname(path).encode()\n\
         attempt('chmod', lambda: os.chmod(path, 0o666))\n\
         attempt('chmod beside', lambda: os.chmod(os.path.basename(path), 0o666, dir_fd=os.open(home, os.O_PATH)))\n\
         attempt('chown', lambda: os.chown(path, os.getuid(), os.getgid()))\n\
         attempt('utime', lambda: os.utime(path, (1, 1)))\n\
         attempt('times', lambda: raw(132, name, None))\nattempt('timeval', lambda: raw(235, name, None))\n\
         attempt('times at', lambda: raw(261, -100, name, None))\n\
         attempt('chmod 2', lambda: raw(452, -100, name, 0o666, 0))\n\
         attempt('library', lambda: os.fchmod(os.open(os.__file__, os.O_RDONLY), 0o666))\n\
         attempt('library times', lambda: os.utime(os.open(os.__file__, os.O_RDONLY), (1, 1)))\n\
         attempt('watch', lambda: raw(254, libc.inotify_init1(0), home, 0xfff))\n\
         attempt('attributes', lambda: os.listxattr(path))\nattempt('attribute', lambda: os.setxattr(path, 'user.a', b''))\n\
         attempt('read', lambda: open(path).read())\nattempt('list', lambda: os.listdir(home))\nprint('done')");
    job.env.push(("TARGET".into(), file.to_string_lossy().into_owned()));
    let transcript = run(&job);
    assert_eq!((transcript.outcome, transcript.stdout().as_str()), (Outcome::Ok, "done\n"), "{transcript:?}");
    assert_eq!(state(), before);
}

/// Many set `ulimit -c 0`, and what is lowered nobody may raise. In a process of its own, because it lasts.
#[test]
fn a_limit_that_the_host_has_lowered_stays() {
    if std::env::var_os("ETUDE_LOWERED").is_some() {
        let transcript = python("import resource\nprint(resource.getrlimit(resource.RLIMIT_CORE))");
        assert_eq!((transcript.outcome, transcript.stdout().as_str()), (Outcome::Ok, "(0, 0)\n"), "{transcript:?}");
        return;
    }
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -c 0 && exec \"$0\" --exact host::a_limit_that_the_host_has_lowered_stays"])
        .arg(std::env::current_exe().expect("a test has a path"))
        .env("ETUDE_LOWERED", "1")
        .output()
        .expect("the test can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
