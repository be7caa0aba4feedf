//! Where a task waits, and for what.

use super::area::Record;
use super::objects::{Ref, class_name, kind_of, type_name};
use super::{Tracer, things};
use crate::python::Py;
use std::ffi::CStr;

/// The most coroutines that are looked at, outermost first.
const DEEPEST: usize = 40;

/// One coroutine of a waiting chain.
struct Level {
    object: Ref<'static>,
    code: Ref<'static>,
    frame: Ref<'static>,
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
            record.a = self.string("yield");
            // A task that only lets others run tells nothing new by its place.
            if yields > 3 {
                return;
            }
        }
        let chain = self.chain_of(task);
        record.kept = self.kept(task, &chain);
        let (mut levels, mut sites) = (Vec::new(), Vec::new());
        for level in &chain.user {
            let last = self.api.number(level.frame.get(), self.names.f_lasti).unwrap_or(0) as i32;
            record.site = self.site_of(level.frame.get());
            levels.push((level.code.get() as usize, last));
            sites.push([record.site, last]);
        }
        record.b = self.chain(&levels, &sites);
        let Some(waiter) = waiter else { return };
        record.c = self.target(&chain, waiter.get());
        let place = match &chain.library {
            Some(level) => self.library_place(level.code.get(), level.frame.get()),
            None if self.is_job(waiter.get()) => "executor".to_owned(),
            None => class_name(waiter.get()),
        };
        record.a = self.string(&place);
    }

    /// `module.function` of a library.
    pub fn library_place(&self, code: Py, frame: Py) -> String {
        let function = self.api.text_of(code, self.names.co_name, 100).unwrap_or_default();
        format!("{}.{function}", self.module(frame))
    }

    pub fn module(&self, frame: Py) -> String {
        let globals = self.api.attr(frame, self.names.f_globals);
        // SAFETY: a live dictionary; the result is borrowed while it lives.
        let name =
            globals.as_ref().map(|all| unsafe { (self.api.PyDict_GetItemString)(all.get(), c"__name__".as_ptr()) });
        name.filter(|name| !name.is_null()).and_then(|name| self.api.text(name, 100)).unwrap_or_default()
    }

    fn chain_of(&mut self, task: Py) -> Chain {
        let (api, names) = (self.api, self.names);
        let mut chain = Chain::default();
        let mut next = api.some(task, names.coroutine, self.none);
        for _ in 0..DEEPEST {
            let Some(object) = next else { break };
            let kind = kind_of(object.get());
            let [code, frame, inner] = if kind == self.library.coroutine {
                [names.cr_code, names.cr_frame, names.cr_await]
            } else if kind == self.library.generator {
                [names.gi_code, names.gi_frame, names.gi_yieldfrom]
            } else if kind == self.library.async_generator {
                [names.ag_code, names.ag_frame, names.ag_await]
            } else {
                next = self.hidden(object.get());
                continue;
            };
            let (Some(code), Some(frame)) = (api.attr(object.get(), code), api.some(object.get(), frame, self.none))
            else {
                break;
            };
            next = api.some(object.get(), inner, self.none);
            if self.is_user(code.get()) {
                chain.library = None;
                chain.user.push(Level { object, code, frame });
            } else if chain.library.is_none() {
                chain.library = Some(Level { object, code, frame });
            }
        }
        chain
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
    fn target(&mut self, chain: &Chain, waiter: Py) -> i32 {
        if self.is_task(waiter) {
            return self.task(waiter);
        }
        if let Some(job) = self.job_of(waiter) {
            return job;
        }
        if class_name(waiter) == "_GatheringFuture" {
            let members = self.api.attr(waiter, self.names.children);
            let members = members.map(|list| self.api.items(list.get())).unwrap_or_default();
            return self.group(waiter, "gather", &members);
        }
        let Some(level) = &chain.library else { return self.known(waiter).unwrap_or(0) };
        let module = self.module(level.frame.get());
        // From 3.11 on a frame has no variables of its own while its coroutine is not running.
        let mut inside = self.referents(level.object.get());
        inside.extend(self.referents(level.frame.get()));
        if !module.starts_with("asyncio.") && !module.starts_with("multiprocessing") {
            return 0;
        }
        if let Some(resource) = inside.iter().find(|one| things::is_resource(self, one.get())) {
            return self.resource(resource.get());
        }
        match &*self.library_place(level.code.get(), level.frame.get()) {
            "asyncio.tasks.wait" => {
                let sets = inside.iter().filter(|one| matches!(&*class_name(one.get()), "set" | "frozenset"));
                let all = sets.max_by_key(|set| self.api.size(set.get()));
                let members = all.map(|set| self.api.items(set.get())).unwrap_or_default();
                all.map_or(0, |set| self.group(set.get(), "wait", &members))
            }
            "asyncio.tasks.wait_for" => {
                inside.iter().find(|one| self.is_task(one.get())).map_or(0, |task| self.task(task.get()))
            }
            _ => 0,
        }
    }
}
