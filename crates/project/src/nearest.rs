/// The candidate that somebody probably meant to write, if one is near enough to be worth asking.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = wanted.to_lowercase();
    let scored = candidates.into_iter().map(|candidate| {
        let score = strsim::normalized_damerau_levenshtein(&folded, &candidate.to_lowercase());
        (score, candidate)
    });
    // Of equals the first, so that the answer does not depend on more than the order of the candidates.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (best.0 >= 0.5).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(wanted, candidates.iter().copied()), expected);
    }

    #[test]
    fn a_slip_finds_the_word() {
        check("dead-lnik", &["alt-text", "dead-link", "heading-skip"], Some("dead-link"));
        check("Readme.MD", &["index.md", "README.md"], Some("README.md"));
        check("01-intro.md", &["01-introduction.md", "02-tasks.md"], Some("01-introduction.md"));
    }

    #[test]
    fn nothing_near_is_no_answer() {
        check("xyzzy", &["alt-text", "dead-link"], None);
        check("a", &[], None);
    }
}
