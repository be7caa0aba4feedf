//! Who waits for whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::events::Op;
use crate::story::{Story, Task, Wait};
use crate::timeline;
use crate::trace::{Id, Micros, Object, Site};

/// A lock, or a place of a semaphore, that was taken and not given back.
#[derive(Clone, Copy)]
pub(super) struct Held<'t> {
    pub(super) task: Id,
    pub(super) since: Micros,
    pub(super) site: Option<&'t Site>,
}

pub(super) struct Graph<'s, 't> {
    story: &'s Story<'t>,
    waits: BTreeMap<Id, Wait>,
    held: BTreeMap<Id, Vec<Held<'t>>>,
    /// The tasks that have to do something before the one can go on, as far as that is known.
    needs: BTreeMap<Id, Vec<Id>>,
    waiters: BTreeMap<Id, Vec<Id>>,
    names: BTreeMap<Id, String>,
}

impl<'s, 't> Graph<'s, 't> {
    pub(super) fn new(story: &'s Story<'t>, stuck: &[(&Task<'_>, Wait)]) -> Self {
        let waits: BTreeMap<Id, Wait> = stuck.iter().map(|(task, wait)| (task.id, *wait)).collect();
        let held = held(story);
        let mut needs = BTreeMap::new();
        let mut waiters: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for (&task, wait) in &waits {
            let needed: Vec<Id> = match story.trace.object(wait.target) {
                Some(Object::Task { .. }) => vec![Id(wait.target)],
                Some(Object::Group { members, .. }) => {
                    members.iter().copied().filter(|member| waits.contains_key(member)).collect()
                }
                Some(Object::Resource { .. }) => {
                    held.get(&Id(wait.target)).into_iter().flatten().map(|held| held.task).collect()
                }
                _ => Vec::new(),
            };
            for &other in needed.iter().filter(|other| **other != task) {
                waiters.entry(other).or_default().push(task);
            }
            needs.insert(task, needed);
        }
        Self { story, waits, held, needs, waiters, names: timeline::names(story) }
    }

    pub(super) fn wait(&self, task: Id) -> Option<Wait> {
        self.waits.get(&task).copied()
    }

    pub(super) fn site(&self, task: Id) -> Option<&'t Site> {
        self.story.trace.site(self.waits.get(&task)?.site)
    }

    pub(super) fn name(&self, target: i32) -> String {
        let name = self.names.get(&Id(target)).filter(|_| target > 0);
        name.map_or_else(|| "something".to_owned(), |name| format!("`{name}`"))
    }

    /// Who holds what this waits for, with its name.
    pub(super) fn holder(&self, wait: &Wait) -> Option<(String, Held<'t>)> {
        let held = self.held.get(&Id(wait.target))?.first()?;
        Some((self.name(wait.target), *held))
    }

    fn needs(&self, task: Id) -> &[Id] {
        self.needs.get(&task).map_or(&[], Vec::as_slice)
    }

    fn is_stuck(&self, task: Id) -> bool {
        self.waits.contains_key(&task)
    }

    /// Tasks that wait for each other in a circle, each followed by the one it waits for.
    pub(super) fn circle(&self) -> Option<Vec<Id>> {
        let mut cleared: BTreeSet<Id> = BTreeSet::new();
        for &start in self.waits.keys() {
            let mut path: Vec<(Id, &[Id])> = vec![(start, self.needs(start))];
            let mut places: BTreeMap<Id, usize> = [(start, 0)].into();
            while let Some((current, needs)) = path.last_mut() {
                let current = *current;
                let Some((&next, rest)) = needs.split_first() else {
                    cleared.insert(current);
                    places.remove(&current);
                    path.pop();
                    continue;
                };
                *needs = rest;
                if let Some(&from) = places.get(&next) {
                    return Some(path[from..].iter().map(|(id, _)| *id).collect());
                }
                if !cleared.contains(&next) && self.is_stuck(next) {
                    places.insert(next, path.len());
                    path.push((next, self.needs(next)));
                }
            }
        }
        None
    }

    /// The tasks at which all waiting ends, those that most others wait for first.
    pub(super) fn roots(&self) -> Vec<Id> {
        let is_root = |id: &&Id| !self.needs(**id).iter().any(|need| self.is_stuck(*need));
        let mut roots: Vec<Id> = self.waits.keys().filter(is_root).copied().collect();
        roots.sort_by_key(|&root| (std::cmp::Reverse(self.waiting_for(root).len()), root));
        roots
    }

    /// Who waits for a task directly.
    pub(super) fn waiting_for(&self, task: Id) -> &[Id] {
        self.waiters.get(&task).map_or(&[], Vec::as_slice)
    }

    /// What the first waits for and the second holds.
    pub(super) fn resource_between(&self, waiting: Id, holding: Id) -> Option<(String, Held<'t>)> {
        let wait = self.waits.get(&waiting)?;
        let held = self.held.get(&Id(wait.target))?.iter().find(|held| held.task == holding)?;
        Some((self.name(wait.target), *held))
    }

    pub(super) fn is_about_resources(&self, circle: &[Id]) -> bool {
        circle
            .iter()
            .enumerate()
            .all(|(index, &id)| self.resource_between(id, circle[(index + 1) % circle.len()]).is_some())
    }

    /// `` `consumer` waits in `queue.get` for `Queue 1` ``.
    pub(super) fn describe(&self, task: Id, wait: &Wait) -> String {
        let mut text = format!("`{}` waits here ({})", self.story.label(task), wait.kind.word());
        if wait.target > 0 {
            text.push_str(&format!(" for {}", self.name(wait.target)));
        }
        if let Some((_, held)) = self.holder(wait) {
            text.push_str(&format!(", held by `{}`", self.story.label(held.task)));
        }
        text
    }
}

/// What is held at the end. Once records were dropped, what looks held may have been given back.
fn held<'t>(story: &Story<'t>) -> BTreeMap<Id, Vec<Held<'t>>> {
    let mut held: BTreeMap<Id, Vec<Held<'t>>> = BTreeMap::new();
    if story.trace.flood.is_some() {
        return held;
    }
    for record in story.records(Op::Hold) {
        let holders = held.entry(Id(record.a)).or_default();
        let task = Id(record.task);
        if record.amount == 1 {
            holders.push(Held { task, since: record.time, site: story.trace.site(record.site) });
        } else if !holders.is_empty() {
            // Whoever releases need not be who acquired.
            let own = holders.iter().position(|holder| holder.task == task);
            holders.remove(own.unwrap_or(0));
        }
    }
    held.retain(|_, holders| !holders.is_empty());
    held
}
