//! Numbers and lists as people say them.

use crate::trace::Micros;

/// `2.0 s`, `250 ms`, `0.4 ms`.
pub(crate) fn duration(micros: Micros) -> String {
    let micros = micros as f64;
    match micros {
        _ if micros >= 100_000_000.0 => format!("{:.0} s", micros / 1e6),
        _ if micros >= 9_950_000.0 => format!("{:.1} s", micros / 1e6),
        _ if micros >= 995_000.0 => {
            let text = format!("{:.2}", micros / 1e6);
            format!("{} s", text.strip_suffix('0').unwrap_or(&text))
        }
        _ if micros >= 9_950.0 => format!("{:.0} ms", micros / 1e3),
        _ if micros >= 100.0 => format!("{:.1} ms", micros / 1e3),
        _ => format!("{micros:.0} µs"),
    }
}

/// `a`, `a and b`, `a, b and 3 more`.
pub(crate) fn list(items: &[String], most: usize) -> String {
    let shown = items.len().min(most);
    let rest = items.len() - shown;
    let mut parts: Vec<String> = items[..shown].to_vec();
    if rest > 0 {
        parts.push(format!("{rest} more"));
    }
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// The names in backticks; one that comes more than once with how often it does.
pub(crate) fn names(labels: impl IntoIterator<Item = String>, most: usize) -> String {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for label in labels {
        match counted.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => counted.push((label, 1)),
        }
    }
    let named = |(label, count): (String, usize)| match count {
        1 => format!("`{label}`"),
        count => format!("{count} × `{label}`"),
    };
    list(&counted.into_iter().map(named).collect::<Vec<_>>(), most)
}

/// `1 place`, `3 places`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_or_three_digits() {
        let check = |micros, expected| assert_eq!(duration(micros), expected);
        check(0, "0 µs");
        check(99, "99 µs");
        check(412, "0.4 ms");
        check(9_900, "9.9 ms");
        check(250_400, "250 ms");
        check(999_900, "1.0 s");
        check(2_000_000, "2.0 s");
        check(1_250_000, "1.25 s");
        check(12_340_000, "12.3 s");
        check(3_600_000_000, "3600 s");
    }

    #[test]
    fn lists_are_cut() {
        let check = |items: &[&str], expected| {
            assert_eq!(list(&items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>(), 2), expected);
        };
        check(&[], "");
        check(&["a"], "a");
        check(&["a", "b"], "a and b");
        check(&["a", "b", "c", "d"], "a, b and 2 more");
    }

    #[test]
    fn names_are_counted() {
        let labels = ["a", "b", "a", "a"].map(str::to_owned);
        assert_eq!(names(labels, 3), "3 × `a` and `b`");
    }
}
