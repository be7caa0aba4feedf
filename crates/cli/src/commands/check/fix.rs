//! `--fix`: applies what the checks offer, as long as they offer something.

use std::collections::BTreeMap;

use etude_project::{Error, Workspace};
use etude_text::{Edit, FileId, apply_edits};

use super::findings::Findings;
use super::levels::Levels;
use crate::printer::{Printer, count};

/// Fixes that each make room for another are few; fixes that undo each other would never end.
const ROUNDS: usize = 10;

/// Repairs all files, in memory first, then writes each that changed. Returns what could not be written.
pub(super) fn run(
    workspace: &mut Workspace,
    findings: &mut Findings,
    levels: &Levels,
    printer: &Printer,
) -> Vec<Error> {
    let mut fixed = BTreeMap::new();
    for _ in 0..ROUNDS {
        let changes = changes(workspace, findings, &mut fixed);
        if changes.is_empty() {
            break;
        }
        workspace.change(changes);
        *findings = Findings::of(workspace, levels);
    }
    let saved = workspace.save();
    for error in &saved.errors {
        printer.project_error(error);
    }
    if !saved.errors.is_empty() {
        // What could not be written still has its problems.
        *findings = Findings::of(workspace, levels);
    }
    if !saved.written.is_empty() {
        let problems: usize = saved.written.iter().filter_map(|file| fixed.get(file)).sum();
        printer.say(&format!("fixed {} in {}", count(problems, "problem"), count(saved.written.len(), "file")));
    }
    saved.errors
}

/// One round: for each file its bytes after all fixes that do not get in each other's way.
fn changes(
    workspace: &Workspace,
    findings: &Findings,
    fixed: &mut BTreeMap<FileId, usize>,
) -> BTreeMap<FileId, Vec<u8>> {
    let mut edits: BTreeMap<FileId, (Edits, usize)> = BTreeMap::new();
    for diagnostic in &findings.diagnostics {
        let Some(fix) = &diagnostic.fix else { continue };
        let (accepted, problems) = edits.entry(diagnostic.file).or_default();
        if accepted.accept(&fix.edits) {
            *problems += 1;
        }
    }
    let mut changes = BTreeMap::new();
    for (file, (accepted, problems)) in edits {
        let old = workspace.sources.get(file).bytes();
        if let Ok(new) = apply_edits(old, &accepted.edits())
            && new != old
        {
            *fixed.entry(file).or_default() += problems;
            changes.insert(file, new);
        }
    }
    changes
}

/// Edits of one file that leave each other alone.
#[derive(Default)]
struct Edits {
    /// By where they start: the end, and what comes in between.
    by_start: BTreeMap<u32, (u32, String)>,
}

impl Edits {
    /// Takes all edits of a fix, or none if one is in the way of what was taken before: that fix waits for the next
    /// round. The same edit may come from two fixes.
    fn accept(&mut self, edits: &[Edit]) -> bool {
        let free = |edit: &Edit| {
            let known = self.by_start.get(&edit.span.start);
            if let Some((end, replacement)) = known {
                return *end == edit.span.end && *replacement == edit.replacement;
            }
            let before = self.by_start.range(..edit.span.start).next_back();
            let after = self.by_start.range(edit.span.start..).next();
            before.is_none_or(|(_, (end, _))| *end <= edit.span.start)
                && after.is_none_or(|(start, _)| edit.span.end <= *start)
        };
        if edits.is_empty() || !edits.iter().all(free) {
            return false;
        }
        let new = edits.iter().map(|edit| (edit.span.start, (edit.span.end, edit.replacement.clone())));
        self.by_start.extend(new);
        true
    }

    fn edits(self) -> Vec<Edit> {
        let edit = |(start, (end, replacement))| Edit::new(etude_text::Span::new(start, end), replacement);
        self.by_start.into_iter().map(edit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_text::Span;

    fn edit(start: u32, end: u32, replacement: &str) -> Edit {
        Edit::new(Span::new(start, end), replacement)
    }

    /// Which of the fixes are taken, one after the other.
    fn check(fixes: &[&[Edit]], expected: &[bool]) {
        let mut edits = Edits::default();
        let taken: Vec<bool> = fixes.iter().map(|fix| edits.accept(fix)).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn fixes_side_by_side_are_taken() {
        check(&[&[edit(4, 6, "")], &[edit(0, 4, "x")], &[edit(6, 7, "y")]], &[true, true, true]);
    }

    #[test]
    fn of_two_that_overlap_the_first_is_taken() {
        check(&[&[edit(4, 6, "")], &[edit(5, 7, "")], &[edit(0, 5, "")]], &[true, false, false]);
        check(&[&[edit(4, 6, "")], &[edit(5, 5, "x")]], &[true, false]);
        check(&[&[edit(3, 3, "a")], &[edit(3, 3, "b")]], &[true, false]);
        check(&[&[edit(3, 3, "a")], &[edit(2, 4, "")]], &[true, false]);
    }

    #[test]
    fn the_same_edit_may_come_twice() {
        check(&[&[edit(4, 6, "x")], &[edit(4, 6, "x"), edit(8, 9, "")]], &[true, true]);
    }

    #[test]
    fn a_fix_is_taken_whole_or_not_at_all() {
        check(&[&[edit(4, 6, "")], &[edit(0, 1, ""), edit(5, 7, "")], &[edit(0, 1, "z")]], &[true, false, true]);
    }
}
