//! The end of a program that ends by itself.

use super::area::{Op, Record};
use super::intern::entry;
use super::{ON, Tracer, hook, is_on, keeping_error};
use std::sync::atomic::Ordering::*;

/// A fork of the program is not told of: two writers would spoil each other's lines.
pub fn forked() {
    ON.store(false, Release);
}

/// Before the program's modules are let go of: which tasks it leaves behind.
pub fn finish() {
    if is_on() {
        keeping_error(|| hook(Tracer::leftovers));
    }
}

/// Nothing of the program runs any more.
pub fn leave() {
    hook(|tracer| {
        for (op, count) in tracer.area.dropped().collect::<Vec<_>>() {
            entry!(tracer.area, "x", op as i32, i64::from(count));
        }
        let now = tracer.now();
        entry!(tracer.area, "z", now);
    });
    ON.store(false, Release);
}

impl Tracer {
    fn leftovers(&mut self) {
        let (api, names) = (self.api, self.names);
        let mut left = Vec::new();
        // One written in Python keeps behind a property what one written in C has as it is.
        let is_unseen = |task| api.is_true(task, names.log_traceback) || api.is_true(task, names.hidden_log_traceback);
        for registry in api.items(self.library.registries) {
            left.extend(api.members(registry.get()));
        }
        left.retain(|task| self.is_task(task.get()));
        let mut left: Vec<_> = left.into_iter().map(|task| (self.task(task.get()), task)).collect();
        left.sort_by_key(|(id, _)| *id);
        for (id, task) in left {
            let task = task.get();
            let mut record = Record { task: id, ..Record::new(Op::Left, self.now()) };
            if self.is_pending(task) {
                let waiter = self.waiter(task);
                self.place_of(task, waiter, &mut record);
            } else {
                let exception = api.some(task, names.exception_kept, self.none);
                let Some(exception) = exception.filter(|_| is_unseen(task)) else { continue };
                record.amount = 1;
                (record.site, record.a) = (self.raised_at(exception.get()), self.exception(exception.get()));
            }
            self.write(record);
        }
    }
}
