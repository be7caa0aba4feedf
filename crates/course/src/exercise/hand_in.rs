//! Where in the learner's folder the files belong that somebody hands in.

use super::{Exercise, Files, is_test};

impl Exercise {
    /// Files as they were found, each by its path from where it was looked for, at their places: those of the exercise in
    /// the folder that has them, or by their mere names, or the only one in place of the only one. Copies of tests are left
    /// out. `None` if none is a file the learner was to write.
    pub fn placed(&self, found: &Files) -> Option<Files> {
        let written: Vec<&str> = self.written().collect();
        let modules: Vec<&str> = written.iter().copied().filter(|path| path.ends_with(".py")).collect();
        let mut folders: Vec<&str> = Vec::new();
        for path in found.keys() {
            let before = written.iter().filter_map(|place| path.strip_suffix(place));
            folders.extend(before.filter(|before| before.is_empty() || before.ends_with('/')));
        }
        let mut placed = Files::new();
        if let Some(folder) = folders.into_iter().min_by_key(|folder| folder.len()) {
            let inside = found.iter().filter_map(|(path, content)| Some((path.strip_prefix(folder)?, content)));
            let own = inside.filter(|(path, _)| !is_test(path) || written.contains(path));
            placed.extend(own.map(|(path, content)| (path.to_owned(), content.clone())));
            return Some(placed);
        }
        for (path, content) in found {
            let mut same = written.iter().filter(|place| place.rsplit('/').next() == path.rsplit('/').next());
            if let (Some(place), None) = (same.next(), same.next()) {
                placed.insert((*place).to_owned(), content.clone());
            }
        }
        let mut own = found.iter().filter(|(path, _)| path.ends_with(".py") && !is_test(path));
        if let ([module], true, Some((_, content)), None) = (&modules[..], placed.is_empty(), own.next(), own.next()) {
            placed.insert((*module).to_owned(), content.clone());
        }
        Some(placed).filter(|placed| !placed.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Files {
        paths.iter().map(|path| ((*path).to_owned(), path.as_bytes().to_vec())).collect()
    }

    #[track_caller]
    fn check(written: &[&str], found: &[&str], expected: &[(&str, &str)]) {
        let exercise = Exercise { solution: files(written), ..Exercise::default() };
        let placed = exercise.placed(&files(found)).unwrap_or_default();
        let placed: Vec<(&str, &str)> =
            placed.iter().map(|(path, from)| (path.as_str(), std::str::from_utf8(from).expect("text"))).collect();
        assert_eq!(placed, expected, "{found:?}");
    }

    #[test]
    fn files_find_their_places() {
        let same = |path| (path, path);
        check(&["tea.py"], &["tea.py", "pot.py", "tea_test.py"], &[same("pot.py"), same("tea.py")]);
        check(
            &["tea.py"],
            &["week1/tea.py", "week1/pot.py", "x.py"],
            &[("pot.py", "week1/pot.py"), ("tea.py", "week1/tea.py")],
        );
        check(&["tea.py"], &["my_answer.py"], &[("tea.py", "my_answer.py")]);
        check(&["tea.py", "pot.py"], &["my_answer.py"], &[]);
        check(&["shop/tea.py"], &["tea.py"], &[("shop/tea.py", "tea.py")]);
        check(&["tea.py"], &["a.py", "b.py"], &[]);
        check(&["tea.py"], &["notes.txt"], &[]);
    }
}
