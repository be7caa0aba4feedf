//! Tasks: made, run, woken, ended.

use super::area::{Op, Record};
use super::fast::Reader;
use super::intern::entry;
use super::objects::{Ref, class_name, is_python, kind_of, type_name};
use super::{Cause, Running, Tracer, clock, local, micros, running, sample};
use crate::python::Py;
use std::ffi::CStr;

/// What is remembered of a task between its steps.
pub struct Task {
    pub id: i32,
    /// The object that `get_name` gave, only to see whether it is another one later.
    name: usize,
    /// Its coroutine's name, where that is defined, and whether it is the user's.
    about: [i32; 3],
    has_run: bool,
    /// Bare yields in a row.
    pub yields: u8,
    /// The coroutines of its last wait, as weak references.
    pub coroutines: Vec<Py>,
}

/// Types that have no name in Python, once they have been met.
#[derive(Default)]
pub struct Kinds {
    step: usize,
    wakeup: usize,
    builtin: usize,
    method: usize,
}

impl Tracer {
    /// The task whose step a callback is.
    fn task_of(&mut self, callback: Py) -> Option<Ref<'static>> {
        let kind = kind_of(callback) as usize;
        if kind == self.kinds.step || kind == self.kinds.wakeup {
            // SAFETY: what such an object holds first is its task.
            return Some(Ref::share(self.api, unsafe { *callback.cast::<Py>().add(2) }));
        }
        if kind == self.kinds.builtin {
            // SAFETY: a built-in function holds its definition, which begins with its name.
            let name = unsafe { CStr::from_ptr(**callback.cast::<*const *const core::ffi::c_char>().add(2)) };
            return (name == c"task_wakeup").then(|| self.api.attr(callback, self.names.self_))?;
        }
        if kind == self.kinds.method {
            let owner = self.api.attr(callback, self.names.self_)?;
            if !self.api.is_instance(owner.get(), self.library.python_task) {
                return None;
            }
            let function = self.api.attr(callback, self.names.function)?;
            let name = self.api.text_of(function.get(), self.names.module, 40)?;
            return matches!(&*name, "__step" | "__wakeup").then_some(owner);
        }
        // A class of the program's may have any name.
        if is_python(kind as Py) {
            return None;
        }
        // SAFETY: a terminated string of a live type.
        let name = unsafe { CStr::from_ptr(type_name(kind as Py)) }.to_bytes();
        let known = match name.rsplit(|byte| *byte == b'.').next().unwrap_or_default() {
            b"TaskStepMethWrapper" => &mut self.kinds.step,
            b"TaskWakeupMethWrapper" => &mut self.kinds.wakeup,
            b"builtin_function_or_method" => &mut self.kinds.builtin,
            b"method" => &mut self.kinds.method,
            _ => return None,
        };
        *known = kind;
        self.task_of(callback)
    }

    pub fn is_task(&self, object: Py) -> bool {
        self.api.is_instance(object, self.library.task) || self.api.is_instance(object, self.library.python_task)
    }

    /// The number of a task, which is introduced if it has none.
    pub fn task(&mut self, task: Py) -> i32 {
        match self.tasks.get(&(task as usize)) {
            Some(known) => known.id,
            None => self.created(task),
        }
    }

    /// A new task, at whose address another may have been.
    pub fn created(&mut self, task: Py) -> i32 {
        let (api, names) = (self.api, self.names);
        let (id, time) = (self.next_id(), self.now());
        let name = self.name(task);
        let shown = name.as_ref().and_then(|name| api.text(name.get(), 100)).unwrap_or_default();
        let made_for = local(|local| local.making.0) as Py;
        let coroutine = api.some(task, names.coroutine, self.none);
        let coroutine = match coroutine {
            None if !made_for.is_null() => Some(Ref::share(api, made_for)),
            given => given,
        };
        let (mut title, mut site, mut user) = (0, 0, 0);
        if let Some(coroutine) = &coroutine {
            let code = api.attr(coroutine.get(), names.cr_code).or_else(|| api.attr(coroutine.get(), names.gi_code));
            match code {
                Some(code) => {
                    title = self.coroutine_title(coroutine.get(), code.get());
                    site = self.definition(code.get());
                    user = i32::from(self.is_user(code.get()));
                }
                None => title = self.title(coroutine.get()),
            }
        }
        if id < 100_000 {
            entry!(self.area, "t", id, &*shown, title, site, user);
        }
        let on = api.attr(task, names.loop_).map_or(0, |on| self.event_loop(on.get()));
        let (made_at, by, thread) = (self.user_site(), running().task, self.thread());
        let known = Task {
            id,
            name: name.map_or(0, |name| name.get() as usize),
            about: [title, site, user],
            has_run: false,
            yields: 0,
            coroutines: Vec::new(),
        };
        if let Some(former) = self.tasks.insert(task as usize, known) {
            former.coroutines.into_iter().for_each(|weak| drop(Ref::own(api, weak)));
        }
        self.write(Record { task: id, site: made_at, a: by, b: thread, c: on, ..Record::new(Op::Created, time) });
        id
    }

    /// As asyncio's own classes tell it.
    fn name(&self, task: Py) -> Option<Ref<'static>> {
        let (api, class) = (self.api, self.library.task);
        if class == self.library.python_task || !api.is_instance(task, class) {
            return api.attr(task, self.names.hidden_name);
        }
        if let Reader::Slow = self.readers.get_name {
            let get_name = api.attr(class, self.names.get_name)?;
            return Ref::own(api, api.call(get_name.get(), [Ref::share(api, task).keep()]));
        }
        self.readers.get_name.read(api, task, self.names.get_name)
    }

    /// `create_task` is about to make one.
    pub fn making(&mut self, coroutine: Py) {
        let now = self.now();
        local(|local| local.making = (coroutine as usize, now));
    }

    /// `create_task` has made one; an eager one has run already.
    pub fn made(&mut self, task: Py) {
        if self.is_task(task) {
            let since = local(|local| local.making.1);
            let is_known = self.tasks.contains_key(&(task as usize));
            let waits = self.waiter(task);
            let is_done = waits.is_none() && !self.is_pending(task);
            let id = self.task(task);
            if is_done || waits.is_some() || !is_known {
                self.step_ended(task, id, since, self.now());
            }
        }
        local(|local| local.making = (0, 0));
    }

    pub fn is_pending(&self, task: Py) -> bool {
        self.is_state(task, self.names.pending, "PENDING")
    }

    /// The words for states are interned, so that the address nearly always tells.
    pub fn is_state(&self, future: Py, word: Py, text: &str) -> bool {
        let state = match kind_of(future) == self.library.task {
            true => self.readers.state.read(self.api, future, self.names.state),
            false => self.api.attr(future, self.names.state),
        };
        let Some(state) = state else { return false };
        let known = [self.names.pending, self.names.cancelled, self.names.finished];
        state.get() == word
            || (!known.contains(&state.get()) && self.api.text(state.get(), 20).as_deref() == Some(text))
    }

    pub fn begin(&mut self, handle: Py) {
        let (api, names) = (self.api, self.names);
        if !api.is_instance(handle, self.library.handle) {
            return;
        }
        let Some(callback) = self.readers.callback.read(api, handle, names.callback) else { return };
        let mut run = Running { handle: handle as usize, ..Running::default() };
        if let Some(task) = self.task_of(callback.get()) {
            run.task = self.task(task.get());
            let must_cancel = match kind_of(task.get()) == self.library.task {
                true => self.readers.must_cancel.read(api, task.get(), names.must_cancel),
                false => api.attr(task.get(), names.must_cancel),
            };
            let how = match must_cancel.is_some_and(|flag| api.truth(flag.get())) {
                true => 1,
                false => self
                    .first_argument(handle)
                    .map_or(0, |future| if self.is_state(future.get(), names.cancelled, "CANCELLED") { 2 } else { 0 }),
            };
            run.start = local(|local| local.between.take()).unwrap_or_else(|| self.now());
            if how > 0 {
                self.write(Record { task: run.task, a: how, ..Record::new(Op::Cancel, run.start) });
            }
        } else {
            if let Some((for_, cause)) = self.causes.remove(&(handle as usize))
                && for_ == callback.get() as usize
            {
                run.cause = cause;
            }
            let now = clock();
            run.start = micros(now);
            if let Some(when) = api.attr(handle, names.when).filter(|when| !is_python(kind_of(when.get()))) {
                // SAFETY: a live object; what is no number raises, which is cleared.
                let when = unsafe { (api.PyFloat_AsDouble)(when.get()) };
                // SAFETY: as above.
                unsafe { (api.PyErr_Clear)() };
                run.late = (now / 1000 - (when * 1e6) as i64).max(0);
            }
        }
        local(|local| {
            local.running.push(run);
            if local.is_main {
                sample::enter(run.handle);
            }
        });
    }

    /// What a wake-up is called with: the future that was waited for.
    fn first_argument(&self, handle: Py) -> Option<Ref<'static>> {
        let arguments = self.readers.arguments.read(self.api, handle, self.names.arguments)?;
        // SAFETY: a tuple while the handle is not cancelled; another object raises, which is cleared. The result is
        // shared while the tuple lives.
        unsafe {
            match (self.api.PyTuple_Size)(arguments.get()) {
                1.. => Some(Ref::share(self.api, (self.api.PyTuple_GetItem)(arguments.get(), 0))),
                0 => None,
                _ => {
                    (self.api.PyErr_Clear)();
                    None
                }
            }
        }
    }

    pub fn end(&mut self, handle: Py) {
        let now = self.now();
        let ended = local(|local| {
            let index = local.running.iter().rposition(|run| run.handle == handle as usize)?;
            let run = local.running[index];
            local.running.truncate(index);
            local.between = Some(now);
            if local.is_main {
                sample::enter(local.running.last().map_or(0, |run| run.handle));
            }
            Some(run)
        });
        let Some(run) = ended else { return };
        let callback = self.readers.callback.read(self.api, handle, self.names.callback);
        let callback = callback.filter(|callback| callback.get() != self.none);
        if run.task > 0 {
            match callback.and_then(|callback| self.task_of(callback.get())) {
                Some(task) => self.step_ended(task.get(), run.task, run.start, now),
                None => {
                    self.write(Record { amount: now - run.start, task: run.task, ..Record::new(Op::Step, run.start) })
                }
            }
        } else if now - run.start >= 1000 {
            let a = callback.map_or(0, |callback| self.title(callback.get()));
            let (b, c) = (self.thread(), local(|local| local.loops.last().copied().unwrap_or(0)));
            self.write(Record { amount: now - run.start, a, b, c, ..Record::new(Op::Handle, run.start) });
        }
    }

    /// The qualified name of a callable, or that of its class.
    pub fn title(&mut self, callable: Py) -> i32 {
        match self.string_of(callable, self.names.qualname) {
            0 => self.string(&class_name(callable)),
            title => title,
        }
    }

    /// What a task waits for.
    pub fn waiter(&self, task: Py) -> Option<Ref<'static>> {
        let waiter = match kind_of(task) == self.library.task {
            true => self.readers.fut_waiter.read(self.api, task, self.names.fut_waiter),
            false => self.api.attr(task, self.names.fut_waiter),
        };
        waiter.filter(|waiter| waiter.get() != self.none)
    }

    fn step_ended(&mut self, task: Py, id: i32, start: i64, now: i64) {
        let waiter = self.waiter(task);
        let mut step = Record { amount: now - start, task: id, ..Record::new(Op::Step, start) };
        if waiter.is_some() || self.is_pending(task) {
            self.place_of(task, waiter, &mut step);
            self.write(step);
        } else {
            self.write(step);
            self.done(task, id, now);
        }
        if self.is_named_at_once {
            return;
        }
        if self.tasks.get_mut(&(task as usize)).is_some_and(|known| !std::mem::replace(&mut known.has_run, true)) {
            self.name_again(task, id);
        }
    }

    /// Its name, if it has got another one since it was made.
    fn name_again(&mut self, task: Py, id: i32) {
        let Some(name) = self.name(task) else { return };
        let Some(&Task { name: before, about: [title, site, user], .. }) = self.tasks.get(&(task as usize)) else {
            return;
        };
        if before == name.get() as usize {
            return;
        }
        let shown = self.api.text(name.get(), 100).unwrap_or_default();
        entry!(self.area, "t", id, &*shown, title, site, user);
    }

    fn done(&mut self, task: Py, id: i32, now: i64) {
        let (api, names) = (self.api, self.names);
        let mut done = Record { task: id, ..Record::new(Op::Done, now) };
        if self.is_state(task, names.cancelled, "CANCELLED") {
            done.amount = 2;
        } else if let Some(exception) = api.some(task, names.exception_kept, self.none) {
            done.amount = 1;
            done.site = self.raised_at(exception.get());
            done.a = self.exception(exception.get());
        }
        self.write(done);
        if let Some(known) = self.tasks.get_mut(&(task as usize)) {
            std::mem::take(&mut known.coroutines).into_iter().for_each(|weak| drop(Ref::own(api, weak)));
        }
    }

    /// A callback was put into the queue of a loop: it may wake a task, or be what later does.
    pub fn scheduled(&mut self, handle: Py) {
        let (api, names) = (self.api, self.names);
        if !api.is_instance(handle, self.library.handle) {
            return;
        }
        let Some(callback) = self.readers.callback.read(api, handle, names.callback) else { return };
        let here = running();
        let Some(task) = self.task_of(callback.get()) else {
            let cause = match here.task {
                0 => here.cause,
                task => Cause { task, site: self.user_site() },
            };
            if cause.task > 0 {
                // Those of handles that were cancelled before they ran.
                if self.causes.len() > 20_000 {
                    self.causes.clear();
                }
                self.causes.insert(handle as usize, (callback.get() as usize, cause));
            }
            return;
        };
        // First steps and bare yields are nobody's doing.
        let Some(future) = self.first_argument(handle) else { return };
        let (id, time) = (self.task(task.get()), self.now());
        let mut wake = Record { task: id, ..Record::new(Op::Wake, time) };
        if self.is_state(future.get(), names.cancelled, "CANCELLED") {
            wake.c = 1;
        } else if api.some(future.get(), names.exception_kept, self.none).is_some() {
            wake.c = 2;
        }
        (wake.a, wake.b) = match (here.handle, here.task, here.cause.task) {
            (0, ..) => (0, 3),
            (_, 0, 0) => (0, 2),
            (_, 0, cause) => (cause, 1),
            (_, task, _) => (task, 0),
        };
        wake.site = if wake.b == 1 { here.cause.site } else { self.user_site() };
        wake.amount = if wake.b == 2 { here.late } else { 0 };
        self.write(wake);
    }
}
