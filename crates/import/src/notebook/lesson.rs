//! A notebook that asks for nothing is a lesson.

use std::fmt::Write as _;

use etude_course::Files;

use super::code;
use super::read::{Cell, CellKind, Notebook, Output, from_base64};
use crate::carrier::Carrier;
use crate::report::Place;
use crate::{python, texts};

/// Writes the lesson. Whether there was anything to write.
pub(super) fn write(
    path: &str,
    notebook: &Notebook,
    title: &str,
    to: &str,
    files: &Files,
    carrier: &mut Carrier<'_>,
) -> bool {
    let folder = &to[..to.rfind('/').map_or(0, |at| at + 1)];
    let stem = to.rsplit('/').next().unwrap_or(to).trim_end_matches(".md");
    let mut out = format!("# {title}\n");
    let mut pictures = 0;
    for (index, cell) in notebook.cells.iter().enumerate() {
        let place = Place::Cell(cell.number, None);
        match cell.kind {
            CellKind::Markdown => {
                let text = markdown(cell, path, folder, files, carrier);
                let text = if index == 0 { texts::without_title(&text).1 } else { text };
                push(&mut out, &text);
            }
            CellKind::Raw if cell.text.trim().is_empty() => {}
            CellKind::Raw => carrier.lost(path, place, "a raw cell, which is for other programs"),
            CellKind::Code => {
                let language = if super::is_python(notebook) { "python" } else { notebook.language.as_str() };
                push(&mut out, &snippet(cell, language, path, folder, carrier));
                for output in &cell.outputs {
                    pictures += u32::from(matches!(output, Output::Picture(..)));
                    let name = format!("images/{stem}-{pictures}");
                    push(&mut out, &shown(output, &name, path, place, folder, carrier));
                }
            }
        }
    }
    let written = carrier.write(&[path], to, out);
    if written {
        carrier.lesson(to);
    }
    written
}

fn push(out: &mut String, text: &str) {
    let text = text.trim_matches(['\n', '\r']);
    if !text.trim().is_empty() {
        let _ = write!(out, "\n{text}\n");
    }
}

/// The text of a cell, with the pictures it holds and shows.
pub(super) fn markdown(cell: &Cell, path: &str, folder: &str, files: &Files, carrier: &mut Carrier<'_>) -> String {
    let mut text = texts::with_neighbours(&cell.text, path, folder, files, carrier);
    for (name, content) in &cell.attachments {
        let address = format!("attachment:{name}");
        let target = format!("images/{}-{name}", cell.number);
        let kept =
            from_base64(content).is_some_and(|bytes| carrier.write(&[path], &format!("{folder}{target}"), bytes));
        match kept {
            true => text = text.replace(&address, &target),
            false => carrier.lost(path, Place::Cell(cell.number, None), format!("the picture `{name}` cannot be read")),
        }
    }
    text
}

fn snippet(cell: &Cell, language: &str, path: &str, folder: &str, carrier: &mut Carrier<'_>) -> String {
    if cell.text.trim().is_empty() {
        return String::new();
    }
    if language != "python" {
        return texts::fence(language, &cell.text);
    }
    let code = code::code(&cell.text);
    for (line, outcome, what) in code.notes {
        carrier.note(outcome, path, Place::Cell(cell.number, Some(line)), what);
    }
    carrier.packages.extend(code.needs);
    carrier.packages.extend(python::packages([code.python.as_bytes()].into_iter(), Vec::new()));
    if let Some(shell) = code.shell {
        return texts::fence("shell", &shell);
    }
    if let Some((name, text)) = code.file {
        carrier.write(&[path], &format!("{folder}{name}"), text.clone());
        return texts::fence(&format!("python title={name}"), &text);
    }
    if code.python.trim().is_empty() {
        return String::new();
    }
    let raised = cell.outputs.iter().find_map(|output| match output {
        Output::Raised(name) => Some(name),
        _ => None,
    });
    let info = raised.map_or_else(|| "python".to_owned(), |name| format!("python raises={name}"));
    texts::fence(&info, &code.python)
}

fn shown(output: &Output, name: &str, path: &str, place: Place, folder: &str, carrier: &mut Carrier<'_>) -> String {
    match output {
        Output::Printed(text) if !text.trim().is_empty() => texts::fence("output", text),
        // A lesson's snippets print nothing of themselves, so this is no claim about them.
        Output::Shown(text) => texts::fence("pycon-value", text),
        Output::Picture(ending, content) => {
            let bytes = if *ending == "svg" { Some(content.clone().into_bytes()) } else { from_base64(content) };
            let target = format!("{name}.{ending}");
            match bytes.is_some_and(|bytes| carrier.write(&[path], &format!("{folder}{target}"), bytes)) {
                true => format!("![What the code above draws]({target})"),
                false => {
                    carrier.lost(path, place, "a picture that cannot be read");
                    String::new()
                }
            }
        }
        Output::Other(mime) => {
            carrier.lost(path, place, format!("an output of the kind `{mime}`, which only a notebook shows"));
            String::new()
        }
        Output::Printed(_) | Output::Raised(_) => String::new(),
    }
}
