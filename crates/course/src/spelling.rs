//! The known word that an unknown one was probably meant to be.

/// The candidate nearest to `word`, if it is near enough to be a slip of the pen: a third of the letters at most are
/// different, or one name begins the other (`01-intro.md` and `01-introduction.md`). Of equals, the first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let scored = candidates.into_iter().filter_map(|candidate| {
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        let longest = word.len().max(other.len());
        // Words of very different lengths are never near: no need to compare their letters.
        let comparable = 3 * word.len().abs_diff(other.len()) <= longest;
        let distance = if comparable { distance(&word, &other) } else { longest };
        (3 * distance <= longest || begins(&word, &other)).then_some((distance, candidate))
    });
    scored.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Whether the shorter name, its ending left out, begins the longer one.
fn begins(one: &[char], two: &[char]) -> bool {
    let (short, long) = if one.len() <= two.len() { (one, two) } else { (two, one) };
    let stem = short.iter().rposition(|&char| char == '.').map_or(short, |dot| &short[..dot]);
    stem.len() >= 4 && long.starts_with(stem)
}

/// How many characters have to be put in, taken out or changed.
fn distance(one: &[char], two: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (at, a) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, b) in two.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        let known = ["dead-link", "mojibake", "setup", "README.md", "01-introduction.md"];
        assert_eq!(nearest(word, known), expected);
    }

    #[test]
    fn a_slip_finds_the_word() {
        check("dead-links", Some("dead-link"));
        check("dead-lnik", Some("dead-link"));
        check("Mojibaké", Some("mojibake"));
        check("stup", Some("setup"));
        check("Readme.MD", Some("README.md"));
        check("01-intro.md", Some("01-introduction.md"));
    }

    #[test]
    fn nothing_near_is_no_answer() {
        check("quiz", None);
        check("xyzzy", None);
        check("", None);
    }
}
