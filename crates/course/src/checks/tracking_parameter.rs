use std::sync::LazyLock;

use etude_text::{Edit, Fix, Severity, Span};
use regex::Regex;

use super::{Check, Context, Report, place};

pub(super) static CHECK: Check = Check {
    code: "tracking-parameter",
    severity: Severity::Warning,
    summary: "A link that tells where the reader came from",
    documentation: r#"
Finds parameters in web addresses that lead to nothing but tell the site, or an advertiser, where the address was
copied from: `utm_source` and its kin, `gclid`, `fbclid`, `msclkid`, `mc_eid`, `mkt_tok`, `igshid`, `ref_src=twsrc…`.

They follow each reader of the course, count them under the author's name, and make two links to one page look
different.
Wrong:

```markdown
Read [the guide](https://example.org/guide?page=2&utm_source=newsletter#start).
```

Right:

```markdown
Read [the guide](https://example.org/guide?page=2#start).
```

Remove the parameters. `--fix` does, and leaves the other parameters and the part behind `#` as they are.
"#,
    run,
};

/// One parameter with its value, behind `?` or `&`.
static TRACKING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"[?&](?:amp;)?(?:utm_[a-z]+|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|twclid|ttclid|yclid|igshid|",
        r#"mc_eid|mc_cid|mkt_tok|_hsenc|_hsmi|vero_id|oly_enc_id|oly_anon_id)=[^&#\s<>"')\]]*"#,
        r#"|[?&](?:amp;)?ref_src=twsrc[^&#\s<>"')\]]*"#,
    ))
    .expect("a valid expression")
});

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    if !text.contains("?") {
        return;
    }
    let mut found = TRACKING.find_iter(text).map(|found| Span::at(found.range())).peekable();
    while let Some(first) = found.next() {
        // All parameters of one address are one diagnostic.
        let mut spans = vec![first];
        while let Some(next) = found.peek().copied()
            && is_query(&text[spans[spans.len() - 1].end as usize..next.start as usize])
        {
            spans.push(next);
            found.next();
        }
        if !in_address(text, first.start as usize) || place::in_code(&ctx.lesson.document, first.start) {
            continue;
        }
        let names: Vec<&str> = spans.iter().map(|span| name(span.slice(text))).collect();
        let shown = Span::new(first.start + 1, spans[spans.len() - 1].end);
        let message = match names[..] {
            [name] => format!("the parameter `{name}` only tracks readers"),
            _ => format!("the parameters `{}` only track readers", names.join("`, `")),
        };
        let diagnostic = report.at(shown, message).hint("remove it from the address: the page is the same without it");
        report.add(diagnostic.fix(Fix::new("remove the tracking parameters", removals(text, &spans))));
    }
}

/// `utm_source` of `?utm_source=x`.
fn name(parameter: &str) -> &str {
    let parameter = parameter[1..].trim_start_matches("amp;");
    parameter.split('=').next().unwrap_or(parameter)
}

/// Whether `text` is what may stand between two parameters of one query.
fn is_query(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || "<>\"')]#".contains(c))
}

/// Whether a web address stands directly before `query`.
fn in_address(text: &str, query: usize) -> bool {
    let address = text[..query].rsplit(|c: char| c.is_whitespace() || "<>\"'(".contains(c)).next().unwrap_or_default();
    address.contains("://") || address.starts_with("www.")
}

/// Takes the parameters out. The first one that stays gets the `?` of the first one that goes.
fn removals(text: &str, spans: &[Span]) -> Vec<Edit> {
    let last = spans[spans.len() - 1];
    let mut edits: Vec<Edit> = spans.iter().map(|&span| Edit::new(span, "")).collect();
    if !spans[0].slice(text).starts_with('?') {
        return edits;
    }
    // How many stand directly behind the `?`: only behind them a parameter that stays can need it.
    let leading = 1 + spans.windows(2).take_while(|pair| pair[0].end == pair[1].start).count();
    let behind = spans[leading - 1].end as usize;
    let separator = if text[behind..].starts_with("&amp;") { 5 } else { usize::from(text[behind..].starts_with('&')) };
    if separator > 0 && (leading < spans.len() || last.end as usize == behind) {
        edits.truncate(0);
        edits.push(Edit::new(Span::at(spans[0].start as usize..behind + separator), "?"));
        edits.extend(spans[leading..].iter().map(|&span| Edit::new(span, "")));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_parameters_go() {
        let check = |url: &str, expected: &str| {
            let spans: Vec<Span> = TRACKING.find_iter(url).map(|found| Span::at(found.range())).collect();
            let fixed = etude_text::apply_edits(url.as_bytes(), &removals(url, &spans)).expect("edits apart");
            assert_eq!(String::from_utf8_lossy(&fixed), expected);
        };
        check("https://a.org/?utm_source=x", "https://a.org/");
        check("https://a.org/?utm_source=x#y", "https://a.org/#y");
        check("https://a.org/?utm_source=x&b=1#y", "https://a.org/?b=1#y");
        check("https://a.org/?b=1&utm_source=x&c=2", "https://a.org/?b=1&c=2");
        check("https://a.org/?utm_source=x&utm_medium=y&b=1&gclid=z", "https://a.org/?b=1");
        check("https://a.org/?utm_source=x&amp;b=1", "https://a.org/?b=1");
        check("https://a.org/?utm_source=x&gclid=z", "https://a.org/");
        check("https://a.org/?ref_src=twsrc%5Etfw&ref=b", "https://a.org/?ref=b");
    }
}
