//! Every file in `inputs` is read and described in its snapshot; then cut and thinned in every way, and read again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use etude_python::waiting::{self, Waiting};
use etude_python::{Module, highlight, parse};
use etude_text::Span;

#[expect(clippy::disallowed_methods, reason = "fixtures are read where they lie")]
fn inputs() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn inputs_are_understood() {
    for (path, source) in inputs() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, describe(&source));
        });
    }
}

fn at(source: &str, span: Span) -> String {
    let before = &source[..span.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&character| character != '\n').count() + 1;
    format!("{line}:{column}")
}

fn first_line(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    if lines.next().is_some() { format!("{first} …") } else { first.to_owned() }
}

fn describe(source: &str) -> String {
    let module = parse(source);
    let mut out = String::new();
    for error in &module.errors {
        let end = if error.at_end { ", at the end" } else { "" };
        let compiler = if error.compiler { ", compiler" } else { "" };
        writeln!(
            out,
            "error {} `{}`: {}{end}{compiler}",
            at(source, error.span),
            first_line(error.span.slice(source)),
            error.message
        )
        .unwrap();
    }
    if let Some((major, minor)) = module.min_version {
        writeln!(out, "python {major}.{minor}").unwrap();
    }
    for symbol in &module.symbols {
        writeln!(
            out,
            "{:?} {}({}) complexity {} at {}..{} body {}..{}",
            symbol.kind,
            symbol.qualified,
            symbol.parameters.join(", "),
            symbol.complexity,
            at(source, symbol.span),
            at(source, Span::empty(symbol.span.end)),
            at(source, symbol.body),
            at(source, Span::empty(symbol.body.end)),
        )
        .unwrap();
        assert_eq!(symbol.name_span.slice(source), symbol.name);
        for decorator in &symbol.decorators {
            writeln!(out, "    @{} {:?}", decorator.name, decorator.first_argument).unwrap();
        }
        if let Some(docstring) = &symbol.docstring {
            writeln!(out, "    {docstring:?}").unwrap();
        }
    }
    for import in &module.imports {
        let flags: String =
            [(import.top_level, " top"), (import.optional, " optional"), (import.type_checking, " types")]
                .into_iter()
                .filter_map(|(flag, word)| flag.then_some(word))
                .collect();
        writeln!(
            out,
            "import {}{} {:?}{flags} at {}",
            ".".repeat(import.level as usize),
            import.module,
            import.names,
            at(source, import.span)
        )
        .unwrap();
    }
    for (name, span) in &module.names.needs {
        assert_eq!(span.slice(source), name);
        writeln!(out, "needs {name} at {}", at(source, *span)).unwrap();
    }
    if !module.names.provides.is_empty() {
        writeln!(out, "provides {}", module.names.provides.iter().cloned().collect::<Vec<_>>().join(" ")).unwrap();
    }
    for (flag, word) in [
        (module.names.star_import, "star import"),
        (module.names.top_level_await, "top-level await"),
        (module.names.top_level_return, "top-level return"),
        (module.usage.acts, "acts"),
        (module.usage.runs_loop, "runs a loop"),
    ] {
        if flag {
            writeln!(out, "{word}").unwrap();
        }
    }
    for application in &module.usage.applications {
        writeln!(
            out,
            "application {} = {} at {}",
            application.variable,
            application.framework,
            at(source, application.span)
        )
        .unwrap();
    }
    for route in &module.usage.routes {
        writeln!(out, "route {}.{} {:?} at {}", route.target, route.method, route.path, at(source, route.span))
            .unwrap();
    }
    for comment in &module.comments {
        writeln!(out, "comment {} {}", at(source, *comment), comment.slice(source)).unwrap();
    }
    out.push_str("tokens\n");
    let mut line = String::new();
    let mut last = 0;
    for token in highlight(source) {
        if source[last..token.span.start as usize].contains(['\n', '\r']) && !line.is_empty() {
            writeln!(out, "   {line}").unwrap();
            line.clear();
        }
        last = token.span.start as usize;
        write!(line, " {:?}:{}", token.kind, first_line(token.span.slice(source))).unwrap();
    }
    if !line.is_empty() {
        writeln!(out, "   {line}").unwrap();
    }
    out
}

/// Spans lie in the source, on characters, and in order where an order is promised.
fn assert_sound(source: &str) {
    let module = parse(source);
    for span in spans(&module) {
        assert!(span.start <= span.end && source.get(span.range()).is_some(), "{span:?} in {source:?}");
    }
    for (name, span) in &module.names.needs {
        assert!(!name.is_empty() && !span.is_empty(), "{name:?} in {source:?}");
    }
    assert!(module.errors.is_sorted_by_key(|error| error.span.start), "{source:?}");
    assert!(module.symbols.is_sorted_by_key(|symbol| symbol.span.start), "{source:?}");
    assert!(module.comments.is_sorted(), "{source:?}");
    let mut end = 0;
    for token in highlight(source) {
        assert!(end <= token.span.start && !token.span.is_empty(), "{token:?} after {end} in {source:?}");
        assert!(source.get(token.span.range()).is_some(), "{token:?} in {source:?}");
        end = token.span.end;
    }
    // A second parse, for some of the many.
    if source.len().is_multiple_of(4) {
        assert_waiting_sound(source);
    }
}

fn assert_waiting_sound(source: &str) {
    let waiting = waiting::read(source);
    for span in waiting_spans(&waiting) {
        assert!(source.get(span.range()).is_some(), "{span:?} in {source:?}");
    }
    assert!(waiting.awaits.iter().all(|it| it.call < waiting.calls.len() && it.routine < waiting.routines.len()));
    assert!(waiting.pairs.iter().all(|pair| pair.first < pair.second && pair.second < waiting.awaits.len()));
}

fn waiting_spans(waiting: &Waiting) -> impl Iterator<Item = Span> {
    let routines = waiting.routines.iter().flat_map(|routine| routine.cleanup.iter().copied().chain([routine.span]));
    let calls = waiting
        .calls
        .iter()
        .flat_map(|call| [call.span, call.arguments, call.statement].into_iter().chain(call.target));
    let turns = waiting.turns.iter().flat_map(|turns| [turns.target, turns.iterable]);
    routines.chain(calls).chain(turns).chain(waiting.awaits.iter().map(|it| it.span))
}

fn spans(module: &Module) -> impl Iterator<Item = Span> {
    let errors = module.errors.iter().map(|error| error.span);
    let symbols = module.symbols.iter().flat_map(|symbol| {
        [symbol.span, symbol.name_span, symbol.body]
            .into_iter()
            .chain(symbol.decorators.iter().map(|decorator| decorator.span))
    });
    let imports = module.imports.iter().flat_map(|import| [import.span, import.module_span]);
    let usage = &module.usage;
    errors
        .chain(symbols)
        .chain(imports)
        .chain(module.names.needs.values().copied())
        .chain(module.comments.iter().copied())
        .chain(usage.applications.iter().map(|application| application.span))
        .chain(usage.routes.iter().map(|route| route.span))
}

#[test]
fn cut_anywhere_they_are_still_read() {
    for (_, source) in inputs() {
        for (offset, _) in source.char_indices() {
            assert_sound(&source[..offset]);
        }
    }
}

#[test]
fn begun_anywhere_they_are_still_read() {
    for (_, source) in inputs() {
        for (offset, _) in source.char_indices().step_by(3) {
            assert_sound(&source[offset..]);
        }
    }
}

#[test]
fn with_lines_missing_they_are_still_read() {
    let mut random = Random(0x5eed);
    for (_, source) in inputs() {
        let lines: Vec<&str> = source.split_inclusive('\n').collect();
        for _ in 0..100 {
            let share = 2 + random.next() % 8;
            let kept: String = lines.iter().filter(|_| !random.next().is_multiple_of(share)).copied().collect();
            assert_sound(&kept);
        }
    }
}

#[test]
fn with_characters_changed_they_are_still_read() {
    const ODD: &[&str] = &[
        "(", "[", "{", ")", "]", "}", "'", "\"\"\"", "f'{", "\\", "\r", "\t", "\0", "\u{c}", "é", "𝄞", "\u{feff}", ":",
        "\n", "lambda ", "async ",
    ];
    let mut random = Random(7);
    for (_, source) in inputs() {
        let boundaries: Vec<usize> = source.char_indices().map(|(offset, _)| offset).collect();
        for _ in 0..200 {
            let at = boundaries[random.next() as usize % boundaries.len()];
            let odd = ODD[random.next() as usize % ODD.len()];
            assert_sound(&format!("{}{odd}{}", &source[..at], &source[at..]));
        }
    }
}

/// xorshift: the same changes at every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
