//! What a submission's own equality says, held against what the reference's says.
//!
//! An equality that says yes to everything passes every test that only asks whether equal things are equal, and an order
//! that does so every test of what comes first. So all that the tests compare is compared across.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

/// Of the objects of one class, of one order, or of one operator with plain data: for each comparison the test that made
/// it, and which first object equals, or precedes, which second.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Matrix {
    pub tests: Vec<String>,
    pub rows: Vec<String>,
    /// Of objects of one class: the number of each comparison within its test, and where the two came from, as the
    /// tests' side says it (`python/places.py`). A submission's has the same ones, with what came from there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<(usize, Option<Place>, Option<Place>)>,
}

/// Who gave it, and how often that had given something in its test.
pub type Place = (String, usize);

/// Of the reference's objects, what is to be compared across in a submission.
pub(super) fn compared(matrix: &BTreeMap<String, Matrix>) -> BTreeMap<&String, &Matrix> {
    matrix.iter().filter(|(key, _)| is_class(key)).collect()
}

impl Matrix {
    /// Comparisons by test and number within it.
    fn places(&self) -> HashMap<(&str, usize), usize> {
        let mut counts = HashMap::new();
        let mut place = |(at, test)| {
            let count = counts.entry(test).or_insert(0);
            *count += 1;
            ((test, *count), at)
        };
        self.tests.iter().map(String::as_str).enumerate().map(&mut place).collect()
    }

    fn at(&self, row: usize, column: usize) -> Option<u8> {
        self.rows.get(row)?.as_bytes().get(column).copied()
    }
}

/// The tests among `passed` whose comparisons come out otherwise than the reference's, each with the class. Unless all
/// tests have passed, only that more is equal counts: what an unfinished equality does not know yet is in the other tests.
pub(super) fn differing<'a>(
    expected: &'a BTreeMap<String, Matrix>,
    found: &'a BTreeMap<String, Matrix>,
    passed: &BTreeSet<&str>,
    all: bool,
) -> BTreeMap<&'a str, &'a str> {
    let none = Matrix::default();
    let mut differing = BTreeMap::new();
    for (class, wanted) in expected {
        // What is compared by value here has made no claim.
        let may_lack = !is_class(class);
        let found = found.get(class).unwrap_or(&none);
        let places = found.places();
        let counted = wanted.places();
        let of_passed: Vec<_> = counted.iter().filter(|((test, _), _)| passed.contains(test)).collect();
        for ((test, number), row) in &of_passed {
            for (other, column) in &of_passed {
                let (at, across) = (places.get(&(*test, *number)), places.get(other));
                let same = at.zip(across).map_or(may_lack, |(at, across)| {
                    let (is, wanted) = (found.at(*at, *across), wanted.at(**row, **column));
                    is == wanted || !all && is == Some(b'0')
                });
                if !same {
                    differing.insert(*test, class.as_str());
                }
            }
        }
    }
    // Where the reference has plain data, nothing says what equals what.
    for (class, matrix) in found.iter().filter(|(class, _)| class.starts_with("only ")) {
        let tests = matrix.tests.iter().filter(|test| passed.contains(test.as_str()));
        differing.extend(tests.map(|test| (test.as_str(), class.as_str())));
    }
    differing
}

/// Not of the other keys, which have two words.
pub(super) fn is_class(key: &str) -> bool {
    !key.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tests: &[&str], rows: &[&str]) -> BTreeMap<String, Matrix> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        BTreeMap::from([("Clock".to_owned(), Matrix { tests: texts(tests), rows: texts(rows), at: Vec::new() })])
    }

    fn check(found: &BTreeMap<String, Matrix>, passed: &[&str], expected: &[&str]) {
        let reference = of(&["a", "a", "b"], &["100", "010", "001"]);
        let all = passed == ["a", "b"];
        let differing = differing(&reference, found, &passed.iter().copied().collect(), all);
        assert_eq!(differing.keys().copied().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn only_what_passed_is_held_against_the_reference() {
        check(&of(&["a", "a", "b"], &["100", "010", "001"]), &["a", "b"], &[]);
        check(&of(&["a", "a", "b"], &["111", "111", "111"]), &["a", "b"], &["a", "b"]);
        // The second comparison of `a` never came, since the first had failed.
        check(&of(&["a", "b"], &["00", "01"]), &["b"], &[]);
        check(&of(&["a", "a", "b"], &["000", "000", "000"]), &["a"], &[]);
        check(&of(&["a", "a", "b"], &["000", "000", "000"]), &["a", "b"], &["a", "b"]);
        check(&of(&[], &[]), &["b"], &["b"]);
        check(&BTreeMap::from([("only Other".into(), of(&["b"], &["1"])["Clock"].clone())]), &[], &[]);
    }
}
