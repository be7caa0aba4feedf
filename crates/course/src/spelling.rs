//! The known word that an unknown one was probably meant to be.

/// The candidate nearest to `word`, if it is near enough to be a slip of the pen: a third of the letters at most are
/// different and three are the same, or one name begins the other (`01-intro.md` and `01-introduction.md`). Of equals,
/// the first.
///
/// The ending of a file's name does not make it similar to another one: `no.md` is not `a.md`.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let scored = candidates.into_iter().filter_map(|candidate| {
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        let longest = word.len().max(other.len());
        // Words of very different lengths are never near: no need to compare their letters.
        let comparable = 3 * word.len().abs_diff(other.len()) <= longest;
        let whole = if comparable { distance(&word, &other) } else { longest };
        let (one, two) = (stem(&word), stem(&other));
        let longest = one.len().max(two.len());
        let differs = if comparable { distance(one, two) } else { longest };
        let slip = 3 * differs <= longest && longest >= 3 + differs;
        (slip || begins(&word, &other)).then_some((whole, candidate))
    });
    scored.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Whether the shorter name, its ending left out, begins the longer one.
fn begins(one: &[char], two: &[char]) -> bool {
    let (short, long) = if one.len() <= two.len() { (one, two) } else { (two, one) };
    let stem = stem(short);
    stem.len() >= 4 && long.starts_with(stem)
}

/// A name without its ending.
fn stem(name: &[char]) -> &[char] {
    name.iter().rposition(|&char| char == '.').filter(|&dot| dot > 0).map_or(name, |dot| &name[..dot])
}

/// How many characters have to be put in, taken out, changed or swapped with their neighbour.
fn distance(one: &[char], two: &[char]) -> usize {
    let mut before = vec![0; two.len() + 1];
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (at, a) in one.iter().enumerate() {
        let mut next = vec![at + 1];
        for (column, b) in two.iter().enumerate() {
            let changed = row[column] + usize::from(a != b);
            let mut least = changed.min(row[column + 1] + 1).min(next[column] + 1);
            if at > 0 && column > 0 && one[at - 1] == *b && *a == two[column - 1] {
                least = least.min(before[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
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
        check("steup", Some("setup"));
        check("Mojibaké", Some("mojibake"));
        check("stup", Some("setup"));
        check("Readme.MD", Some("README.md"));
        check("01-intro.md", Some("01-introduction.md"));
    }

    #[test]
    fn short_names_are_near_to_nothing() {
        assert_eq!(nearest("no.md", ["a.md", "so.md"]), None);
        assert_eq!(nearest("/nope", ["/home"]), None);
        assert_eq!(nearest("tee.md", ["tea.md"]), None);
        assert_eq!(nearest("tea.mb", ["tea.md"]), Some("tea.md"));
        assert_eq!(nearest("teas.md", ["tea.md"]), Some("tea.md"));
        assert_eq!(nearest(".gitignor", [".gitignore"]), Some(".gitignore"));
    }

    #[test]
    fn nothing_near_is_no_answer() {
        check("quiz", None);
        check("xyzzy", None);
        check("", None);
    }
}
