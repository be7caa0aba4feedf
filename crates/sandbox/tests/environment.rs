//! Environments, made by the real pip and uv from the real package index. Where it cannot be reached, the tests that
//! need it say so and pass.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "these tests set up folders and start interpreters to see what is really there"
)]

#[path = "environment/bytecode.rs"]
mod bytecode;
#[path = "environment/errors.rs"]
mod errors;
#[path = "environment/fixture.rs"]
mod fixture;
#[path = "environment/imports.rs"]
mod imports;
#[path = "environment/interpreters.rs"]
mod interpreters;
#[path = "environment/making.rs"]
mod making;
#[path = "environment/storing.rs"]
mod storing;
