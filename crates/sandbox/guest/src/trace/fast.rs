//! The few attributes that every step of a task is asked for, read without being looked up.

use super::objects::{Ref, kind_of, type_name};
use crate::python::{Api, Method, NO_ARGUMENTS, Py};
use crate::sys::c_void;
use std::ffi::{CStr, c_char};

/// An attribute of a class that is written in C, or has slots.
#[derive(Clone, Copy, Default)]
pub enum Reader {
    /// Looked up each time.
    #[default]
    Slow,
    /// At so many bytes from the beginning of the object.
    Slot(isize),
    Getter(unsafe extern "C" fn(Py, *mut c_void) -> Py, *mut c_void),
    /// A method without arguments.
    Method(unsafe extern "C" fn(Py, Py) -> Py),
}

/// `PyMemberDef`
#[repr(C)]
struct Member {
    name: *const c_char,
    kind: i32,
    offset: isize,
}

/// `PyGetSetDef`
#[repr(C)]
struct GetSet {
    name: *const c_char,
    get: Option<unsafe extern "C" fn(Py, *mut c_void) -> Py>,
    set: usize,
    documentation: usize,
    closure: *mut c_void,
}

impl Reader {
    /// How `class` gives the attribute `name`.
    pub fn of(api: &Api, class: Py, name: Py) -> Reader {
        let Some(descriptor) = api.attr(class, name) else { return Reader::Slow };
        // SAFETY: both kinds of descriptor have a head of five words, and then point to their definition, which lives as
        // long as the class.
        unsafe {
            let definition = *descriptor.get().cast::<*const c_void>().add(5);
            match CStr::from_ptr(type_name(kind_of(descriptor.get()))).to_bytes() {
                b"member_descriptor" => Reader::Slot((*definition.cast::<Member>()).offset),
                b"getset_descriptor" => {
                    let definition = &*definition.cast::<GetSet>();
                    definition.get.map_or(Reader::Slow, |get| Reader::Getter(get, definition.closure))
                }
                b"method_descriptor" => match &*definition.cast::<Method>() {
                    method if method.flags == NO_ARGUMENTS => Reader::Method(method.function),
                    _ => Reader::Slow,
                },
                _ => Reader::Slow,
            }
        }
    }

    /// The attribute of an instance of that class, or what the method returns.
    #[inline]
    pub fn read<'a>(self, api: &'a Api, object: Py, name: Py) -> Option<Ref<'a>> {
        match self {
            Reader::Slow => api.attr(object, name),
            Reader::Slot(offset) => {
                // SAFETY: a slot of a live instance of the class; null while it is not set.
                let value = unsafe { *object.byte_offset(offset).cast::<Py>() };
                (!value.is_null()).then(|| Ref::share(api, value))
            }
            // SAFETY: the getter of the class, with an instance of it.
            Reader::Getter(get, closure) => Ref::own(api, unsafe { get(object, closure) }),
            // SAFETY: likewise; such a method is given null.
            Reader::Method(call) => Ref::own(api, unsafe { call(object, std::ptr::null_mut()) }),
        }
    }
}

/// Of handles and of tasks.
#[derive(Default)]
pub struct Readers {
    pub callback: Reader,
    pub arguments: Reader,
    pub fut_waiter: Reader,
    pub state: Reader,
    pub must_cancel: Reader,
    pub coroutine: Reader,
    pub get_name: Reader,
    pub cr_code: Reader,
    pub cr_await: Reader,
}
