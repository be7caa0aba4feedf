//! The known word that an unknown one was probably meant to be.

/// The candidate nearest to `word`, if it is near enough to be a slip of the pen.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match word.chars().count() {
        0..=3 => 1,
        4..=8 => 2,
        long => (long / 4).min(6),
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 4 * limit)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many characters have to be put in, taken out or changed; upper and lower case count as the same.
fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (at, a) in one.chars().flat_map(char::to_lowercase).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, b) in two.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_other_words_are_not() {
        let check = |word, expected| assert_eq!(nearest(word, ["dead-link", "mojibake", "setup"]), expected);
        check("dead-links", Some("dead-link"));
        check("Mojibaké", Some("mojibake"));
        check("stup", Some("setup"));
        check("quiz", None);
        check("", None);
    }
}
