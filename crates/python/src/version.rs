use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::{Parsed, UnsupportedSyntaxErrorKind as Kind};

pub(crate) const OLDEST: PythonVersion = PythonVersion::PY37;

/// The highest of the versions in which the noted pieces of syntax were added.
pub(crate) fn lowest(parsed: &Parsed<ModModule>) -> Option<(u8, u8)> {
    if parsed.has_invalid_syntax() {
        return None;
    }
    parsed.unsupported_syntax_errors().iter().filter_map(|error| added_in(error.kind)).max()
}

/// ruff knows this too but keeps it private. No wildcard arm: a new kind must be dated here to compile.
fn added_in(kind: Kind) -> Option<(u8, u8)> {
    Some(match kind {
        Kind::Walrus | Kind::StarTuple(_) | Kind::PositionalOnlyParameter => (3, 8),
        // Removed, not added; and never noted for a version before 3.8.
        Kind::ParenthesizedKeywordArgumentName => return None,
        Kind::UnparenthesizedNamedExpr(_)
        | Kind::RelaxedDecorator(_)
        | Kind::ParenthesizedContextManager
        | Kind::UnparenthesizedUnpackInFor => (3, 9),
        Kind::Match => (3, 10),
        Kind::ExceptStar | Kind::StarExpressionInIndex | Kind::StarAnnotation => (3, 11),
        Kind::TypeParameterList | Kind::TypeAliasStatement | Kind::Pep701FString(_) => (3, 12),
        Kind::TypeParamDefault => (3, 13),
        Kind::UnparenthesizedExceptionTypes | Kind::TemplateStrings => (3, 14),
        Kind::UnpackingInComprehension(_) | Kind::LazyImportStatement => (3, 15),
    })
}

#[cfg(test)]
mod tests {
    fn check(source: &str, expected: Option<(u8, u8)>) {
        let module = crate::parse(source);
        assert_eq!(module.errors, [], "{source}");
        assert_eq!(module.min_version, expected, "{source}");
    }

    #[test]
    fn the_newest_syntax_decides() {
        check("x = 1\nasync def f():\n    await g()\n", None);
        check("if (n := 1): pass", Some((3, 8)));
        check("def f(a, /): pass", Some((3, 8)));
        check("with (open('a') as a, open('b') as b): pass", Some((3, 9)));
        check("match x:\n    case 1: pass", Some((3, 10)));
        check("try:\n    pass\nexcept* ValueError:\n    pass", Some((3, 11)));
        check("def first[T](items: list[T]) -> T: ...", Some((3, 12)));
        check("type Pair = tuple[int, int]", Some((3, 12)));
        check("print(f\"{d[\"key\"]}\")", Some((3, 12)));
        check("class Box[T = int]: ...", Some((3, 13)));
        check("t'hello {name}'", Some((3, 14)));
        check("try:\n    pass\nexcept A, B:\n    pass", Some((3, 14)));
        check("if (n := 1): pass\nmatch n:\n    case _: pass", Some((3, 10)));
    }
}
