use crate::parse;

/// Each error as `line: message`, `!` after the line for an end that is missing, `c` for the compiler's.
fn check(source: &str, expected: &[&str]) {
    let found: Vec<String> = parse(source)
        .errors
        .iter()
        .map(|error| {
            let line = source[..error.span.start as usize].matches('\n').count() + 1;
            let end = if error.at_end { "!" } else { "" };
            let compiler = if error.compiler { "c" } else { "" };
            format!("{line}{end}{compiler}: {}", error.message)
        })
        .collect();
    assert_eq!(found, expected, "{source}");
}

#[test]
fn good_code_has_none() {
    check("", &[]);
    check("# only a comment", &[]);
    check("x = 1\r\ny = 2\rz = 3\n", &[]);
    check("\u{feff}x = 1\n\x0c\ny = 2\n", &[]);
}

#[test]
fn tabs_that_python_refuses() {
    let refused = "the indentation mixes tabs and blanks in a way that Python refuses (`TabError`)";
    check("if x:\n        a()\n\tb()\n", &[&format!("3: {refused}")]);
    check("if x:\n\ta()\n        b()\n", &[&format!("3: {refused}")]);
    check("if x:\n    if y:\n\ta()\n", &[&format!("3: {refused}")]);
    check("if x:\n\tif y:\n\t    a()\n\t    b()\n\tc()\n", &[]);
    check("if x:\n    f(a,\n\tb)\n\t# remark\n    c()\n", &[]);
    check("if x:\n  \ta()\n  \tb()\n", &[]);
    check("x = (\n\t1,\n        2)\n", &[]);
}

#[test]
fn definitions_without_a_body_stop_at_the_end() {
    check("class Point:", &["1!: expected an indented block after `class` definition"]);
    check("def f():\n\n    # to be done\n", &["1!: expected an indented block after function definition"]);
    check("x = 1\nif x:\n", &["2!: expected an indented block after `if` statement"]);
    check("def f():\nx = 1\n", &["2: expected an indented block after function definition"]);
    check("try:\n    x()\n", &["3!: expected `except` or `finally` after `try` block"]);
    check("@app.get('/')\n", &["2!: a decorator must be followed by a function or a class"]);
}

#[test]
fn open_brackets_and_strings_stop_at_the_end() {
    check("x = f(1,\n      2,\n", &["1!: `(` was never closed"]);
    check("x = [\n    1,\n", &["1!: `[` was never closed"]);
    check("x = {'a': 1,", &["1!: `{` was never closed"]);
    check("def f(a,", &["1!: `(` was never closed"]);
    check("x = 'abc", &["1!: the string is never closed"]);
    check("x = 'abc\ny = 1\n", &["1: the string is never closed"]);
    check("x = \"\"\"abc\ny = 1\n", &["1!: the string is never closed"]);
    check("x = f'abc", &["1!: the f-string is never closed"]);
    check("x = 1 +", &["1!: expected an expression"]);
    check("x = f(1\ndef g(): pass\n", &["1: `(` was never closed"]);
}

#[test]
fn plain_words() {
    check("print 'hello'", &["1: `print` is a function: what it is given goes in parentheses"]);
    check("a b", &["1: two statements on one line need a `;` between them, or a line each"]);
    check("x = [1, 2\ny = 3\nprint(x)", &["1: `[` was never closed"]);
    check("f(a b)", &["1: expected a comma before a name"]);
    check("def f(...): pass", &["1: expected `)` or a comma, found `...`"]);
    check("if x = 1:\n    pass", &["1: `=` assigns; to compare, write `==`"]);
    check("def f()\n    pass", &["1: expected `:`, found the end of the line"]);
    check("class = 1", &["1: expected a name"]);
    check("x = 1\n    y = 2", &["2: this line is indented, but nothing before it begins a block"]);
    check("if x:\n        a\n    b", &["3: the indentation matches no block around it"]);
    check("x = “a”", &["1: `“` is a typographic quote: Python strings take `\"`"]);
    check("f() = 1", &["1: cannot assign to this"]);
    check("x = 5 $ 3", &["1: `$` has no meaning here"]);
    check("a\u{a0}= 1", &["1: a blank that is not a plain space (U+00A0)"]);
    check("f(a=1, 2)", &["1: an argument without a name cannot follow one with a name"]);
    check("f'{x'", &["1: a `{` in the f-string is never closed"]);
    check("async x = 1", &["1: `async` goes before `def`, `for` or `with`, not a name"]);
}

#[test]
fn one_break_is_one_error() {
    check("def f(:\n    x = = 1\n    y = )\n\n\n\n\n\nclass\n", &["1: `(` was never closed", "9!: expected a name"]);
}

#[test]
fn what_the_compiler_refuses() {
    check("return 1", &["1c: `return` outside a function"]);
    check("yield 1", &["1c: `yield` outside a function"]);
    check("def f():\n    await g()", &["2c: `await` outside an `async def`"]);
    check("def f():\n    async with g(): pass", &["2c: `async with` outside an `async def`"]);
    check(
        "async def f():\n    yield from g()",
        &["2c: `yield from` inside `async def`: loop with `async for` and `yield` instead"],
    );
    check("break", &["1c: `break` outside a loop"]);
    check("for x in y:\n    def f():\n        continue", &["3c: `continue` outside a loop"]);
    check("for x in y: pass\nelse: break", &["2c: `break` outside a loop"]);
    check("def f(a, a): pass", &["1c: two parameters are named `a`"]);
    check("f(a=1, a=2)", &["1c: the argument `a` is given twice"]);
    check("f((a)=1)", &["1c: the argument name `a` cannot stand in parentheses"]);
    check("def f():\n    x = 1\n    global x", &["3c: `x` is used before `global x`: the declaration must come first"]);
    check("def f(x):\n    global x", &["2c: `x` is a parameter and cannot also be `global`"]);
    check("def f():\n    nonlocal x", &["2c: `nonlocal x`, but no function around this one has a variable `x`"]);
    check("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2", &[]);
    check("try: pass\nexcept: pass\nexcept A: pass", &["2c: a bare `except:` must be the last of the handlers"]);
    check("class C:\n    await x", &["2c: `await` outside a function"]);
    check("async def f():\n    return [await x for x in y]", &[]);
    check("def f():\n    return (await x for x in y)", &[]);
    check("x = 1\nfrom __future__ import annotations", &["2c: `from __future__` imports must come first in the file"]);
}

#[test]
fn the_compiler_is_not_asked_about_broken_code() {
    check("return 1\n\n\n\n\n\nx = = 2", &["7: expected an expression"]);
}

#[test]
fn top_level_await_is_fine() {
    check("await f()", &[]);
    check("async for x in y: pass\nasync with z: pass", &[]);
    check("rows = [await x for x in y]\nmore = [x async for x in y]", &[]);
}

#[test]
fn depth_has_a_bound() {
    check(&"-".repeat(100_000), &["1: nested too deeply"]);
    check(&"[".repeat(100_000), &["1: nested too deeply"]);
}
