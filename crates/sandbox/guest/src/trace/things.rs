//! What tasks share and start: loops, locks, queues, jobs, threads, processes.

use super::area::{Op, Record};
use super::intern::entry;
use super::objects::{Ref, class_name, kind_of};
use super::{Tracer, clip, local, processor_time, running};
use crate::python::Py;

/// What is known by address, as long as the weak reference still means it.
pub struct Known {
    pub weak: Py,
    pub id: i32,
}

/// A job that was handed to an executor.
#[derive(Clone, Copy)]
pub enum Job {
    Waits,
    /// Since when, the processor time of the thread then, and that thread; 0 of another process.
    Runs(i64, i64, i32),
    Over,
}

/// How a queue has been used.
#[derive(Default)]
pub struct Traffic {
    taken: i32,
    high: usize,
}

/// No entry is written for more objects than this.
const MOST: i32 = 100_000;

impl Tracer {
    pub fn event_loop(&mut self, event_loop: Py) -> i32 {
        if let Some(id) = self.known(event_loop) {
            return id;
        }
        let (id, thread) = (self.next_id(), self.thread());
        self.know(event_loop, id);
        let class = class_name(event_loop);
        entry!(self.area, "e", id, &*class, thread);
        if !self.api.is_instance(event_loop, self.library.base_loop) {
            entry!(self.area, "i", "loop", &*class);
            let why = format!("the event loop `{class}` runs its tasks out of sight: use asyncio's own to see them");
            entry!(self.area, "i", "untraced", &*why);
        }
        id
    }

    /// Whether an object is a lock, a queue or the like, by its class.
    pub fn is_resource(&mut self, object: Py) -> bool {
        let class = kind_of(object);
        if let Some(known) = self.resource_classes.get(&(class as usize)) {
            return *known;
        }
        let classes = self.api.items(self.library.resources);
        let is_one = classes.iter().any(|one| self.api.is_instance(object, one.get()));
        if self.resource_classes.len() < 1000 {
            // Kept, so that the address stays its own.
            Ref::share(self.api, class).keep();
            self.resource_classes.insert(class as usize, is_one);
        }
        is_one
    }

    pub fn resource(&mut self, object: Py) -> i32 {
        if let Some(id) = self.known(object) {
            return id;
        }
        let id = self.next_id();
        if id > MOST || !self.know(object, id) {
            return 0;
        }
        let (names, api) = (self.names, self.api);
        let size = [names.maxsize, names.max_workers, names.value, names.parties];
        let size = size.into_iter().find_map(|name| api.number(object, name)).unwrap_or(-1);
        let site = self.user_site();
        entry!(self.area, "r", id, &*class_name(object), size, site);
        id
    }

    pub fn group(&mut self, group: Py, kind: &str, members: &[Ref<'static>]) -> i32 {
        let is_known = self.known(group);
        if is_known.is_some() && kind == "gather" {
            return is_known.unwrap_or(0);
        }
        let id = is_known.unwrap_or_else(|| self.next_id());
        if id > MOST || (is_known.is_none() && !self.know(group, id)) {
            return 0;
        }
        let mut numbers = Vec::new();
        for member in members.iter().take(500) {
            let number =
                if self.is_task(member.get()) { Some(self.task(member.get())) } else { self.job_of(member.get()) };
            numbers.extend(number);
        }
        numbers.sort_unstable();
        entry!(self.area, "g", id, kind, numbers, members.len() as i64);
        id
    }

    pub fn acquired(&mut self, resource: Py) {
        self.hold(resource, true);
    }

    pub fn released(&mut self, resource: Py) {
        self.hold(resource, false);
    }

    /// A lock or semaphore was acquired or is released.
    fn hold(&mut self, resource: Py, acquired: bool) {
        let (api, names) = (self.api, self.names);
        let (id, time) = (self.resource(resource), self.now());
        let free = api.number(resource, names.value);
        let free = free.unwrap_or_else(|| i64::from(!api.is_true(resource, names.locked)));
        let waiting = api.some(resource, names.waiters, self.none).and_then(|all| api.size(all.get())).unwrap_or(0);
        let site = self.user_site();
        let record = Record { amount: acquired.into(), task: running().task, site, ..Record::new(Op::Hold, time) };
        self.write(Record { a: id, b: clip(free), c: waiting as i32, ..record });
    }

    pub fn put(&mut self, queue: Py) {
        let items = self.api.attr(queue, self.names.queue).and_then(|items| self.api.size(items.get())).unwrap_or(0);
        if items < 32 || !items.is_power_of_two() {
            return;
        }
        let id = self.resource(queue);
        let traffic = self.queues.entry(id).or_default();
        if items > traffic.high {
            traffic.high = items;
            let taken = traffic.taken;
            let (time, site) = (self.now(), self.user_site());
            let record = Record { amount: items as i64, task: running().task, site, ..Record::new(Op::Queue, time) };
            self.write(Record { a: id, b: taken, ..record });
        }
    }

    pub fn taken(&mut self, queue: Py) {
        let id = self.resource(queue);
        let traffic = self.queues.entry(id).or_default();
        traffic.taken = traffic.taken.saturating_add(1);
    }

    /// Before a worker can see it.
    pub fn submitted(&mut self, pool: Py, future: Py, function: Py) {
        let (api, names) = (self.api, self.names);
        let pool = self.resource(pool);
        let id = self.next_id();
        self.know(future, id);
        // What only binds arguments is not what runs.
        let mut function = api.attr(function, names.function).unwrap_or_else(|| Ref::share(api, function));
        while let Some(inner) = (class_name(function.get()) == "partial").then(|| self.bound(function.get())).flatten()
        {
            function = inner;
        }
        let title = self.title(function.get());
        let code = api.attr(function.get(), names.code);
        let site = code.map_or(0, |code| self.definition(code.get()));
        if id < MOST {
            entry!(self.area, "j", id, title, site, pool);
        }
        self.jobs.insert(id, Job::Waits);
        self.open_jobs += 1;
        let (time, site, thread) = (self.now(), self.user_site(), self.thread());
        let record = Record { task: running().task, site, a: id, c: thread, ..Record::new(Op::JobSubmitted, time) };
        self.write(record);
    }

    /// What `functools.partial` calls; of `asyncio.to_thread`, the function that it was given.
    fn bound(&self, partial: Py) -> Option<Ref<'static>> {
        let arguments = self.api.attr(partial, self.names.args)?;
        let function = self.api.attr(partial, self.names.func)?;
        let runs_in_context = class_name(function.get()) == "builtin_function_or_method"
            && self.api.text_of(function.get(), self.names.module, 10).as_deref() == Some("run");
        match runs_in_context {
            true => self.api.items(arguments.get()).into_iter().next(),
            false => Some(function),
        }
    }

    /// The job whose result a future is to hold.
    pub fn job_of(&self, future: Py) -> Option<i32> {
        self.known(future).filter(|id| self.jobs.contains_key(id))
    }

    pub fn is_job(&self, future: Py) -> bool {
        self.job_of(future).is_some()
    }

    /// A future of a loop is to get what that of a job gets.
    pub fn chained(&mut self, source: Py, destination: Py) {
        if let Some(job) = self.job_of(source) {
            self.know(destination, job);
        }
    }

    /// It was taken up, or had been cancelled before.
    pub fn job_started(&mut self, future: Py) {
        let Some(id) = self.job_of(future) else { return };
        if !self.is_state(future, self.names.running, "RUNNING") {
            return self.job_over(id);
        }
        let (time, thread) = (self.now(), if local(|local| local.works) { self.thread() } else { 0 });
        self.jobs.insert(id, Job::Runs(time, processor_time(), thread));
        self.write(Record { a: id, b: thread, ..Record::new(Op::JobStart, time) });
    }

    /// Its result is about to be known.
    pub fn job_ended(&mut self, future: Py) {
        let Some(id) = self.job_of(future) else { return };
        if let Some(Job::Runs(start, used, thread)) = self.jobs.get(&id).copied() {
            let time = self.now();
            let cpu = if thread > 0 { clip(processor_time() - used) } else { 0 };
            self.write(Record { amount: time - start, a: id, b: thread, c: cpu, ..Record::new(Op::JobEnd, time) });
        }
        self.job_over(id);
    }

    /// It stays known as a job to those who look at its future later.
    fn job_over(&mut self, id: i32) {
        if !matches!(self.jobs.insert(id, Job::Over), Some(Job::Over)) {
            self.open_jobs = self.open_jobs.saturating_sub(1);
        }
    }

    /// The number of this thread, which is introduced if nobody has done so.
    pub fn thread(&mut self) -> i32 {
        let known = local(|local| local.thread);
        if known > 0 {
            return known;
        }
        let id = self.next_id();
        let is_main = crate::sys::is_main_thread();
        let (name, kind) = if is_main { ("MainThread", "main") } else { ("thread", "thread") };
        entry!(self.area, "h", id, name, kind);
        local(|local| (local.thread, local.is_main) = (id, is_main));
        id
    }

    /// A `threading.Thread` is about to be started by this one.
    pub fn thread_made(&mut self, thread: Py) {
        let id = self.next_id();
        let (site, by) = (self.user_site(), self.thread());
        self.know(thread, id);
        self.starters.insert(id, (by, site));
    }

    pub fn thread_began(&mut self, thread: Py) {
        let (api, names) = (self.api, self.names);
        let id = self.known(thread).unwrap_or_else(|| self.next_id());
        let name = api.text_of(thread, names.hidden_name, 100).unwrap_or_default();
        let kind = self.kind_of_thread(thread);
        if id < MOST {
            entry!(self.area, "h", id, &*name, kind);
        }
        local(|local| local.thread = id);
        if kind == "pool" {
            local(|local| local.works = true);
        }
        let (by, site) = self.starters.remove(&id).unwrap_or_default();
        self.write(Record { site, a: id, b: by, ..Record::new(Op::ThreadStart, self.now()) });
    }

    fn kind_of_thread(&mut self, thread: Py) -> &'static str {
        let (api, names) = (self.api, self.names);
        let Some(target) = api.some(thread, names.target, self.none) else {
            return if class_name(thread) == "_ExecutorManagerThread" { "library" } else { "thread" };
        };
        if target.get() == self.library.worker {
            return "pool";
        }
        let function = api.attr(target.get(), names.function).unwrap_or(target);
        match api.attr(function.get(), names.code) {
            Some(code) if !self.is_user(code.get()) => "library",
            _ => "thread",
        }
    }

    pub fn thread_ended(&mut self) {
        let record = Record { a: self.thread(), c: clip(processor_time()), ..Record::new(Op::ThreadEnd, self.now()) };
        self.write(record);
    }

    /// `subprocess.Popen`, or a process of `multiprocessing`.
    pub fn process_started(&mut self, process: Py) {
        let (api, names) = (self.api, self.names);
        let child = api.some(process, names.popen, self.none).unwrap_or_else(|| Ref::share(api, process));
        let Some(pid) = api.number(child.get(), names.pid) else { return };
        let (command, kind) = match api.attr(process, names.args) {
            Some(args) => (self.command(args.get()), "subprocess"),
            None => {
                let name = api.text_of(process, names.hidden_name, 200).unwrap_or_default();
                let kind = if name.contains("PoolWorker") { "pool" } else { "multiprocessing" };
                (name, kind)
            }
        };
        let id = self.next_id();
        if id < MOST {
            entry!(self.area, "p", id, &*command, kind);
        }
        self.processes.insert(pid, id);
        let (time, site, thread) = (self.now(), self.user_site(), self.thread());
        let record = Record { task: running().task, site, a: id, ..Record::new(Op::ProcessStart, time) };
        self.write(Record { b: clip(pid), c: thread, ..record });
    }

    fn command(&self, args: Py) -> String {
        let whole = self.api.text(args, 200).unwrap_or_else(|| {
            let words =
                self.api.items(args).into_iter().map(|word| self.api.text(word.get(), 200).unwrap_or("…".into()));
            words.collect::<Vec<_>>().join(" ")
        });
        whole.chars().take(200).collect()
    }

    pub fn process_ended(&mut self, process: Py) {
        let (api, names) = (self.api, self.names);
        let Some(code) = api.some(process, names.returncode, self.none).and_then(|code| api.long(code.get())) else {
            return;
        };
        let ended = api.number(process, names.pid).and_then(|pid| self.processes.remove(&pid));
        if let Some(id) = ended {
            self.write(Record { a: id, b: clip(code), ..Record::new(Op::ProcessEnd, self.now()) });
        }
    }

    pub fn loop_begins(&mut self, event_loop: Py) {
        let (id, thread, time) = (self.event_loop(event_loop), self.thread(), self.now());
        local(|local| local.loops.push(id));
        super::sample::watch();
        self.write(Record { amount: 1, a: id, b: thread, ..Record::new(Op::Loop, time) });
    }

    pub fn loop_ends(&mut self, event_loop: Py) {
        let id = self.event_loop(event_loop);
        let was_running = local(|local| {
            local.running.clear();
            local.loops.pop_if(|last| *last == id).is_some()
        });
        if was_running {
            let record = Record { a: id, b: self.thread(), ..Record::new(Op::Loop, self.now()) };
            self.write(record);
        }
    }

    /// A loop looks for what to do next.
    pub fn once(&mut self, event_loop: Py) {
        local(|local| local.between = None);
        let (api, names) = (self.api, self.names);
        let count = |name| api.attr(event_loop, name).and_then(|all| api.size(all.get())).unwrap_or(1);
        if count(names.ready) > 0 || count(names.scheduled) > 0 || self.open_jobs > 0 || !self.processes.is_empty() {
            return;
        }
        let selector = api.attr(event_loop, names.selector);
        let watched = selector.and_then(|selector| api.attr(selector.get(), names.fd_to_key));
        if watched.and_then(|map| api.size(map.get())).unwrap_or(2) > 1 || api.is_true(event_loop, names.stopping) {
            return;
        }
        let (id, thread, time) = (self.event_loop(event_loop), self.thread(), self.now());
        self.write(Record { a: id, b: thread, ..Record::new(Op::Idle, time) });
    }

    /// `asyncio.run` and its like are called on a thread whose loop is running.
    pub fn nested(&mut self) {
        let current = self.api.call_plain(self.library.running_loop);
        if current.is_some_and(|current| current.get() != self.none) {
            let (time, site) = (self.now(), self.user_site());
            self.write(Record { task: running().task, site, ..Record::new(Op::Nested, time) });
        }
    }

    pub fn never_awaited(&mut self, coroutine: Py) {
        let Some(code) = self.api.attr(coroutine, self.names.cr_code) else { return };
        let title = self.string_of(coroutine, self.names.qualname);
        let defined = if self.is_user(code.get()) { self.definition(code.get()) } else { 0 };
        let (time, site) = (self.now(), self.user_site());
        let record = Record { task: running().task, site, a: title, b: defined, ..Record::new(Op::NeverAwaited, time) };
        self.write(record);
    }

    /// What a loop tells of an exception that nobody caught.
    pub fn handler(&mut self, context: Py) {
        let api = self.api;
        // SAFETY: a live dictionary, or another object of which nothing is found; results are borrowed while it lives.
        let item = |name: &core::ffi::CStr| unsafe {
            let found = (api.PyDict_GetItemString)(context, name.as_ptr());
            (!found.is_null() && found != self.none).then(|| Ref::share(api, found))
        };
        let (message, exception) = (item(c"message"), item(c"exception"));
        let future = item(c"future").or_else(|| item(c"task"));
        let mut record = Record::new(Op::Handler, self.now());
        if let Some(future) = future.filter(|future| self.is_task(future.get())) {
            record.task = self.tasks.get(&(future.get() as usize)).map_or(0, |task| task.id);
        }
        if let Some(text) = message.and_then(|message| api.text(message.get(), 200)) {
            record.a = self.string(&text);
        }
        if let Some(exception) = exception {
            record.b = self.exception(exception.get());
            record.site = self.raised_at(exception.get());
        }
        self.write(record);
    }
}
