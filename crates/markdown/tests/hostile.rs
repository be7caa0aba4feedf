//! Text made to hurt: it must end soon, whatever it makes.

use etude_markdown::{BlockKind, ProblemKind, parse};

/// Small enough for a debug build, large enough that quadratic time would be noticed as minutes.
const TIMES: usize = 20_000;

#[test]
fn repeated_markup_takes_linear_time() {
    let pieces = [
        "[",
        "![",
        "[a]",
        "[a](",
        "[a](<b",
        "[a][b",
        "*a ",
        "a**b* ",
        "_a__b ",
        "~a ",
        "<",
        "<a ",
        "<!-- ",
        "<? ",
        "<a x='\"",
        "`a``",
        "&a;",
        "\\",
        "http://",
        "www.",
        "[^a]",
        "[^a]: ",
        "[a]: b\n",
        "[a]: b \"\n",
        "|",
        "|a\n|-|\n",
        "> a\n",
        "- a\n\n",
        "1. a\n",
        "```\n",
        ":::{a}\n",
        ":::{a}\n:::\n",
        "# a\n",
        "<div>\n\n",
        "\r",
        "\t",
        "\0",
        "\u{feff}",
    ];
    for piece in pieces {
        let document = parse(&piece.repeat(TIMES));
        assert!(document.blocks.iter().all(|block| block.span.end as usize <= piece.len() * TIMES), "{piece:?}");
    }
    parse(&("[".repeat(TIMES) + &"]".repeat(TIMES)));
    parse(&("![".repeat(TIMES) + &"](u)".repeat(TIMES)));
}

#[track_caller]
fn check_too_deep(text: &str) {
    let document = parse(text);
    let depth = document.iter().map(|(id, _)| document.ancestors(id).count()).max().unwrap_or(0);
    assert!(depth < 500, "depth {depth}");
    assert!(document.problems.iter().any(|problem| problem.kind == ProblemKind::TooDeep), "{:?}", document.problems);
}

#[test]
fn absurd_nesting_is_cut_off_and_said() {
    check_too_deep(&(">".repeat(10_000) + "a"));
    check_too_deep(&("- ".repeat(10_000) + "a"));
    check_too_deep(&("> - ".repeat(10_000) + "a"));
    check_too_deep(&(0..1000).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect::<String>());
    check_too_deep(&(0..200).map(|depth| format!("{}{{note}}\n", "`".repeat(300 - depth))).collect::<String>());
    check_too_deep(&(0..200).map(|depth| format!("{}{{note}}\n", ":".repeat(300 - depth))).collect::<String>());
}

#[test]
fn markers_deep_in_code_are_no_nesting() {
    let document = parse(&format!("```\n{}- a\n```\n", " ".repeat(200)));
    assert!(document.problems.is_empty());
    let BlockKind::Code(code) = &document.blocks[0].kind else { panic!("not code") };
    assert!(code.text.ends_with(" - a\n"));
}
