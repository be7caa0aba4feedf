//! The event stream: what the guest inside a run writes, and all that this crate knows of the run.
//!
//! This file is the contract. The guest is Python and native code in another crate and cannot share it as code, so every
//! number is written out here.
//!
//! # The stream
//!
//! Blocks, one after another: a kind (one byte), the length of the payload (`u32`, little-endian), the payload.
//!
//! | kind | payload |
//! | --- | --- |
//! | `T` | table entries: one JSON array of arrays, UTF-8. Texts have no lone surrogates (`encode('utf-8', 'replace')` first): JSON readers refuse the whole block otherwise |
//! | `E` | records of [`RECORD`] bytes each |
//!
//! A block is at most [`MAX_BLOCK`] bytes. Blocks are made when the run is over, of what the guest has left in memory
//! that it shared with its supervisor: entries first, then records. An entry or record is counted there once it is whole,
//! so a run that is killed has told what it was at. One process writes: a fork of the traced process writes nothing. A
//! stream that is cut all the same counts up to there.
//!
//! # Numbers
//!
//! Times are microseconds of the run's own clock (virtual where the clock is) since the program was told to start, which
//! is the zero of a transcript's times too; `i64`. CPU times are microseconds of the thread's CPU clock, clipped to what
//! an `i32` holds.
//!
//! **Ids.** Loops, tasks, threads, jobs, processes, resources and groups take their ids from one counter that starts at 1
//! and never gives an id twice; 0 is "none" or "not known". Python objects are known by address and weak reference, never
//! by address alone: addresses are used again. Strings, sites and chains have a counter each, from 1; 0 is "none".
//!
//! # Table entries
//!
//! The first element names the kind. An id that comes again replaces what was said of it.
//!
//! | entry | meaning |
//! | --- | --- |
//! | `["v", 1]` | the version of this contract, [`VERSION`]; the first entry of the stream |
//! | `["i", key, value]` | about the run, both strings. Keys: `python` (`3.12.4`), `loop` (`uvloop 0.19`, else absent), `clock` (`virtual`, `steady`, `real`), `unhooked` (hooks that found no place, by comma), `untraced` (why there are no events) |
//! | `["s", n, text]` | string `n`, cut to 200 characters |
//! | `["l", n, file, line, function, first]` | site `n`: the path as in `co_filename` (500 characters), the line, `co_name` (`co_qualname` where there is one; 100), and `co_firstlineno`, which counts decorators |
//! | `["c", n, [[site, lasti], …]]` | chain `n`: the user's frames of a waiting task, outermost first, each at its waiting line with `f_lasti`; at most 40. Library frames are left out |
//! | `["e", id, class, thread]` | a loop, its class and the thread it runs on; sent when it first runs or first gets a task |
//! | `["t", id, name, coroutine, site, user]` | a task: `get_name()` (100), string of the coroutine's `__qualname__`, site of its code object's first line (0 if it has none), 1 if that code is the user's, else 0. Again with a new name if `set_name` came after creation (3.8–3.12 do that for `create_task(…, name=…)`): compared once, at the end of its first step |
//! | `["h", id, name, kind]` | a thread: its name (100); kind `main`, `thread`, `pool` for a worker of an executor, or `library` for one that asyncio starts for itself |
//! | `["p", id, command, kind]` | a child process: the program and arguments (200) or the target's name; kind `subprocess`, `multiprocessing`, `pool` or `fork` |
//! | `["j", id, function, site, pool]` | an executor job: string of the function's `__qualname__`, site of its code (0 for C), resource of the pool |
//! | `["r", id, type, size, site]` | a resource: class name (`Lock`, `Semaphore`, `BoundedSemaphore`, `Event`, `Condition`, `Queue`, `PriorityQueue`, `LifoQueue`, `Barrier`, `TaskGroup`, `StreamReader`, `ThreadPoolExecutor`, `ProcessPoolExecutor`, or a subclass's own); size: `maxsize` of a queue (0 unbounded), places of a semaphore (its `_value` before the first acquisition), `max_workers` of a pool, parties of a barrier, else -1; site where first seen |
//! | `["g", id, kind, [member, …], total]` | tasks, and jobs whose futures they are, waited for together: kind `gather`, `TaskGroup`, `wait` or `as_completed`; at most 500 members, and how many there are. Sent when a task is first seen waiting for them; again when a wait for the same group has other members |
//! | `["x", op, count]` | at exit: records of this op that were dropped |
//! | `["z", time]` | the last entry: the program ended by itself and the guest's exit handler ran to its end |
//!
//! # Records
//!
//! 40 bytes, packed, little-endian; `struct.Struct('<BBHqqiiiii')` in Python:
//!
//! | offset | type | field |
//! | --- | --- | --- |
//! | 0 | `u8` | op, see [`Op`] |
//! | 1 | `u8` | `kept`, for [`Op::Step`] only |
//! | 2 | `u16` | 0 |
//! | 4 | `i64` | `time`, when it happened or began |
//! | 12 | `i64` | `amount`: a duration in µs, or a count, by op |
//! | 20 | `i32` | `task`: whom it is about or who did it; 0 outside tasks |
//! | 24 | `i32` | `site`: the innermost line of the user's (not the standard library's, not a package's), 0 if there is none |
//! | 28, 32, 36 | `i32` | `a`, `b`, `c`, by op |
//!
//! Records of one thread are in order of their being written. A step is written when it ends, so it comes after what
//! happened within it: readers sort by time where it matters. Fields an op does not name are 0.
//!
//! # Bounds
//!
//! | what | at most | beyond |
//! | --- | --- | --- |
//! | strings, sites, chains | 20,000 each | 0 |
//! | tasks, jobs, threads, processes, groups, resources | 100,000 each | id 0 for resources and groups; else the id without an entry |
//! | records | [`SOFT_CAP`] | sampled, see below |
//! | records | [`HARD_CAP`] | only counted |
//!
//! **Flood.** At [`SOFT_CAP`] records the guest writes [`Op::Flood`]. From then on the frequent ops (those for which
//! [`Op::is_sampled`]) are written only for tasks whose id is a multiple of [`SAMPLE`], so that such a task's lane
//! stays whole; all others, and what belongs to no task, are counted by op and dropped. The rare ops go on. At
//! [`HARD_CAP`] the guest writes a second `Flood` and nothing more but [`Op::Left`], of which at most 10,000, and the
//! entries of the end. Every dropped record is counted in an `x` entry.

/// The version of this contract.
pub const VERSION: i64 = 1;
/// The size of a record in bytes.
pub const RECORD: usize = 40;
/// The largest payload of a block in bytes.
pub const MAX_BLOCK: usize = 1 << 20;
/// How many records are written before sampling begins.
pub const SOFT_CAP: usize = 300_000;
/// How many records are written at all, those of [`Op::Left`] apart.
pub const HARD_CAP: usize = 400_000;
/// After [`SOFT_CAP`], one task in this many is still followed: those whose id is a multiple.
pub const SAMPLE: i32 = 16;

/// What a record tells. Numbers are never given a second meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Op {
    /// A task was made: `task` the new one, `site` the line that made it, `a` the task that made it, `b` the thread,
    /// `c` the loop. Eager tasks (3.12) too, also those that finish before `create_task` returns.
    Created = 2,
    /// A task ran from `time` for `amount`. Afterwards it waits: `site` its innermost waiting line, `a` string of what
    /// it waits in (see below), `b` chain, `c` id of the task, resource, group, job or process it waits for. All four
    /// are 0 if the task is done. A bare yield (`sleep(0)`) has the string `yield`, and its line only the first
    /// time in a row.
    ///
    /// `kept`: how many coroutine objects are the very same as at this task's previous wait, counted from the outermost
    /// user frame inwards, and at the end the first library coroutine below the innermost one; 255 if that is not known.
    /// Lines alone cannot tell one call that waits twice from two calls. (`main` awaits `fetch`, which awaits `sleep`
    /// twice: 0, then 2. `main` awaits `sleep` twice: 0, then 1.)
    ///
    /// What it waits in: `module.function` of the outermost library frame below the user's innermost one
    /// (`asyncio.tasks.sleep`, `asyncio.tasks.wait_for`, `asyncio.locks.acquire`, `asyncio.queues.get`,
    /// `asyncio.taskgroups.__aexit__`, `asyncio.streams.read`); where the user awaits a future itself, the class name
    /// (`Future`, `_GatheringFuture`, `Task`), or `executor` if the future is that of a job.
    Step = 3,
    /// A task ended at `time`: `amount` 0 returned, 1 raised, 2 cancelled. If it raised: `site` the innermost user line
    /// of the traceback, `a` string `Class: first two arguments` (those that are strings, others as `…`; 80
    /// characters). Read from the raw fields: asking `exception()` would mark it as retrieved.
    Done = 4,
    /// A task that waited was made ready: `site` the user's line, within the running step or callback, that did it (`set()`, `put()`, `release()`,
    /// `cancel()`), `a` the task that did it, `b` how: 0 from the running step of `a`, 1 from a callback which a step of
    /// `a` scheduled, 2 from a callback of the loop (timer, I/O), 3 from elsewhere (another thread, before the loop ran);
    /// `c` with what: 0 a result, 1 cancellation, 2 an exception; `amount` by how many µs the loop was late with the
    /// timer that did it, 0 if it was none. First steps and bare yields are not told.
    Wake = 5,
    /// A callback that is no task's step ran from `time` for `amount`, at least 1 ms: `a` string of its `__qualname__`,
    /// `b` thread, `c` loop.
    Handle = 6,
    /// The step of `task` that begins at `time` gets a `CancelledError` thrown in: `a` 1 by `Task.cancel()` before the
    /// step, 2 because the future it awaited was cancelled (which is how `cancel()` reaches a waiting task). Written when
    /// the step begins, so before its [`Op::Step`].
    Cancel = 7,
    /// A job was handed to an executor by `task`, or outside tasks, at `site`: `a` job, `c` thread.
    JobSubmitted = 8,
    /// A job begins to run: `a` job, `b` thread (0: in another process). The id is given before the job is handed over;
    /// a quick worker can write this before the [`Op::JobSubmitted`].
    JobStart = 9,
    /// A raw write to standard output (`b` 1) or error (`b` 2): `amount` bytes, `site` the user's line, `a` string of its
    /// first line (60 characters), `c` thread. `task` is only right if the stream is line-buffered, which it is unless the program asked otherwise.
    Print = 10,
    /// A coroutine was dropped without ever having been awaited, one of the user's or one of a library's that the user's
    /// code made (`asyncio.sleep(1)`): `a` string of its `__qualname__`, `b` site of its definition (0 if it is a
    /// library's), `site` the user's line at which that was noticed; 0 of one that a global held until the end.
    NeverAwaited = 11,
    /// `call_exception_handler`: `task` the task it names (0 if it is another future, or cannot be told: of a task that
    /// is being destroyed the weak reference is gone already), `a` string of the message, `b` string of the exception
    /// as in [`Op::Done`], `site` the innermost user line of its traceback.
    Handler = 12,
    /// The sampler saw a step or long callback of `task` that has held its loop for `amount` µs (from 50 ms on, every
    /// 20 ms, at most 40 times a step): `site` the user's line it is at, `a` string of the innermost function's name, `b`
    /// CPU time of the thread so far in ms, `c` thread.
    Sample = 13,
    /// A thread began: `a` thread, `b` the thread that started it, `site` where.
    ThreadStart = 14,
    /// At exit, `task` was not done (`amount` 0; `site`, `a`, `b`, `c` as in [`Op::Step`]), or had raised an exception
    /// nobody asked for (`amount` 1, `a` string, `site` as in [`Op::Done`]).
    Left = 15,
    /// A queue reached a new high mark of 32, 64, 128, …: `amount` items, `a` queue, `b` how many have been taken from it
    /// so far; `task` and `site` who put.
    Queue = 16,
    /// `asyncio.run` or `run_until_complete` was called on a thread whose loop is running: `site` where.
    Nested = 17,
    /// A lock or semaphore was acquired (`amount` 1, once it is held) or released (0) by `task` at `site`: `a` resource, `b`
    /// free places after it (a lock has 0 or 1), `c` how many wait for it.
    Hold = 18,
    /// Loop `a` on thread `b` has nothing that could ever wake it: nothing ready, no timer, no watched descriptor but its
    /// own, no job, no child process. Written each time it is about to wait like that.
    Idle = 19,
    /// A job ended at `time`: `a` job, `b` thread (0: in another process), `amount` how long it ran, `c` CPU time of its
    /// thread during it.
    JobEnd = 20,
    /// A thread ended: `a` thread, `c` its CPU time.
    ThreadEnd = 21,
    /// A call of the user's that blocks its thread, of 1 ms or more: `time` and `amount`, `a` string of the call
    /// (`time.sleep`, `subprocess.run`, `Thread.join`, `queue.Queue.get`, `Lock.acquire`, `socket.recv`, `input`), `b` CPU
    /// time of the thread during it, `c` thread. What is reported depends on which hooks there are: its absence proves
    /// nothing.
    Call = 22,
    /// A loop begins (`amount` 1) or ceases (0) to run: `a` loop, `b` thread, `task` the one that `asyncio.run` or
    /// `run_until_complete` runs, 0 if unknown or not yet known (it is then the first task made on that loop).
    Loop = 23,
    /// A child process was started: `a` process, `b` its pid, `c` thread.
    ProcessStart = 24,
    /// A child process was seen to have ended: `a` process, `b` exit code as Python has it.
    ProcessEnd = 25,
    /// The stream was too long: `amount` 1 from here on only one task in `a` is followed, 2 from here on nothing.
    Flood = 26,
}

impl Op {
    /// Every op, in order of its number.
    pub const ALL: [Op; 25] = [
        Op::Created,
        Op::Step,
        Op::Done,
        Op::Wake,
        Op::Handle,
        Op::Cancel,
        Op::JobSubmitted,
        Op::JobStart,
        Op::Print,
        Op::NeverAwaited,
        Op::Handler,
        Op::Sample,
        Op::ThreadStart,
        Op::Left,
        Op::Queue,
        Op::Nested,
        Op::Hold,
        Op::Idle,
        Op::JobEnd,
        Op::ThreadEnd,
        Op::Call,
        Op::Loop,
        Op::ProcessStart,
        Op::ProcessEnd,
        Op::Flood,
    ];

    pub fn from_number(number: u8) -> Option<Op> {
        let index = usize::from(number).checked_sub(Op::Created as usize)?;
        Op::ALL.get(index).copied()
    }

    /// Whether a flood thins these out. What a task is, how it ends and what went wrong with it is always told.
    pub fn is_sampled(self) -> bool {
        matches!(self, Op::Step | Op::Wake | Op::Handle | Op::Print | Op::Sample | Op::Hold | Op::Call)
    }

    /// Whether `amount` is how long it lasted after `time`.
    pub fn lasts(self) -> bool {
        matches!(self, Op::Step | Op::Handle | Op::Call)
    }
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub op: Op,
    pub kept: u8,
    pub time: i64,
    pub amount: i64,
    pub task: i32,
    pub site: i32,
    pub a: i32,
    pub b: i32,
    pub c: i32,
}

impl Record {
    /// `None` for an op that this version does not know.
    pub fn read(bytes: &[u8; RECORD]) -> Option<Record> {
        let short = |at: usize| i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let long = |at: usize| i64::from(short(at + 4)) << 32 | i64::from(short(at) as u32);
        Some(Record {
            op: Op::from_number(bytes[0])?,
            kept: bytes[1],
            time: long(4),
            amount: long(12),
            task: short(20),
            site: short(24),
            a: short(28),
            b: short(32),
            c: short(36),
        })
    }

    pub fn write(&self) -> [u8; RECORD] {
        let mut bytes = [0; RECORD];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, &[self.op as u8, self.kept]);
        put(4, &self.time.to_le_bytes());
        put(12, &self.amount.to_le_bytes());
        for (at, value) in [(20, self.task), (24, self.site), (28, self.a), (32, self.b), (36, self.c)] {
            put(at, &value.to_le_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_ops_have_no_gap() {
        for (index, op) in Op::ALL.into_iter().enumerate() {
            assert_eq!(op as usize, index + 2);
            assert_eq!(Op::from_number(op as u8), Some(op));
        }
        for number in [0, 1, 27, 255] {
            assert_eq!(Op::from_number(number), None, "{number}");
        }
    }

    #[test]
    fn a_record_is_laid_out_as_written() {
        let record = Record { op: Op::Step, kept: 9, time: 1 << 40, amount: -2, task: 3, site: 4, a: 5, b: -6, c: 7 };
        let bytes = record.write();
        assert_eq!(bytes[..4], [3, 9, 0, 0]);
        assert_eq!(bytes[4..12], [0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(bytes[12..20], [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(bytes[32..36], [0xfa, 0xff, 0xff, 0xff]);
        assert_eq!(Record::read(&bytes), Some(record));
    }
}
