//! What a sleeping thread sleeps in.

/// Where a thread is that nothing will ever wake, as far as the kernel tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub pid: i32,
    /// The name of its program, which the program chose itself.
    pub program: String,
    pub waits_for: &'static str,
}

impl Place {
    /// As a report holds it: fields apart by NUL, a line each.
    pub fn line(&self) -> String {
        format!("{}\0{}\0{}\n", self.pid, self.program.replace(['\0', '\n'], " "), self.waits_for)
    }
}

/// What `/proc/…/syscall` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Call {
    Running,
    In { number: i64, arguments: [u64; 6] },
}

impl Call {
    pub(super) fn read(text: &[u8]) -> Option<Call> {
        let text = std::str::from_utf8(text).ok()?;
        if text.starts_with("running") {
            return Some(Call::Running);
        }
        let mut words = text.split_ascii_whitespace();
        let number = words.next()?.parse().ok()?;
        let mut arguments = [0; 6];
        for argument in &mut arguments {
            let word = words.next().unwrap_or("0");
            *argument = u64::from_str_radix(word.trim_start_matches("0x"), 16).unwrap_or(0);
        }
        Some(Call::In { number, arguments })
    }

    /// The call ends by itself after a time.
    pub(super) fn is_timed(self) -> bool {
        let Call::In { number, arguments } = self else { return false };
        let pointer = |index: usize| arguments[index] != 0;
        let not_negative = |index: usize| arguments[index] as i32 >= 0;
        match number {
            // futex: the operations that wait read the fourth argument as a timeout.
            202 => matches!(arguments[1] & 0x7f, 0 | 6 | 9 | 11 | 13) && pointer(3),
            // nanosleep, clock_nanosleep, restart_syscall; close, of a socket that lingers
            35 | 230 | 219 | 3 => true,
            // poll; epoll_wait, epoll_pwait
            7 => arguments[2] as i32 > 0,
            232 | 281 => not_negative(3),
            // ppoll; select, pselect6; epoll_pwait2
            271 => pointer(2),
            23 | 270 => pointer(4),
            441 => pointer(3),
            // rt_sigtimedwait; semtimedop; recvmmsg; io_getevents; futex_waitv; mq_timedsend, mq_timedreceive
            128 => pointer(2),
            220 | 449 => pointer(3),
            299 | 208 | 242 | 243 => pointer(4),
            _ => false,
        }
    }

    pub(super) fn waits_for(self) -> &'static str {
        let Call::In { number, .. } = self else { return "a processor" };
        match number {
            0 | 17 | 19 | 45 | 47 => "something to read",
            1 | 18 | 20 | 44 | 46 => "room to write",
            7 | 23 | 232 | 270 | 271 | 281 | 441 => "a descriptor to become ready",
            42 => "a connection to be accepted",
            43 | 288 => "somebody to connect",
            61 | 247 => "a child to end",
            34 | 128 | 130 => "a signal",
            202 | 449 => "a lock",
            220 | 65 => "a semaphore",
            72 | 73 => "a file to be unlocked",
            _ => "the kernel",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_with_a_timeout_are_told_from_those_without() {
        let cases = [
            ("running", false),
            ("202 0x7f 0x80 0x0 0x0 0x0 0x0 0x7ffe 0x7f00", false),
            ("202 0x7f 0x189 0x0 0x7ffe1000 0x0 0xffffffff 0x7ffe 0x7f00", true),
            // FUTEX_WAKE passes whatever the register held.
            ("202 0x7f 0x81 0x1 0x7ffe1000 0x0 0x0 0x7ffe 0x7f00", false),
            ("7 0x7ffe 0x1 0xffffffff 0x0 0x0 0x0 0x7ffe 0x7f00", false),
            ("7 0x7ffe 0x1 0x3e8 0x0 0x0 0x0 0x7ffe 0x7f00", true),
            ("232 0x3 0x7ffe 0x2 0xffffffffffffffff 0x0 0x0 0x7ffe 0x7f00", false),
            ("230 0x1 0x1 0x7ffe 0x0 0x0 0x0 0x7ffe 0x7f00", true),
            ("61 0xffffffff 0x7ffe 0x0 0x0 0x0 0x0 0x7ffe 0x7f00", false),
        ];
        for (text, timed) in cases {
            assert_eq!(Call::read(text.as_bytes()).map(Call::is_timed), Some(timed), "{text}");
        }
        assert_eq!(Call::read(b"-1 0x7ffe 0x7f00").map(Call::is_timed), Some(false));
        assert_eq!(Call::read(b"what?"), None);
    }
}
