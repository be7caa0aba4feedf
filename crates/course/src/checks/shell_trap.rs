use std::ops::Range;

use etude_text::{Severity, Span};

use super::{Check, Context, Report};
use crate::shell::{Command, PosixToken, Request, commands, posix_tokens};
use crate::snippet::{Lang, Snippet};

pub(super) static CHECK: Check = Check {
    code: "shell-trap",
    severity: Severity::Warning,
    summary: "A shell command that does not do what it seems to do",
    documentation: r#"
Finds what looks right in a shell and is not:

- `time ( a & b )` without `wait`: the group may be over while `a` still runs, and the time is that of `b`;
- `..` in an address: curl resolves it before it asks, so that the server never sees it;
- `curl --parallel` over plain HTTP: curl waits for the first answer to learn whether one connection is enough;
- `&` in an address outside quotes, which ends the command.

Such commands are there to prove something. What they prove is something else, and the reader draws the conclusion.

Wrong, as a proof that the server refuses to leave its folder:

```bash
curl http://127.0.0.1:8000/files/../secret.txt
```

Right:

```bash
curl --path-as-is http://127.0.0.1:8000/files/../secret.txt
```

Write what the message suggests.
"#,
    run,
};

struct Script<'a> {
    tokens: &'a [PosixToken],
    commands: &'a [Command],
}

struct Found {
    range: Range<usize>,
    message: String,
    hint: &'static str,
}

static TRAPS: [fn(&Script<'_>) -> Vec<Found>; 4] = [unwaited, dots, parallel, ampersands];

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in ctx.lesson.snippets.iter().filter(|snippet| snippet.lang == Lang::Shell) {
        for found in traps(snippet) {
            let span = snippet.source_span(Span::at(found.range));
            report.add(report.at(span, found.message).hint(found.hint));
        }
    }
}

fn traps(snippet: &Snippet) -> Vec<Found> {
    let (tokens, commands) = (posix_tokens(&snippet.code), commands(snippet));
    let script = Script { tokens: &tokens, commands: &commands };
    TRAPS.iter().flat_map(|find| find(&script)).collect()
}

/// `time ( … & … )`: what is timed has to wait for what it starts.
fn unwaited(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, pair) in script.tokens.windows(2).enumerate() {
        let [PosixToken::Word(time), opening] = pair else { continue };
        let closing = match opening {
            PosixToken::Operator("(", _) => ")",
            PosixToken::Word(word) if word.text == "{" => "}",
            _ => continue,
        };
        if time.text != "time" {
            continue;
        }
        let group = script.tokens[index + 2..].iter().take_while(|token| text(token) != closing);
        let group: Vec<&PosixToken> = group.collect();
        let started = group.iter().filter(|token| text(token) == "&").count();
        if started > 0 && !group.iter().any(|token| text(token) == "wait") {
            found.push(Found {
                range: time.range.clone(),
                message: "this may be over before what it starts with `&` is: nothing waits for it".to_owned(),
                hint: "end the group with `& wait`",
            });
        }
    }
    found
}

fn text(token: &PosixToken) -> &str {
    match token {
        PosixToken::Word(word) | PosixToken::Here(word) => &word.text,
        PosixToken::Operator(operator, _) => operator,
    }
}

fn dots(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for command in script.commands.iter().filter(|command| command.is_curl()) {
        if command.words.iter().any(|word| word.text == "--path-as-is") {
            continue;
        }
        for request in Request::of(command) {
            let path = request.url.split(['?', '#']).next().unwrap_or_default();
            let path = path.split_once("://").map_or(path, |(_, rest)| rest);
            if path.split('/').skip(1).any(|part| part == "..") {
                let message =
                    "curl takes `..` out of the address before it asks, so the server never sees it".to_owned();
                found.push(Found { range: request.range, message, hint: "add `--path-as-is`" });
            }
        }
    }
    found
}

fn parallel(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for command in script.commands.iter().filter(|command| command.is_curl()) {
        let says = |name: &str| command.words.iter().find(|word| word.text == name);
        let Some(word) = says("--parallel").or(says("-Z")) else { continue };
        let plain = Request::of(command).iter().filter(|request| !request.url.starts_with("https:")).count();
        if plain > 1 && says("--parallel-immediate").is_none() {
            found.push(Found {
                range: word.range.clone(),
                message: "curl waits for the first answer before it asks the second time, to share one connection"
                    .to_owned(),
                hint: "add `--parallel-immediate`",
            });
        }
    }
    found
}

/// `curl http://…?a=1&b=2`
fn ampersands(script: &Script<'_>) -> Vec<Found> {
    const CLIENTS: [&str; 6] = ["curl", "wget", "http", "https", "open", "xdg-open"];
    // What a shell prints is often shown without a prompt.
    let asks = |range: &Range<usize>| {
        let client = |command: &&Command| CLIENTS.contains(&command.name());
        script.commands.iter().filter(client).flat_map(|it| &it.words).any(|word| word.range == *range)
    };
    let mut found = Vec::new();
    for window in script.tokens.windows(3) {
        if let [PosixToken::Word(word), PosixToken::Operator("&", range), PosixToken::Word(next)] = window
            && word.text.contains("://")
            && asks(&word.range)
            && word.text.contains('?')
            && (word.range.end, next.range.start) == (range.start, range.end)
        {
            found.push(Found {
                range: word.range.start..next.range.end,
                message: "outside quotes `&` ends the command, and the rest of the address is lost".to_owned(),
                hint: "put the address in quotes",
            });
        }
    }
    found
}
