//! Finds Python interpreters and makes environments: folders of packages for programs to run with.
//!
//! An environment holds no interpreter and is no virtual environment: it is what goes on `sys.path`. It is made once
//! by uv or pip, from wheels only, and then read-only. `store` tells how they are kept, `prepare` how they are made.
#![expect(
    clippy::disallowed_methods,
    reason = "the cache of environments is this module's own, and so are pip, uv and the interpreters it starts"
)]

mod bytecode;
mod error;
mod find;
mod host;
mod imports;
mod interpreter;
mod lock;
mod making;
mod pip;
mod prepare;
mod probes;
mod requirement;
mod store;
mod tool;
mod tree;
mod uv;
mod version;

pub use error::Error;
pub use find::Interpreters;
pub use host::Host;
pub use imports::UnknownImport;
pub use interpreter::Interpreter;
pub use making::Progress;
pub use prepare::{Environment, fingerprint, prepare};
pub use requirement::{NotARequirement, Requirement};
pub use store::{Locks, Package, Stored, list, remove};
pub use version::{NotAVersion, OLDEST, Version, Wanted};
