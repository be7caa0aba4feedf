//! The lines as they should be, where that takes no guessing.

use etude_python::waiting::{Form, Turns};
use etude_text::Span;

use crate::findings::correction::{indentation, stands_alone};
use crate::findings::{Correction, Finding};
use crate::program::Program;

/// Awaits in a row, each `target = await call`, become one `gather`.
pub(super) fn row(program: &Program, finding: Finding, group: &[usize]) -> Finding {
    let correction = one_line_each(program, group).or_else(|| in_one_expression(program, group));
    finding.correct(correction)
}

fn one_line_each(program: &Program, group: &[usize]) -> Option<Correction> {
    let waiting = &program.waiting;
    let calls: Vec<_> = group.iter().map(|&index| &waiting.calls[waiting.awaits[index].call]).collect();
    let targets: Option<Vec<&str>> = calls.iter().map(|call| call.target.map(|target| program.text(target))).collect();
    let targets = targets?;
    if targets.iter().any(|target| target.contains(',') || target.contains('\n')) {
        return None;
    }
    let (first, last) = (program.lines(calls.first()?.statement).0, program.lines(calls.last()?.statement).1);
    // With other lines in between it is not ours to say which of them may move.
    let lines: u32 = calls.iter().map(|call| program.lines(call.statement)).map(|(from, to)| to - from + 1).sum();
    if last - first + 1 != lines || !calls.iter().all(|call| stands_alone(program, call.statement)) {
        return None;
    }
    let blanks = indentation(program, first);
    let texts: Vec<&str> = calls.iter().map(|call| program.text(call.span)).collect();
    let one = format!("{blanks}{} = await asyncio.gather({})", targets.join(", "), texts.join(", "));
    let right = if one.chars().count() <= 100 && !one.contains('\n') {
        vec![one]
    } else {
        let mut right = vec![format!("{blanks}{} = await asyncio.gather(", targets.join(", "))];
        right.extend(texts.iter().map(|text| format!("{blanks}    {text},")));
        right.push(format!("{blanks})"));
        right
    };
    Correction::replace(program, first, last, right)
}

fn in_one_expression(program: &Program, group: &[usize]) -> Option<Correction> {
    const NAMES: [&str; 4] = ["one", "two", "three", "four"];
    let waiting = &program.waiting;
    let statement = waiting.calls[waiting.awaits[*group.first()?].call].statement;
    let same = |index: &usize| waiting.calls[waiting.awaits[*index].call].statement == statement;
    if group.len() > NAMES.len() || !group.iter().all(same) {
        return None;
    }
    let calls: Vec<&str> =
        group.iter().map(|&index| program.text(waiting.calls[waiting.awaits[index].call].span)).collect();
    let names = NAMES[..group.len()].join(", ");
    let blanks = indentation(program, program.lines(statement).0);
    let before = format!("{names} = await asyncio.gather({})\n{blanks}", calls.join(", "));
    let mut edits = vec![(Span::empty(statement.start), before)];
    edits.extend(group.iter().zip(NAMES).map(|(&index, name)| (waiting.awaits[index].span, name.to_owned())));
    Correction::edit(program, &edits)
}

/// A loop of awaits becomes one `gather` and, if more is done in it, a loop over its results.
pub(super) fn turns(program: &Program, finding: Finding, turns: &Turns) -> Finding {
    let waiting = &program.waiting;
    let it = &waiting.awaits[turns.turn];
    let call = &waiting.calls[it.call];
    let (target, iterable) = (program.text(turns.target), program.text(turns.iterable));
    let gather = format!("await asyncio.gather(*({} for {target} in {iterable}))", program.text(call.span));
    let finding = if turns.is_plain {
        finding
    } else {
        return finding.hint("make the coroutines in a first loop, and await them all with `asyncio.gather`");
    };
    let correction = match turns.form {
        Form::List(whole) => Correction::edit(program, &[(whole, gather)]),
        Form::OtherComprehension => None,
        Form::Statement => as_loop(program, turns, gather),
    };
    finding.correct(correction)
}

fn as_loop(program: &Program, turns: &Turns, gather: String) -> Option<Correction> {
    let it = &program.waiting.awaits[turns.turn];
    let call = &program.waiting.calls[it.call];
    let (target, iterable) = (program.text(turns.target), program.text(turns.iterable));
    let header = program.lines(turns.target).0;
    let (first, last) = program.lines(call.statement);
    let is_short = program.lines(turns.iterable).1 == header && first == last && first == header + 1;
    if !is_short || !is_stable(iterable) || !stands_alone(program, call.statement) {
        return None;
    }
    let blanks = indentation(program, header);
    let statement = program.text(call.statement);
    let rest_follows = program.has(last + 1)
        && indentation(program, last + 1).len() > blanks.len()
        && !program.source.line_text(last + 1).trim().is_empty();
    // `out.append(await f(x))` and nothing else.
    let awaited = program.text(it.span);
    if let Some(list) = statement.strip_suffix(&format!(".append({awaited})")).filter(|_| !rest_follows) {
        return Correction::replace(program, header, last, vec![format!("{blanks}{list}.extend({gather})")]);
    }
    let name = call.target.map_or("result", |target| program.text(target));
    let mut right = vec![
        format!("{blanks}results = {gather}"),
        format!("{blanks}for {}, {} in zip({iterable}, results):", in_brackets(target), in_brackets(name)),
    ];
    if call.target.is_none() {
        let line = program.source.line_text(first);
        right.push(line.replacen(awaited, name, 1));
    }
    Correction::replace(program, header, last, right)
}

/// Whether going over it twice gives the same twice.
fn is_stable(iterable: &str) -> bool {
    let is_name = iterable.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '.'));
    let is_literal = iterable.starts_with(['[', '(', '"', '\'']) && !iterable.contains(" for ");
    is_name || is_literal || iterable.starts_with("range(")
}

fn in_brackets(target: &str) -> String {
    if target.contains(',') && !target.starts_with('(') { format!("({target})") } else { target.to_owned() }
}
