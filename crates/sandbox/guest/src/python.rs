//! The part of Python's C interface the guest uses, looked up at run time so that one library fits every version.

use crate::sys::{self, c_char, c_int, c_long};

#[repr(C)]
pub struct Object {
    _opaque: [u8; 0],
}

pub type Py = *mut Object;

/// Returned by value from the initialisation functions; the layout is part of the documented interface.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PyStatus {
    pub kind: c_int,
    pub function: *const c_char,
    pub message: *const c_char,
    pub exit_code: c_int,
}

/// `PyMethodDef`
#[repr(C)]
pub struct Method {
    pub name: *const c_char,
    pub function: unsafe extern "C" fn(Py, Py) -> Py,
    pub flags: c_int,
    pub documentation: *const c_char,
}

/// [`Method::flags`]: the function is given a tuple of its arguments.
pub const VARIABLE_ARGUMENTS: c_int = 1;
/// [`Method::flags`]: the function is given null.
pub const NO_ARGUMENTS: c_int = 4;
/// [`Method::flags`]: the function is given its one argument.
pub const ONE_ARGUMENT: c_int = 8;

macro_rules! interface {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        #[allow(non_snake_case, reason = "the names are Python's")]
        pub struct Api { $(pub $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)* }

        impl Api {
            /// `Err` names the function that the interpreter does not export.
            pub fn load() -> Result<Api, &'static str> {
                Ok(Api { $($name: {
                    // SAFETY: the name is terminated; a non-null result is the function of that name, whose
                    // signature in every Python from 3.8 on is the one given in the table.
                    unsafe {
                        let address = sys::dlsym(sys::RTLD_DEFAULT, concat!(stringify!($name), "\0").as_ptr().cast());
                        if address.is_null() {
                            return Err(stringify!($name));
                        }
                        std::mem::transmute::<*mut sys::c_void, unsafe extern "C" fn($($argument),*) $(-> $result)?>(address)
                    }
                },)* })
            }
        }
    };
}

interface! {
    PyConfig_InitPythonConfig: fn(*mut u8);
    PyConfig_SetBytesArgv: fn(*mut u8, c_long, *const *const c_char) -> PyStatus;
    Py_InitializeFromConfig: fn(*mut u8) -> PyStatus;
    PyStatus_Exception: fn(PyStatus) -> c_int;
    PyConfig_Clear: fn(*mut u8);
    Py_CompileString: fn(*const c_char, *const c_char, c_int) -> Py;
    PyEval_EvalCode: fn(Py, Py, Py) -> Py;
    PyDict_New: fn() -> Py;
    PyDict_GetItemString: fn(Py, *const c_char) -> Py;
    PyDict_SetItemString: fn(Py, *const c_char, Py) -> c_int;
    PyDict_DelItemString: fn(Py, *const c_char) -> c_int;
    PyImport_ImportModule: fn(*const c_char) -> Py;
    PyImport_GetModuleDict: fn() -> Py;
    PyBytes_FromStringAndSize: fn(*const c_char, isize) -> Py;
    PyBytes_AsString: fn(Py) -> *const c_char;
    PyList_New: fn(isize) -> Py;
    PyList_Append: fn(Py, Py) -> c_int;
    PyList_GetItem: fn(Py, isize) -> Py;
    PyList_Size: fn(Py) -> isize;
    PyTuple_GetItem: fn(Py, isize) -> Py;
    PyObject_CallObject: fn(Py, Py) -> Py;
    PyObject_GetAttrString: fn(Py, *const c_char) -> Py;
    PyList_AsTuple: fn(Py) -> Py;
    PyLong_AsLong: fn(Py) -> c_long;
    PyErr_Fetch: fn(*mut Py, *mut Py, *mut Py);
    PyErr_NormalizeException: fn(*mut Py, *mut Py, *mut Py);
    PyErr_Clear: fn();
    PyErr_Print: fn();
    PyException_SetTraceback: fn(Py, Py) -> c_int;
    PyGC_Collect: fn() -> isize;
    PyOS_BeforeFork: fn();
    PyOS_AfterFork_Parent: fn();
    PyOS_AfterFork_Child: fn();
    Py_DecRef: fn(Py);
    Py_IncRef: fn(Py);
    PyObject_GetAttr: fn(Py, Py) -> Py;
    PyType_IsSubtype: fn(Py, Py) -> c_int;
    _PyType_Lookup: fn(Py, Py) -> Py;
    PyObject_IsTrue: fn(Py) -> c_int;
    PyObject_Size: fn(Py) -> isize;
    PySequence_List: fn(Py) -> Py;
    PyTuple_New: fn(isize) -> Py;
    PyTuple_SetItem: fn(Py, isize, Py) -> c_int;
    PyTuple_Size: fn(Py) -> isize;
    PyFloat_AsDouble: fn(Py) -> f64;
    PyUnicode_InternFromString: fn(*const c_char) -> Py;
    PyUnicode_AsUTF8AndSize: fn(Py, *mut isize) -> *const c_char;
    PyUnicode_AsEncodedString: fn(Py, *const c_char, *const c_char) -> Py;
    PyBytes_Size: fn(Py) -> isize;
    PyErr_Restore: fn(Py, Py, Py);
    PyEval_GetFrame: fn() -> Py;
    PyFrame_GetLineNumber: fn(Py) -> c_int;
    PyWeakref_NewRef: fn(Py, Py) -> Py;
    PyWeakref_GetObject: fn(Py) -> Py;
    PyCFunction_NewEx: fn(*mut Method, Py, Py) -> Py;
    PyGILState_Check: fn() -> c_int;
    PyGILState_GetThisThreadState: fn() -> *mut sys::c_void;
    PyGILState_Ensure: fn() -> c_int;
    PyGILState_Release: fn(c_int);
    Py_AddPendingCall: fn(unsafe extern "C" fn(*mut sys::c_void) -> c_int, *mut sys::c_void) -> c_int;
}

impl Api {
    pub fn bytes(&self, value: &[u8]) -> Py {
        // SAFETY: the pointer and length are those of a live slice; the interpreter copies the bytes.
        unsafe { (self.PyBytes_FromStringAndSize)(value.as_ptr().cast(), value.len() as isize) }
    }

    /// A list of the given objects, whose references it takes over.
    pub fn list(&self, items: impl IntoIterator<Item = Py>) -> Py {
        // SAFETY: all objects are live; `PyList_Append` takes a reference of its own, so ours is given back.
        unsafe {
            let list = (self.PyList_New)(0);
            for item in items {
                (self.PyList_Append)(list, item);
                (self.Py_DecRef)(item);
            }
            list
        }
    }

    /// Calls `function` with the given objects, whose references it takes over. Null when it raised.
    pub fn call(&self, function: Py, arguments: impl IntoIterator<Item = Py>) -> Py {
        let list = self.list(arguments);
        // SAFETY: `list` is a live list and `function` a live callable.
        unsafe {
            let tuple = (self.PyList_AsTuple)(list);
            (self.Py_DecRef)(list);
            let result = (self.PyObject_CallObject)(function, tuple);
            (self.Py_DecRef)(tuple);
            result
        }
    }
}
