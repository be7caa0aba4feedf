//! Who answers in place of hosts that a run cannot reach.

use crate::{Result, authority};
use serde_json::{Value, json};

/// One answers for some hosts, on their ports 80 and 443.
#[derive(Clone, PartialEq, Debug)]
pub struct StandIn {
    /// In lower case.
    pub hosts: Vec<String>,
    /// Its `routes`, `collections` and `words`, as the guest's `answers.py` reads them. With `exact = false` the host
    /// itself says something else.
    pub answers: Value,
}

/// What a run trusts, where OpenSSL and curl look by themselves.
pub(crate) const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// The variables that name it for those who look elsewhere.
pub(crate) const TRUST: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

pub(crate) fn names(stand_ins: &[StandIn]) -> Vec<&str> {
    stand_ins.iter().flat_map(|one| &one.hosts).map(String::as_str).collect()
}

/// What the process that answers is told.
pub(crate) fn told(stand_ins: &[StandIn]) -> Result<Vec<u8>> {
    let one = |one: &StandIn| {
        let mut answers = one.answers.clone();
        answers["hosts"] = json!(one.hosts);
        answers
    };
    let all: Vec<Value> = stand_ins.iter().map(one).collect();
    let certificate = authority::issue(&names(stand_ins))?;
    Ok(json!({ "certificate": certificate, "stand_ins": all }).to_string().into_bytes())
}
