//! `--online`: whether what lessons link to on other hosts is there. Nothing is asked without it, and nothing is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use etude_course::{Answer, outside};
use etude_project::Workspace;
use ureq::Agent;
use ureq::http::Method;

use crate::printer::{Printer, count};

/// As many requests as a browser makes for one page.
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(10);
/// Before the second and last attempt.
const PAUSE: Duration = Duration::from_millis(500);

/// Asks each address once, whatever number of links leads there, and leaves the answers with the courses.
pub(super) fn ask(workspace: &mut Workspace, printer: &Printer) {
    let lessons = workspace.courses.iter().flat_map(|folder| folder.lessons());
    let addresses: BTreeSet<String> = lessons.flat_map(outside).filter(|it| is_public(it)).map(str::to_owned).collect();
    if addresses.is_empty() {
        return;
    }
    printer.say(&format!("asking other hosts about {}", count(addresses.len(), "link")));
    let answers = answers(addresses.into_iter().collect(), PATIENCE);
    for folder in &mut workspace.courses {
        folder.course.answers.clone_from(&answers);
    }
}

/// The reader's own machine and the names that are kept for examples are not asked.
fn is_public(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    if host.starts_with('[') {
        return false;
    }
    let host = host.split(':').next().unwrap_or(host).to_lowercase();
    let number = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let kept = ["localhost", "example", "test", "invalid", "local", "internal"];
    let example = ["example.com", "example.org", "example.net"];
    let below = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    host.contains('.') && !number && !kept.iter().any(|name| below(name)) && !example.iter().any(|name| below(name))
}

/// What is heard of one address.
#[derive(Clone, Copy)]
enum Heard {
    Status(u16),
    NoHost,
    Nothing,
    /// It was not asked: the address is none.
    NoAddress,
}

fn answers(addresses: Vec<String>, patience: Duration) -> BTreeMap<String, Answer> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .user_agent(concat!("etude/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let next = AtomicUsize::new(0);
    let heard: Mutex<BTreeMap<String, Heard>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(addresses.len()) {
            scope.spawn(|| {
                while let Some(address) = addresses.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = hear(&agent, address);
                    heard.lock().unwrap_or_else(PoisonError::into_inner).insert(address.clone(), one);
                }
            });
        }
    });
    let heard = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A machine without a network knows no host at all.
    let connected = heard.values().any(|heard| matches!(heard, Heard::Status(_)));
    heard.into_iter().map(|(address, heard)| (address, answer(heard, connected))).collect()
}

fn answer(heard: Heard, connected: bool) -> Answer {
    match heard {
        Heard::Status(200..=399) => Answer::There,
        Heard::Status(status @ (404 | 410)) => Answer::Gone(format!("it is answered with {status}")),
        Heard::Status(_) => Answer::Unsure("its host refuses to say"),
        Heard::NoHost if connected => Answer::Gone("there is no such host".to_owned()),
        Heard::NoHost | Heard::Nothing => Answer::Unsure("nobody answers"),
        Heard::NoAddress => Answer::Unsure("it is no whole address, so that nobody was asked"),
    }
}

/// `HEAD`, then `GET` for hosts that do not care for it; once more where a second attempt may go better.
fn hear(agent: &Agent, address: &str) -> Heard {
    let mut heard = Heard::Nothing;
    for attempt in 0..2 {
        if attempt > 0 {
            std::thread::sleep(PAUSE);
        }
        heard = request(agent, Method::HEAD, address);
        if matches!(heard, Heard::Status(400..)) {
            heard = request(agent, Method::GET, address);
        }
        if !matches!(heard, Heard::Nothing | Heard::Status(429 | 500..)) {
            break;
        }
    }
    heard
}

/// As a browser sends it, which takes letters of every script.
fn encoded(address: &str) -> String {
    let encode = |byte: u8| match byte {
        b'!'..=b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    address.bytes().map(encode).collect()
}

fn request(agent: &Agent, method: Method, address: &str) -> Heard {
    let Ok(request) = ureq::http::Request::builder().method(method).uri(encoded(address)).body(()) else {
        return Heard::NoAddress;
    };
    match agent.run(request) {
        // The body is not of interest, and is dropped with its connection.
        Ok(response) => Heard::Status(response.status().as_u16()),
        Err(ureq::Error::HostNotFound) => Heard::NoHost,
        Err(ureq::Error::Io(error)) if is_of_no_host(&error) => Heard::NoHost,
        Err(ureq::Error::BadUri(_) | ureq::Error::Http(_)) => Heard::NoAddress,
        Err(_) => Heard::Nothing,
    }
}

/// What glibc and musl say of a name that nobody has. The standard library keeps nothing but these words, which differ
/// from those for a network that is down.
fn is_of_no_host(error: &std::io::Error) -> bool {
    let words = ["Name or service not known", "No address associated with hostname", "Name does not resolve"];
    let said = error.to_string();
    words.iter().any(|words| said.ends_with(words))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    /// A server that says what the path asks for, and remembers what it was asked.
    fn server(asked: &'static Mutex<Vec<String>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || {
                    let mut lines = BufReader::new(&stream).lines();
                    let Some(Ok(first)) = lines.next() else { return };
                    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                    let mut words = first.split(' ');
                    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                    let again = {
                        let mut asked = asked.lock().expect("no panic");
                        asked.push(format!("{method} {path}"));
                        asked.iter().filter(|it| it.ends_with(path)).count() > 2
                    };
                    let status = match (path, method) {
                        ("/silent", _) => return std::thread::sleep(Duration::from_secs(30)),
                        ("/moved", _) => "302 Found\r\nLocation: /fine",
                        ("/no-head", "HEAD") => "405 Method Not Allowed",
                        ("/busy", _) if !again => "503 Service Unavailable",
                        ("/gone", _) => "410 Gone",
                        ("/secret", _) => "403 Forbidden",
                        ("/missing", _) => "404 Not Found",
                        _ => "200 OK",
                    };
                    let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    (&stream).write_all(reply.as_bytes()).ok();
                });
            }
        });
        address
    }

    #[test]
    fn an_address_that_is_none_is_not_asked() {
        let agent = Agent::config_builder().build().into();
        assert!(matches!(hear(&agent, "https://<pot>.tea.example/"), Heard::NoAddress));
        assert_eq!(encoded("https://tea.example/茶 x"), "https://tea.example/%E8%8C%B6%20x");
    }

    #[test]
    fn each_address_is_asked_until_it_is_known() {
        static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let server = server(&ASKED);
        let check = |path: &str, expected: Answer| {
            let address = format!("{server}{path}");
            let found = answers(vec![address.clone()], Duration::from_secs(2));
            assert_eq!(found.get(&address), Some(&expected), "{path}");
        };
        check("/fine", Answer::There);
        check("/moved", Answer::There);
        check("/no-head", Answer::There);
        check("/busy", Answer::There);
        check("/missing", Answer::Gone("it is answered with 404".to_owned()));
        check("/gone", Answer::Gone("it is answered with 410".to_owned()));
        check("/secret", Answer::Unsure("its host refuses to say"));
        check("/silent", Answer::Unsure("nobody answers"));
        let asked = ASKED.lock().expect("no panic");
        let of = |path: &str| asked.iter().filter(|it| it.ends_with(path)).cloned().collect::<Vec<_>>();
        assert_eq!(of("/missing"), ["HEAD /missing", "GET /missing"]);
        assert_eq!(of("/busy"), ["HEAD /busy", "GET /busy", "HEAD /busy"]);
        assert_eq!(of("/silent"), ["HEAD /silent", "HEAD /silent"]);
    }

    #[test]
    fn without_any_answer_nothing_is_called_gone() {
        assert_eq!(answer(Heard::NoHost, false), Answer::Unsure("nobody answers"));
        assert_eq!(answer(Heard::NoHost, true), Answer::Gone("there is no such host".to_owned()));
    }

    #[test]
    fn a_name_that_nobody_has_is_not_a_network_that_is_down() {
        let check = |words: &str, expected| {
            let said = format!("failed to lookup address information: {words}");
            assert_eq!(is_of_no_host(&std::io::Error::other(said)), expected, "{words}");
        };
        check("Name or service not known", true);
        check("Name does not resolve", true);
        check("Temporary failure in name resolution", false);
    }

    #[test]
    fn own_machines_and_examples_are_not_asked() {
        let check = |address: &str, expected| assert_eq!(is_public(address), expected, "{address}");
        check("https://docs.python.org/3/library/asyncio.html", true);
        check("https://user@tea.dev:8443", true);
        check("http://127.0.0.1:8000/docs", false);
        check("http://localhost:8000/docs", false);
        check("http://[::1]:8000/docs", false);
        check("https://api.example.com/pots", false);
        check("https://pots.test/", false);
        check("http://server/pots", false);
    }
}
