//! A plan as text.

use std::fmt::Write as _;

use etude_course::Lesson;
use etude_practice::plan::{Action, Code, Plan, Step, Supply, Why};
use etude_text::Source;

pub(crate) fn plan(plan: &Plan, lesson: &Lesson, source: &Source) -> String {
    let mut out = String::new();
    for (number, session) in plan.sessions.iter().enumerate() {
        write!(out, "session {}: profile {}, clock {}", number + 1, session.profile, session.clock).unwrap();
        if let Some(timeout) = session.timeout {
            write!(out, ", at most {timeout:?}").unwrap();
        }
        out.push('\n');
        for file in &session.files {
            writeln!(out, "    file {} of {} bytes", file.path, file.content.len()).unwrap();
        }
        if let Some(server) = &session.server {
            let app = server
                .app
                .as_ref()
                .map_or("its own".to_owned(), |app| format!("`{}` of {}", app.variable, app.framework));
            writeln!(out, "    server on port {}, {app}", server.port).unwrap();
            for part in &server.parts {
                writeln!(out, "        {}", code(part)).unwrap();
            }
        }
        for step in &session.steps {
            show(&mut out, step, lesson, source);
        }
    }
    for left in &plan.left {
        let snippet = &lesson.snippets[left.snippet];
        let line = source.line(snippet.span.start);
        match &left.why {
            Why::Nothing(words) => writeln!(out, "[{}] line {line}: nothing to run: {words}", left.snippet).unwrap(),
            Why::Undecided { reason, hint } => {
                writeln!(out, "[{}] line {line}: undecided: {reason}", left.snippet).unwrap();
                if let Some(hint) = hint {
                    writeln!(out, "    hint: {hint}").unwrap();
                }
            }
        }
    }
    out
}

fn show(out: &mut String, step: &Step, lesson: &Lesson, source: &Source) {
    let line = source.line(lesson.snippets[step.snippet].span.start);
    let in_loop = |in_loop: &bool| if *in_loop { " in a loop" } else { "" };
    let what = match &step.action {
        Action::Script(it) => format!("script {}", code(it)),
        Action::Doctest(it) => format!("with its docstrings {}", code(it)),
        Action::Fragment { code: it, in_loop: looped } => format!("fragment {}{}", code(it), in_loop(looped)),
        Action::Context { code: it, in_loop: looped } => format!("context {}{}", code(it), in_loop(looped)),
        Action::Console(statements) => {
            let of = |looped| {
                let lines = statements.iter().filter(|it| it.in_loop == looped);
                lines.map(|it| format!(" {}", it.line)).collect::<String>()
            };
            let (plain, looped) = (of(false), of(true));
            let looped = if looped.is_empty() { looped } else { format!("{looped}{}", in_loop(&true)) };
            format!(
                "console, statements on{plain}{}{looped}",
                if plain.is_empty() || looped.is_empty() { "" } else { ";" }
            )
        }
        Action::Shell(commands) => {
            let lines: Vec<String> = commands.iter().map(|it| it.line.to_string()).collect();
            format!("shell, commands on {}", lines.join(" "))
        }
        Action::Test { code: it, pytest } => {
            format!("tests of {}{}", code(it), if *pytest { " by pytest" } else { "" })
        }
        Action::Serve => "served".to_owned(),
    };
    writeln!(out, "  [{}] line {line}: {what}", step.snippet).unwrap();
    for supply in &step.supplied {
        let words = match supply {
            Supply::Snippet { snippet, names } => format!("{} of [{snippet}]", names.join(", ")),
            Supply::Line(line) => format!("`{line}`"),
            Supply::Loop => "an event loop".to_owned(),
            Supply::File(path) => format!("the file {path}"),
            Supply::Server(parts) => format!("the server of {parts:?}"),
            Supply::StandIn(host) => format!("the stand-in for {host}"),
        };
        writeln!(out, "        with {words}").unwrap();
    }
}

fn code(code: &Code) -> String {
    match code.snippet {
        Some(_) => format!("{}:{}", code.file, code.first_line),
        None => format!("`{}`", code.text),
    }
}
