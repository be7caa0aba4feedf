//! Who stands in for which host: what a lesson shows, what its course declares, and what Étude brings along.

use std::sync::LazyLock;

use etude_course::{Config, Lesson, StandIn, parse_config};
use serde_json::{Value, json};

/// A further file here is a further host.
const SHIPPED: [&str; 4] = [
    include_str!("../stand-ins/example.toml"),
    include_str!("../stand-ins/github.toml"),
    include_str!("../stand-ins/httpbin.toml"),
    include_str!("../stand-ins/jsonplaceholder.toml"),
];

static BROUGHT: LazyLock<Vec<StandIn>> =
    LazyLock::new(|| SHIPPED.iter().flat_map(|text| parse_config(text).0.stand_ins).collect());

/// All that is known of hosts outside, the most particular first.
#[derive(Clone, Debug)]
pub struct Hosts(Vec<StandIn>);

impl Hosts {
    pub fn of(lesson: Option<&Lesson>, config: &Config) -> Self {
        let shown = lesson.map(StandIn::shown).unwrap_or_default();
        Self(shown.into_iter().chain(config.stand_ins.iter().cloned()).chain(BROUGHT.iter().cloned()).collect())
    }

    pub fn has(&self, host: &str) -> bool {
        self.names().any(|name| name == host)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|one| &one.hosts).map(String::as_str)
    }

    /// What a run is given for a host: everything that anybody says of it.
    pub fn answering(&self, host: &str) -> Option<etude_sandbox::StandIn> {
        let (mut routes, mut collections, mut words) = (Vec::new(), Vec::new(), Vec::new());
        for one in self.0.iter().filter(|one| one.hosts.iter().any(|name| name == host)) {
            let marked = |value: Value| {
                let mut value = value;
                value["exact"] = json!(one.exact);
                value
            };
            routes.extend(one.routes.iter().map(|route| marked(json!(route))));
            collections.extend(one.collections.iter().map(|collection| marked(json!(collection))));
            words.extend(one.words.iter().cloned());
        }
        let answers = json!({ "routes": routes, "collections": collections, "words": words });
        self.has(host).then(|| etude_sandbox::StandIn { hosts: vec![host.to_owned()], answers })
    }
}

/// The lines with which a course gives a host a voice.
pub fn hint(host: &str, method: &str, path: &str) -> String {
    let method = if matches!(method, "GET" | "HEAD") { String::new() } else { format!("method = \"{method}\"\n") };
    let path = path.trim_end_matches(|char| !matches!(char, '/' | '-' | '_') && !char::is_alphanumeric(char));
    format!(
        "let `course.toml` say what is answered:\n[[stand-in]]\nhost = \"{host}\"\n[[stand-in.route]]\npath = \"{path}\"\n{method}json = '{{ \"tea\": \"green\" }}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_brought_along_is_whole() {
        for text in SHIPPED {
            assert_eq!(parse_config(text).1, []);
        }
        let hosts = Hosts::of(None, &Config::default());
        for host in ["httpbin.org", "example.com", "jsonplaceholder.typicode.com", "api.github.com"] {
            assert!(hosts.answering(host).is_some(), "{host}");
        }
        assert_eq!(hosts.answering("tea.example"), None);
    }

    #[test]
    fn what_the_course_says_comes_first() {
        let text = "[[stand-in]]\nhost = \"httpbin.org\"\nroute = [{ path = \"/json\", json = \"[]\" }]\n";
        let hosts = Hosts::of(None, &parse_config(text).0);
        let told = hosts.answering("httpbin.org").expect("it is there").answers;
        assert_eq!(told["routes"][0]["json"], "[]");
        assert_eq!(told["routes"][0]["exact"], true);
        let all = told["routes"].as_array().expect("a list");
        let paths = |path: &str| all.iter().filter(|route| route["path"] == path).count();
        assert_eq!((paths("/json"), paths("/delay/{seconds}")), (2, 1));
    }
}
