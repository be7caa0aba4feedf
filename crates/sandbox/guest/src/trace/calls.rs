//! Calls that block their thread, and what is written to the standard streams: both are seen where they leave the
//! interpreter, which has let go of its lock by then.

use super::area::{Op, Record};
use super::{Tracer, clock, hook, is_on, local, micros, running, unlocked};
use crate::sys;

/// Shorter calls are not worth a word.
const SHORTEST: i64 = 1_000_000;

/// Makes a call that may block; `word` is what Python calls it.
pub fn waited<T>(word: &str, call: impl FnOnce() -> T) -> T {
    if !is_on() {
        return call();
    }
    let before = clock();
    let result = call();
    let after = clock();
    // A loop that waits for what comes next is no call of the program's.
    let is_loop = || local(|local| !local.loops.is_empty() && local.running.is_empty());
    if after - before >= SHORTEST && !is_loop() {
        unlocked(|| hook(|tracer| tracer.called(word, before, after)));
    }
    result
}

/// Something is about to be written to standard output or error.
pub fn output(fd: i32, bytes: &[u8]) {
    if is_on() {
        unlocked(|| hook(|tracer| tracer.printed(fd, bytes)));
    }
}

impl Tracer {
    fn called(&mut self, word: &str, before: i64, after: i64) {
        let (user, called) = self.user_frame();
        let Some(user) = user else { return };
        let name = match &called {
            Some(frame) => {
                let code = self.api.attr(frame.get(), self.names.f_code);
                let function = code.map(|code| self.function(code.get())).unwrap_or_default();
                let module = self.module(frame.get());
                let name = format!("{}{function}", owner(&module, &function));
                // Everybody knows whose `Thread.join` is.
                if module == "threading" { name } else { format!("{module}.{name}") }
            }
            None => word.to_owned(),
        };
        let (site, thread, a) = (self.site_of(user.get()), self.thread(), self.string(&name));
        let amount = (after - before) / 1000;
        self.write(Record {
            amount,
            task: running().task,
            site,
            a,
            c: thread,
            ..Record::new(Op::Call, micros(before))
        });
    }

    fn printed(&mut self, fd: i32, bytes: &[u8]) {
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let text: String = String::from_utf8_lossy(&first[..first.len().min(240)]).chars().take(60).collect();
        let (site, thread, a) = (self.user_site(), self.thread(), self.string(&text));
        let record =
            Record { amount: bytes.len() as i64, task: running().task, site, a, ..Record::new(Op::Print, self.now()) };
        self.write(Record { b: fd, c: thread, ..record });
    }
}

/// The class of a method, which code objects know from Python 3.11 on.
fn owner(module: &str, function: &str) -> &'static str {
    match (module, function) {
        ("threading", "join") => "Thread.",
        ("threading", "wait") => "Event.",
        ("threading", "acquire") => "Semaphore.",
        ("queue", "get" | "put" | "join") => "Queue.",
        ("subprocess", "wait" | "communicate") => "Popen.",
        ("concurrent.futures._base", "result" | "exception") => "Future.",
        ("multiprocessing.process", "join") => "BaseProcess.",
        _ => "",
    }
}

type Int = sys::c_int;
type Void = sys::c_void;

/// Functions of the C library that block, in front of whoever else stands there.
macro_rules! blocking {
    ($($word:literal fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        /// # Safety
        /// As the C library's function of this name.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            static REAL: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
            const NAME: &core::ffi::CStr = match core::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => unreachable!(),
            };
            let address = crate::interpose::real(&REAL, NAME);
            // SAFETY: the symbol is the C library's, called with the caller's own arguments.
            waited($word, || unsafe {
                std::mem::transmute::<usize, unsafe extern "C" fn($($type),*) -> $result>(address)($($argument),*)
            })
        }
    )*};
}

blocking! {
    "time.sleep" fn clock_nanosleep(clock: Int, flags: Int, time: *const Void, rest: *mut Void) -> Int;
    "time.sleep" fn nanosleep(time: *const sys::timespec, rest: *mut sys::timespec) -> Int;
    "time.sleep" fn select(count: Int, read: *mut Void, write: *mut Void, other: *mut Void, time: *mut Void) -> Int;
    "select.poll" fn poll(fds: *mut sys::pollfd, count: sys::c_ulong, timeout: Int) -> Int;
    "select.epoll" fn epoll_wait(epoll: Int, events: *mut Void, count: Int, timeout: Int) -> Int;
    "Lock.acquire" fn sem_wait(semaphore: *mut Void) -> Int;
    "Lock.acquire" fn sem_timedwait(semaphore: *mut Void, time: *const Void) -> Int;
    "Lock.acquire" fn sem_clockwait(semaphore: *mut Void, clock: Int, time: *const Void) -> Int;
    "socket.recv" fn recv(fd: Int, buffer: *mut Void, count: usize, flags: Int) -> isize;
    "socket.recvfrom" fn recvfrom(fd: Int, buffer: *mut Void, count: usize, flags: Int, from: *mut Void, size: *mut Void) -> isize;
    "socket.accept" fn accept4(fd: Int, address: *mut Void, size: *mut Void, flags: Int) -> Int;
    "socket.connect" fn connect(fd: Int, address: *const Void, size: u32) -> Int;
    "os.waitpid" fn waitpid(pid: Int, status: *mut Int, options: Int) -> Int;
    "os.wait4" fn wait4(pid: Int, status: *mut Int, options: Int, usage: *mut sys::rusage) -> Int;
    "os.system" fn system(command: *const sys::c_char) -> Int;
    "read" fn read(fd: Int, buffer: *mut Void, count: usize) -> isize;
}
