//! Where a task waits, and for what.

use super::Tracer;
use super::area::Record;
use super::intern::{Place, Shows};
use super::objects::{Ref, class_name, kind_of, type_name};
use crate::python::Py;
use std::ffi::CStr;

/// The most coroutines that are looked at, outermost first.
const DEEPEST: usize = 40;

/// One coroutine of a waiting chain.
struct Level {
    object: Ref<'static>,
    code: Ref<'static>,
    /// The attribute that gives its frame.
    frame: Py,
}

/// A chain of awaits, told apart into the user's part and what that calls.
#[derive(Default)]
struct Chain {
    user: Vec<Level>,
    /// The outermost of a library's below the innermost of the user's.
    library: Option<Level>,
}

impl Tracer {
    /// Fills in where a task waits: the line, what it waits in, the chain, whom for.
    pub fn place_of(&mut self, task: Py, waiter: Option<Ref<'static>>, record: &mut Record) {
        let yields = match self.tasks.get_mut(&(task as usize)) {
            Some(known) => {
                known.yields = if waiter.is_none() { known.yields.saturating_add(1) } else { 0 };
                known.yields
            }
            None => 0,
        };
        record.kept = u8::MAX;
        if waiter.is_none() {
            record.a = self.bare_yield();
            // A task that only lets others run tells nothing new by its place.
            if yields > 1 {
                return;
            }
        }
        let chain = self.chain_of(task);
        // A bare yield is over at once, and nobody asks what it was a part of.
        if waiter.is_some() {
            record.kept = self.kept(task, &chain);
        }
        let frame = |level: &Level| self.api.attr(level.object.get(), level.frame);
        let frames: Vec<Ref<'static>> = chain.user.iter().filter_map(frame).collect();
        let last = |frame: &Ref<'static>| self.api.number(frame.get(), self.names.f_lasti).unwrap_or(0) as i32;
        let levels = chain.user.iter().zip(&frames).map(|(level, frame)| (level.code.get() as usize, last(frame)));
        let levels: Vec<(usize, i32)> = levels.collect();
        (record.b, record.site) = self.known_chain(&levels).unwrap_or_else(|| {
            let sites = frames.iter().zip(&levels).map(|(frame, (_, last))| [self.site_of(frame.get()), *last]);
            let sites = sites.collect();
            self.new_chain(levels, sites)
        });
        let Some(waiter) = waiter else { return };
        let place = chain.library.as_ref().map(|level| {
            let (api, object, frame) = (self.api, level.object.get(), level.frame);
            self.library_place(level.code.get(), || api.attr(object, frame))
        });
        record.c = self.target(&chain, place, waiter.get());
        record.a = match place {
            Some(place) => place.name,
            None if self.is_job(waiter.get()) => self.string("executor"),
            None => self.string(&class_name(waiter.get())),
        };
    }

    fn chain_of(&mut self, task: Py) -> Chain {
        let (api, names) = (self.api, self.names);
        let mut chain = Chain::default();
        let mut next = self.coroutine_of(task);
        for _ in 0..DEEPEST {
            let Some(object) = next else { break };
            let kind = kind_of(object.get());
            let readers = &self.readers;
            let (code, inner, frame) = if kind == self.library.coroutine {
                let code = readers.cr_code.read(api, object.get(), names.cr_code);
                (code, readers.cr_await.read(api, object.get(), names.cr_await), names.cr_frame)
            } else if kind == self.library.generator {
                let code = api.attr(object.get(), names.gi_code);
                (code, api.attr(object.get(), names.gi_yieldfrom), names.gi_frame)
            } else if kind == self.library.async_generator {
                let code = api.attr(object.get(), names.ag_code);
                (code, api.attr(object.get(), names.ag_await), names.ag_frame)
            } else {
                next = self.hidden(object.get());
                continue;
            };
            let Some(code) = code else { break };
            next = inner.filter(|inner| inner.get() != self.none);
            if self.is_user(code.get()) {
                chain.library = None;
                chain.user.push(Level { object, code, frame });
            } else if chain.library.is_none() {
                chain.library = Some(Level { object, code, frame });
            }
        }
        chain
    }

    fn coroutine_of(&self, task: Py) -> Option<Ref<'static>> {
        let coroutine = match kind_of(task) == self.library.task {
            true => self.readers.coroutine.read(self.api, task, self.names.coroutine),
            false => self.api.attr(task, self.names.coroutine),
        };
        coroutine.filter(|coroutine| coroutine.get() != self.none)
    }

    /// What steps an asynchronous generator hides it.
    fn hidden(&self, object: Py) -> Option<Ref<'static>> {
        // SAFETY: a terminated string of a live type.
        let name = unsafe { CStr::from_ptr(type_name(kind_of(object))) }.to_string_lossy();
        if !["async_generator_a", "coroutine_wrapper", "anext_awaitable"].iter().any(|start| name.starts_with(start)) {
            return None;
        }
        let kinds = [self.library.coroutine, self.library.generator, self.library.async_generator];
        let mut inside = self.referents(object).into_iter();
        inside.find(|one| kinds.contains(&kind_of(one.get())) || class_name(one.get()).starts_with("async_generator_a"))
    }

    /// What an object refers to, as the collector sees it.
    fn referents(&self, object: Py) -> Vec<Ref<'static>> {
        let shared = Ref::share(self.api, object);
        let found = Ref::own(self.api, self.api.call(self.library.referents, [shared.keep()]));
        found.map(|list| self.api.items(list.get())).unwrap_or_default()
    }

    /// How many coroutines are the very same as at the wait before; remembers those of this one.
    fn kept(&mut self, task: Py, chain: &Chain) -> u8 {
        let api = self.api;
        let now: Vec<Py> = chain.user.iter().chain(&chain.library).map(|level| level.object.get()).collect();
        let Some(known) = self.tasks.get_mut(&(task as usize)) else { return u8::MAX };
        let same = known.coroutines.iter().zip(&now).take_while(|(weak, object)| api.means(**weak, **object)).count();
        for weak in known.coroutines.drain(same..) {
            drop(Ref::own(api, weak));
        }
        for object in &now[same..] {
            match api.weak(*object) {
                Some(weak) => known.coroutines.push(weak.keep()),
                None => break,
            }
        }
        same.min(254) as u8
    }

    /// The task, group, job or resource that is waited for.
    fn target(&mut self, chain: &Chain, place: Option<Place>, waiter: Py) -> i32 {
        let kind = kind_of(waiter);
        if kind != self.library.future {
            if self.is_task(waiter) {
                return self.task(waiter);
            }
            if class_name(waiter) == "_GatheringFuture" {
                let members = self.api.attr(waiter, self.names.children);
                let members = members.map(|list| self.api.items(list.get())).unwrap_or_default();
                return self.group(waiter, "gather", &members);
            }
        }
        if let Some(job) = self.job_of(waiter) {
            return job;
        }
        let (Some(level), Some(Place { shows, .. })) = (&chain.library, place) else { return 0 };
        if shows == Shows::Nothing {
            return 0;
        }
        let mut inside = self.referents(level.object.get());
        if shows == Shows::Resource
            && let Some(resource) = self.resource_in(&inside)
        {
            return self.resource(resource.get());
        }
        // Before 3.11 its variables are its frame's.
        if let Some(frame) = self.api.attr(level.object.get(), level.frame) {
            inside.extend(self.referents(frame.get()));
        }
        match shows {
            Shows::Several => {
                let sets = inside.iter().filter(|one| matches!(&*class_name(one.get()), "set" | "frozenset"));
                let all = sets.max_by_key(|set| self.api.size(set.get()));
                let members = all.map(|set| self.api.items(set.get())).unwrap_or_default();
                all.map_or(0, |set| self.group(set.get(), "wait", &members))
            }
            Shows::Task => inside.iter().find(|one| self.is_task(one.get())).map_or(0, |task| self.task(task.get())),
            _ => self.resource_in(&inside).map_or(0, |resource| self.resource(resource.get())),
        }
    }

    fn resource_in<'r>(&mut self, objects: &'r [Ref<'static>]) -> Option<&'r Ref<'static>> {
        objects.iter().find(|one| self.is_resource(one.get()))
    }
}
