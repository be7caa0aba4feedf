//! Whether code has as many of something as a text says. People count in more ways than one, so a number is wrong only
//! where no way gives it.

use std::ops::RangeInclusive;

use etude_python::{Module, Symbol, SymbolKind};

use crate::claim::Thing;
use crate::snippet::Snippet;
use crate::verdict::Verdict;

pub(crate) fn decide(snippet: &Snippet, number: u32, thing: Thing) -> Verdict {
    let Some(module) = snippet.python.as_ref().filter(|module| module.errors.iter().all(|error| error.compiler)) else {
        return Verdict::Undecided("the code shown is no whole Python");
    };
    if is_cut(snippet, module) {
        return Verdict::Undecided("only a part of the code is shown");
    }
    let Some(counted) = counted(snippet, module, thing) else {
        return Verdict::Undecided("how many there are shows only when it runs");
    };
    let number = number as usize;
    if counted.contains(&number) {
        return Verdict::True;
    }
    let (least, most) = counted.into_inner();
    let (name, numbers) = match most - least {
        0 => (thing.name_of(least), least.to_string()),
        1 => (thing.name(), format!("{least} or {most}")),
        _ => (thing.name(), format!("{least} to {most}")),
    };
    let how = if least == most { "" } else { ", as one counts" };
    Verdict::False(format!("the code shown has {numbers} {name}{how}"))
}

/// `...` in a comment or as a statement stands for what is left out.
fn is_cut(snippet: &Snippet, module: &Module) -> bool {
    let comments = module.comments.iter().map(|comment| comment.slice(&snippet.code));
    let left_out = |text: &str| text.contains("...") || text.contains('…');
    comments.into_iter().any(left_out) || snippet.code.lines().any(|line| matches!(line.trim(), "..." | "pass" | "…"))
}

/// The least and the most that somebody may count.
fn counted(snippet: &Snippet, module: &Module, thing: Thing) -> Option<RangeInclusive<usize>> {
    let exactly = |number: usize| number..=number;
    let symbols = |wanted: &dyn Fn(&Symbol) -> bool| module.symbols.iter().filter(|symbol| wanted(symbol)).count();
    let counts = module.counts;
    Some(match thing {
        Thing::Lines => lines(snippet, module),
        Thing::Functions => {
            let top = symbols(&|symbol| is_function(symbol) && !symbol.qualified.contains('.'));
            let asynchronous = |symbol: &Symbol| symbol.kind == SymbolKind::AsyncFunction;
            let plain = symbols(&|symbol| is_function(symbol) && !asynchronous(symbol) && is_top(symbol));
            // `main` is often not counted, and neither are those of the other kind.
            let least = top.saturating_sub(symbols(&|it| it.qualified == "main"));
            let others = [plain, top - plain].into_iter().filter(|number| *number > 0).min().unwrap_or(0);
            least.min(others)..=symbols(&is_function)
        }
        Thing::AsyncFunctions => {
            let all = symbols(&|symbol| symbol.kind == SymbolKind::AsyncFunction);
            let top = symbols(&|symbol| symbol.kind == SymbolKind::AsyncFunction && is_top(symbol));
            top.saturating_sub(symbols(&|it| it.qualified == "main"))..=all
        }
        Thing::Classes => {
            let class = |symbol: &Symbol| symbol.kind == SymbolKind::Class;
            symbols(&|symbol| class(symbol) && is_top(symbol))..=symbols(&class)
        }
        Thing::Methods => {
            let method =
                |symbol: &Symbol| is_function(symbol) && !is_top(symbol) && !symbol.qualified.contains("<locals>");
            symbols(&|symbol| method(symbol) && !symbol.name.starts_with('_'))..=symbols(&method)
        }
        Thing::Tests => {
            let many = |symbol: &Symbol| symbol.decorators.iter().any(|it| it.name.contains("parametrize"));
            let test = |symbol: &Symbol| is_function(symbol) && symbol.name.starts_with("test");
            if symbols(&|symbol| test(symbol) && many(symbol)) > 0 {
                return None;
            }
            exactly(symbols(&test))
        }
        Thing::Comprehensions => counts.comprehensions..=counts.comprehensions + counts.generators,
        Thing::Generators => exactly(counts.generators),
        Thing::Awaits => exactly(counts.awaits),
        Thing::Withs => counts.withs.min(counts.async_withs)..=counts.withs + counts.async_withs,
        // Without `create_task` there may be others who make tasks, and its function may be called again and again.
        Thing::Tasks if counts.tasks == 0 || counts.tasks_repeat => return None,
        Thing::Tasks => counts.tasks..=counts.tasks + 1,
        Thing::Routes => exactly(module.usage.routes.len()),
        Thing::Imports => {
            let mut statements: Vec<_> = module.imports.iter().map(|it| it.span).collect();
            statements.dedup();
            let top = module.imports.iter().filter(|it| it.top_level).count().min(statements.len());
            top..=module.imports.iter().map(|it| it.names.len().max(1)).sum()
        }
    })
}

fn is_function(symbol: &Symbol) -> bool {
    symbol.kind != SymbolKind::Class
}

fn is_top(symbol: &Symbol) -> bool {
    !symbol.qualified.contains('.')
}

/// From those that do something to all that are shown.
fn lines(snippet: &Snippet, module: &Module) -> RangeInclusive<usize> {
    let all = snippet.code.trim_end().lines().count();
    let mut docstring = false;
    let works = |line: &str| {
        let line = line.trim();
        let quotes = line.matches("\"\"\"").count();
        let inside = docstring || line.starts_with("\"\"\"");
        docstring ^= quotes % 2 == 1;
        !(line.is_empty()
            || line.starts_with('#')
            || inside
            || line.starts_with("import ")
            || line.starts_with("from "))
    };
    let working = snippet.code.lines().map(works).filter(|works| *works).count();
    // "Ten lines" of a function leave out the line that calls it.
    working.saturating_sub(usize::from(module.usage.acts))..=all
}
