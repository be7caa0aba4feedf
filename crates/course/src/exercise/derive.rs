//! The starter of a solution: what stands between `# BEGIN SOLUTION` and `# END SOLUTION` goes, and what is left fails
//! honestly.

use std::sync::LazyLock;

use etude_python::{Module, Symbol, SymbolKind};
use etude_text::{LineIndex, Span};
use regex::Regex;

use crate::config::{ConfigError, error};

/// As nbgrader writes them, too, with more hashes. What follows a colon is for the learner.
static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^#+\s*(BEGIN|END)\s+SOLUTION\b\s*(?::\s*(.*?)\s*)?$").expect("a valid expression")
});

const TODO: &str = "write your code here";

/// A pair of markers, by their lines from 1.
#[derive(Debug)]
struct Region {
    begin: u32,
    end: u32,
    prompt: String,
}

pub(super) fn has_markers(source: &str) -> bool {
    source.contains("SOLUTION")
        && etude_python::parse(source).comments.iter().any(|it| MARKER.is_match(it.slice(source)))
}

/// The solution as a learner may see it.
pub(super) fn without_markers(source: &str) -> String {
    if !has_markers(source) {
        return source.to_owned();
    }
    let comments = etude_python::parse(source).comments;
    let lines = LineIndex::new(source);
    let marked: Vec<u32> =
        comments.iter().filter(|it| MARKER.is_match(it.slice(source))).map(|it| lines.line(it.start)).collect();
    let kept = (1..).zip(source.split_inclusive('\n')).filter(|(number, _)| !marked.contains(number));
    kept.map(|(_, line)| line).collect()
}

/// The starter. What cannot be derived is said with its place in the solution.
pub fn derive(source: &str) -> Result<String, ConfigError> {
    let module = etude_python::parse(source);
    if let Some(broken) = module.errors.first() {
        let message = format!("the solution is no Python: {}", broken.message);
        return Err(error(message, broken.span.start as usize..broken.span.end as usize, "correct it"));
    }
    let lines = LineIndex::new(source);
    let mut derived = source.to_owned();
    // From the last on, so that the lines before keep their numbers.
    for region in regions(source, &module, &lines)?.iter().rev() {
        derived = without(source, &derived, region, &module, &lines)?;
    }
    Ok(derived)
}

fn regions(source: &str, module: &Module, lines: &LineIndex) -> Result<Vec<Region>, ConfigError> {
    let mut regions = Vec::new();
    let mut open: Option<(Span, String)> = None;
    for comment in &module.comments {
        let Some(found) = MARKER.captures(comment.slice(source)) else { continue };
        let line = lines.span(lines.line(comment.start));
        let wrong = |message: &str, hint: &str| {
            Err(error(message.to_owned(), comment.start as usize..comment.end as usize, hint))
        };
        if !Span::new(line.start, comment.start).slice(source).trim().is_empty() {
            return wrong("this marker stands behind code", "give it a line of its own");
        }
        let begins = found[1].eq_ignore_ascii_case("begin");
        match (open.take(), begins) {
            (None, true) => {
                let prompt = found.get(2).map_or("", |prompt| prompt.as_str());
                open = Some((*comment, prompt.to_owned()));
            }
            (Some((begin, prompt)), false) => {
                let (begin, end) = (lines.line(begin.start), lines.line(comment.start));
                regions.push(Region { begin, end, prompt });
            }
            (None, false) => {
                return wrong("there is no `# BEGIN SOLUTION` for this end", "put one before what the learner writes");
            }
            (Some(_), true) => {
                return wrong("a solution begins within a solution", "put `# END SOLUTION` before it");
            }
        }
    }
    match open {
        None => Ok(regions),
        Some((begin, _)) => {
            let message = "there is no `# END SOLUTION` for this beginning".to_owned();
            let place = begin.start as usize..begin.end as usize;
            Err(error(message, place, "put one after what the learner writes"))
        }
    }
}

/// Takes one region out, with the least in its place that leaves Python, and code that fails when it gets there. What
/// `derived` has before the end of the region is as in the source.
fn without(
    source: &str,
    derived: &str,
    region: &Region,
    module: &Module,
    lines: &LineIndex,
) -> Result<String, ConfigError> {
    let (begin, end) = (lines.span(region.begin), lines.span(region.end));
    let marker = begin.slice(source);
    let is_code = |text: &str| !text.trim().is_empty() && !text.trim_start().starts_with('#');
    let first = (region.begin + 1..region.end).map(|line| lines.span(line)).find(|line| is_code(line.slice(source)));
    let indent = blanks(first.map_or(marker, |line| line.slice(source)));
    let around = first.and_then(|line| {
        let at = line.start + indent.len() as u32;
        let holds =
            |symbol: &&Symbol| (symbol.span.start..begin.start).contains(&symbol.span.start) && symbol.span.end > at;
        module.symbols.iter().rfind(holds)
    });
    // A docstring within the markers says what is to be written.
    let docstring = around.filter(|symbol| symbol.docstring.is_some() && symbol.first.start >= begin.end);
    let docstring = docstring.map_or("", |symbol| {
        let (from, to) = (lines.line(symbol.first.start), lines.line(symbol.first.end));
        Span::new(lines.span(from).start, lines.span(to).end).slice(source)
    });
    let before = &source[..begin.start as usize];
    let prompt = if region.prompt.is_empty() { TODO } else { &region.prompt };
    // The author may have said it already.
    let told =
        region.prompt.is_empty() && before.lines().last().is_some_and(|it| it.trim_start().starts_with("# TODO"));
    let todo = (!told).then(|| format!("# TODO: {prompt}"));
    let fillers: &[&str] = match around {
        None => &["", "pass"],
        Some(symbol) if symbol.kind == SymbolKind::Class => &["", "..."],
        Some(symbol) if is_generator_by(symbol, region, lines) => {
            &["raise NotImplementedError\nyield  # it is a generator already", ""]
        }
        Some(_) => &["raise NotImplementedError", ""],
    };
    let line_end = if marker.ends_with("\r\n") { "\r\n" } else { "\n" };
    let after = &derived[end.end as usize..];
    for filler in fillers {
        let new = todo.iter().map(String::as_str).chain(filler.lines());
        let new: String = new.map(|line| format!("{indent}{line}{line_end}")).collect();
        let made = format!("{before}{docstring}{new}{after}");
        if etude_python::parse(&made).errors.is_empty() {
            return Ok(made);
        }
    }
    let message = "what is left without this part is no Python".to_owned();
    let hint = "put the markers around whole statements of one block";
    Err(error(message, begin.start as usize..begin.start as usize + marker.trim_end().len(), hint))
}

/// Whether it would be a plain function without what stands in the region. A stub that is none could not be iterated.
fn is_generator_by(symbol: &Symbol, region: &Region, lines: &LineIndex) -> bool {
    let inside = |span: &Span| (region.begin..region.end).contains(&lines.line(span.start));
    !symbol.yields.is_empty() && symbol.yields.iter().all(inside)
}

fn blanks(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(derive(source).as_deref(), Ok(expected), "{source}");
    }

    #[track_caller]
    fn refused(source: &str, line: u32, expected: &str) {
        let error = derive(source).expect_err(source);
        assert_eq!((LineIndex::new(source).line(error.span.start), error.message.as_str()), (line, expected));
        assert!(error.hint.is_some());
    }

    #[test]
    fn signature_docstring_and_comments_stay() {
        check(
            "import asyncio\n\n\nasync def f(urls: list[str]) -> list[str]:\n    \"\"\"Fetches.\n\n    All.\n    \"\"\"\n    # All at once.\n    # BEGIN SOLUTION\n    # gather keeps the order\n    return await asyncio.gather(*map(g, urls))\n    # END SOLUTION\n\n\nx = 1\n",
            "import asyncio\n\n\nasync def f(urls: list[str]) -> list[str]:\n    \"\"\"Fetches.\n\n    All.\n    \"\"\"\n    # All at once.\n    # TODO: write your code here\n    raise NotImplementedError\n\n\nx = 1\n",
        );
        check(
            "def f():\n    # BEGIN SOLUTION: add them up\n    \"\"\"Adds.\"\"\"\n    return 1\n    # END SOLUTION\n",
            "def f():\n    \"\"\"Adds.\"\"\"\n    # TODO: add them up\n    raise NotImplementedError\n",
        );
    }

    #[test]
    fn other_spellings_are_read() {
        check(
            "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n",
            "def f():\n    # TODO: write your code here\n    raise NotImplementedError\n",
        );
        check(
            "def f():\r\n\t#begin solution\r\n\treturn 1\r\n\t#end solution\r\n",
            "def f():\r\n\t# TODO: write your code here\r\n\traise NotImplementedError\r\n",
        );
        let tests = "### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS\ns = \"# BEGIN SOLUTION\"\n";
        check(tests, tests);
        check(
            "def f():\n    # TODO: count them\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION",
            "def f():\n    # TODO: count them\n    raise NotImplementedError\n",
        );
    }

    #[test]
    fn generators_stay_generators() {
        check(
            "async def f():\n    # BEGIN SOLUTION\n    for x in range(3):\n        yield x\n    # END SOLUTION\n",
            "async def f():\n    # TODO: write your code here\n    raise NotImplementedError\n    yield  # it is a generator already\n",
        );
        check(
            "def f():\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n    yield x\n",
            "def f():\n    # TODO: write your code here\n    raise NotImplementedError\n    yield x\n",
        );
    }

    #[test]
    fn nested_definitions_are_told_apart() {
        check(
            "def deco(f):\n    # BEGIN SOLUTION\n    @wraps(f)\n    def inner():\n        return f()\n    # END SOLUTION\n    return inner\n",
            "def deco(f):\n    # TODO: write your code here\n    raise NotImplementedError\n    return inner\n",
        );
        check(
            "def deco(f):\n    @wraps(f)\n    async def inner():\n        # BEGIN SOLUTION\n        return await f()\n        # END SOLUTION\n    return inner\n",
            "def deco(f):\n    @wraps(f)\n    async def inner():\n        # TODO: write your code here\n        raise NotImplementedError\n    return inner\n",
        );
        check(
            "class C:\n    @property\n    def p(self):\n        # BEGIN SOLUTION\n        return 1\n        # END SOLUTION\n\n    def q(self): ...\n",
            "class C:\n    @property\n    def p(self):\n        # TODO: write your code here\n        raise NotImplementedError\n\n    def q(self): ...\n",
        );
    }

    #[test]
    fn classes_and_modules_need_nothing_that_raises() {
        check(
            "class C:\n    # BEGIN SOLUTION: the fields\n    x: int\n    # END SOLUTION\n",
            "class C:\n    # TODO: the fields\n    ...\n",
        );
        check(
            "class C:\n    x: int\n    # BEGIN SOLUTION\n    def f(self): return 1\n    # END SOLUTION\n",
            "class C:\n    x: int\n    # TODO: write your code here\n",
        );
        check("# BEGIN SOLUTION\nx = 1\n# END SOLUTION\ny = 2\n", "# TODO: write your code here\ny = 2\n");
        check("# BEGIN SOLUTION\n# END SOLUTION\n", "# TODO: write your code here\n");
        check(
            "if x:\n    # BEGIN SOLUTION\n    main()\n    # END SOLUTION\n",
            "if x:\n    # TODO: write your code here\n    pass\n",
        );
        check(
            "x = [\n    # BEGIN SOLUTION\n    1,\n    # END SOLUTION\n]\n",
            "x = [\n    # TODO: write your code here\n]\n",
        );
    }

    #[test]
    fn parts_of_a_body_go_alone() {
        check(
            "def f(xs):\n    total = 0\n    for x in xs:\n        # BEGIN SOLUTION: add it\n        total += x\n        # END SOLUTION\n    return total\n",
            "def f(xs):\n    total = 0\n    for x in xs:\n        # TODO: add it\n        raise NotImplementedError\n    return total\n",
        );
        check(
            "def f():\n    # BEGIN SOLUTION\n    a = 1\n    # END SOLUTION\n    b = 2\n    # BEGIN SOLUTION\n    return a\n    # END SOLUTION\n\n\ndef g():\n    # BEGIN SOLUTION\n    yield\n    # END SOLUTION\n",
            "def f():\n    # TODO: write your code here\n    raise NotImplementedError\n    b = 2\n    # TODO: write your code here\n    raise NotImplementedError\n\n\ndef g():\n    # TODO: write your code here\n    raise NotImplementedError\n    yield  # it is a generator already\n",
        );
        check(
            "def f(x):\n    return g(\n        # BEGIN SOLUTION\n        x,\n        # END SOLUTION\n    )\n",
            "def f(x):\n    return g(\n        # TODO: write your code here\n    )\n",
        );
    }

    #[test]
    fn what_cannot_be_derived_is_said_with_its_line() {
        refused("x = 1\n# END SOLUTION\n", 2, "there is no `# BEGIN SOLUTION` for this end");
        refused("x = 1\n# BEGIN SOLUTION\ny = 1\n", 2, "there is no `# END SOLUTION` for this beginning");
        refused("# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION\n", 2, "a solution begins within a solution");
        refused("x = 1  # BEGIN SOLUTION\n# END SOLUTION\n", 1, "this marker stands behind code");
        refused(
            "try:\n    f()\n# BEGIN SOLUTION\nexcept E:\n    pass\n# END SOLUTION\n",
            3,
            "what is left without this part is no Python",
        );
        assert!(derive("def f(:\n").is_err_and(|error| error.message.starts_with("the solution is no Python")));
    }

    #[test]
    fn markers_are_never_shown() {
        let source = "def f():\n    # BEGIN SOLUTION: prompt\n    return \"# END SOLUTION\"\n    # END SOLUTION\n";
        assert_eq!(without_markers(source), "def f():\n    return \"# END SOLUTION\"\n");
    }

    /// Every body there is between markers: of our inputs, and of the library of the machine's Python, if it has one.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "fixtures are read where they lie")]
    fn what_is_derived_parses() {
        let mut folders: Vec<std::path::PathBuf> =
            vec![concat!(env!("CARGO_MANIFEST_DIR"), "/../python/tests/inputs").into()];
        let libraries = ["/usr/lib", "/usr/local/lib"].into_iter().flat_map(std::fs::read_dir).flatten().flatten();
        folders.extend(libraries.map(|entry| entry.path().join("asyncio")));
        let mut derived = 0;
        for entry in folders.into_iter().flat_map(std::fs::read_dir).flatten().flatten() {
            let source = std::fs::read_to_string(entry.path()).unwrap_or_default();
            // Each body takes a few parses of its whole module.
            derived += if source.len() < 8_000 { every_body(&source) } else { 0 };
        }
        assert!(derived > 10, "{derived}");
    }

    fn every_body(source: &str) -> usize {
        let module = etude_python::parse(source);
        if !module.errors.is_empty() {
            return 0;
        }
        let lines = LineIndex::new(source);
        let mut derived = 0;
        for symbol in &module.symbols {
            let (from, to) =
                (lines.span(lines.line(symbol.first.start)).start, lines.span(lines.line(symbol.body.end)).end);
            let indent = blanks(&source[from as usize..]);
            if indent.len() as u32 != symbol.first.start - from {
                continue;
            }
            let (before, rest) = source.split_at(from as usize);
            let (body, after) = rest.split_at((to - from) as usize);
            let end = if body.ends_with('\n') { "" } else { "\n" };
            let marked = format!("{before}{indent}# BEGIN SOLUTION\n{body}{end}{indent}# END SOLUTION\n{after}");
            let starter = derive(&marked).expect(&marked);
            assert!(etude_python::parse(&starter).errors.is_empty(), "{starter}");
            let kept = etude_python::parse(&starter).symbols.into_iter().find(|it| it.span.start == symbol.span.start);
            let kept = kept.expect("the definition stays");
            let looks = |it: &Symbol| (it.kind, it.parameters.clone(), it.docstring.clone(), it.yields.is_empty());
            assert_eq!(looks(&kept), looks(symbol), "{starter}");
            derived += 1;
        }
        derived
    }
}
