use etude_text::{Severity, Span};

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "personal-path",
    severity: Severity::Warning,
    summary: "A path that exists on the author's computer only",
    documentation: r#"
Finds absolute paths into somebody's home (`/home/…`, `/Users/…`, `C:\Users\…`) or onto a drive, in prose, in code and
in links. Names that stand for anybody (`you`, `user`, `<name>`, `alice`) and folders that every computer has are let
through.

Such a path works for nobody else, and it tells readers the name of the person who wrote it.
Wrong:

```markdown
Open `/home/mkowalski/courses/async/tasks.py`.
```

Right:

```markdown
Open `tasks.py` in the folder of the course.
```

Write a path from the folder of the course, or `~/…` where a home is really meant.
"#,
    run,
};

/// Names of homes that are nobody's.
const ANYBODY: [&str; 56] = [
    "account",
    "admin",
    "administrator",
    "alice",
    "all",
    "app",
    "appuser",
    "bob",
    "circleci",
    "codespace",
    "container",
    "default",
    "dev",
    "developer",
    "docker",
    "ec2-user",
    "example",
    "foo",
    "gitpod",
    "guest",
    "home",
    "jane",
    "janedoe",
    "jdoe",
    "joe",
    "john",
    "johndoe",
    "jovyan",
    "learner",
    "linuxbrew",
    "me",
    "my",
    "myname",
    "myuser",
    "name",
    "node",
    "nonroot",
    "path",
    "pi",
    "public",
    "runner",
    "shared",
    "someone",
    "student",
    "teacher",
    "test",
    "ubuntu",
    "user",
    "user1",
    "username",
    "vagrant",
    "vscode",
    "www",
    "you",
    "your",
    "yourname",
];

/// Folders at the top of a drive that say nothing about whose it is.
const ANYWHERE: [&str; 23] = [
    "opt",
    "windows",
    "program files",
    "program",
    "programdata",
    "path",
    "temp",
    "tmp",
    "foo",
    "bar",
    "example",
    "examples",
    "some",
    "your",
    "my",
    "dir",
    "folder",
    "test",
    "a",
    "msys64",
    "tools",
    "dev",
    "...",
];

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    let drives = text.match_indices(':').filter_map(|(colon, _)| drive(text, colon));
    let homes = ["/Users/", "/home/"].into_iter().flat_map(|home| text.match_indices(home).map(|(at, _)| at));
    for start in drives.chain(homes) {
        // Part of an address, of a longer path or of a word.
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || "._-/~$%}@&#:".contains(c)) {
            continue;
        }
        // The colon of a drive is the second character, and ends nothing.
        let len = text[start + 2..].find(ends_path).map_or(text.len() - start, |len| len + 2);
        let path = text[start..start + len].trim_end_matches(['.', '!', '\\', '/', '_', '~', '…']);
        let message = match whose(path) {
            Some(Whose::Home(name)) => format!("this path leads into the home of `{name}`"),
            Some(Whose::Drive(drive)) => format!("this path leads to drive `{drive}` of one computer"),
            None => continue,
        };
        let span = Span::at(start..start + path.len());
        report.add(report.at(span, message).hint("write a path from the folder of the course"));
    }
}

/// Where the path starts whose drive the colon at `colon` is behind: `C:\…`, `C:/…`.
fn drive(text: &str, colon: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let start = colon.checked_sub(1).filter(|&start| bytes[start].is_ascii_alphabetic())?;
    let separator = *bytes.get(colon + 1)?;
    let address = separator == b'/' && bytes.get(colon + 2) == Some(&b'/');
    (matches!(separator, b'\\' | b'/') && !address).then_some(start)
}

/// Whether a path ends before `c`; behind a colon stand line numbers and further paths.
fn ends_path(c: char) -> bool {
    c.is_whitespace() || "\"'`<>|*?(),:;[]{}$%".contains(c)
}

enum Whose<'a> {
    Home(&'a str),
    Drive(&'a str),
}

/// Whose path this is, unless it may be anybody's.
fn whose(path: &str) -> Option<Whose<'_>> {
    let mut parts = path.split(['/', '\\']).filter(|part| !part.is_empty());
    let first = parts.next()?;
    let (drive, top) = if first.ends_with(':') { (Some(&first[..2]), parts.next()?) } else { (None, first) };
    let second = parts.next()?;
    let homes = ["users", "home", "documents and settings"];
    let anybody = |name: &str| {
        let plain = name.to_lowercase().replace(['-', '_', '.'], "");
        let name = name.to_lowercase();
        ANYBODY.contains(&name.as_str())
            || ANYBODY.contains(&plain.as_str())
            || name.starts_with("your")
            || name.starts_with("user")
    };
    if homes.contains(&top.to_lowercase().as_str()) {
        let placeholder = second.chars().all(|c| "xX.…".contains(c));
        let name = second.chars().all(|c| c.is_alphanumeric() || "-_.@".contains(c)) && !second.starts_with('.');
        // `/home/index.js` is a file of some site.
        let file = second.contains('.') && parts.next().is_none();
        return (name && !placeholder && !file && !anybody(second)).then_some(Whose::Home(second));
    }
    let drive = drive?;
    (!ANYWHERE.contains(&top.to_lowercase().as_str()) && !is_python(top)).then_some(Whose::Drive(drive))
}

/// `Python312`: where the installer puts it.
fn is_python(folder: &str) -> bool {
    folder.to_lowercase().trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') == "python"
}
