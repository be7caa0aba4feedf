//! Moving the clock.

use super::shared::{JUMPS, STEADY_START, STEADY_WALL};
use super::{Supervisor, kernel};
use std::sync::atomic::Ordering::*;

impl Supervisor<'_> {
    /// Moves the clock to a deadline; false if that is beyond the limit.
    pub(super) fn jump(&mut self, deadline: i64) -> bool {
        if self.elapsed().saturating_add(deadline.saturating_sub(self.now())) > self.settings.limit {
            return false;
        }
        if self.shared.files_written.swap(0, AcqRel) != 0 {
            // A file's time is to tell on which side of the jump it was written.
            kernel::pass_file_times();
        }
        // Asked once, and after the wait: the clock of a busy machine may have come to the deadline by itself.
        let by = deadline.saturating_sub(self.now());
        if by > 0 {
            self.advance(by);
        }
        self.jumps += 1;
        if self.jumps == self.pin_at {
            self.processes.pin();
            self.pinned = true;
        }
        self.rearm();
        true
    }

    /// Moves the clock, and remembers which real time is which virtual one.
    pub(super) fn advance(&mut self, by: i64) {
        self.offset = self.offset.saturating_add(by);
        let real = kernel::coarse_wall();
        let wall = match self.settings.steady {
            true => self.now().saturating_add(STEADY_WALL - STEADY_START),
            false => real.saturating_add(self.offset),
        };
        self.remember(real, wall);
        self.control.offset.store(self.offset, Release);
        self.shared.offset.store(self.offset, Release);
        self.control.skipped.fetch_add(by, Release);
    }

    fn remember(&mut self, real: i64, wall: i64) {
        let shared = self.shared;
        let mut count = (shared.jump_count.load(Relaxed) as usize).min(JUMPS);
        shared.jump_generation.fetch_add(1, AcqRel);
        if count == JUMPS {
            // Every other one is enough for what is long past.
            for index in 0..JUMPS / 2 {
                let (from, to) = (&shared.jumps[2 * index], &shared.jumps[index]);
                to.real.store(from.real.load(Relaxed), Relaxed);
                to.wall.store(from.wall.load(Relaxed), Relaxed);
            }
            count = JUMPS / 2;
        }
        // Several jumps within one tick of the kernel's clock: the last is where files then are.
        if count > 0 && shared.jumps[count - 1].real.load(Relaxed) == real {
            count -= 1;
        }
        shared.jumps[count].real.store(real, Relaxed);
        shared.jumps[count].wall.store(wall, Relaxed);
        shared.jump_count.store(count as u32 + 1, Relaxed);
        shared.jump_generation.fetch_add(1, AcqRel);
    }
}
