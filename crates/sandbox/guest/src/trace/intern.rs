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
struct Code {
    is_user: bool,
    sites: Map<i32, i32>,
}

#[derive(Default)]
pub struct Intern {
    work: String,
    strings: HashMap<String, i32>,
    sites: usize,
    codes: Map<usize, Code>,
    chains: Map<Vec<(usize, i32)>, i32>,
}

/// A list of values as JSON: `entry!(area, "s", number, Text(text))`.
macro_rules! entry {
    ($area:expr, $kind:literal $(, $value:expr)*) => {{
        let mut line = String::with_capacity(96);
        line.push_str(concat!("[\"", $kind, "\""));
        $( line.push(','); $crate::trace::intern::Json::write(&$value, &mut line); )*
        line.push(']');
        $area.entry(&line);
    }};
}
pub(crate) use entry;

/// What can stand in an entry.
pub trait Json {
    fn write(&self, line: &mut String);
}

impl Json for i64 {
    fn write(&self, line: &mut String) {
        let _ = write!(line, "{self}");
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
            Code { is_user, sites: Map::default() }
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
        let first = self.api.number(code, self.names.co_firstlineno).unwrap_or(0);
        self.site(code, first as i32)
    }

    pub fn chain(&mut self, levels: &[(usize, i32)], sites: &[[i32; 2]]) -> i32 {
        if let Some(number) = self.intern.chains.get(levels) {
            return *number;
        }
        if self.intern.chains.len() >= MOST || levels.is_empty() {
            return 0;
        }
        let number = self.intern.chains.len() as i32 + 1;
        entry!(self.area, "c", number, sites.to_vec());
        self.intern.chains.insert(levels.to_vec(), number);
        number
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
            let code = api.attr(current.get(), names.f_code);
            if code.is_some_and(|code| self.is_user(code.get())) {
                return (Some(current), called);
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
