//! Stand-ins for hosts that a run cannot reach: what they answer, as `course.toml` and lessons declare it.

use std::collections::BTreeMap;

use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use crate::config::{Config, ConfigError, Reader, Value, error, parse_config};
use crate::lesson::Lesson;
use crate::snippet::Snippet;

/// One answers for some hosts. Texts may hold places such as `{name}`, which are filled in from the request.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StandIn {
    /// In lower case.
    #[serde(skip)]
    pub hosts: Vec<String>,
    /// What it says is what the host says, and so is decided by: not only something of the same shape.
    #[serde(skip)]
    pub exact: bool,
    /// For `{id:words 4}`.
    pub words: Vec<String>,
    pub routes: Vec<Route>,
    pub collections: Vec<Collection>,
}

/// What it answers to some requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Route {
    /// `{name}` is one part of a path, `{name:path}` all that follow.
    pub path: String,
    /// Empty: `GET` and `HEAD`. `ANY` is every one.
    pub methods: Vec<String>,
    pub headers: BTreeMap<String, String>,
    /// The rest by name: `status`, `delay`, `json`, `body`, and what few need.
    #[serde(flatten)]
    pub parts: BTreeMap<String, String>,
}

/// Things of one kind that can be listed, read, made, changed and removed, though nothing is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Collection {
    pub path: String,
    pub count: u64,
    /// One of them as JSON, with `{id}` in it.
    pub item: String,
    /// Further paths to some of them, with the field that the path's place has to be equal to.
    pub within: BTreeMap<String, String>,
}

/// What a route may say, besides its path, methods and headers.
const PARTS: [&str; 9] = ["status", "delay", "json", "body", "bytes", "base64", "repeat", "encoding", "auth"];
const BODIES: [&str; 4] = ["json", "body", "bytes", "base64"];

impl StandIn {
    /// Those that a lesson declares by a fence with `stand-in=HOST/PATH`, which shows what is answered there.
    pub fn shown(lesson: &Lesson) -> Vec<StandIn> {
        let mut all = Vec::new();
        for snippet in &lesson.snippets {
            let Some(place) = snippet.attribute("stand-in") else { continue };
            let (host, path) = address(place);
            let body = if is_json(snippet) { "json" } else { "body" };
            let mut parts = BTreeMap::from([(body.to_owned(), snippet.code.clone())]);
            for name in ["status", "delay"] {
                parts.extend(snippet.attribute(name).map(|value| (name.to_owned(), value.to_owned())));
            }
            let methods = snippet.attribute("method").map(str::to_uppercase).into_iter().collect();
            let route = Route { path: path.to_owned(), methods, headers: BTreeMap::new(), parts };
            all.push(StandIn { hosts: vec![host.to_lowercase()], exact: true, routes: vec![route], ..Self::default() });
        }
        all
    }
}

/// Reads a file of stand-ins, written as in a `course.toml` and holding nothing else.
pub fn parse_stand_ins(text: &str) -> (Vec<StandIn>, Vec<ConfigError>) {
    let (config, mut errors) = parse_config(text);
    let names = Config { stand_ins: Vec::new(), ..config.clone() };
    if names != Config::default() {
        let message = "a file of stand-ins holds nothing but `[[stand-in]]`".to_owned();
        errors.push(error(message, 0..0, "move the rest to `course.toml`"));
    }
    (config.stand_ins, errors)
}

impl Reader {
    pub(crate) fn stand_ins(&mut self, value: Value<'_>) -> Vec<StandIn> {
        let all = self.array(value, "written as `[[stand-in]]`").unwrap_or_default();
        all.into_iter().filter_map(|value| self.stand_in(value)).collect()
    }

    fn stand_in(&mut self, value: Value<'_>) -> Option<StandIn> {
        let place = value.span();
        let mut made = StandIn { exact: true, ..StandIn::default() };
        for (key, value) in self.table(value)? {
            match key.get_ref().as_ref() {
                "host" => made.hosts = self.one_or_more(value).into_iter().filter_map(|it| self.host(it)).collect(),
                "exact" => made.exact = self.truth(value).unwrap_or(true),
                "words" => {
                    let words = self.strings(value).unwrap_or_default();
                    made.words = words.into_iter().map(Spanned::into_inner).collect();
                }
                "route" => {
                    let all = self.array(value, "written as `[[stand-in.route]]`").unwrap_or_default();
                    made.routes = all.into_iter().filter_map(|value| self.route(value)).collect();
                }
                "collection" => {
                    let all = self.array(value, "written as `[[stand-in.collection]]`").unwrap_or_default();
                    made.collections = all.into_iter().filter_map(|value| self.collection(value)).collect();
                }
                _ => self.unknown(&key, &["host", "route", "collection", "words", "exact"], "a stand-in"),
            }
        }
        if made.hosts.is_empty() {
            self.errors.push(error(
                "this stand-in has no `host`".to_owned(),
                place,
                "name it: `host = \"tea.example\"`",
            ));
            return None;
        }
        Some(made)
    }

    fn host(&mut self, name: Spanned<String>) -> Option<String> {
        if is_host(name.get_ref()) {
            return Some(name.into_inner().to_lowercase());
        }
        let message = format!("`{}` is no host", name.get_ref());
        self.errors.push(error(message, name.span(), "write its name alone, as in \"tea.example\""));
        None
    }

    fn route(&mut self, value: Value<'_>) -> Option<Route> {
        let place = value.span();
        let mut route = Route::default();
        for (key, value) in self.table(value)? {
            match key.get_ref().as_ref() {
                "path" => route.path = self.path(value).unwrap_or_default(),
                "method" => {
                    let methods = self.one_or_more(value).into_iter();
                    route.methods = methods.map(|method| method.into_inner().to_uppercase()).collect();
                }
                "headers" => {
                    for (name, value) in self.table(value).unwrap_or_default() {
                        let value = self.text(value).map(Spanned::into_inner);
                        route.headers.extend(value.map(|value| (name.get_ref().to_string(), value)));
                    }
                }
                name if PARTS.contains(&name) => {
                    let Some(text) = self.text(value) else { continue };
                    self.check_part(name, &text);
                    route.parts.insert(name.to_owned(), text.into_inner());
                }
                _ => {
                    let known: Vec<&str> = ["path", "method", "headers"].into_iter().chain(PARTS).collect();
                    self.unknown(&key, &known, "a route");
                }
            }
        }
        let bodies: Vec<&str> = BODIES.into_iter().filter(|name| route.parts.contains_key(*name)).collect();
        if let [one, other, ..] = bodies[..] {
            let message = format!("this route answers with `{one}` and with `{other}`");
            self.errors.push(error(message, place.clone(), "keep one of them"));
        }
        if route.path.is_empty() {
            self.errors.push(error(
                "this route has no `path`".to_owned(),
                place,
                "say where it is: `path = \"/cups/{cup}\"`",
            ));
            return None;
        }
        Some(route)
    }

    fn collection(&mut self, value: Value<'_>) -> Option<Collection> {
        let place = value.span();
        let mut made = Collection::default();
        for (key, value) in self.table(value)? {
            match key.get_ref().as_ref() {
                "path" => made.path = self.path(value).unwrap_or_default(),
                "count" => {
                    let count = self.text(value);
                    made.count = count.and_then(|count| count.get_ref().parse().ok()).unwrap_or_default();
                }
                "item" => {
                    let Some(text) = self.string(value) else { continue };
                    self.check_part("json", &text);
                    made.item = text.into_inner();
                }
                "within" => {
                    for (path, value) in self.table(value).unwrap_or_default() {
                        let field = self.string(value).map(Spanned::into_inner);
                        made.within.extend(field.map(|field| (path.get_ref().to_string(), field)));
                    }
                }
                _ => self.unknown(&key, &["path", "count", "item", "within"], "a collection"),
            }
        }
        if made.path.is_empty() || made.item.is_empty() || !(1..=1000).contains(&made.count) {
            let hint = "write `path = \"/cups\"`, `count = 100` and `item = '{ \"id\": \"{id}\" }'`";
            let message = "a collection has a `path`, a `count` up to 1000 and an `item`".to_owned();
            self.errors.push(error(message, place, hint));
            return None;
        }
        Some(made)
    }

    fn path(&mut self, value: Value<'_>) -> Option<String> {
        let path = self.string(value)?;
        if let Some(place) = wrong_place(path.get_ref()) {
            let message = format!("`{{{place}` cannot be filled in from a request");
            self.errors.push(error(
                message,
                path.span(),
                "a place is a name, once in a path: `{cup}`, or `{rest:path}`",
            ));
        }
        if path.get_ref().starts_with('/') {
            return Some(path.into_inner());
        }
        let message = format!("the path `{}` does not begin with `/`", path.get_ref());
        self.errors.push(error(message, path.span(), "write it as it stands behind the host"));
        None
    }

    fn check_part(&mut self, name: &str, text: &Spanned<String>) {
        if let Some((message, hint)) = wrong_part(name, text.get_ref()) {
            self.errors.push(error(message, text.span(), hint));
        }
    }

    fn one_or_more(&mut self, value: Value<'_>) -> Vec<Spanned<String>> {
        match value.get_ref() {
            DeValue::String(_) => self.string(value).into_iter().collect(),
            _ => self.strings(value).unwrap_or_default(),
        }
    }

    /// A number is the text that it is written as.
    fn text(&mut self, value: Value<'_>) -> Option<Spanned<String>> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            _ => None,
        };
        let place = value.span();
        number.map_or_else(|| self.string(value), |number| Some(Spanned::new(place, number)))
    }
}

/// What is wrong with a part of a route, and how to put it right.
fn wrong_part(name: &str, given: &str) -> Option<(String, &'static str)> {
    match name {
        "json" => serde_json::from_str::<serde::de::IgnoredAny>(given)
            .err()
            .map(|error| (format!("this is no JSON: {error}"), "in it, a place is a text: `{ \"id\": \"{id:int}\" }`")),
        "encoding" if !matches!(given, "gzip" | "deflate") => {
            Some((format!("there is no encoding `{given}`"), "use \"gzip\" or \"deflate\""))
        }
        _ if given.contains('{') => None,
        "status" | "repeat" | "bytes" if given.parse::<u64>().is_err() => {
            Some((format!("`{given}` is no whole number"), "write a number, or a place such as \"{n:int}\""))
        }
        "status" if !matches!(given.parse(), Ok(200..=599)) => {
            Some((format!("{given} is no status that can be answered"), "use one from 200 to 599"))
        }
        "delay" if !given.parse().is_ok_and(|seconds: f64| seconds.is_finite() && seconds >= 0.0) => {
            Some((format!("`{given}` is no number of seconds"), "write a number, or a place such as \"{n:number}\""))
        }
        _ => None,
    }
}

/// What is wrong with a fence that shows what is answered: the attribute it is about, a message and a hint.
pub(crate) fn mistakes(snippet: &Snippet) -> Vec<(&'static str, String, &'static str)> {
    let Some(given) = snippet.attribute("stand-in") else { return Vec::new() };
    let mut all = Vec::new();
    let (host, path) = address(given);
    if !is_host(host) {
        let hint = "write a host and a path, as in `stand-in=tea.example/cups`";
        all.push(("stand-in", format!("`{given}` names no host"), hint));
    }
    if let Some(place) = wrong_place(path) {
        let hint = "a place is a name, once in a path: `{cup}`, or `{rest:path}`";
        all.push(("stand-in", format!("`{{{place}` cannot be filled in from a request"), hint));
    }
    let parts = ["status", "delay"].into_iter().filter_map(|name| Some((name, name, snippet.attribute(name)?)));
    let body = is_json(snippet).then_some(("stand-in", "json", snippet.code.as_str()));
    for (key, name, value) in parts.chain(body) {
        all.extend(wrong_part(name, value).map(|(message, hint)| (key, message, hint)));
    }
    all
}

fn is_json(snippet: &Snippet) -> bool {
    snippet.info.lang.eq_ignore_ascii_case("json")
}

/// The host and the path of `https://tea.example/cups`.
fn address(place: &str) -> (&str, &str) {
    let place = place.trim_start_matches("https://").trim_start_matches("http://");
    place.find('/').map_or((place, "/"), |at| place.split_at(at))
}

fn is_host(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || "-._".contains(char))
}

/// The first place of a path, from behind its brace, that is no name, or one that the path has twice.
fn wrong_place(path: &str) -> Option<&str> {
    let letter = |char: char| char.is_ascii_alphabetic() || char == '_';
    let mut known = Vec::new();
    path.split('{').skip(1).find_map(|rest| {
        let place = rest.find('}').map_or(rest, |end| &rest[..=end]);
        let name =
            place.strip_suffix('}').map(|place| place.strip_suffix(":path").unwrap_or(place)).unwrap_or_default();
        let named = name.starts_with(letter) && name.chars().all(|char| letter(char) || char.is_ascii_digit());
        let fine = named && !known.contains(&name);
        known.push(name);
        (!fine).then_some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::parse_stand_ins;
    use crate::parse_config;

    /// What is said against a text, each as `what it points at: message`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let (_, errors) = parse_config(text);
        let shown: Vec<String> =
            errors.iter().map(|error| format!("{}: {}", error.span.slice(text), error.message)).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn a_stand_in_is_read_whole() {
        let text = r#"
            [[stand-in]]
            host = ["tea.example", "WWW.tea.example"]
            [[stand-in.route]]
            path = "/cups/{cup}"
            method = "put"
            status = 201
            delay = 0.5
            headers = { x-cup = "{cup}" }
            json = '{ "cup": "{cup:int}" }'
            [[stand-in.collection]]
            path = "/pots"
            count = 3
            item = '{ "id": "{id}" }'
        "#;
        let (config, errors) = parse_config(text);
        assert_eq!(errors, []);
        let [stand_in] = &config.stand_ins[..] else { panic!("one") };
        assert_eq!(stand_in.hosts, ["tea.example", "www.tea.example"]);
        let told = serde_json::json!({
            "words": [],
            "routes": [{
                "path": "/cups/{cup}", "methods": ["PUT"], "headers": { "x-cup": "{cup}" },
                "status": "201", "delay": "0.5", "json": "{ \"cup\": \"{cup:int}\" }",
            }],
            "collections": [{ "path": "/pots", "count": 3, "item": "{ \"id\": \"{id}\" }", "within": {} }],
        });
        assert_eq!(serde_json::to_value(stand_in).unwrap(), told);
    }

    #[test]
    fn a_file_holds_nothing_else() {
        let text = "[[stand-in]]\nhost = \"tea.example\"\n";
        assert_eq!(parse_stand_ins(text).1, []);
        assert_eq!(parse_stand_ins(&format!("title = \"Tea\"\n{text}")).1.len(), 1);
    }

    #[test]
    fn mistakes_are_pointed_at() {
        check("[[stand-in]]\nwords = []", &["[[stand-in]]: this stand-in has no `host`"]);
        check(
            "[[stand-in]]\nhost = \"https://tea.example\"",
            &["[[stand-in]]: this stand-in has no `host`", "\"https://tea.example\": `https://tea.example` is no host"],
        );
        let route = |rest: &str| format!("[[stand-in]]\nhost = \"tea.example\"\nroute = [{rest}]\n");
        check(&route("{}"), &["{}: this route has no `path`"]);
        check(
            &route("{ path = \"/\", json = '{ \"n\": {n} }' }"),
            &["'{ \"n\": {n} }': this is no JSON: key must be a string at line 1 column 9"],
        );
        check(
            &route("{ path = \"/\", body = \"\", bytes = 3 }"),
            &["{ path = \"/\", body = \"\", bytes = 3 }: this route answers with `body` and with `bytes`"],
        );
        check(&route("{ path = \"/\", stauts = 3 }"), &["stauts: there is no field `stauts`"]);
        check(&route("{ path = \"/\", status = \"ok\" }"), &["\"ok\": `ok` is no whole number"]);
        check(&route("{ path = \"/\", status = 99 }"), &["99: 99 is no status that can be answered"]);
        check(&route("{ path = \"/\", delay = -1 }"), &["-1: `-1` is no number of seconds"]);
        check(&route("{ path = \"/{a}/{b1}/{rest:path}\", status = \"{a:int}\", delay = 0.5 }"), &[]);
        for place in ["{1}", "{}", "{a:int}", "{a-b}", "{a"] {
            let path = format!("\"/{place}\"");
            let told = format!("{path}: `{place}` cannot be filled in from a request");
            check(&route(&format!("{{ path = {path} }}")), &[&told]);
        }
        check(&route("{ path = \"/{a}/{a}\" }"), &["\"/{a}/{a}\": `{a}` cannot be filled in from a request"]);
    }
}
