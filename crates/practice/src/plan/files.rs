//! The files a session finds in its work folder: those that snippets stand for, and those beside the lesson.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use etude_course::{Lesson, Snippet};
use regex::Regex;

use super::Supply;

/// A file by its path in the work folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub content: Vec<u8>,
}

/// Whether a path stays in the work folder.
pub(super) fn is_inside(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The files that `text` imports or names, and those that these need, as they are before snippet `before`.
pub(super) fn needed(lesson: &Lesson, beside: &[File], before: usize, text: &str) -> Vec<(File, Supply)> {
    let shown = shown(lesson, before);
    let mut needed: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut open = vec![text.to_owned()];
    while let Some(text) = open.pop() {
        let imported = modules(&text);
        let all = shown.iter().map(|(path, content)| (*path, content.as_bytes()));
        for (path, content) in all.chain(beside.iter().map(|file| (file.path.as_str(), file.content.as_slice()))) {
            if !needed.contains_key(path) && (names(&text, path) || imported.iter().any(|name| brings(path, name))) {
                needed.insert(path.to_owned(), content.to_vec());
                open.push(String::from_utf8_lossy(content).into_owned());
            }
        }
    }
    let file = |(path, content): (String, Vec<u8>)| (File { path: path.clone(), content }, Supply::File(path));
    needed.into_iter().map(file).collect()
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9_][A-Za-z0-9_./-]*\.[A-Za-z][A-Za-z0-9]{0,7}").expect("a valid expression")
});

/// The paths of files beside the lesson that its runs may want and that are not in `beside` yet: those that its snippets
/// and these files name or import. Whoever can look gives what there is, and asks again until nothing new is found.
pub fn wanted(lesson: &Lesson, beside: &[File]) -> BTreeSet<String> {
    let shown = lesson.snippets.iter().filter(|snippet| snippet.runs()).map(|snippet| Cow::from(&snippet.code));
    let mut wanted = BTreeSet::new();
    for text in shown.chain(beside.iter().map(|file| String::from_utf8_lossy(&file.content))) {
        let words = NAMED.find_iter(&text).map(|word| word.as_str().trim_start_matches("./").to_owned());
        wanted.extend(words.filter(|path| is_inside(path)));
        for module in modules(&text) {
            let path = module.trim_matches('.').replace('.', "/");
            wanted.extend([format!("{path}.py"), format!("{path}/__init__.py")]);
        }
    }
    wanted.retain(|path| is_inside(path) && beside.iter().all(|file| file.path != *path));
    wanted
}

/// The snippets before one that are files; of two with one name the later, which may only go on.
fn shown(lesson: &Lesson, before: usize) -> BTreeMap<&str, String> {
    let mut shown: BTreeMap<&str, (String, &Snippet)> = BTreeMap::new();
    for snippet in &lesson.snippets[..before] {
        let Some(name) = file_name(snippet) else { continue };
        let above = shown.remove(name).filter(|(_, last)| goes_on(last, snippet)).map(|(above, _)| above);
        shown.insert(name, (above.unwrap_or_default() + &snippet.code, snippet));
    }
    shown.into_iter().map(|(name, (content, _))| (name, content)).collect()
}

/// Whether a snippet takes what one before it binds, and binds nothing of it anew.
fn goes_on(above: &Snippet, snippet: &Snippet) -> bool {
    let (provides, own) = (above.provides(), snippet.provides());
    let imports =
        |name: &str| snippet.python.iter().flat_map(|it| &it.imports).any(|it| it.names.iter().any(|it| it == name));
    snippet.needs().iter().any(|name| provides.contains(name))
        && provides.iter().all(|name| !own.contains(name) || imports(name))
}

/// The name under which a snippet can be a file.
pub(super) fn file_name(snippet: &Snippet) -> Option<&str> {
    snippet.title.as_ref().map(|title| title.name.as_str()).filter(|name| is_inside(name))
}

/// The files of tests that are shown before a snippet.
pub(super) fn tests(lesson: &Lesson, before: usize) -> Vec<&str> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let test = |path: &&str| name(path).starts_with("test_") || name(path).ends_with("_test.py");
    shown(lesson, before).into_keys().filter(test).collect()
}

fn modules(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for import in etude_python::parse(text).imports {
        // `from app import main` may mean a file too.
        modules.extend(import.names.iter().map(|name| format!("{}.{name}", import.module)));
        modules.push(import.module);
    }
    modules
}

/// Whether importing `module` runs the file at `path`.
fn brings(path: &str, module: &str) -> bool {
    let Some(stem) = path.strip_suffix(".py") else { return false };
    let dotted = stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".");
    module == dotted || module.strip_prefix(&dotted).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether a text names the path as a word of its own.
fn names(text: &str, path: &str) -> bool {
    let part = |char: char| char.is_alphanumeric() || "._-/".contains(char);
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + path.len()..].chars().next();
        before.is_none_or(|char| !part(char) || char == '/') && behind.is_none_or(|char| !part(char))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_bring_files() {
        let check = |path, module, expected| assert_eq!(brings(path, module), expected, "{path} {module}");
        check("tea.py", "tea", true);
        check("tea.py", "tea.cup", true);
        check("tea.py", "teapot", false);
        check("app/main.py", "app.main", true);
        check("app/__init__.py", "app.main", true);
        check("tea.txt", "tea", false);
    }

    #[test]
    fn names_are_whole_words() {
        let check = |text, expected| assert_eq!(names(text, "pot.py"), expected, "{text}");
        check("python pot.py 3", true);
        check("python ./pot.py", true);
        check("python teapot.py", false);
        check("pot.pyc", false);
    }
}
