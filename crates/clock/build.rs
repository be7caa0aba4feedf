//! Builds the preload library with the same `rustc`, without any dependency; `src/lib.rs` embeds it.
#![allow(clippy::disallowed_methods, reason = "a build script is told what to do through its environment")]

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=preload");
    println!("cargo:rerun-if-changed=src/shared.rs");
    let out = PathBuf::from(variable("OUT_DIR")).join("clock.so");
    let target = variable("TARGET");
    if !target.starts_with("x86_64-") || !target.contains("-linux-") {
        // Without it runs are under the real clock.
        std::fs::write(&out, []).expect("the build folder can be written");
        return;
    }
    let mut command = Command::new(variable("RUSTC"));
    command.args(["--crate-name", "etude_clock_preload", "--crate-type", "cdylib", "--edition", "2024"]);
    for option in ["panic=abort", "opt-level=3", "strip=symbols", "codegen-units=1", "overflow-checks=off"] {
        command.args(["-C", option]);
    }
    command.args(["--cap-lints", "warn", "--target", &target]).arg("-o").arg(&out).arg("preload/src/lib.rs");
    if let Some(linker) = std::env::var_os("RUSTC_LINKER") {
        command.arg("-C").arg(format!("linker={}", linker.to_string_lossy()));
    }
    let status = command.status().expect("rustc can be started");
    assert!(status.success(), "the preload library did not compile");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
