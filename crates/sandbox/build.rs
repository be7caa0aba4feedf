//! Builds the guest library: a cdylib of its own, compiled by the same `rustc` without any dependency, which
//! `src/warm.rs` embeds. A cargo dependency could not be embedded into the crate that depends on it.
#![allow(clippy::disallowed_methods, reason = "a build script is told what to do through its environment")]

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=guest");
    println!("cargo:rerun-if-changed=src/area.rs");
    println!("cargo:rerun-if-changed=src/wire");
    println!("cargo:rerun-if-changed=../clock/src");
    let out = PathBuf::from(variable("OUT_DIR")).join("guest.so");
    let target = variable("TARGET");
    if !target.starts_with("x86_64-") || !target.contains("-linux-") {
        // `Sandbox::start` says that there is none for this machine.
        std::fs::write(&out, []).expect("the build folder can be written");
        return;
    }
    let mut command = Command::new(variable("RUSTC"));
    command.args(["--crate-name", "etude_guest", "--crate-type", "cdylib", "--edition", "2024"]);
    command.args([
        "-C",
        "panic=abort",
        "-C",
        "opt-level=2",
        "-C",
        "strip=symbols",
        "-C",
        "lto=fat",
        "--cap-lints",
        "warn",
    ]);
    command.args(["--target", &target]).arg("-o").arg(&out).arg("guest/src/lib.rs");
    if let Some(linker) = std::env::var_os("RUSTC_LINKER") {
        command.arg("-C").arg(format!("linker={}", linker.to_string_lossy()));
    }
    let status = command.status().expect("rustc can be started");
    assert!(status.success(), "the guest library did not compile");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
