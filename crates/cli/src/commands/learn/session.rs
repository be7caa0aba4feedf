//! Everything a session has beside what it shows: the files, the memory, and where things are run.

use std::path::PathBuf;

use etude_course::Exercise as Written;
use etude_project::{Desk, Stamp};

use super::bench::{Bench, Request, Task};
use super::editor;
use super::load;
use super::memory::Memory;
use super::state::{Effect, Event, Note, Notice, State};

pub(super) struct Session {
    pub(super) state: State,
    desk: Desk,
    memory: Memory,
    bench: Bench,
    written: Vec<Option<Written>>,
    /// Of the files that are watched, and whose they are.
    stamp: Option<(usize, Stamp)>,
    /// Checks and runs that have been asked for and not come back.
    pub(super) pending: usize,
    pub(super) over: bool,
    /// Files that somebody wants to edit.
    pub(super) to_edit: Option<Vec<PathBuf>>,
}

impl Session {
    pub(super) fn new(state: State, desk: Desk, memory: Memory, bench: Bench, written: Vec<Option<Written>>) -> Self {
        Self { state, desk, memory, bench, written, stamp: None, pending: 0, over: false, to_edit: None }
    }

    /// Lets something happen, and does what follows from it.
    pub(super) fn happen(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for effect in self.state.happen(event) {
                match self.perform(effect) {
                    Ok(event) => events.extend(event),
                    Err(error) => events.push(Event::Told(Notice { text: format!("{error:#}"), bad: true })),
                }
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> anyhow::Result<Option<Event>> {
        Ok(match effect {
            Effect::Open(part) => {
                let Some(written) = &self.written[part] else { return Ok(None) };
                let path = &self.state.course.parts[part].path;
                let files = written.starter.iter().chain(&written.files);
                let made = self.desk.give(path, files.map(|(path, bytes)| (path.as_str(), bytes.as_slice())))?;
                let made = made.into_iter().map(str::to_owned).collect();
                // What has changed is seen once the learner's work passes again, or is begun anew.
                if self.state.course.parts[part].standing.changed.is_empty() {
                    self.memory.give(path, &load::given(written))?;
                }
                self.stamp = Some((part, self.stamp_of(part)));
                Some(Event::Opened(part, made))
            }
            Effect::Check(part) => {
                let asked = self.ask(part, Task::Check);
                asked.err().map(|error| Event::Checked(part, Err(format!("{error:#}"))))
            }
            Effect::Run(part) => {
                let asked = self.ask(part, Task::Run);
                asked.err().map(|error| Event::Ran(part, Err(format!("{error:#}"))))
            }
            Effect::Edit(part) => {
                if editor::command().is_none() {
                    let text = "set EDITOR to open it from here; any editor will do: saving is noticed".to_owned();
                    return Ok(Some(Event::Told(Notice { text, bad: false })));
                }
                let folder = self.desk.part(&self.state.course.parts[part].path);
                self.to_edit = Some(self.files(part).into_iter().map(|file| folder.join(file)).collect());
                None
            }
            Effect::Reset(part) => {
                let Some(written) = &self.written[part] else { return Ok(None) };
                let path = &self.state.course.parts[part].path;
                let files = written.starter.iter().chain(&written.files);
                let files: Vec<_> = files.map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
                let copy = self.desk.replace(path, files)?;
                self.stamp = Some((part, self.stamp_of(part)));
                Some(Event::WasReset(part, super::place::shown(&copy)))
            }
            Effect::Note(part, note) => {
                self.note(part, note)?;
                None
            }
            Effect::Quit => {
                self.over = true;
                None
            }
        })
    }

    fn note(&self, part: usize, note: Note) -> anyhow::Result<()> {
        let given = self.written[part].as_ref().map(load::given).unwrap_or_default();
        self.memory.note(&self.state.course.parts[part].path, &given, note)
    }

    fn ask(&mut self, part: usize, task: Task) -> anyhow::Result<()> {
        let path = &self.state.course.parts[part].path;
        let mut files = self.desk.read(path, self.files(part).iter().map(String::as_str))?;
        let gone: Vec<String> = self.files(part).into_iter().filter(|file| !files.contains_key(file)).collect();
        if !gone.is_empty() {
            let key = self.state.look.ask("x", "reset");
            let is = if gone.len() == 1 { "is" } else { "are" };
            anyhow::bail!("`{}` {is} not there any more: save it again, or start over ({key})", gone.join("`, `"));
        }
        // What is given to be read is as the course has it.
        files.retain(|path, _| !self.written[part].as_ref().is_some_and(|written| written.files.contains_key(path)));
        self.pending += 1;
        self.bench.ask(Request { task, part, files });
        Ok(())
    }

    /// The files of a part that the learner writes.
    fn files(&self, part: usize) -> Vec<String> {
        self.state.course.parts[part].exercise().map(|exercise| exercise.files.clone()).unwrap_or_default()
    }

    fn stamp_of(&self, part: usize) -> Stamp {
        let files = self.files(part);
        self.desk.stamp(&self.state.course.parts[part].path, files.iter().map(String::as_str))
    }

    /// Whether the learner has saved something since the last look.
    pub(super) fn look(&mut self) -> bool {
        let Some(part) = self.state.watched() else { return false };
        let now = self.stamp_of(part);
        let before = self.stamp.replace((part, now));
        let now = self.stamp.as_ref();
        before.is_some_and(|before| before.0 == part && Some(&before) != now)
    }

    /// What the bench has done in the meantime.
    pub(super) fn take(&mut self) -> bool {
        if self.pending > 1 {
            self.bench.hurry();
        }
        let mut taken = false;
        while let Ok(event) = self.bench.events.try_recv() {
            self.pending = self.pending.saturating_sub(1);
            self.happen(event);
            taken = true;
        }
        taken
    }

    /// Waits for everything that was asked for.
    pub(super) fn settle(&mut self) {
        while self.pending > 0 {
            let Ok(event) = self.bench.events.recv() else { return };
            self.pending -= 1;
            self.happen(event);
        }
    }

    pub(super) fn end(self) {
        drop(self.bench);
        self.memory.close();
    }
}
