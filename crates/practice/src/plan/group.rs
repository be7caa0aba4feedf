//! Sessions: which snippets share a process.

use etude_course::SnippetKind;
use etude_python::Module;
use etude_sandbox::Profile;
use std::collections::{BTreeMap, BTreeSet};

use super::code::{self, Code};
use super::context::{Lender, Loan};
use super::{Action, Left, Plan, Step, Supply, Why, console, files, left, needs, server, session, shell};

/// A server by its parts and port.
type Key = (BTreeSet<usize>, u16);

pub(super) fn plan(lender: &Lender<'_>) -> Plan {
    let mut planner = Planner { lender, plan: Plan::default(), groups: Vec::new(), served: BTreeMap::new() };
    for index in 0..lender.lesson.snippets.len() {
        if let Err(why) = planner.place(index) {
            planner.plan.left.push(Left { snippet: index, why });
        }
    }
    planner.finish()
}

struct Planner<'a> {
    lender: &'a Lender<'a>,
    plan: Plan,
    /// Snippets that go on from each other, with what each borrows.
    groups: Vec<BTreeMap<usize, Loan>>,
    /// Servers, and who asks them.
    served: BTreeMap<Key, Vec<Step>>,
}

impl Planner<'_> {
    fn place(&mut self, index: usize) -> Result<(), Why> {
        if let Some(why) = left::why(self.lender, index) {
            return Err(why);
        }
        if self.lender.snippet(index).kind == SnippetKind::Shell { self.shell(index) } else { self.python(index) }
    }

    fn python(&mut self, index: usize) -> Result<(), Why> {
        let lender = self.lender;
        let snippet = lender.snippet(index);
        let Some(module) = lender.module(index) else { return Err(Why::undecided("it is no Python")) };
        if let Some(why) = needs::obstacle(lender, snippet, module) {
            return Err(why);
        }
        let loan = lender.loan(index)?;
        let asks = server::asked_by_program(lender, index);
        if !asks.is_empty() {
            let (parts, port) = server::answering(lender, index, &asks)?;
            let step = Step { snippet: index, action: self.action(index, &loan), supplied: loan.supplies() };
            self.served.entry((parts, port)).or_default().push(step);
            return Ok(());
        }
        if snippet.kind == SnippetKind::Test && !calls_its_tests(&snippet.code, module) {
            return self.test(index, loan);
        }
        self.join(index, loan);
        Ok(())
    }

    /// Tests that somebody else has to call.
    fn test(&mut self, index: usize, loan: Loan) -> Result<(), Why> {
        let lender = self.lender;
        let Some(module) = lender.module(index) else { return Ok(()) };
        let imports = module.imports.iter().any(|import| import.module.split('.').next() == Some("pytest"));
        let fixtures = module.symbols.iter().any(|symbol| {
            symbol.name.starts_with("test") && symbol.parameters.iter().any(|parameter| parameter != "self")
        });
        let listed = lender.listed.contains("pytest");
        if (imports || fixtures) && !listed {
            return Err(needs::unlisted("pytest"));
        }
        let mut code = Code::of(lender.lesson, lender.snippet(index), lender.setting);
        let name = files::file_name(lender.snippet(index));
        let goes_on = name.is_some() && loan.snippets.keys().any(|&it| files::file_name(lender.snippet(it)) == name);
        if !code.file.ends_with(".py") || goes_on {
            // What pytest collects has to be called so; what is borrowed stands above it.
            let borrowed = loan.snippets.keys().map(|&other| lender.snippet(other).code.as_str());
            let lines: Vec<&str> = loan.lines.iter().map(String::as_str).chain(borrowed).collect();
            let above = lines.iter().map(|text| text.lines().count().max(1)).sum::<usize>() as u32;
            let text = lines.into_iter().chain([code.text.as_str()]).collect::<Vec<_>>().join("\n");
            let (text, above) = futures_first(&text).map_or((text, above), |text| (text, above + 1));
            code = Code {
                file: if goes_on { code.file } else { "test_lesson.py".to_owned() },
                first_line: code.first_line.saturating_sub(above).max(1),
                text,
                ..code
            };
        }
        let step = Step { snippet: index, action: Action::Test { code, pytest: listed }, supplied: loan.supplies() };
        self.push(None, vec![step], Profile::Python);
        Ok(())
    }

    /// Joins the snippets it goes on from, or begins a group of its own.
    fn join(&mut self, index: usize, loan: Loan) {
        let related: Vec<usize> = (0..self.groups.len())
            .filter(|&group| self.groups[group].iter().any(|(&other, lent)| self.continues(index, &loan, other, lent)))
            .collect();
        let mut joined = BTreeMap::from([(index, loan)]);
        for group in related.into_iter().rev() {
            joined.append(&mut self.groups.remove(group));
        }
        self.groups.push(joined);
    }

    fn continues(&self, index: usize, loan: &Loan, other: usize, lent: &Loan) -> bool {
        let (one, two) = (self.lender.snippet(index), self.lender.snippet(other));
        if one.session.is_some() || two.session.is_some() {
            let server = |kind| matches!(kind, SnippetKind::Server | SnippetKind::Shell);
            return one.session == two.session && !server(one.kind) && !server(two.kind);
        }
        // A whole program ran alone; what goes on from it brings it along.
        let part = |kind| matches!(kind, SnippetKind::Fragment | SnippetKind::Console);
        if one.section != two.section || !part(one.kind) || !part(two.kind) {
            return false;
        }
        // What a function of theirs does to a variable, both can see.
        let shared = loan.snippets.keys().any(|&from| lent.snippets.contains_key(&from) && self.has_state(from));
        loan.snippets.contains_key(&other) || shared
    }

    /// Whether it binds a variable, and not only functions, classes and modules.
    fn has_state(&self, index: usize) -> bool {
        let Some(module) = self.lender.module(index) else { return false };
        let mut names = module.names.provides.iter();
        names.any(|name| {
            module.symbols.iter().all(|symbol| symbol.name != *name) && self.lender.import_of(index, name).is_none()
        })
    }

    fn action(&self, index: usize, loan: &Loan) -> Action {
        let snippet = self.lender.snippet(index);
        if snippet.kind == SnippetKind::Console {
            let first = code::first_line(snippet, self.lender.setting);
            let statements = console::statements(&snippet.code, first);
            if !loan.in_loop {
                return Action::Console(statements);
            }
            let typed = console::source(&snippet.code);
            let lent = loan.snippets.keys().map(|&other| self.lender.snippet(other).code.as_str());
            let code = lent.chain([typed.as_str()]).collect::<Vec<_>>().join("\n");
            return Action::Console(console::in_loop(statements, &code));
        }
        let code = Code::of(self.lender.lesson, snippet, self.lender.setting);
        // A file in a folder is there to be imported from the folder above.
        let inner = code.file.contains('/');
        let alone = loan.snippets.is_empty() && loan.lines.is_empty() && !loan.in_loop && !inner;
        let shows = |docstring: &String| docstring.lines().any(|line| line.trim_start().starts_with(">>> "));
        let symbols = self.lender.module(index).into_iter().flat_map(|module| &module.symbols);
        if symbols.filter_map(|symbol| symbol.docstring.as_ref()).any(shows) && !loan.in_loop {
            return Action::Doctest(code);
        }
        if alone { Action::Script(code) } else { Action::Fragment { code, in_loop: loan.in_loop } }
    }

    fn shell(&mut self, index: usize) -> Result<(), Why> {
        let lender = self.lender;
        let snippet = lender.snippet(index);
        let commands = shell::commands(&snippet.code, code::first_line(snippet, lender.setting));
        if commands.iter().all(shell::Command::sets_up) {
            return Err(Why::Nothing("it sets up the reader's machine".to_owned()));
        }
        if let Some(command) = commands.iter().find(|command| command.sets_up()) {
            let word = command.text.split_whitespace().next().unwrap_or_default();
            return Err(Why::hinted(
                format!("`{word}` changes the reader's machine"),
                "keep setting up in a fence of its own",
            ));
        }
        if let Some(why) = commands.iter().find_map(|command| needs::unanswered(lender, &command.text)) {
            return Err(why);
        }
        if let Some((module, port)) = commands.iter().find_map(shell::Command::starts) {
            return self.started(index, &module, port);
        }
        let asks: Vec<_> = commands.iter().flat_map(shell::Command::asks).collect();
        let needed = files::needed(lender.lesson, lender.setting.beside, index, &snippet.code);
        for script in commands.iter().flat_map(shell::Command::scripts) {
            if needed.iter().all(|(file, _)| file.path != script) {
                let hint = format!("give the fence that shows it `title={script}`");
                return Err(Why::hinted(format!("it runs `{script}`, which no fence before is"), hint));
            }
        }
        if commands.iter().any(shell::Command::tests) && !lender.listed.contains("pytest") {
            return Err(needs::unlisted("pytest"));
        }
        let step = Step { snippet: index, action: Action::Shell(commands), supplied: Vec::new() };
        if asks.is_empty() {
            self.push(None, vec![step], Profile::Shell);
        } else {
            let key = server::answering(lender, index, &asks)?;
            self.served.entry(key).or_default().push(step);
        }
        Ok(())
    }

    /// `uvicorn main:app`: the server is what is to be seen.
    fn started(&mut self, index: usize, module: &str, port: Option<u16>) -> Result<(), Why> {
        let lender = self.lender;
        let file = format!("{}.py", module.replace('.', "/"));
        let titled = (0..index).rev().find(|&other| files::file_name(lender.snippet(other)) == Some(&file));
        let made = || {
            let makes =
                |other: &usize| lender.module(*other).is_some_and(|module| !module.usage.applications.is_empty());
            let near = |other: &usize| lender.snippet(*other).title.is_none();
            (0..index).rev().filter(near).find(makes)
        };
        let Some(part) = titled.or_else(made) else {
            let hint = format!("show it in a fence before with `title={file}`");
            return Err(Why::hinted(format!("it starts `{module}`, which no fence before is"), hint));
        };
        let step = Step { snippet: index, action: Action::Serve, supplied: Vec::new() };
        self.served.entry((BTreeSet::from([part]), port.unwrap_or(8000))).or_default().push(step);
        Ok(())
    }

    fn finish(mut self) -> Plan {
        for (key, steps) in std::mem::take(&mut self.served) {
            self.serve(&key, steps);
        }
        // A part of an application that a session has served need not be run by itself.
        let served: BTreeSet<usize> =
            self.plan.sessions.iter().flat_map(|session| &session.steps).map(|step| step.snippet).collect();
        for mut group in std::mem::take(&mut self.groups) {
            group.retain(|index, _| !served.contains(index));
            if !group.is_empty() {
                self.continued(&group);
            }
        }
        self.plan.sessions.sort_by_key(|session| session.steps.iter().map(|step| step.snippet).max());
        self.plan.left.sort_by_key(|left| left.snippet);
        self.plan
    }

    fn serve(&mut self, (parts, port): &Key, steps: Vec<Step>) {
        match server::assemble(self.lender, parts, *port) {
            Ok(server) => {
                let supplied = |part| self.lender.loan(part).map(|loan| loan.supplies()).unwrap_or_default();
                let serve = |&part| Step { snippet: part, action: Action::Serve, supplied: supplied(part) };
                let mut all: Vec<Step> = parts.iter().map(serve).collect();
                all.extend(steps.into_iter().map(|mut step| {
                    step.supplied.push(Supply::Server(parts.iter().copied().collect()));
                    step
                }));
                self.push(Some(server), all, Profile::Shell);
            }
            Err(why) => {
                let left = steps.into_iter().map(|step| Left { snippet: step.snippet, why: why.clone() });
                self.plan.left.extend(left);
            }
        }
    }

    fn push(&mut self, server: Option<super::Server>, steps: Vec<Step>, least: Profile) {
        self.plan.sessions.push(session::made(self.lender, server, steps, least));
    }

    /// One session for snippets that go on from each other, those before that they need, and the lines nobody shows.
    fn continued(&mut self, group: &BTreeMap<usize, Loan>) {
        let mut steps = Vec::new();
        let mut lines: Vec<&String> = Vec::new();
        lines.extend(group.values().flat_map(|loan| &loan.lines));
        let mut seen = BTreeSet::new();
        lines.retain(|line| seen.insert(line.as_str()));
        let context =
            |code, in_loop, snippet| Step { snippet, action: Action::Context { code, in_loop }, supplied: Vec::new() };
        let first = group.keys().next().copied().unwrap_or_default();
        for line in lines {
            steps.push(context(Code::line(line.clone()), line.contains("running_loop"), first));
        }
        let borrowed = group.values().flat_map(|loan| loan.snippets.keys()).copied();
        let all: BTreeSet<usize> = borrowed.chain(group.keys().copied()).collect();
        for index in all {
            match group.get(&index) {
                Some(loan) => {
                    let mut action = self.action(index, loan);
                    // Among others it is no program of its own.
                    if group.len() > 1
                        && let Action::Script(code) = action
                    {
                        action = Action::Fragment { code, in_loop: false };
                    }
                    steps.push(Step { snippet: index, action, supplied: loan.supplies() });
                }
                None => {
                    let code = Code::of(self.lender.lesson, self.lender.snippet(index), self.lender.setting);
                    steps.push(context(
                        code,
                        self.lender.module(index).is_some_and(|it| it.names.top_level_await),
                        index,
                    ));
                }
            }
        }
        self.push(None, steps, Profile::Python);
    }
}

/// `from __future__ import …` may only stand at the top.
fn futures_first(text: &str) -> Option<String> {
    let is_future = |line: &&str| line.starts_with("from __future__ import ");
    let mut futures: Vec<&str> = text.lines().filter(is_future).collect();
    futures.dedup();
    let rest = text.lines().map(|line| if is_future(&line) { "" } else { line });
    (!futures.is_empty()).then(|| format!("{}\n{}", futures.join("; "), rest.collect::<Vec<_>>().join("\n")))
}

/// Whether a file of tests is a program as well.
fn calls_its_tests(code: &str, module: &Module) -> bool {
    let calls =
        |line: &str| line.starts_with("test_") || line.contains("unittest.main(") || line.contains("pytest.main(");
    module.usage.runs_loop || code.lines().any(calls)
}
