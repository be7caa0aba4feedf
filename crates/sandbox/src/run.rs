//! One run from job to report: streams what it writes and holds the limits that are held from outside.

use crate::accounting;
use crate::channel;
use crate::clock::{Clock, Kept};
use crate::job::{Job, RelativePath};
use crate::keeper::{self, Word};
use crate::limits::Limits;
use crate::traced::Traced;
use crate::transcript::{Stream, Write};
use crate::warm::{Seat, nudge};
use crate::wire::{self, MAX_PACKET, Reader, Status, Writer, clock_end, tag};
use crate::{Error, Result, cgroup::Group};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::SendFlags;
use rustix::process::{Signal, pidfd_send_signal};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Why we ended a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    Wall,
    Cpu,
    Memory,
    Output,
    /// Whoever asked for the run has seen enough of it.
    Interrupt,
    /// Its clock, kept by us, has come to an end.
    Clock,
}

/// What a run left behind, not yet judged.
#[derive(Default)]
pub(crate) struct Ended {
    pub(crate) writes: Vec<Write>,
    pub(crate) stop: Option<Stop>,
    pub(crate) status: Option<Status>,
    pub(crate) events: Option<Vec<u8>>,
    pub(crate) files: Vec<(RelativePath, Vec<u8>)>,
    pub(crate) wall: Duration,
    pub(crate) cpu: Option<Duration>,
    pub(crate) memory_kills: u64,
    pub(crate) refused_processes: u64,
}

/// How long init may take to report after it was told to stop.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often limits are looked at that only counting can hold.
const TICK: Duration = Duration::from_millis(50);

/// What is still to be sent to a process of the run.
#[derive(Clone, Copy)]
struct Order<'a> {
    socket: Option<&'a OwnedFd>,
    rest: &'a [u8],
}

struct Run<'a> {
    seat: &'a Seat,
    limits: &'a Limits,
    /// The job and, of a run that is judged, the judge's.
    orders: [Order<'a>; 2],
    steady: bool,
    started: Instant,
    on_write: &'a mut dyn FnMut(&Write),
    /// Reused for every reading from the pipes, and the next for every packet.
    buffer: Vec<u8>,
    packet: Vec<u8>,
    open: [bool; 2],
    written: u64,
    expect_files: bool,
    file: Option<(RelativePath, Vec<u8>)>,
    brought: u64,
    status_open: bool,
    stopped_at: Option<Instant>,
    /// How many writes came before the clock was seen to run.
    early: usize,
    ended: Ended,
}

/// Gives the job to a waiting run and follows it to its end.
pub(crate) fn follow(
    seat: &Seat,
    orders: [&[u8]; 2],
    job: &Job,
    group: Option<&Group>,
    interpreter: i32,
    interrupted: &AtomicBool,
    on_write: &mut dyn FnMut(&Write),
) -> Result<Ended> {
    let (limits, keep) = (&job.limits, job.keep);
    let before = group.map(|group| (group.memory_kills(), group.refused_processes(), group.cpu()));
    let init = if group.is_some_and(Group::counts_memory) { None } else { accounting::pid_of(&seat.pidfd) };
    let inherited = if init.is_some() { accounting::own_memory(interpreter) } else { 0 };
    if keep {
        channel::send(seat.pipes.status.as_fd(), &Writer::new(tag::KEEP).finish(), &[])?;
        nudge(&seat.pidfd);
    }
    let sockets = [Some(&seat.pipes.job), seat.pipes.judge.as_ref()];
    let mut run = Run {
        seat,
        limits,
        orders: [0, 1].map(|index| Order { socket: sockets[index], rest: orders[index] }),
        steady: job.clock == Clock::Steady,
        started: Instant::now(),
        on_write,
        buffer: vec![0; 64 * 1024],
        packet: vec![0; MAX_PACKET],
        open: [true; 2],
        written: 0,
        expect_files: keep,
        file: None,
        brought: 0,
        status_open: true,
        stopped_at: None,
        early: 0,
        ended: Ended::default(),
    };
    let word = Word::default();
    let clock = seat.pipes.clock.as_ref().filter(|_| seat.start.kept_outside).zip(accounting::pid_of(&seat.pidfd));
    let outputs = [seat.pipes.out.as_raw_fd(), seat.pipes.err.as_raw_fd()];
    let kept = std::thread::scope(|scope| {
        let keeper = clock.map(|(clock, init)| {
            let word = &word;
            scope.spawn(move || keeper::keep(clock, init, &seat.start, outputs, word))
        });
        let watched = run.watch(group, before, init.map(|init| (init, inherited)), interrupted, &word);
        word.over.store(true, Ordering::Release);
        watched.map(|()| keeper.and_then(|keeper| keeper.join().ok()?))
    })?;
    let early = run.early;
    let mut ended = run.ended;
    if seat.pipes.clock.as_ref().is_some_and(Kept::has_begun) {
        // It ran all the same, from the beginning.
        ended.writes.iter_mut().take(early).for_each(|write| write.at = Duration::ZERO);
    }
    if let (Some(kept), Some(status)) = (kept, &mut ended.status) {
        // It may also have ended by itself meanwhile: our question has woken it.
        if ended.stop == Some(Stop::Clock) {
            ended.stop = None;
        }
        status.clock_end = kept.clock_end;
        (status.clock, status.virtual_ns, status.jumps) = (kept.clock, kept.virtual_ns, kept.jumps);
        (status.real_time, status.asleep) = (kept.real_time, kept.asleep);
    }
    if ended.status.is_none() && ended.wall.is_zero() {
        ended.wall = run.started.elapsed();
    }
    ended.events = seat.pipes.traced.as_ref().map(Traced::stream).transpose()?;
    if let (Some(group), Some((kills, refused, cpu))) = (group, before) {
        ended.memory_kills = group.memory_kills().saturating_sub(kills);
        ended.refused_processes = group.refused_processes().saturating_sub(refused);
        ended.cpu = cpu.zip(group.cpu()).map(|(before, now)| now.saturating_sub(before));
    }
    Ok(ended)
}

impl Order<'_> {
    fn send(&mut self) {
        let Some(socket) = self.socket else { return };
        match rustix::net::send(socket, self.rest, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
            Ok(count) => self.rest = &self.rest[count..],
            Err(Errno::INTR | Errno::AGAIN) => {}
            // The run ended before it had read its job; its status tells why.
            Err(_) => self.rest = &[],
        }
        if self.rest.is_empty() {
            let _ = rustix::net::shutdown(socket, rustix::net::Shutdown::Write);
        }
    }
}

impl Run<'_> {
    /// Until it is over, or is to be.
    fn watch(
        &mut self,
        group: Option<&Group>,
        before: Option<(u64, u64, Option<Duration>)>,
        accounted: Option<(i32, u64)>,
        interrupted: &AtomicBool,
        word: &Word,
    ) -> Result<()> {
        let counted = group.is_some_and(|group| group.cpu().is_some());
        let sides = 1 + u64::from(self.orders[1].socket.is_some());
        let mut next_tick = self.started + TICK;
        while !self.over() {
            self.wait(next_tick)?;
            if word.end.load(Ordering::Acquire) != clock_end::NONE {
                self.stop(Stop::Clock);
            }
            if self.stopped_at.is_none() && self.started.elapsed() >= self.limits.wall {
                self.stop(Stop::Wall);
            }
            if interrupted.load(Ordering::Relaxed) {
                self.stop(Stop::Interrupt);
            }
            if Instant::now() >= next_tick {
                next_tick = Instant::now() + TICK;
                let used = match (counted, group, before) {
                    (true, Some(group), Some((.., Some(before)))) => group.cpu().map(|now| now.saturating_sub(before)),
                    _ => None,
                };
                if used.is_some_and(|used| used > self.limits.cpu * sides as u32) {
                    self.stop(Stop::Cpu);
                }
                if accounted.is_some_and(|(init, inherited)| {
                    accounting::exceeds(init, inherited, sides * (self.limits.memory + accounting::SLACK))
                }) {
                    self.stop(Stop::Memory);
                }
            }
        }
        Ok(())
    }

    fn over(&self) -> bool {
        let reported = self.ended.status.is_some() && !self.expect_files;
        (reported || !self.status_open) && self.open == [false; 2]
    }

    fn stop(&mut self, why: Stop) {
        if self.stopped_at.is_some() || self.ended.status.is_some() {
            return;
        }
        self.ended.stop = Some(why);
        self.stopped_at = Some(Instant::now());
        if channel::send(self.seat.pipes.status.as_fd(), &Writer::new(tag::STOP).finish(), &[]).is_err() {
            self.kill();
        }
        nudge(&self.seat.pidfd);
    }

    /// Ends pid 1 of the run, and with it everything in its namespace.
    fn kill(&mut self) {
        // It may have ended by itself in the meantime.
        let _ = pidfd_send_signal(&self.seat.pidfd, Signal::KILL);
    }

    /// Waits for the next thing to happen and deals with it.
    fn wait(&mut self, next_tick: Instant) -> Result<()> {
        let now = Instant::now();
        let mut deadline = next_tick;
        match self.stopped_at {
            Some(stopped) if now >= stopped + LAST_WORDS => {
                self.kill();
                if now >= stopped + 2 * LAST_WORDS {
                    // Nothing can hold the pipes open any more that is ours to wait for.
                    (self.open, self.status_open) = ([false; 2], false);
                    return Ok(());
                }
            }
            Some(_) => {}
            None => deadline = deadline.min(self.started + self.limits.wall),
        }
        let left = deadline.saturating_duration_since(now);
        let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        let ready = {
            let pipes = &self.seat.pipes;
            let [job, judge] = self.orders.map(|order| order.socket.is_some() && !order.rest.is_empty());
            // The clock runs from when the learner has its job: a judge that still waited for its own would look stuck.
            let job = job && !judge;
            let watched: [(&OwnedFd, bool, PollFlags); 5] = [
                (&pipes.out, self.open[0], PollFlags::IN),
                (&pipes.err, self.open[1], PollFlags::IN),
                (&pipes.status, self.status_open, PollFlags::IN),
                (&pipes.job, job, PollFlags::OUT),
                (pipes.judge.as_ref().unwrap_or(&pipes.job), judge, PollFlags::OUT),
            ];
            let mut fds: Vec<PollFd> =
                watched.iter().filter(|(_, on, _)| *on).map(|(fd, _, flags)| PollFd::new(*fd, *flags)).collect();
            match poll(&mut fds, Some(&timeout)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(Error::system("wait for a run")(errno)),
            }
            let mut answers = fds.iter().map(|fd| !fd.revents().is_empty());
            watched.map(|(_, on, _)| on && answers.next().unwrap_or(false))
        };
        for (order, ready) in self.orders.iter_mut().zip(&ready[3..]) {
            if *ready {
                order.send();
            }
        }
        for (index, stream) in [(0, Stream::Stdout), (1, Stream::Stderr)] {
            if ready[index] {
                self.read(index, stream);
            }
        }
        if ready[2] {
            self.read_status();
        }
        if self.ended.status.is_some() && self.stopped_at.is_none() {
            // Everything of the run is dead; what remains in the pipes is there already.
            self.stopped_at = Some(Instant::now());
        }
        Ok(())
    }

    /// The run's own time. To be asked before output is read that is known to be there: the clock does not jump over it.
    fn time(&mut self) -> Duration {
        match &self.seat.pipes.clock {
            // Where the clock could not be kept, it never began.
            Some(clock) if clock.has_begun() => clock.elapsed(self.steady),
            _ => {
                self.early = self.ended.writes.len() + 1;
                self.started.elapsed()
            }
        }
    }

    fn read(&mut self, index: usize, stream: Stream) {
        let at = self.time();
        let pipe = if index == 0 { &self.seat.pipes.out } else { &self.seat.pipes.err };
        match rustix::io::read(pipe, &mut *self.buffer) {
            Err(Errno::INTR | Errno::AGAIN) => {}
            Ok(0) | Err(_) => self.open[index] = false,
            Ok(count) => {
                self.seat.pipes.clock.iter().for_each(|clock| clock.control().has_read());
                let room = (self.limits.output - self.written).min(count as u64) as usize;
                // A copy of its own size: a program may write a million single bytes.
                let bytes = self.buffer[..room].to_vec();
                self.written += room as u64;
                if room > 0 {
                    let write = Write { at, stream, bytes };
                    (self.on_write)(&write);
                    self.ended.writes.push(write);
                }
                if room < count {
                    self.stop(Stop::Output);
                    if self.ended.stop.is_none() {
                        // It had ended by itself, with too much still in the pipe.
                        self.ended.stop = Some(Stop::Output);
                    }
                }
            }
        }
    }

    fn read_status(&mut self) {
        let mut packet = std::mem::take(&mut self.packet);
        self.read_packet(&mut packet);
        self.packet = packet;
    }

    fn read_packet(&mut self, packet: &mut [u8]) {
        let packet = match channel::receive(self.seat.pipes.status.as_fd(), packet) {
            Err(Errno::INTR | Errno::AGAIN) => return,
            Ok(Some((count, _))) => &packet[..count],
            Ok(None) | Err(_) => {
                self.status_open = false;
                return;
            }
        };
        match wire::tag_of(packet) {
            Some(tag::STATUS) if self.ended.status.is_none() => {
                self.ended.wall = self.started.elapsed();
                self.ended.status = Status::decode(packet);
            }
            Some(tag::FILE) => {
                self.finish_file();
                let path = wire::read_note(packet, tag::FILE).and_then(|path| RelativePath::new(path).ok());
                self.file = path.map(|path| (path, Vec::new()));
            }
            Some(tag::DATA) => {
                let data = Reader::new(packet, tag::DATA).and_then(|mut input| input.bytes());
                if let (Some(data), Some((_, content))) = (data, &mut self.file) {
                    self.brought += data.len() as u64;
                    // Sparse files can be larger than the disk that holds them.
                    if self.brought <= self.limits.disk {
                        content.extend_from_slice(data);
                    } else {
                        self.file = None;
                    }
                }
            }
            Some(tag::END) => {
                self.finish_file();
                self.expect_files = false;
            }
            _ => {}
        }
    }

    fn finish_file(&mut self) {
        if let Some(file) = self.file.take()
            && (self.ended.files.len() as u64) < self.limits.files
        {
            self.ended.files.push(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warm::Pipes;
    use crate::wire::Start;
    use crate::{Environment, Program};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    use std::os::fd::AsRawFd;

    /// Even a pid 1 that has been taken over can only end its own run: its frames are read to their bounds, its files
    /// have harmless names and its descriptors are closed.
    #[test]
    fn a_hostile_init_is_read_to_its_bounds() {
        #[expect(clippy::disallowed_methods, reason = "somebody to be killed in the place of a run")]
        let mut victim = std::process::Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let pidfd = pidfd_open(Pid::from_child(&victim), PidfdFlags::empty()).expect("it is there");
        let pair = |pair: Result<(OwnedFd, OwnedFd)>| pair.expect("descriptors are to be had");
        let ((out, their_out), (err, their_err)) = (pair(channel::pipe()), pair(channel::pipe()));
        let ((status, their_status), (job_end, their_job)) = (pair(channel::packets()), pair(channel::stream()));
        let mut limits = Limits { wall: Duration::from_millis(600), disk: 1 << 20, files: 10, ..Limits::default() };
        limits.output = 1000;
        let program = Program::Command("x".into());
        let job = Job { limits, keep: true, ..Job::new(Environment::of_nothing(), program, crate::Profile::Shell) };
        // Other tests may share the process, so only descriptors of this pipe are counted.
        let place = |fd: &OwnedFd| std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd())).expect("it is open");
        let pipe = place(&out);
        let count = || {
            let all = std::fs::read_dir("/proc/self/fd").expect("it is mounted").flatten();
            all.filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|found| found == pipe)).count()
        };
        let before = count();
        let hostile = std::thread::spawn(move || {
            let send = |packet: &[u8]| {
                // Each comes with descriptors nobody asked for; when the peer has heard enough, that is its right.
                let _ = channel::send(their_status.as_fd(), packet, &[their_status.as_fd(), their_out.as_fd()]);
            };
            for tag in 0x4574_0000..0x4574_0010_u32 {
                for length in [0, 1, 3, 4, 5, 60, 4096, MAX_PACKET - 4] {
                    send(&[&tag.to_le_bytes()[..], &vec![0xff; length]].concat());
                    send(&tag.to_le_bytes()[..length.clamp(1, 4)]);
                }
            }
            for path in ["../x", "/etc/passwd", "a/../../b", "", "a\0b", "fine"] {
                send(&wire::note(tag::FILE, path));
                for _ in 0..40 {
                    send(&Writer::new(tag::DATA).bytes(&[b'x'; 50_000]).finish());
                }
            }
            for number in 0..200 {
                send(&wire::note(tag::FILE, &format!("small{number}")));
                send(&Writer::new(tag::DATA).bytes(b"s").finish());
            }
            let _ = rustix::io::write(&their_err, &[b'e'; 5000]);
            // A packet of no bytes is how the end of a stream looks.
            send(&[]);
            // Never an end, and every descriptor stays open: only the supervisor's patience ends this.
            std::thread::sleep(Duration::from_secs(6));
            drop((their_out, their_err, their_job));
        });
        let seat = Seat {
            pidfd,
            pipes: Pipes { out, err, status, job: job_end, judge: None, clock: None, traced: None },
            start: Start::default(),
        };
        let started = Instant::now();
        let interrupted = AtomicBool::new(false);
        let ended =
            follow(&seat, [&[], &[]], &job, None, 0, &interrupted, &mut |_| ()).expect("it is no failure of ours");
        assert!(started.elapsed() < Duration::from_millis(600) + 2 * LAST_WORDS + Duration::from_secs(1));
        assert!(ended.status.is_none());
        assert_eq!(count(), before, "descriptors that came along are closed");
        assert!(
            ended.files.len() <= 10 && ended.files.iter().map(|(_, content)| content.len()).sum::<usize>() <= 1 << 20
        );
        assert!(ended.files.iter().all(|(path, _)| path.as_str() == "fine" || path.as_str().starts_with("small")));
        assert_eq!(ended.writes.iter().map(|write| write.bytes.len()).sum::<usize>(), 1000);
        assert!(!victim.wait().expect("it has ended").success(), "the run was killed");
        hostile.join().expect("no panic");
    }
}
