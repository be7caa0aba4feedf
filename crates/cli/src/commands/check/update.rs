//! `--update`: outputs that are not what is printed any more.

use std::collections::BTreeMap;

use etude_project::{Error, Workspace};
use etude_text::render::visible;
use etude_text::{Edit, Source, apply_edits};

use super::execute::Decided;
use crate::printer::{BOLD, Printer, count};

/// A second run of each session, with what comes at one moment in another order: what it changes is not stable.
pub(super) const TWICE: &[u64] = &[1];

/// Writes what runs printed in the place of what lessons say, shows what it changed and what it left, and answers whether
/// there was anything to change, and what could not be written.
pub(super) fn run(workspace: &mut Workspace, decided: &[Decided], printer: &Printer) -> (bool, Vec<Error>) {
    let mut changes = BTreeMap::new();
    for Decided { file, updates, .. } in decided {
        let source = workspace.sources.get(*file);
        for (span, why) in &updates.refused {
            printer.say(&format!("note: {}:{} is left as it is: {why}", source.path, source.line(span.start)));
        }
        if let Ok(bytes) = apply_edits(source.bytes(), &updates.edits)
            && bytes != source.bytes()
        {
            printer.say(&diff(source, &updates.edits));
            changes.insert(*file, bytes);
        }
    }
    let found = !changes.is_empty();
    workspace.change(changes);
    let saved = workspace.save();
    for error in &saved.errors {
        printer.project_error(error);
    }
    if !saved.written.is_empty() {
        let edits = decided.iter().filter(|it| saved.written.contains(&it.file)).map(|it| it.updates.edits.len()).sum();
        printer.say(&format!("updated {} in {}", count(edits, "output"), count(saved.written.len(), "file")));
    }
    (found, saved.errors)
}

fn diff(source: &Source, edits: &[Edit]) -> String {
    let shown = visible(&source.path);
    let mut lines = vec![format!("{BOLD}--- {shown}"), format!("+++ {shown}{BOLD:#}")];
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort();
    // By how many lines what comes further down has moved.
    let mut moved = 0_isize;
    for edit in edits {
        let (old, new): (Vec<&str>, Vec<&str>) =
            (edit.span.slice(source.text()).lines().collect(), edit.replacement.lines().collect());
        // What begins and ends alike is no change.
        let before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let rest = old.len().min(new.len()) - before;
        let behind = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
        let line = source.line(edit.span.start) as usize + before;
        let [gone, come] = [&old[before..old.len() - behind], &new[before..new.len() - behind]];
        lines.push(format!("@@ -{line},{} +{},{} @@", gone.len(), line.saturating_add_signed(moved), come.len()));
        moved += come.len() as isize - gone.len() as isize;
        lines.extend(changed(gone, come));
    }
    lines.join("\n")
}

/// What goes and what comes, around the lines that stay.
fn changed(old: &[&str], new: &[&str]) -> Vec<String> {
    // How many lines can stay of what follows, from both places on.
    let mut stay = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            let skip = stay[at + 1][to].max(stay[at][to + 1]);
            stay[at][to] = if old[at] == new[to] { stay[at + 1][to + 1] + 1 } else { skip };
        }
    }
    let (mut at, mut to, mut lines) = (0, 0, Vec::new());
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && old[at] == new[to] {
            lines.push(format!(" {}", visible(old[at])));
            (at, to) = (at + 1, to + 1);
        } else if at < old.len() && (to == new.len() || stay[at + 1][to] >= stay[at][to + 1]) {
            lines.push(format!("-{}", visible(old[at])));
            at += 1;
        } else {
            lines.push(format!("+{}", visible(new[to])));
            to += 1;
        }
    }
    lines
}
