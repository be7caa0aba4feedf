//! Colours, patterns and shapes.
//!
//! The colours are Okabe and Ito's, which people of all kinds of colour vision can tell apart; and no meaning is by colour
//! alone: running is a full bar, waiting a lower one with a pattern for its kind, ends have shapes of their own. Colours
//! are variables, so that a page can set its own. All rules are below one class: in a page they must not touch the rest.

use super::write::Out;

const LIGHT: &str = "--bg:#fff;--fg:#1b1f24;--dim:#57606a;--grid:#e4e8ec;--over:#f0f4f9;--run:#0072b2;--hold:#d55e00;\
    --ready:#8a6100;--time:#8c959f;--turn:#cc79a7;--queue:#009e73;--tasks:#4a9fd0;--world:#a39200;--work:#d08f00;\
    --bad:#b3261e";
const DARK: &str = "--bg:#0f1318;--fg:#e6edf3;--dim:#9aa6b2;--grid:#262d36;--over:#1a212a;--run:#56b4e9;--hold:#f0803c;\
    --ready:#e6b84c;--time:#7d8894;--turn:#d78fb5;--queue:#2bc39a;--tasks:#3f86b5;--world:#d8cb4a;--work:#e69f00;\
    --bad:#ff8a80";

/// Below a class of its own, one rule a line.
const RULES: &[&str] = &[
    "text{fill:var(--fg);font:12px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}",
    ".page{fill:var(--bg)}",
    ".title{font-size:16px;font-weight:600}",
    ".dim{fill:var(--dim)}",
    ".name{font-weight:600}",
    ".bad{fill:var(--bad);font-weight:600}",
    ".end{text-anchor:end}",
    ".mid{text-anchor:middle}",
    ".grid{stroke:var(--grid)}",
    ".in{font-size:11px;paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round;pointer-events:none}",
    ".life{fill:var(--grid)}",
    ".run{fill:var(--run);stroke:var(--run);stroke-width:1.5}",
    ".hold{stroke:var(--hold);stroke-width:1.5}",
    ".ready{fill:none;stroke:var(--ready);stroke-width:1.5;stroke-dasharray:3 2;pointer-events:all}",
    ".wait{stroke-width:1}",
    ".time{stroke:var(--time)}.turn{stroke:var(--turn)}.queue{stroke:var(--queue)}.tasks{stroke:var(--tasks)}\
     .world{stroke:var(--world)}.work{stroke:var(--work)}",
    ".mark{fill:var(--bg);stroke:var(--fg);stroke-width:1.5}",
    ".mark.raised,.mark.cancelled{stroke:var(--bad);stroke-width:2}",
    ".print{fill:var(--fg)}",
    ".cut{fill:none;stroke:var(--dim);stroke-width:1.5;stroke-linejoin:round}.cut.under{stroke:var(--bg);stroke-width:9}",
    ".edge{stroke:var(--dim);opacity:.75}.edge.created{stroke-dasharray:2 3}.edge.cancelled{stroke:var(--bad);stroke-dasharray:5 3}",
    ".head{fill:var(--dim)}.head.cancelled{fill:var(--bad)}",
    ".over{fill:transparent}",
    ".row{outline:none}",
    ".row:hover>.over,.row:focus>.over,.row:focus-within>.over{fill:var(--over)}",
    ".row:focus>.over{stroke:var(--run);stroke-width:2}",
    ".tip{visibility:hidden}",
    ".row:hover>.tip,.row:focus>.tip{visibility:visible}",
    ".row:hover>.meta,.row:focus>.meta{visibility:hidden}",
    ".seg{outline:none}",
    ".seg:hover>rect,.seg:focus>rect{stroke:var(--fg);stroke-width:2.5}",
    ".wide,.widest{display:none}",
];

/// Rules for windows that have room; a phone has none.
const WIDE: &str = ".wide{display:inline}";
const WIDEST: &str = ".widest{display:inline}";

pub(super) fn write(out: &mut Out, id: &str) {
    out.line("<style>");
    out.line(&format!(".etude-timeline{{{LIGHT};background:var(--bg);display:block}}"));
    out.line(&format!("@media(prefers-color-scheme:dark){{.etude-timeline:not([data-theme=light]){{{DARK}}}}}"));
    out.line(&format!(".etude-timeline[data-theme=dark]{{{DARK}}}"));
    for rule in RULES {
        out.line(&scoped(rule));
    }
    out.line(&format!("@media(min-width:600px){{{}}}", scoped(WIDE)));
    out.line(&format!("@media(min-width:900px){{{}}}", scoped(WIDEST)));
    out.line("</style>");
    out.line("<defs>");
    out.line(&pattern(id, "time", ""));
    out.line(&pattern(id, "turn", "<path d=\"M-2 2L2-2M0 6L6 0M4 8L8 4\"/>"));
    out.line(&pattern(id, "queue", "<path d=\"M3 0V6\"/>"));
    out.line(&pattern(id, "tasks", "<path d=\"M0 3H6\"/>"));
    out.line(&pattern(id, "world", "<path d=\"M2 3H4\" stroke-width=\"2\"/>"));
    out.line(&pattern(id, "work", "<path d=\"M-2 4L2 8M0 0L6 6M4-2L8 2\"/>"));
    out.line(&format!(
        "<pattern id=\"{id}-hold\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
         <rect width=\"8\" height=\"8\" style=\"fill:var(--hold)\"/>\
         <path d=\"M0 0L8 8M8 0L0 8\" style=\"stroke:var(--bg)\" stroke-width=\"1.2\" opacity=\".6\"/></pattern>"
    ));
    for (name, shape) in SHAPES {
        out.line(&format!("<g id=\"{id}-{name}\">{shape}</g>"));
    }
    out.line("</defs>");
}

/// Around the point at which they are put.
const SHAPES: &[(&str, &str)] = &[
    ("returned", "<circle r=\"4.5\"/>"),
    ("raised", "<circle r=\"6\"/><path d=\"M-3-3L3 3M3-3L-3 3\"/>"),
    ("cancelled", "<circle r=\"5.5\"/><path d=\"M-3.5 3.5L3.5-3.5\"/>"),
    ("pending", "<path d=\"M-4-5L4 0L-4 5Z\"/>"),
    ("thrown", "<path d=\"M1-7L-3 1H0L-1 7L3-1H0Z\"/>"),
    ("print", "<path d=\"M-4 7H4L0 1Z\"/>"),
    ("down", "<path d=\"M-3-5H3L0 0Z\"/>"),
    ("up", "<path d=\"M-3 5H3L0 0Z\"/>"),
];

fn scoped(rule: &str) -> String {
    rule.split_inclusive('}')
        .map(|rule| {
            let (selectors, body) = rule.split_once('{').unwrap_or((rule, ""));
            let selectors: Vec<String> =
                selectors.split(',').map(|it| format!(".etude-timeline {}", it.trim())).collect();
            format!("{}{{{body}", selectors.join(","))
        })
        .collect()
}

fn pattern(id: &str, name: &str, lines: &str) -> String {
    format!(
        "<pattern id=\"{id}-{name}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
         <rect width=\"6\" height=\"6\" style=\"fill:var(--bg)\"/>\
         <rect width=\"6\" height=\"6\" style=\"fill:var(--{name})\" opacity=\".28\"/>\
         <g style=\"stroke:var(--{name})\" stroke-width=\"1.2\" opacity=\".8\">{lines}</g></pattern>"
    )
}
