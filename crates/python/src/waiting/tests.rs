use super::read;

/// What is proven of a module, with the text of each await.
fn check(source: &str, expected: &str) {
    let waiting = read(source);
    let text = |index: usize| waiting.awaits[index].span.slice(source);
    let pairs = waiting.pairs.iter().map(|pair| format!("{} & {}", text(pair.first), text(pair.second)));
    let turns = waiting.turns.iter().map(|turns| {
        let plain = if turns.is_plain { "" } else { ", prepared" };
        format!("{} for {} in {}{plain}", text(turns.turn), turns.target.slice(source), turns.iterable.slice(source))
    });
    assert_eq!(pairs.chain(turns).collect::<Vec<_>>().join("; "), expected, "{source}");
}

/// The body of `main`, below functions with and without effects.
fn check_body(body: &str, expected: &str) {
    let body = body.replace('\n', "\n    ");
    check(
        &format!(
            "import asyncio\n\
             total = 0\n\
             async def fetch(x):\n    await asyncio.sleep(1)\n    return x\n\
             async def count(x):\n    global total\n    total += 1\n\
             async def note(log, x):\n    log.append(x)\n\
             async def deep(x):\n    return await count(x)\n\
             async def say(x):\n    print(x)\n    return x\n\
             async def main(urls):\n    {body}\n"
        ),
        expected,
    );
}

#[test]
fn independent_awaits_may_overlap() {
    check_body("a = await fetch(1)\nb = await fetch(2)", "await fetch(1) & await fetch(2)");
    check_body("a = await fetch(1)\nn = 3\nb = await fetch(n)", "await fetch(1) & await fetch(n)");
    check_body("return [await fetch(1), await fetch(2)]", "await fetch(1) & await fetch(2)");
    check_body("show(await fetch(1), await fetch(2))", "await fetch(1) & await fetch(2)");
    check_body("a = await load(1)\nb = await load(2)", "await load(1) & await load(2)");
    check_body("a = await one.get(1)\nb = await two.get(2)", "await one.get(1) & await two.get(2)");
}

#[test]
fn what_needs_the_first_does_not_overlap() {
    check_body("a = await fetch(1)\nb = await fetch(a)", "");
    check_body("a = await fetch(1)\nkey = str(a)\nb = await fetch(key)", "");
    check_body("a = await fetch(1)\nseen.append(a)\nb = await fetch(seen)", "");
    check_body("self.a = await fetch(1)\nb = await fetch(self)", "");
    check_body("return await fetch(await fetch(1))", "");
}

#[test]
fn effects_keep_their_order() {
    check_body("a = await count(1)\nb = await count(2)", "");
    check_body("a = await note(log, 1)\nb = await note(log, 2)", "");
    check_body("a = await deep(1)\nb = await fetch(2)", "");
    check_body("a = await say(1)\nb = await say(2)", "");
    check_body("a = await fetch(1)\nreset()\nb = await fetch(2)", "");
    check_body("a = await fetch(1)\nawait barrier\nb = await fetch(2)", "");
    check_body("a = await conn.get(1)\nb = await conn.get(2)", "");
    check_body("a = await fetch(urls)\nb = await fetch(urls)", "");
}

#[test]
fn a_value_that_is_dropped_was_waited_for() {
    check_body("await fetch(1)\nb = await fetch(2)", "");
    check_body("a = await fetch(1)\nawait fetch(2)", "");
}

#[test]
fn conditions_and_open_resources_separate() {
    check_body("a = await fetch(1)\nif a: return\nb = await fetch(2)", "");
    check_body("a = await fetch(1)\nasync with lock:\n    b = await fetch(2)", "");
    check_body("return (await fetch(1)) or (await fetch(2))", "");
    check_body("return await fetch(1) if urls else await fetch(2)", "");
    check_body("a = await fetch(1)\nt = time.perf_counter()\nb = await fetch(2)", "");
}

#[test]
fn sleeping_and_tasks_are_no_work() {
    check_body("a = await asyncio.sleep(1, 2)\nb = await asyncio.sleep(1, 2)", "");
    check_body("a = await one\nb = await two", "");
}

#[test]
fn turns_that_do_not_need_one_another() {
    check_body("for u in urls:\n    out.append(await fetch(u))", "await fetch(u) for u in urls");
    check_body("for u in urls:\n    n = await fetch(u)\n    out.append(n)", "await fetch(u) for u in urls");
    check_body(
        "for u in urls:\n    v = u + 1\n    out.append(await fetch(v))",
        "await fetch(v) for u in urls, prepared",
    );
    check_body("return [await fetch(u) for u in urls]", "await fetch(u) for u in urls");
    check_body("return {u: await fetch(u) for u in urls if u}", "await fetch(u) for u in urls");
    check_body("for i, u in enumerate(urls):\n    d[i] = await fetch(u)", "await fetch(u) for i, u in enumerate(urls)");
}

#[test]
fn turns_that_need_one_another() {
    check_body("for _ in range(3):\n    cur = await fetch(cur)", "");
    check_body("for u in urls:\n    last = await fetch((u, last))", "");
    check_body("for u in urls:\n    out.append(await fetch((u, out)))", "");
    check_body("for u in urls:\n    n = await fetch(u)\n    if n:\n        break", "");
    check_body("for u in urls:\n    n = await fetch(u)\n    if n: out.append(n)", "");
    check_body("for u in urls:\n    self.last = await fetch((self, u))", "");
}

#[test]
fn turns_with_a_reason_to_be_slow() {
    check_body("for attempt in range(5):\n    r = await fetch('u')", "");
    check_body("for u in urls:\n    out.append(await fetch(u))\n    await asyncio.sleep(1)", "");
    check_body("for u in urls:\n    async with limit:\n        out.append(await fetch(u))", "");
    check_body("for u in urls:\n    out.append(await conn.get(u))", "");
    check_body("for u in urls:\n    out.append(await count(u))", "");
    check_body("while urls:\n    out.append(await fetch(urls.pop()))", "");
    check_body("async for u in urls:\n    out.append(await fetch(u))", "");
    check_body("for u in urls:\n    yield await fetch(u)", "");
    check_body("for a in urls:\n    for u in a:\n        out.append(await fetch(u))", "");
    check_body("for u in await fetch(urls):\n    pass", "");
    check_body("for m in urls:\n    await c.send(m)\n    got.append(await c.recv())", "");
}

#[test]
fn routines_know_where_they_clean_up_and_whether_they_end() {
    let source = "\
@cache
async def worker(q):
    while True:
        try:
            await q.get()
        except ValueError:
            pass
        except CancelledError:
            await close()
            raise
        finally:
            await bye()
def plain():
    while x: pass
";
    let waiting = read(source);
    let [worker, plain] = &waiting.routines[..] else { panic!("{waiting:?}") };
    assert!(worker.is_async && worker.is_endless && !plain.is_async && !plain.is_endless);
    assert!(worker.span.slice(source).starts_with("@cache"));
    let cleanup: Vec<&str> = worker.cleanup.iter().map(|span| span.slice(source)).collect();
    assert_eq!(cleanup, ["await close()\n            raise", "await bye()"]);
}

#[test]
fn calls_tell_what_becomes_of_their_value() {
    let source = "async def f():\n    g(1)\n    x = h()\n    y = await i.j(k(), z=2)\n    await m()\n";
    let waiting = read(source);
    let told: Vec<String> = waiting
        .calls
        .iter()
        .map(|call| {
            let target = call.target.map(|target| format!(" -> {}", target.slice(source))).unwrap_or_default();
            let flags = [(call.is_awaited, " awaited"), (call.is_discarded, " discarded")];
            let flags: String = flags.into_iter().filter(|flag| flag.0).map(|flag| flag.1).collect();
            format!("{}({}){target}{flags}", call.callee, call.arguments.slice(source))
        })
        .collect();
    assert_eq!(told, ["g(1) discarded", "h() -> x", "i.j(k(), z=2) -> y awaited", "k()", "m() awaited"]);
    assert_eq!(
        waiting.awaits.iter().map(|it| waiting.calls[it.call].callee.as_str()).collect::<Vec<_>>(),
        ["i.j", "m"]
    );
}

#[test]
fn broken_code_is_read_as_far_as_it_goes() {
    for source in
        ["async def f(:\n  x = await g(", "await", "for x in await f(x: [await", "async def", "f(g(", "x = f(1"]
    {
        for end in 0..=source.len() {
            read(&source[..end]);
        }
    }
}

/// Proofs look into the functions that are called, from the bottom of deep expressions into the next deep expression.
#[test]
fn deep_code_that_calls_deep_code_overflows_no_stack() {
    let read_all = || {
        for (open, close, count) in
            [("-", "", 95), ("-", "", 2_900), ("(", ")", 190), ("x + ", "", 2_900), ("not ", "", 90)]
        {
            let mut source = String::new();
            for (name, next) in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "a")] {
                let deep = format!("{}{next}(await {next}(1)){}", open.repeat(count), close.repeat(count));
                source.push_str(&format!(
                    "async def {name}(x):\n    y = await {next}(1)\n    z = await {next}(2)\n    return {deep}\n"
                ));
            }
            let waiting = read(&source);
            assert_eq!(waiting.routines.len(), 5, "{open}");
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(read_all).unwrap().join().unwrap();
}
