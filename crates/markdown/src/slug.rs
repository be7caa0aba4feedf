use std::collections::HashMap;

/// The anchors of a document, made unique as GitHub does it.
#[derive(Default)]
pub(crate) struct Slugs {
    /// How often each anchor was asked for.
    seen: HashMap<String, u32>,
}

impl Slugs {
    pub(crate) fn unique(&mut self, heading: &str) -> String {
        let base = slug(heading);
        let mut count = match self.seen.get(&base) {
            None => {
                self.seen.insert(base.clone(), 0);
                return base;
            }
            Some(&count) => count,
        };
        // `a`, `a`, `a-1`: the second `a` takes `a-1` first, and the third heading becomes `a-1-1`.
        loop {
            count += 1;
            let candidate = format!("{base}-{count}");
            if !self.seen.contains_key(&candidate) {
                self.seen.insert(candidate.clone(), 0);
                self.seen.insert(base, count);
                return candidate;
            }
        }
    }
}

fn slug(heading: &str) -> String {
    let mut slug = String::with_capacity(heading.len());
    for c in heading.trim().chars().flat_map(char::to_lowercase) {
        match c {
            ' ' => slug.push('-'),
            '-' | '_' => slug.push(c),
            // Accents written as characters of their own belong to the letter before them.
            '\u{300}'..='\u{36f}' => slug.push(c),
            _ if c.is_alphanumeric() => slug.push(c),
            _ => {}
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headings: &[&str], expected: &[&str]) {
        let mut slugs = Slugs::default();
        let found: Vec<String> = headings.iter().map(|heading| slugs.unique(heading)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn punctuation_goes_and_letters_of_any_script_stay() {
        check(&["Async & Await: a `first` look!"], &["async--await-a-first-look"]);
        check(&["snake_case and kebab-case"], &["snake_case-and-kebab-case"]);
        check(&["Études, 第一章"], &["études-第一章"]);
        check(&["🎯 Goals"], &["-goals"]);
        check(&["!!!", ""], &["", "-1"]);
    }

    #[test]
    fn repeated_anchors_are_numbered() {
        check(&["A", "a", "A-1", "a"], &["a", "a-1", "a-1-1", "a-2"]);
    }
}
