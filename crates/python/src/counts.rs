//! How often a construct occurs, for texts that count.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of lists, sets and dictionaries.
    pub comprehensions: usize,
    pub generators: usize,
    pub awaits: usize,
    pub withs: usize,
    pub async_withs: usize,
    /// Calls of `create_task` and `ensure_future`.
    pub tasks: usize,
    /// A task is made in a loop or a comprehension, so that the calls do not tell how many there will be.
    pub tasks_repeat: bool,
}

pub(crate) fn collect(body: &[Stmt]) -> Counts {
    let mut counter = Counter { counts: Counts::default(), repeats: 0 };
    counter.visit_body(body);
    counter.counts
}

struct Counter {
    counts: Counts,
    /// Loops and comprehensions around.
    repeats: usize,
}

impl Counter {
    fn call(&mut self, call: &ast::ExprCall) {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        if matches!(name, "create_task" | "ensure_future") {
            self.counts.tasks += 1;
            self.counts.tasks_repeat |= self.repeats > 0;
        }
    }
}

impl<'a> Visitor<'a> for Counter {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::With(with) if with.is_async => self.counts.async_withs += 1,
            Stmt::With(_) => self.counts.withs += 1,
            _ => {}
        }
        let repeats = usize::from(matches!(stmt, Stmt::For(_) | Stmt::While(_)));
        self.repeats += repeats;
        visitor::walk_stmt(self, stmt);
        self.repeats -= repeats;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let mut repeats = 0;
        match expr {
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) => {
                self.counts.comprehensions += 1;
                repeats = 1;
            }
            Expr::Generator(_) => {
                self.counts.generators += 1;
                repeats = 1;
            }
            Expr::Lambda(_) => repeats = 1,
            Expr::Await(_) => self.counts.awaits += 1,
            Expr::Call(call) => self.call(call),
            _ => {}
        }
        self.repeats += repeats;
        visitor::walk_expr(self, expr);
        self.repeats -= repeats;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Counts, parse};

    #[test]
    fn constructs_are_counted_wherever_they_stand() {
        let source = "\
async def main():
    async with pot() as p, cup():
        a = [[x for x in y] for y in {1: z for z in p}]
    with open(a): await asyncio.create_task(f(x for x in a))
    tg.create_task(g(await h()))
";
        let expected = Counts {
            comprehensions: 3,
            generators: 1,
            awaits: 2,
            withs: 1,
            async_withs: 1,
            tasks: 2,
            tasks_repeat: false,
        };
        assert_eq!(parse(source).counts, expected);
        assert!(parse("for x in y:\n    create_task(x)\n").counts.tasks_repeat);
        assert!(parse("t = [create_task(x) for x in y]\n").counts.tasks_repeat);
    }
}
