//! Cargo, and what it knows of the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::tool;

/// The cargo that started us, in the root of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev` or `build`; a normal dependency has none.
    pub(crate) kind: Option<String>,
}

/// The crates of the workspace and what each names in its `Cargo.toml`.
pub(crate) fn metadata() -> Result<Metadata> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("cannot read what `cargo metadata` printed")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds the binary `etude` and says where it is.
pub(crate) fn build_etude(profile: Profile) -> Result<PathBuf> {
    let mut build = cargo(&["build", "--quiet", "--package", "etude", "--bin", "etude"]);
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            build.arg("--release");
            "release"
        }
    };
    tool::run(&mut build)?;
    Ok(metadata()?.target_directory.join(folder).join("etude").with_extension(std::env::consts::EXE_EXTENSION))
}

/// Installs a tool of cargo's unless it is there already.
pub(crate) fn install(tool: &str, package: &[&str]) -> Result<()> {
    let present = match tool.strip_prefix("cargo-") {
        Some(subcommand) => tool::exists(&mut cargo(&[subcommand])),
        None => tool::exists(&mut Command::new(tool)),
    };
    if present { Ok(()) } else { tool::run(cargo(&["install", "--locked"]).args(package)) }
}
