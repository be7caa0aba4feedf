//! The order in which people number files: `2-b.md` before `10-a.md`.

use std::cmp::Ordering;

/// Compares two paths with `/`, folder by folder. In each folder README and index come first, and a file comes before
/// the folder of the same name.
pub fn compare(a: &str, b: &str) -> Ordering {
    let mut left = a.split('/').peekable();
    let mut right = b.split('/').peekable();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => {
                let (x_file, y_file) = (left.peek().is_none(), right.peek().is_none());
                let (x_name, y_name) = (name(x, x_file), name(y, y_file));
                let first = |name, file| !(file && is_front(name));
                let order = first(x_name, x_file)
                    .cmp(&first(y_name, y_file))
                    .then_with(|| names(x_name, y_name))
                    .then_with(|| y_file.cmp(&x_file))
                    .then_with(|| x_name.cmp(y_name));
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
    }
}

/// Whether a file introduces its folder.
pub(crate) fn is_front(stem: &str) -> bool {
    stem.eq_ignore_ascii_case("readme") || stem.eq_ignore_ascii_case("index")
}

/// A file's name without its ending: `1-a.md` and the folder `1-a` belong together.
fn name(part: &str, file: bool) -> &str {
    let stem = part.rsplit_once('.').filter(|(stem, _)| file && !stem.is_empty());
    stem.map_or(part, |(stem, _)| stem)
}

fn names(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (x, y) = match (a.chars().next(), b.chars().next()) {
            (Some(x), Some(y)) => (x, y),
            (x, y) => return x.is_some().cmp(&y.is_some()),
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (number_a, rest_a) = number(a);
            let (number_b, rest_b) = number(b);
            let order = number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (rest_a, rest_b);
        } else {
            let order = x.to_lowercase().cmp(y.to_lowercase());
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
        }
    }
}

/// The digits at the start without leading zeros, and what follows.
fn number(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths are given in the order in which they should come.
    fn check(expected: &[&str]) {
        let mut sorted = expected.to_vec();
        sorted.reverse();
        sorted.sort_by(|a, b| compare(a, b));
        assert_eq!(sorted, expected);
    }

    #[test]
    fn numbers_count_as_numbers() {
        check(&["1.md", "2-b.md", "10-a.md", "100.md"]);
        check(&["lesson2.md", "lesson10.md"]);
        check(&["2.9.md", "2.10.md"]);
        check(&["007.md", "8.md"]);
        check(&["99999999999999999999998.md", "99999999999999999999999.md"]);
    }

    #[test]
    fn readme_and_index_come_first() {
        check(&["README.md", "1.md", "2/index.md", "2/1.md", "a.md"]);
        check(&["index.markdown", "Readme.md", "00.md"]);
    }

    #[test]
    fn folders_sort_among_files_by_name() {
        check(&["1.md", "1/a.md", "1/b.md", "2.md", "10/a.md"]);
        check(&["readme/a.md", "z.md"]);
    }

    #[test]
    fn case_matters_least() {
        check(&["a.md", "B.md", "c.md"]);
        check(&["A.md", "a.md"]);
        check(&["Z/1.md", "z/1.md"]);
    }

    #[test]
    fn equal_numbers_still_have_an_order() {
        check(&["01.md", "1.md"]);
        check(&["1.markdown", "1.md"]);
    }
}
