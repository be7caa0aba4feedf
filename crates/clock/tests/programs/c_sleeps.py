# clock: virtual steady real
# file: timing.py
# stdout: ok
"""The sleeps and waits of C that Python itself does not use, called by `ctypes`."""

import ctypes
import errno
import os
import time

from timing import check, finish, takes

libc = ctypes.CDLL(None, use_errno=True)
SECOND = 1_000_000_000
ABSOLUTE = 1


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class Timeval(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("microseconds", ctypes.c_long)]


class PollFd(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]


def lasting(seconds):
    return ctypes.byref(Timespec(*divmod(round(seconds * SECOND), SECOND)))


def until(clock, seconds):
    """A moment, with what keeps it from being collected."""
    return ctypes.byref(Timespec(*divmod(time.clock_gettime_ns(clock) + round(seconds * SECOND), SECOND)))


def room(size=256):
    return ctypes.create_string_buffer(size)


with takes(1, "sleep"):
    check(libc.sleep(1) == 0, "sleep was interrupted")
with takes(0.3, "usleep"):
    libc.usleep(300_000)
with takes(0.3, "nanosleep"):
    libc.nanosleep(lasting(0.3), None)
for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC, time.CLOCK_BOOTTIME):
    with takes(0.2, f"clock_nanosleep by clock {clock}"):
        check(libc.clock_nanosleep(clock, 0, lasting(0.2), None) == 0, "clock_nanosleep failed")
    with takes(0.2, f"clock_nanosleep until a moment of clock {clock}"):
        check(libc.clock_nanosleep(clock, ABSOLUTE, until(clock, 0.2), None) == 0, "clock_nanosleep failed")
    with takes(0, f"clock_nanosleep until a moment that has been, of clock {clock}"):
        libc.clock_nanosleep(clock, ABSOLUTE, until(clock, -5), None)
with takes(0.3, "thrd_sleep"):
    libc.thrd_sleep(lasting(0.3), None)

reader, writer = os.pipe()
one = PollFd(reader, 1)
with takes(0.3, "poll"):
    check(libc.poll(ctypes.byref(one), 1, 300) == 0, "poll saw an event")
with takes(0.3, "ppoll"):
    check(libc.ppoll(ctypes.byref(one), 1, lasting(0.3), None) == 0, "ppoll saw an event")


def descriptors():
    bits = room(128)
    bits[reader // 8] = 1 << reader % 8
    return bits


with takes(0.3, "select"):
    rest = Timeval(0, 300_000)
    check(libc.select(reader + 1, descriptors(), None, None, ctypes.byref(rest)) == 0, "select saw an event")
check((rest.seconds, rest.microseconds) == (0, 0), "select left", rest.seconds, rest.microseconds)
with takes(0.3, "pselect"):
    check(libc.pselect(reader + 1, descriptors(), None, None, lasting(0.3), None) == 0, "pselect saw an event")
epoll, event = libc.epoll_create1(0), room()
with takes(0.3, "epoll_wait"):
    check(libc.epoll_wait(epoll, event, 1, 300) == 0, "epoll_wait saw an event")
with takes(0.3, "epoll_pwait"):
    check(libc.epoll_pwait(epoll, event, 1, 300, None) == 0, "epoll_pwait saw an event")
if hasattr(libc, "epoll_pwait2"):
    with takes(0.3, "epoll_pwait2"):
        found = libc.epoll_pwait2(epoll, event, 1, lasting(0.3), None)
        if found == -1:
            # A kernel or a filter without it: whoever calls it falls back.
            libc.epoll_pwait(epoll, event, 1, 300, None)

semaphore = room()
libc.sem_init(semaphore, 0, 0)
with takes(0.3, "sem_timedwait"):
    check(libc.sem_timedwait(semaphore, until(time.CLOCK_REALTIME, 0.3)) == -1, "sem_timedwait succeeded")
check(ctypes.get_errno() == errno.ETIMEDOUT, "sem_timedwait gave", ctypes.get_errno())
with takes(0.3, "sem_clockwait"):
    libc.sem_clockwait(semaphore, time.CLOCK_MONOTONIC, until(time.CLOCK_MONOTONIC, 0.3))
check(ctypes.get_errno() == errno.ETIMEDOUT, "sem_clockwait gave", ctypes.get_errno())

signals = room()
libc.sigemptyset(signals)
libc.sigaddset(signals, 12)
libc.pthread_sigmask(0, signals, None)
with takes(0.3, "sigtimedwait"):
    check(libc.sigtimedwait(signals, None, lasting(0.3)) == -1, "a signal came")
check(ctypes.get_errno() == errno.EAGAIN, "sigtimedwait gave", ctypes.get_errno())
finish()
