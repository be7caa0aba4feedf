//! Texts, places and chains of places, each told once and then known by a number.

use super::Tracer;
use super::objects::Ref;
use crate::python::Py;
use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{BuildHasherDefault, Hasher};

/// Of each kind.
const MOST: usize = 20_000;

/// For keys that are addresses or small numbers.
#[derive(Default)]
pub struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_i32(&mut self, value: i32) {
        self.write_u64(value as u64);
    }
}

pub type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

/// What is known of a code object, which is kept alive so that its address stays its own.
#[derive(Default)]
struct Code {
    is_user: bool,
    sites: Map<i32, i32>,
    /// Of a library: what a task that waits there waits in.
    place: Option<Place>,
    /// The qualified name that coroutines of it have, as an address and as a string.
    title: (usize, i32),
    definition: Option<i32>,
}

/// What of a library a task waits in.
#[derive(Clone, Copy)]
pub struct Place {
    /// `module.function`, as a string.
    pub name: i32,
    pub shows: Shows,
}

/// What its variables show of whom is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Nothing,
    /// A lock, a queue, a group.
    Resource,
    /// A set of futures.
    Several,
    /// A task.
    Task,
}

#[derive(Default)]
pub struct Intern {
    work: String,
    strings: HashMap<String, i32>,
    sites: usize,
    codes: Map<usize, Code>,
    /// A chain's number, and the site of its innermost line.
    chains: Map<Vec<(usize, i32)>, (i32, i32)>,
    /// The string `yield`.
    bare_yield: i32,
}

/// A list of values as JSON: `entry!(area, "s", number, Text(text))`.
macro_rules! entry {
    ($area:expr, $kind:literal $(, $value:expr)*) => {{
        let mut line = $area.line();
        line.push_str(concat!("[\"", $kind, "\""));
        $( line.push(','); $crate::trace::intern::Json::write(&$value, &mut line); )*
        line.push(']');
        $area.entry(line);
    }};
}
pub(crate) use entry;

/// What can stand in an entry.
pub trait Json {
    fn write(&self, line: &mut String);
}

impl Json for i64 {
    fn write(&self, line: &mut String) {
        let (mut digits, mut at, mut rest) = ([0; 20], 20, self.unsigned_abs());
        while rest > 0 || at == 20 {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        line.push_str(if *self < 0 { "-" } else { "" });
        line.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    }
}

impl Json for i32 {
    fn write(&self, line: &mut String) {
        i64::from(*self).write(line);
    }
}

impl Json for &str {
    fn write(&self, line: &mut String) {
        line.push('"');
        for character in self.chars() {
            match character {
                '"' | '\\' => line.extend(['\\', character]),
                '\n' => line.push_str("\\n"),
                '\0'..' ' => drop(write!(line, "\\u{:04x}", character as u32)),
                _ => line.push(character),
            }
        }
        line.push('"');
    }
}

impl Json for Vec<i32> {
    fn write(&self, line: &mut String) {
        line.push('[');
        for (index, number) in self.iter().enumerate() {
            line.push_str(if index > 0 { "," } else { "" });
            number.write(line);
        }
        line.push(']');
    }
}

impl Json for Vec<[i32; 2]> {
    fn write(&self, line: &mut String) {
        line.push('[');
        for (index, pair) in self.iter().enumerate() {
            line.push_str(if index > 0 { "," } else { "" });
            pair.to_vec().write(line);
        }
        line.push(']');
    }
}

impl Intern {
    pub fn new(work: &str) -> Intern {
        Intern { work: format!("{work}/"), ..Intern::default() }
    }
}

impl Tracer {
    pub fn string(&mut self, text: &str) -> i32 {
        if let Some(number) = self.intern.strings.get(text) {
            return *number;
        }
        if self.intern.strings.len() >= MOST {
            return 0;
        }
        let number = self.intern.strings.len() as i32 + 1;
        entry!(self.area, "s", number, text);
        self.intern.strings.insert(text.to_owned(), number);
        number
    }

    pub fn string_of(&mut self, object: Py, name: Py) -> i32 {
        match self.api.text_of(object, name, 200) {
            Some(text) => self.string(&text),
            None => 0,
        }
    }

    fn code(&mut self, code: Py) -> &mut Code {
        let (api, names, intern) = (self.api, self.names, &mut self.intern);
        intern.codes.entry(code as usize).or_insert_with(|| {
            let file = api.text_of(code, names.co_filename, 500).unwrap_or_default();
            // Kept, so that the address stays its own.
            Ref::share(api, code).keep();
            let is_user = !file.starts_with(['/', '<']) || file.starts_with(&intern.work);
            Code { is_user, ..Code::default() }
        })
    }

    /// Whether a code object is the user's, and neither the standard library's nor a package's.
    pub fn is_user(&mut self, code: Py) -> bool {
        self.code(code).is_user
    }

    pub fn site(&mut self, code: Py, line: i32) -> i32 {
        if let Some(site) = self.code(code).sites.get(&line) {
            return *site;
        }
        if self.intern.sites >= MOST {
            return 0;
        }
        self.intern.sites += 1;
        let number = self.intern.sites as i32;
        let (api, names) = (self.api, self.names);
        let file = api.text_of(code, names.co_filename, 500).unwrap_or_default();
        let file = file.strip_prefix(&self.intern.work).unwrap_or(&file);
        let function = self.function(code);
        let first = api.number(code, names.co_firstlineno).unwrap_or(0);
        entry!(self.area, "l", number, file, line, &*function, first);
        self.code(code).sites.insert(line, number);
        number
    }

    /// `co_qualname`, which Python has from 3.11 on, else `co_name`.
    pub fn function(&self, code: Py) -> String {
        let (api, names) = (self.api, self.names);
        let name = api.text_of(code, names.co_qualname, 100).or_else(|| api.text_of(code, names.co_name, 100));
        name.unwrap_or_default()
    }

    /// The line where a code object begins.
    pub fn definition(&mut self, code: Py) -> i32 {
        if let Some(site) = self.code(code).definition {
            return site;
        }
        let first = self.api.number(code, self.names.co_firstlineno).unwrap_or(0);
        let site = self.site(code, first as i32);
        self.code(code).definition = Some(site);
        site
    }

    /// What a bare yield waits in.
    pub fn bare_yield(&mut self) -> i32 {
        if self.intern.bare_yield == 0 {
            self.intern.bare_yield = self.string("yield");
        }
        self.intern.bare_yield
    }

    /// A chain's number and the site of its innermost line, if it has been met.
    pub fn known_chain(&self, levels: &[(usize, i32)]) -> Option<(i32, i32)> {
        self.intern.chains.get(levels).copied()
    }

    pub fn new_chain(&mut self, levels: Vec<(usize, i32)>, sites: Vec<[i32; 2]>) -> (i32, i32) {
        let innermost = sites.last().map_or(0, |site| site[0]);
        if self.intern.chains.len() >= MOST || levels.is_empty() {
            return (0, innermost);
        }
        let number = self.intern.chains.len() as i32 + 1;
        entry!(self.area, "c", number, sites);
        self.intern.chains.insert(levels, (number, innermost));
        (number, innermost)
    }

    /// What a task waits in whose innermost coroutine, one of a library's, runs `code`.
    pub fn library_place(&mut self, code: Py, frame: impl FnOnce() -> Option<Ref<'static>>) -> Place {
        if let Some(place) = self.code(code).place {
            return place;
        }
        let Some(frame) = frame() else { return Place { name: 0, shows: Shows::Nothing } };
        let (module, function) = (self.module(frame.get()), self.api.text_of(code, self.names.co_name, 100));
        let function = function.unwrap_or_default();
        let shows = match &*module {
            "asyncio.locks" | "asyncio.queues" | "asyncio.taskgroups" | "asyncio.streams" => Shows::Resource,
            "asyncio.tasks" if function == "wait" => Shows::Several,
            "asyncio.tasks" if function == "wait_for" => Shows::Task,
            "asyncio.tasks" if function == "_wait_for_one" => Shows::Resource,
            _ => Shows::Nothing,
        };
        let place = Place { name: self.string(&format!("{module}.{function}")), shows };
        self.code(code).place = Some(place);
        place
    }

    /// `__name__` of the module a frame runs in.
    pub fn module(&self, frame: Py) -> String {
        let globals = self.api.attr(frame, self.names.f_globals);
        // SAFETY: a live dictionary; the result is borrowed while it lives.
        let name =
            globals.as_ref().map(|all| unsafe { (self.api.PyDict_GetItemString)(all.get(), c"__name__".as_ptr()) });
        name.filter(|name| !name.is_null()).and_then(|name| self.api.text(name, 100)).unwrap_or_default()
    }

    /// The qualified name of a coroutine that runs `code`.
    pub fn coroutine_title(&mut self, coroutine: Py, code: Py) -> i32 {
        let Some(name) = self.api.attr(coroutine, self.names.qualname) else { return 0 };
        let (known, title) = self.code(code).title;
        // Code keeps its name alive.
        if known == name.get() as usize {
            return title;
        }
        let title = self.api.text(name.get(), 200).map_or(0, |text| self.string(&text));
        self.code(code).title = (name.get() as usize, title);
        title
    }

    /// The frame that is running on this thread.
    pub fn frame(&self) -> Option<Ref<'static>> {
        // SAFETY: the interpreter's lock is held; the result is borrowed.
        let frame = unsafe { (self.api.PyEval_GetFrame)() };
        (!frame.is_null()).then(|| Ref::share(self.api, frame))
    }

    /// The innermost frame of the user's that is running, and what of a library's it has called, outermost.
    pub fn user_frame(&mut self) -> (Option<Ref<'static>>, Option<Ref<'static>>) {
        let (api, names) = (self.api, self.names);
        let (mut frame, mut called) = (self.frame(), None);
        for _ in 0..60 {
            let Some(current) = frame else { break };
            let Some(code) = api.attr(current.get(), names.f_code) else { break };
            if self.is_user(code.get()) {
                return (Some(current), called);
            }
            // What is below only runs the loop.
            if code.get() == self.library.run {
                break;
            }
            frame = api.some(current.get(), names.f_back, self.none);
            called = Some(current);
        }
        (None, None)
    }

    pub fn line(&self, frame: Py) -> i32 {
        // SAFETY: a live frame.
        unsafe { (self.api.PyFrame_GetLineNumber)(frame) }
    }

    pub fn site_of(&mut self, frame: Py) -> i32 {
        let Some(code) = self.api.attr(frame, self.names.f_code) else { return 0 };
        let line = self.line(frame);
        self.site(code.get(), line)
    }

    /// The innermost line of the user's that is running.
    pub fn user_site(&mut self) -> i32 {
        match self.user_frame().0 {
            Some(frame) => self.site_of(frame.get()),
            None => 0,
        }
    }

    /// `Class: arguments` of an exception, without running any code of its own.
    pub fn exception(&mut self, exception: Py) -> i32 {
        let (api, names) = (self.api, self.names);
        let mut text = super::objects::class_name(exception);
        let arguments = api.attr(exception, names.args).map(|args| api.items(args.get())).unwrap_or_default();
        let words: Vec<String> =
            arguments.iter().take(2).map(|one| api.text(one.get(), 80).unwrap_or_else(|| "…".into())).collect();
        if !words.is_empty() {
            text = format!("{text}: {}", words.join(", "));
        }
        let text: String = text.chars().take(80).collect();
        self.string(&text)
    }

    /// The innermost line of the user's that an exception came through.
    pub fn raised_at(&mut self, exception: Py) -> i32 {
        let (api, names) = (self.api, self.names);
        let mut trace = api.some(exception, names.traceback, self.none);
        let mut site = 0;
        for _ in 0..1000 {
            let Some(current) = trace else { break };
            let frame = api.attr(current.get(), names.tb_frame);
            let code = frame.and_then(|frame| api.attr(frame.get(), names.f_code));
            if let Some(code) = code.filter(|code| self.is_user(code.get())) {
                let line = api.number(current.get(), names.tb_lineno).unwrap_or(0);
                site = self.site(code.get(), line as i32);
            }
            trace = api.some(current.get(), names.tb_next, self.none);
        }
        site
    }
}
