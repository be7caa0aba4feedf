//! Who answers in place of the hosts that a program asks.

use std::collections::BTreeMap;

use etude_course::Config;
use etude_practice::stand_ins::{Hosts, hint};
use etude_sandbox::{Job, Outcome, Profile, Program, StandIn, Transcript};

use crate::printer::{Refusal, count};

/// Those that were asked for, and those of the course that the program names.
pub(super) fn wanted(asked: &[String], config: &Config, hosts: &Hosts, job: &Job) -> anyhow::Result<Vec<StandIn>> {
    let declared = config.stand_ins.iter().flat_map(|one| &one.hosts).filter(|host| names(job, host)).cloned();
    let mut all: Vec<String> = asked.iter().map(|host| host.to_lowercase()).chain(declared).collect();
    all.sort();
    all.dedup();
    let one = |host: &String| {
        let refusal = || Refusal { message: format!("nobody stands in for `{host}`"), hint: hint(host, "GET", "/") };
        hosts.answering(host).ok_or_else(|| refusal().into())
    };
    all.iter().map(one).collect()
}

fn names(job: &Job, host: &str) -> bool {
    let source = match &job.program {
        Program::Python { source, .. } => Some(&source[..]),
        Program::Command(_) => None,
    };
    let modules = job.files.iter().filter(|(path, _)| path.as_str().ends_with(".py")).map(|(_, content)| &content[..]);
    source.into_iter().chain(modules).any(|text| has_word(&String::from_utf8_lossy(text), host))
}

/// Whether a name stands in a text, and not as the end of a longer one.
fn has_word(text: &str, name: &str) -> bool {
    let part = |char: char| char.is_alphanumeric() || char == '-';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + name.len()..].chars().next();
        before.is_none_or(|char| !part(char) && char != '.') && behind.is_none_or(|char| !part(char))
    })
}

/// Who answered how much, a line each.
pub(super) fn told(transcript: &Transcript) -> Vec<String> {
    let mut requests: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in transcript.answers.iter().filter(|answer| answer.known) {
        *requests.entry(&answer.host).or_default() += 1;
    }
    let told = |(host, number)| format!("{} answered by Étude's stand-in for {host}", count(number, "request"));
    requests.into_iter().map(told).collect()
}

/// What a stand-in, or another one, would have changed.
pub(super) fn advise(transcript: &Transcript, hosts: &Hosts, job: &Job, hints: &mut Vec<String>) {
    if let Some(answer) = transcript.answers.iter().find(|answer| !answer.known) {
        let place = format!("{} {}{}", answer.method, answer.host, answer.path);
        hints.push(format!(
            "`{place}` is nothing that the stand-in knows: {}",
            hint(&answer.host, &answer.method, &answer.path)
        ));
    }
    let offline = transcript.needs == Some(Profile::Server) || transcript.failure.as_ref().is_some_and(is_unreachable);
    if transcript.outcome != Outcome::Failed || !job.stand_ins.is_empty() || !offline {
        return;
    }
    let mut named: Vec<&str> = hosts.names().filter(|host| names(job, host)).collect();
    named.sort();
    named.dedup();
    if !named.is_empty() {
        // It allows what the program was refused, and more.
        hints.retain(|hint| !hint.contains("--allow server"));
        hints.push(format!("a run reaches no network: `--stand-in {}` answers inside it", named.join(",")));
    }
}

fn is_unreachable(failure: &etude_sandbox::Failure) -> bool {
    let name = failure.kind.rsplit('.').next().unwrap_or_default();
    ["gaierror", "URLError", "ConnectError", "ConnectionError", "ClientConnectorError", "ClientConnectorDNSError"]
        .contains(&name)
}
