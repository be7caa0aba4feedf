//! What a run cannot show because somebody else answered in place of a host.

use std::sync::LazyLock;

use regex::Regex;

use super::Verdict;
use crate::run::Evidence;
use crate::stand_ins;

/// How clients say that nobody has answered.
const TIMED_OUT: [&str; 4] = ["ReadTimeout", "ConnectTimeout", "PoolTimeout", "RemoteProtocolError"];

/// What only a stand-in says, of who asks it and of itself.
static ITS_OWN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"203\.0\.113\.[0-9]+|etude-stand-in").expect("a valid expression"));

/// What only httpbin itself can say, of the way a request has come.
static HTTPBIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)X-Amzn-|(?-u:\b)origin(?-u:\b)").expect("a valid expression"));

/// What would be false, unless the stand-in may be why. `stated` is what the lesson says.
pub(super) fn doubted(evidence: &Evidence, stated: &str, verdict: Verdict) -> Verdict {
    let Verdict::False { evidence: why, .. } = &verdict else { return verdict };
    if TIMED_OUT.iter().any(|name| why.contains(name)) {
        return Verdict::undecided(format!("Étude's stand-in did not answer in time: {why}"));
    }
    if let Some(answer) = evidence.answers.iter().find(|answer| !answer.known) {
        let place = format!("{} {}{}", answer.method, answer.host, answer.path);
        return Verdict::Undecided {
            reason: format!("it asks for `{place}`, which Étude's stand-in does not know"),
            hint: Some(stand_ins::hint(&answer.host, &answer.method, &answer.path)),
        };
    }
    let Some(first) = evidence.answers.first() else { return verdict };
    if only_phrases(stated, why) {
        return Verdict::undecided(format!(
            "which words stand beside a status, `{}` says as it likes: {why}",
            first.host
        ));
    }
    if let Some(own) = ITS_OWN.find(why).or_else(|| ITS_OWN.find(&evidence.stdout)) {
        let (own, host) = (own.as_str(), &first.host);
        return Verdict::undecided(format!("`{own}` is what Étude's stand-in says, and not `{host}`: {why}"));
    }
    if let Some(own) = HTTPBIN.find(stated).filter(|_| first.host.contains("httpbin")) {
        let own = own.as_str();
        return Verdict::undecided(format!("`{own}` tells of the way to the host, which no stand-in knows: {why}"));
    }
    match evidence.answers.iter().find(|answer| !answer.exact) {
        Some(answer) => Verdict::Undecided {
            reason: format!(
                "answered by Étude's stand-in for `{}`, which has the shape of what the host says and other words",
                answer.host
            ),
            hint: Some(stand_ins::hint(&answer.host, &answer.method, &answer.path)),
        },
        None => verdict,
    }
}

/// A status with the words that a server says beside it.
static PHRASE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)([1-5][0-9]{2})(:?) ?[A-Za-z][A-Za-z' -]*").expect("a valid expression"));

/// Whether what came differs from what is stated by such words alone.
fn only_phrases(stated: &str, why: &str) -> bool {
    let bare = |text: &str| PHRASE.replace_all(text.trim(), "$1$2").into_owned();
    let quoted: Vec<String> = why.split('`').skip(1).step_by(2).map(bare).collect();
    let lines: Vec<String> = stated.lines().map(bare).collect();
    let said = |text: &String| PHRASE.is_match(why) && lines.iter().any(|line| line == text || line.ends_with(text));
    quoted.first().is_some_and(said)
}

/// Whether a time that is longer than the run's may be that of the network.
pub(super) fn may_take(evidence: &Evidence, seconds: f64) -> bool {
    let took = evidence.took.as_secs_f64();
    // Several requests, one after the other, across half the world.
    let slow = 2.0 * took + 1.0;
    !evidence.answers.is_empty() && seconds > took * 1.1 && seconds < slow
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_sandbox::Answer;

    fn evidence(known: bool, exact: bool) -> Evidence {
        let [host, method, path] = ["tea.example", "GET", "/cups"].map(str::to_owned);
        let answers = vec![Answer { host, method, path, status: 200, known, exact }];
        Evidence { answers, took: std::time::Duration::from_millis(1050), ..Evidence::never("") }
    }

    #[test]
    fn only_what_the_host_itself_would_say_can_be_false() {
        let wrong = || Verdict::wrong("it prints `3`", "write `3`");
        let reason = |known, exact| match doubted(&evidence(known, exact), "3", wrong()) {
            Verdict::Undecided { reason, .. } => reason,
            other => format!("{other:?}"),
        };
        assert_eq!(doubted(&evidence(true, true), "3", wrong()), wrong());
        assert_eq!(doubted(&evidence(false, false), "3", Verdict::Holds), Verdict::Holds);
        assert_eq!(reason(false, false), "it asks for `GET tea.example/cups`, which Étude's stand-in does not know");
        assert!(reason(true, false).starts_with("answered by Étude's stand-in for `tea.example`"));
    }

    #[test]
    fn a_host_may_say_other_words_beside_a_status() {
        let check = |stated, why, expected| assert_eq!(only_phrases(stated, why), expected, "{stated} {why}");
        let why = "it prints `HTTP Error 404: Not Found`, and not `HTTP Error 404: NOT FOUND`";
        check("first\nHTTP Error 404: NOT FOUND", why, true);
        check("HTTPError: HTTP Error 404: NOT FOUND", "it raises `HTTPError: HTTP Error 404: Not Found`", true);
        check(
            "HTTP Error 403: FORBIDDEN",
            "it prints `HTTP Error 404: Not Found`, and not `HTTP Error 403: FORBIDDEN`",
            false,
        );
        check("404 cups", "it prints `403 cups`, and not `404 cups`", false);
    }

    #[test]
    fn a_network_takes_time_but_not_any() {
        let check = |seconds, expected| assert_eq!(may_take(&evidence(true, true), seconds), expected, "{seconds}");
        check(0.5, false);
        check(1.0, false);
        check(1.6, true);
        check(10.0, false);
    }
}
