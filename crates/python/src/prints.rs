//! Which of the lines that a program prints can depend on something that is another thing in every run.
//!
//! Names are followed without regard to their scopes and to what runs first, so that more is said to depend than does.

use std::collections::{BTreeMap, BTreeSet};

use etude_text::Span;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Stmt};
use ruff_text_size::Ranged;

use crate::depth;
use crate::module::span_of;

/// What a program prints, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prints {
    /// In source order.
    pub calls: Vec<Print>,
    /// The statements of the module, and whether what a prompt would show of each depends.
    pub statements: Vec<(Span, bool)>,
    /// In which order, or whether at all, something comes depends as well.
    pub unclear: bool,
}

/// A call of `print`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    pub span: Span,
    pub depends: bool,
    /// The texts it is known to print, in order, with anything between them.
    pub literals: Vec<String>,
    /// It is a statement of the module, under no other, so that it prints once.
    pub once: bool,
    /// It ends a line of standard output.
    pub ends_line: bool,
}

/// Follows what `is_source` says of names, dotted names, and calls (with the opening bracket). `None` where the code is no
/// whole Python.
pub fn prints(source: &str, is_source: &dyn Fn(&str) -> bool) -> Option<Prints> {
    depth::with_tree(source, |parsed| {
        if parsed.has_invalid_syntax() {
            return None;
        }
        let mut follower = Follower {
            source,
            is_source,
            known: Known::default(),
            found: Prints::default(),
            around: Vec::new(),
            controlled: false,
            nested: 0,
        };
        loop {
            let before = follower.known.size();
            follower.found = Prints { unclear: follower.found.unclear, ..Prints::default() };
            for stmt in parsed.suite() {
                let from = follower.found.calls.len();
                follower.visit_stmt(stmt);
                let mut search = Search { follower: &follower, found: false };
                search.visit_stmt(stmt);
                let value = search.found;
                let depends =
                    value || follower.module_controlled() || follower.found.calls[from..].iter().any(|it| it.depends);
                follower.found.statements.push((span_of(stmt), depends));
            }
            if follower.known.size() == before {
                return Some(follower.found);
            }
        }
    })
    .flatten()
}

#[derive(Default)]
struct Known {
    /// Names and attributes with values that depend.
    names: BTreeSet<String>,
    /// Functions whose calls depend; the module is the empty name.
    controlled: BTreeSet<String>,
    modules: BTreeSet<String>,
    functions: BTreeMap<String, BTreeSet<String>>,
}

impl Known {
    fn size(&self) -> usize {
        let parameters: usize = self.functions.values().map(BTreeSet::len).sum();
        self.names.len() + self.controlled.len() + self.modules.len() + self.functions.len() + parameters
    }
}

struct Follower<'a> {
    source: &'a str,
    is_source: &'a dyn Fn(&str) -> bool,
    known: Known,
    found: Prints,
    /// The functions around, the innermost last.
    around: Vec<String>,
    /// Whether it comes to this statement depends.
    controlled: bool,
    /// How many statements are around that may skip this one, or repeat it.
    nested: usize,
}

impl<'a> Follower<'a> {
    fn text(&self, node: &impl Ranged) -> &'a str {
        span_of(node).slice(self.source)
    }

    fn module_controlled(&self) -> bool {
        self.known.controlled.contains("")
    }

    fn is_controlled(&self) -> bool {
        let around = self.around.last().map_or("", String::as_str);
        self.controlled || self.known.controlled.contains(around)
    }

    fn depends(&self, expr: &Expr) -> bool {
        let mut search = Search { follower: self, found: false };
        search.visit_expr(expr);
        search.found
    }

    /// What is bound or changed through an expression.
    fn taint(&mut self, expr: &Expr) {
        match expr {
            Expr::Name(name) => self.insert(name.id.as_str()),
            Expr::Attribute(it) => self.insert(it.attr.as_str()),
            Expr::Subscript(it) => self.taint(&it.value),
            Expr::Starred(it) => self.taint(&it.value),
            Expr::Tuple(it) => it.elts.iter().for_each(|it| self.taint(it)),
            Expr::List(it) => it.elts.iter().for_each(|it| self.taint(it)),
            Expr::Call(it) => self.taint(&it.func),
            _ => {}
        }
    }

    fn insert(&mut self, name: &str) {
        if !self.known.modules.contains(name) && !crate::is_builtin(name) {
            self.known.names.insert(name.to_owned());
        }
    }

    fn assign(&mut self, targets: &[&Expr], value: &Expr) {
        if self.is_controlled() || self.depends(value) {
            targets.iter().for_each(|it| self.taint(it));
        }
        // Two names of one thing.
        if matches!(value, Expr::Name(_) | Expr::Attribute(_)) && targets.iter().any(|it| self.depends(it)) {
            self.taint(value);
        }
    }

    /// Statements to which it comes only if something that depends has it so.
    fn under(&mut self, depends: bool, walk: impl FnOnce(&mut Self)) {
        let before = self.controlled;
        self.controlled |= depends;
        self.nested += 1;
        walk(self);
        self.nested -= 1;
        self.controlled = before;
    }

    /// What follows is not reached, or reached again.
    fn leave(&mut self) {
        if self.is_controlled() {
            self.known.controlled.insert(self.around.last().cloned().unwrap_or_default());
        }
    }

    fn call(&mut self, call: &ast::ExprCall) {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(it) => it.attr.as_str(),
            _ => "",
        };
        let values = || call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|it| &it.value));
        let given = values().any(|it| self.depends(it));
        // How long something waits decides what comes first.
        self.found.unclear |= given && ["sleep", "wait", "wait_for", "timeout", "call_later", "join"].contains(&name);
        if let Expr::Name(func) = &*call.func
            && func.id.as_str() == "print"
        {
            self.print(call, given);
            return;
        }
        if self.is_controlled() && ["exit", "quit", "_exit"].contains(&name) {
            self.leave();
        }
        if let Some(parameters) = self.known.functions.get(name).cloned() {
            if self.is_controlled() {
                self.known.controlled.insert(name.to_owned());
            }
            if given {
                parameters.iter().for_each(|it| self.insert(it));
            } else if parameters.iter().any(|it| self.known.names.contains(it)) {
                values().filter(|it| it.is_name_expr()).for_each(|it| self.taint(it));
            }
        }
        // It may change what it is called on, and what it is given.
        if let Expr::Attribute(it) = &*call.func
            && (given || self.is_controlled())
        {
            self.taint(&it.value);
        }
        if self.depends(&call.func) {
            values().filter(|it| it.is_name_expr() || it.is_attribute_expr()).for_each(|it| self.taint(it));
        }
    }

    fn print(&mut self, call: &ast::ExprCall, given: bool) {
        let depends = given || self.is_controlled() || self.module_controlled();
        self.found.unclear |=
            depends && call.arguments.keywords.iter().any(|it| it.arg.as_ref().is_some_and(|it| it == "end"));
        let literals = call.arguments.args.iter().flat_map(literals).filter(|it| !it.is_empty()).collect();
        let ends_line = call.arguments.keywords.iter().all(|it| it.arg.as_ref().is_some_and(|it| it == "sep"));
        self.found.calls.push(Print { span: span_of(call), depends, literals, once: false, ends_line });
    }

    fn function(&mut self, it: &'a ast::StmtFunctionDef) {
        let name = it.name.as_str();
        let parameters = it.parameters.iter().map(|it| it.name().as_str().to_owned()).filter(|it| it != "self");
        self.known.functions.entry(name.to_owned()).or_default().extend(parameters);
        let defaults = it.parameters.iter_non_variadic_params().filter_map(|it| it.default.as_deref());
        if defaults.chain(it.decorator_list.iter().map(|it| &it.expression)).any(|it| self.depends(it)) {
            self.insert(name);
            self.known.controlled.insert(name.to_owned());
        }
        self.around.push(name.to_owned());
        let before = std::mem::take(&mut self.controlled);
        self.visit_body(&it.body);
        self.controlled = before;
        self.around.pop();
        // Python calls these by itself.
        let hidden = name.starts_with("__") && name.ends_with("__") && name != "__init__";
        self.found.unclear |= hidden && (self.known.names.contains(name) || self.known.controlled.contains(name));
    }

    fn gives(&mut self, value: Option<&Expr>) {
        if value.is_some_and(|it| self.depends(it)) || self.is_controlled() {
            let around = self.around.last().cloned().unwrap_or_default();
            self.insert(&around);
        }
    }
}

impl<'a> Visitor<'a> for Follower<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(it) => return self.function(it),
            Stmt::Import(it) => {
                for alias in &it.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let bound = bound.split('.').next().unwrap_or(bound).to_owned();
                    if (self.is_source)(alias.name.as_str()) {
                        self.known.names.insert(bound);
                    } else {
                        self.known.modules.insert(bound);
                    }
                }
            }
            Stmt::ImportFrom(it) => {
                let module = it.module.as_ref().map_or("", |it| it.as_str());
                for alias in &it.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let name = alias.name.as_str();
                    let all = [module.to_owned(), name.to_owned(), format!("{name}("), format!("{module}.{name}")];
                    if all.iter().any(|it| (self.is_source)(it)) {
                        self.insert(bound);
                    }
                }
            }
            Stmt::Assign(it) => self.assign(&it.targets.iter().collect::<Vec<_>>(), &it.value),
            Stmt::AnnAssign(it) => {
                if let Some(value) = &it.value {
                    self.assign(&[&it.target], value);
                }
            }
            Stmt::AugAssign(it) => self.assign(&[&it.target], &it.value),
            Stmt::If(it) => {
                let tests = it.elif_else_clauses.iter().filter_map(|it| it.test.as_ref());
                let depends = std::iter::once(&*it.test).chain(tests).any(|it| self.depends(it));
                return self.under(depends, |all| visitor::walk_stmt(all, stmt));
            }
            Stmt::While(it) => {
                let depends = self.depends(&it.test);
                return self.under(depends, |all| visitor::walk_stmt(all, stmt));
            }
            Stmt::For(it) => {
                self.assign(&[&it.target], &it.iter);
                let depends = self.depends(&it.iter);
                return self.under(depends, |all| visitor::walk_stmt(all, stmt));
            }
            Stmt::Match(it) => {
                let depends = self.depends(&it.subject);
                return self.under(depends, |all| visitor::walk_stmt(all, stmt));
            }
            Stmt::Try(it) => {
                // What raises depends, and with it where it goes on.
                let depends = it.body.iter().any(|it| {
                    let mut search = Search { follower: self, found: false };
                    search.visit_stmt(it);
                    search.found
                });
                return self.under(depends, |all| visitor::walk_stmt(all, stmt));
            }
            Stmt::With(it) => {
                for item in &it.items {
                    if let Some(target) = &item.optional_vars {
                        self.assign(&[target], &item.context_expr);
                    }
                }
            }
            Stmt::Return(it) => {
                self.gives(it.value.as_deref());
                self.leave();
            }
            Stmt::Assert(it) => {
                let depends = self.depends(&it.test);
                self.under(depends, Self::leave);
            }
            Stmt::Break(_) | Stmt::Continue(_) | Stmt::Raise(_) => self.leave(),
            _ => {}
        }
        let from = self.found.calls.len();
        let opens = usize::from(matches!(stmt, Stmt::With(_) | Stmt::ClassDef(_)));
        self.nested += opens;
        visitor::walk_stmt(self, stmt);
        self.nested -= opens;
        if let (Stmt::Expr(it), true, 0) = (stmt, self.around.is_empty(), self.nested)
            && let (Expr::Call(call), [print]) = (&*it.value, &mut self.found.calls[from..])
        {
            print.once = print.span == span_of(call);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Named(it) => self.assign(&[&it.target], &it.value),
            Expr::Yield(it) => self.gives(it.value.as_deref()),
            Expr::YieldFrom(it) => self.gives(Some(&it.value)),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_comprehension(&mut self, it: &'a ast::Comprehension) {
        self.assign(&[&it.target], &it.iter);
        visitor::walk_comprehension(self, it);
    }
}

/// Looks for what depends in an expression.
struct Search<'f, 'a> {
    follower: &'f Follower<'a>,
    found: bool,
}

impl<'b> Visitor<'b> for Search<'_, '_> {
    fn visit_expr(&mut self, expr: &'b Expr) {
        let Follower { is_source, known, .. } = self.follower;
        self.found |= match expr {
            Expr::Name(it) => known.names.contains(it.id.as_str()) || is_source(it.id.as_str()),
            Expr::Attribute(it) => known.names.contains(it.attr.as_str()) || is_source(self.follower.text(it)),
            Expr::Call(it) => is_source(&format!("{}(", self.follower.text(&*it.func))),
            _ => false,
        };
        if !self.found {
            visitor::walk_expr(self, expr);
        }
    }
}

/// The texts of an argument that stand in it.
fn literals(expr: &Expr) -> Vec<String> {
    match expr {
        Expr::StringLiteral(it) => it.value.to_str().lines().map(str::to_owned).collect(),
        Expr::FString(it) => {
            let elements = it.value.elements().filter_map(|it| match it {
                InterpolatedStringElement::Literal(it) => Some(it.value.to_string()),
                InterpolatedStringElement::Interpolation(_) => None,
            });
            elements.flat_map(|it| it.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The prints that depend, by what they say.
    #[track_caller]
    fn check(source: &str, depends: &[&str], unclear: bool) {
        let is_source = |text: &str| ["random", "date.today("].contains(&text);
        let found = prints(source, &is_source).expect("whole Python");
        let said: Vec<String> = found.calls.iter().filter(|it| it.depends).map(|it| it.literals.concat()).collect();
        assert_eq!((said, found.unclear), (depends.iter().map(|it| (*it).to_owned()).collect(), unclear), "{source}");
    }

    #[test]
    fn only_what_is_made_of_it_depends() {
        check("import random\nprint('a', random.random())\nprint('b', 2 + 2)\nprint('random')\n", &["a"], false);
        check("from random import choice\nx = choice([1, 2])\ny = [x]\nprint('a', y)\nprint('b', 3)\n", &["a"], false);
        check(
            "import random\nxs, ys = [], []\nxs.append(random.random())\nprint(f'a {xs}')\nprint(f'b {ys}')\n",
            &["a "],
            false,
        );
        check(
            "import random\ncups = [1, 2]\nrandom.shuffle(cups)\nprint('a', cups)\nprint('b', len([1]))\n",
            &["a"],
            false,
        );
        check(
            "def roll():\n    return date.today()\n\ndef total():\n    return 4\n\nprint('a', roll())\nprint('b', total())\n",
            &["a"],
            false,
        );
    }

    #[test]
    fn where_it_goes_on_may_depend() {
        check(
            "import random\nif random.random() > 0.5:\n    print('a')\nelse:\n    print('b')\nprint('c')\n",
            &["a", "b"],
            false,
        );
        check(
            "import random\ndef f():\n    print('a')\nif random.random() > 0.5:\n    f()\nprint('c')\n",
            &["a"],
            false,
        );
        check(
            "import random\nfor i in range(3):\n    if random.random() > 0.5:\n        break\n    print('a')\nprint('b')\n",
            &["a", "b"],
            false,
        );
        check("import random\nimport time\ntime.sleep(random.random())\nprint('a')\n", &[], true);
        check(
            "import random\nclass Pot:\n    def __str__(self):\n        return str(random.random())\nprint('a', Pot())\n",
            &[],
            true,
        );
    }

    #[test]
    fn only_a_statement_under_no_other_prints_once() {
        let source = "print('a')\nfor i in 'xy':\n    print('b')\nwith pot:\n    print('c')\ndef f():\n    print('d')\n\
                      [print('e') for _ in 'xy']\nprint('f', end='')\n";
        let found = prints(source, &|_| false).expect("whole Python");
        let told: Vec<_> = found.calls.iter().map(|it| (it.literals.concat(), it.once, it.ends_line)).collect();
        let expected = [("a", true, true), ("b", false, true), ("c", false, true), ("d", false, true)]
            .into_iter()
            .chain([("e", false, true), ("f", true, false)]);
        assert_eq!(told, expected.map(|(text, once, line)| (text.to_owned(), once, line)).collect::<Vec<_>>());
    }

    #[test]
    fn what_functions_are_given_goes_on_in_them() {
        check("import random\ndef show(n):\n    print('a', n)\nshow(random.random())\nprint('b')\n", &["a"], false);
        check(
            "import random\ndef fill(xs):\n    xs.append(random.random())\ncups = []\nfill(cups)\nprint('a', cups)\n",
            &["a"],
            false,
        );
        check("import random\na = []\nb = a\na.append(random.random())\nprint('a', b)\n", &["a"], false);
    }
}
