//! An outcome as its name, for what is kept.

use etude_sandbox::Outcome;
use serde::de::{Deserialize as _, Deserializer, Error};
use serde::ser::Serializer;

pub(super) fn serialize<S: Serializer>(outcome: &Outcome, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(outcome.name())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Outcome, D::Error> {
    let name = String::deserialize(from)?;
    Outcome::from_name(&name).ok_or_else(|| D::Error::custom("no outcome"))
}
