//! Reads Python objects without running the program's code: a hook that did could be seen, and interrupted.

use crate::python::{Api, Py};
use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::*};

/// An owned reference.
pub struct Ref<'a> {
    api: &'a Api,
    object: Py,
}

impl<'a> Ref<'a> {
    /// Takes over a reference; `None` of a null pointer, whose exception is forgotten.
    pub fn own(api: &'a Api, object: Py) -> Option<Ref<'a>> {
        if object.is_null() {
            // SAFETY: the interpreter's lock is held.
            unsafe { (api.PyErr_Clear)() };
            return None;
        }
        Some(Ref { api, object })
    }

    /// A further reference to a live object.
    pub fn share(api: &'a Api, object: Py) -> Ref<'a> {
        // SAFETY: a live object.
        unsafe { (api.Py_IncRef)(object) };
        Ref { api, object }
    }

    pub fn get(&self) -> Py {
        self.object
    }

    /// Gives the reference away.
    pub fn keep(self) -> Py {
        let object = self.object;
        std::mem::forget(self);
        object
    }
}

impl Drop for Ref<'_> {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { (self.api.Py_DecRef)(self.object) };
    }
}

macro_rules! names {
    ($($name:ident = $text:literal,)*) => {
        /// Interned strings, for quick looking up.
        pub struct Names { $(pub $name: Py,)* }

        impl Names {
            pub fn new(api: &Api) -> Names {
                // SAFETY: terminated strings; the references are kept for the life of the process.
                unsafe { Names { $($name: (api.PyUnicode_InternFromString)(concat!($text, "\0").as_ptr().cast()),)* } }
            }
        }
    };
}

names! {
    ag_await = "ag_await", ag_code = "ag_code", ag_frame = "ag_frame", args = "args",
    arguments = "_args", callback = "_callback", cancelled = "CANCELLED", children = "_children",
    co_filename = "co_filename", co_firstlineno = "co_firstlineno", co_name = "co_name", co_qualname = "co_qualname",
    coroutine = "_coro", cr_await = "cr_await", cr_code = "cr_code", cr_frame = "cr_frame",
    exception_kept = "_exception", f_back = "f_back", f_code = "f_code",
    f_globals = "f_globals", f_lasti = "f_lasti", fd_to_key = "_fd_to_key", finished = "FINISHED",
    function = "__func__", fut_waiter = "_fut_waiter", func = "func", get_name = "get_name",
    gi_code = "gi_code", gi_frame = "gi_frame", gi_yieldfrom = "gi_yieldfrom", hidden_name = "_name",
    hidden_log_traceback = "_Future__log_traceback", locked = "_locked", log_traceback = "_log_traceback",
    loop_ = "_loop", max_workers = "_max_workers", popen = "_popen",
    maxsize = "_maxsize", module = "__name__", must_cancel = "_must_cancel",
    parties = "_parties", pending = "PENDING", pid = "pid", queue = "_queue", qualname = "__qualname__",
    ready = "_ready", returncode = "returncode", running = "RUNNING", scheduled = "_scheduled",
    selector = "_selector", self_ = "__self__", state = "_state", stopping = "_stopping", target = "_target",
    tb_frame = "tb_frame", tb_lineno = "tb_lineno", tb_next = "tb_next",
    traceback = "__traceback__", value = "_value", waiters = "_waiters", when = "_when", code = "__code__",
}

/// What marks classes that are written in Python, and those whose attributes are looked up by methods of theirs.
static DEALLOCATES: AtomicUsize = AtomicUsize::new(0);
static LOOKS_UP: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// Places in a type object, in words. They are the same in every version from 3.8 on.
const TP_DEALLOC: usize = 6;
const TP_GETATTRO: usize = 18;

fn word(class: Py, index: usize) -> usize {
    // SAFETY: a live type.
    unsafe { *class.cast::<usize>().add(index) }
}

/// Learns the marks from two classes of Python, with `__getattr__` and with `__getattribute__`.
pub fn learn(classes: [Py; 2]) {
    DEALLOCATES.store(word(classes[0], TP_DEALLOC), Relaxed);
    for (mark, class) in LOOKS_UP.iter().zip(classes) {
        mark.store(word(class, TP_GETATTRO), Relaxed);
    }
}

/// Whether a class is written in Python: its methods may do anything.
pub fn is_python(class: Py) -> bool {
    word(class, TP_DEALLOC) == DEALLOCATES.load(Relaxed)
}

impl Api {
    /// Whether asking for an attribute runs no method, property or descriptor of Python's.
    fn is_silent(&self, object: Py, name: Py) -> bool {
        let class = kind_of(object);
        let how = word(class, TP_GETATTRO);
        if LOOKS_UP.iter().any(|mark| mark.load(Relaxed) == how) {
            return false;
        }
        if !is_python(class) {
            return true;
        }
        // SAFETY: a live type and a string; the borrowed result is only looked at.
        let found = unsafe { (self._PyType_Lookup)(class, name) };
        if found.is_null() {
            return true;
        }
        let kind = kind_of(found);
        // SAFETY: a terminated string of a live type.
        !is_python(kind) && unsafe { CStr::from_ptr(type_name(kind)) } != c"property"
    }

    pub fn attr(&self, object: Py, name: Py) -> Option<Ref<'_>> {
        if !self.is_silent(object, name) {
            return None;
        }
        // SAFETY: live objects, and the interpreter's lock is held.
        Ref::own(self, unsafe { (self.PyObject_GetAttr)(object, name) })
    }

    /// An attribute that is neither missing nor `None`.
    pub fn some(&self, object: Py, name: Py, none: Py) -> Option<Ref<'_>> {
        self.attr(object, name).filter(|value| value.get() != none)
    }

    pub fn number(&self, object: Py, name: Py) -> Option<i64> {
        self.attr(object, name).and_then(|value| self.long(value.get()))
    }

    pub fn long(&self, object: Py) -> Option<i64> {
        let is_number = matches!(class_name(object).as_str(), "int" | "bool") && !is_python(kind_of(object));
        // SAFETY: a live number; one that is too long raises, which is cleared.
        is_number.then(|| unsafe {
            let number = (self.PyLong_AsLong)(object);
            if number == -1 {
                (self.PyErr_Clear)();
            }
            number
        })
    }

    fn is_text(&self, object: Py) -> bool {
        // SAFETY: a live object.
        unsafe { CStr::from_ptr(type_name(kind_of(object))) == c"str" }
    }

    pub fn truth(&self, object: Py) -> bool {
        // SAFETY: a live object.
        !is_python(kind_of(object)) && unsafe { (self.PyObject_IsTrue)(object) } == 1
    }

    pub fn is_true(&self, object: Py, name: Py) -> bool {
        self.attr(object, name).is_some_and(|value| self.truth(value.get()))
    }

    /// The text of a string, with what UTF-8 cannot say replaced, cut to `most` characters.
    pub fn text(&self, object: Py, most: usize) -> Option<String> {
        let mut size = 0;
        // SAFETY: a live object; what is no string, or has surrogates, raises, which is cleared. The bytes live as long as
        // the object they belong to.
        unsafe {
            let bytes = (self.PyUnicode_AsUTF8AndSize)(object, &mut size);
            if !bytes.is_null() {
                return Some(cut(std::slice::from_raw_parts(bytes.cast(), size as usize), most));
            }
            (self.PyErr_Clear)();
            if !self.is_text(object) {
                return None;
            }
            let encoded = (self.PyUnicode_AsEncodedString)(object, c"utf-8".as_ptr(), c"replace".as_ptr());
            let encoded = Ref::own(self, encoded)?;
            let bytes = (self.PyBytes_AsString)(encoded.get());
            Some(cut(std::slice::from_raw_parts(bytes.cast(), (self.PyBytes_Size)(encoded.get()) as usize), most))
        }
    }

    pub fn text_of(&self, object: Py, name: Py, most: usize) -> Option<String> {
        self.text(self.attr(object, name)?.get(), most)
    }

    /// How many there are in a container, if that can be known.
    pub fn size(&self, object: Py) -> Option<usize> {
        if is_python(kind_of(object)) {
            return None;
        }
        // SAFETY: a live object; what has no length raises, which is cleared.
        unsafe {
            let size = (self.PyObject_Size)(object);
            if size < 0 {
                (self.PyErr_Clear)();
            }
            usize::try_from(size).ok()
        }
    }

    /// The items of a list, tuple or set, in a list of their own.
    pub fn items(&self, object: Py) -> Vec<Ref<'_>> {
        if is_python(kind_of(object)) { Vec::new() } else { self.members(object) }
    }

    /// The items of a container of the library's.
    pub fn members(&self, object: Py) -> Vec<Ref<'_>> {
        // SAFETY: a live object; the items are shared before the list lets go of them.
        unsafe {
            let Some(list) = Ref::own(self, (self.PySequence_List)(object)) else { return Vec::new() };
            let size = (self.PyList_Size)(list.get());
            (0..size).map(|index| Ref::share(self, (self.PyList_GetItem)(list.get(), index))).collect()
        }
    }

    /// Calls without arguments, such as a C function that only reads.
    pub fn call_plain(&self, function: Py) -> Option<Ref<'_>> {
        // SAFETY: a live callable.
        Ref::own(self, unsafe { (self.PyObject_CallObject)(function, null_mut()) })
    }

    /// By its class alone: `isinstance` asks the object too.
    pub fn is_instance(&self, object: Py, class: Py) -> bool {
        // SAFETY: two live types.
        kind_of(object) == class || unsafe { (self.PyType_IsSubtype)(kind_of(object), class) } == 1
    }

    /// A weak reference, if there can be one.
    pub fn weak(&self, object: Py) -> Option<Ref<'_>> {
        // SAFETY: a live object; without a callback there is one reference for all who ask.
        Ref::own(self, unsafe { (self.PyWeakref_NewRef)(object, null_mut()) })
    }

    /// Whether a weak reference still means this very object.
    pub fn means(&self, weak: Py, object: Py) -> bool {
        // SAFETY: a live weak reference; the borrowed result is only compared.
        unsafe { (self.PyWeakref_GetObject)(weak) == object }
    }
}

/// The type of an object, borrowed. [`super::fits`] has made sure that it lies there.
pub fn kind_of(object: Py) -> Py {
    // SAFETY: a live object begins with its count and its type.
    unsafe { *object.cast::<Py>().add(1) }
}

/// `tp_name`, which lies behind the head of a variable-sized object.
pub fn type_name(class: Py) -> *const core::ffi::c_char {
    // SAFETY: a live type.
    unsafe { *class.cast::<*const core::ffi::c_char>().add(3) }
}

/// The last part of the name of an object's class.
pub fn class_name(object: Py) -> String {
    // SAFETY: a terminated string that lives as long as the type.
    let name = unsafe { CStr::from_ptr(type_name(kind_of(object))) }.to_string_lossy();
    name.rsplit('.').next().unwrap_or_default().chars().take(100).collect()
}

fn cut(bytes: &[u8], most: usize) -> String {
    if bytes.len() <= most && bytes.is_ascii() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    String::from_utf8_lossy(&bytes[..bytes.len().min(most * 4)]).chars().take(most).collect()
}
