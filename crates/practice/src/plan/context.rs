//! What a piece of Python takes from the lesson around it: the smallest context that makes it run.

use etude_course::checks::packages;
use etude_course::{Lesson, Pair, SectionId, Snippet, SnippetKind};
use etude_python::Module;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Setting, Supply, Why, code, needs};
use crate::stand_ins::Hosts;

/// Knows what each snippet of a lesson has to give.
pub(super) struct Lender<'a> {
    pub(super) lesson: &'a Lesson,
    pub(super) setting: &'a Setting<'a>,
    /// The packages that can be imported.
    pub(super) listed: BTreeSet<String>,
    pub(super) hosts: Hosts,
    modules: Vec<Option<Cow<'a, Module>>>,
}

/// What one snippet gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Loan {
    /// Earlier snippets, with the names they are there for.
    pub(super) snippets: BTreeMap<usize, BTreeSet<String>>,
    pub(super) lines: Vec<String>,
    /// It waits outside any function, or makes a task there.
    pub(super) in_loop: bool,
}

impl Loan {
    fn binds(&self, name: &str) -> bool {
        self.snippets.values().any(|names| names.contains(name))
    }

    fn add_line(&mut self, line: String) {
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    /// For a person to see.
    pub(super) fn supplies(&self) -> Vec<Supply> {
        let snippets = self.snippets.iter();
        let snippets =
            snippets.map(|(&snippet, names)| Supply::Snippet { snippet, names: names.iter().cloned().collect() });
        let lines = self.lines.iter().cloned().map(Supply::Line);
        snippets.chain(lines).chain(self.in_loop.then_some(Supply::Loop)).collect()
    }
}

impl<'a> Lender<'a> {
    pub(super) fn new(lesson: &'a Lesson, setting: &'a Setting<'a>) -> Self {
        let modules = lesson.snippets.iter().map(code::module).collect();
        let hosts = Hosts::of(Some(lesson), setting.config);
        Self { lesson, setting, hosts, listed: needs::listed(setting.config.packages.as_deref()), modules }
    }

    pub(super) fn snippet(&self, index: usize) -> &'a Snippet {
        &self.lesson.snippets[index]
    }

    pub(super) fn module(&self, index: usize) -> Option<&Module> {
        self.modules[index].as_deref()
    }

    /// The line of the lesson in which a snippet begins.
    pub(super) fn line(&self, index: usize) -> u32 {
        self.setting.source.line(self.snippet(index).span.start)
    }

    /// What a snippet has to be given, or why it cannot be.
    pub(super) fn loan(&self, index: usize) -> Result<Loan, Why> {
        let mut loan = Loan::default();
        self.borrow(index, &mut loan, &mut vec![index])?;
        loan.in_loop = self.module(index).is_some_and(|module| {
            module.names.top_level_await
                || module.usage.needs_loop
                || loan.lines.iter().any(|it| it.contains("running_loop"))
        });
        // Imports first: what the other lines bind may need them.
        loan.lines.sort_by_key(|line| line.contains('='));
        for line in &loan.lines {
            if let Some(why) = needs::missing_package(self, &etude_python::parse(line), index) {
                return Err(why);
            }
        }
        Ok(loan)
    }

    fn borrow(&self, index: usize, loan: &mut Loan, open: &mut Vec<usize>) -> Result<(), Why> {
        let Some(module) = self.module(index) else { return Ok(()) };
        if module.names.star_import {
            return Ok(());
        }
        let mut missing = Vec::new();
        for name in module.names.needs.keys() {
            let ambient = matches!(name.as_str(), "_" | "__file__" | "reveal_type" | "display" | "get_ipython");
            if ambient || loan.binds(name) {
                continue;
            }
            if !self.lend(index, name, loan, open)? {
                missing.push(name.as_str());
            }
        }
        // At a prompt, what comes before a name that nobody binds does not need it.
        let typed = open.len() == 1 && self.snippet(index).kind == SnippetKind::Console;
        if missing.is_empty() || typed { Ok(()) } else { Err(self.undefined(index, &missing)) }
    }

    /// Finds one name for a snippet; false if nobody has it.
    fn lend(&self, index: usize, name: &str, loan: &mut Loan, open: &mut Vec<usize>) -> Result<bool, Why> {
        let standard = packages::is_stdlib(name) && uses_attribute(&self.snippet(index).code, name);
        let mut failure = None;
        let mut anew = false;
        for other in self.providers(index, name) {
            let here = self.snippet(other).section == self.snippet(index).section;
            // What was defined anew is what it means, and not an older one of the same name.
            if anew && !here || failure.is_some() && self.defines(other, name) {
                break;
            }
            anew |= here;
            if let Some(statement) = self.import_of(other, name) {
                loan.add_line(statement);
                return Ok(true);
            }
            if standard && self.shared_depth(index, other) < self.depth(index) {
                break;
            }
            if open.contains(&other) {
                return Ok(true);
            }
            let Some(module) = self.module(other) else { continue };
            if let Some(why) = needs::obstacle(self, self.snippet(other), module) {
                failure = failure.or(Some(why));
                continue;
            }
            let mut further = loan.clone();
            further.snippets.entry(other).or_default().insert(name.to_owned());
            open.push(other);
            let lent = self.borrow(other, &mut further, open);
            open.pop();
            match lent {
                Ok(()) => {
                    *loan = further;
                    return Ok(true);
                }
                Err(why) => failure = failure.or(Some(why)),
            }
        }
        if standard {
            loan.add_line(format!("import {name}"));
            return Ok(true);
        }
        if let Some(why) = failure {
            return Err(why);
        }
        if let Some(line) = self.known(index, name) {
            loan.add_line(line);
            return Ok(true);
        }
        Ok(false)
    }

    /// The earlier snippets that bind a name and that a reader has in mind here, the nearest first.
    fn providers(&self, index: usize, name: &str) -> Vec<usize> {
        let snippet = self.snippet(index);
        let part = matches!(snippet.kind, SnippetKind::Server | SnippetKind::Test);
        let mut found: Vec<usize> = (0..index)
            .filter(|&other| {
                let lender = self.snippet(other);
                let Some(module) = self.module(other) else { return false };
                let replaced = matches!(lender.pair, Some(Pair::Before(_))) && lender.section != snippet.section;
                // A constant means the same in every chapter.
                let constant = name.len() > 2 && !name.chars().any(char::is_lowercase);
                let near = part
                    || constant
                    || self.session(index, other)
                    || self.chapter(snippet) == self.chapter(lender)
                    || self.import_of(other, name).is_some();
                module.names.provides.contains(name)
                    && near
                    && !replaced
                    && !lender.norun()
                    && module.errors.iter().all(|error| error.compiler)
            })
            .collect();
        found.sort_by_key(|&other| {
            std::cmp::Reverse((self.session(index, other), self.shared_depth(index, other), other))
        });
        found
    }

    /// A class or function of this name, rather than a variable.
    fn defines(&self, index: usize, name: &str) -> bool {
        self.module(index).is_some_and(|module| module.symbols.iter().any(|symbol| symbol.qualified == name))
    }

    fn session(&self, one: usize, two: usize) -> bool {
        let (one, two) = (&self.snippet(one).session, &self.snippet(two).session);
        one.is_some() && one == two
    }

    /// The top-level section; what stands in another one has forgotten this.
    fn chapter(&self, snippet: &Snippet) -> Option<SectionId> {
        self.chain(snippet.section).filter(|id| self.lesson.sections[id.0 as usize].level > 0).last()
    }

    /// A section and those around it, from the inside out.
    fn chain(&self, section: SectionId) -> impl Iterator<Item = SectionId> + '_ {
        std::iter::successors(Some(section), |id| self.lesson.sections[id.0 as usize].parent)
    }

    fn depth(&self, index: usize) -> usize {
        self.chain(self.snippet(index).section).count()
    }

    /// How many sections stand around both.
    fn shared_depth(&self, one: usize, two: usize) -> usize {
        let around: Vec<SectionId> = self.chain(self.snippet(one).section).collect();
        self.chain(self.snippet(two).section).filter(|section| around.contains(section)).count()
    }

    /// The import through which a snippet has a name. It can be lent without the rest of the snippet.
    pub(super) fn import_of(&self, index: usize, name: &str) -> Option<String> {
        let (snippet, module) = (self.snippet(index), self.module(index)?);
        let word =
            |text: &str| text.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name);
        snippet.python.as_ref()?;
        // `from math import gcd as _gcd` binds no `gcd`.
        let renamed = |text: &str| text.contains(&format!("{name} as ")) && !text.contains(&format!(" as {name}"));
        let here = |import: &&etude_python::Import| {
            let text = import.span.slice(&snippet.code);
            import.top_level && import.level == 0 && word(text) && !renamed(text)
        };
        let all = || module.imports.iter().filter(here);
        let import = all().find(|import| import.module == name).or_else(|| all().next())?;
        let from = import.names.iter().any(|one| one == name);
        let statement = import.span.slice(&snippet.code);
        Some(match (from, statement.contains(" as ")) {
            (true, false) => format!("from {} import {name}", import.module),
            // One of several: `import asyncio, time`.
            (false, false) if import.module == name => format!("import {name}"),
            _ => statement.to_owned(),
        })
    }

    fn known(&self, index: usize, name: &str) -> Option<String> {
        let known = include_str!("known.txt").lines().filter(|line| !line.starts_with('#'));
        if let Some((_, line)) = known.filter_map(|line| line.split_once(' ')).find(|(known, _)| *known == name) {
            return Some(line.to_owned());
        }
        let routed = self.module(index)?.usage.routes.iter().any(|route| route.target == name)
            || name == "app" && self.snippet(index).kind == SnippetKind::Server;
        let text = self.setting.source.text();
        (routed && text.contains("FastAPI")).then(|| format!("from fastapi import FastAPI; {name} = FastAPI()"))
    }

    fn undefined(&self, index: usize, names: &[&str]) -> Why {
        let list = names.iter().take(4).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = if names.len() > 4 { format!(" and {} more names", names.len() - 4) } else { String::new() };
        let later = (index + 1..self.lesson.snippets.len())
            .find(|&other| self.module(other).is_some_and(|module| module.names.provides.contains(names[0])));
        let hint = match later {
            Some(other) => format!("`{}` is bound only later, on line {}", names[0], self.line(other)),
            None => "bind them in a fence before, marked `hide` if the reader need not see it".to_owned(),
        };
        Why::hinted(format!("it needs {list}{more}, which nothing before it binds"), hint)
    }
}

/// `time.sleep`: what a module is used for. A bare `token` is a variable of the author's.
fn uses_attribute(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        code[at + name.len()..].starts_with('.')
            && before.is_none_or(|char| !char.is_alphanumeric() && char != '_' && char != '.')
    })
}
