# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Timers that are descriptors: read, waited for, repeated, asked for what is left, shared with a child."""

import ctypes
import os
import select
import struct
import time

from timing import check, finish, near, takes

libc = ctypes.CDLL(None, use_errno=True)
SECOND = 1_000_000_000
ABSOLUTE = 1


def four(first, interval):
    return (ctypes.c_long * 4)(*divmod(round(interval * SECOND), SECOND), *divmod(round(first * SECOND), SECOND))


def create(clock=time.CLOCK_MONOTONIC, flags=0):
    return libc.timerfd_create(clock, flags)


def arm(timer, first, interval=0.0, flags=0):
    check(libc.timerfd_settime(timer, flags, four(first, interval), None) == 0, "a timer could not be set")


def left(timer):
    found = (ctypes.c_long * 4)()
    libc.timerfd_gettime(timer, found)
    return found[2] + found[3] / SECOND


def count(timer):
    return struct.unpack("Q", os.read(timer, 8))[0]


timer = create()
with takes(0.3, "a read"):
    arm(timer, 0.3)
    check(count(timer) == 1, "it rang more than once")
with takes(0.3, "a select"):
    arm(timer, 0.3)
    check(select.select([timer], [], [], 5)[0] == [timer], "it did not ring")
check(count(timer) == 1, "it rang more than once")
epoll = select.epoll()
epoll.register(timer, select.EPOLLIN)
with takes(0.3, "an epoll"):
    arm(timer, 0.3)
    check(epoll.poll() == [(timer, select.EPOLLIN)], "it did not ring")
with takes(0.2, "an epoll that ends before the timer"):
    arm(timer, 0.5)
    check(epoll.poll(0.2) == [], "it rang early")
near(0.5 - left(timer), 0.2, "the timer has run for")

start = time.monotonic()
with takes(0.7, "a timer that repeats"):
    arm(timer, 0.3, 0.2)
    for number in range(3):
        check(count(timer) == 1, "it rang more than once")
        near(time.monotonic() - start, 0.3 + number * 0.2, f"ring {number}")
time.sleep(0.7)
check(count(timer) in (3, 4), "it did not ring while nobody looked")
arm(timer, 0)
with takes(0.3, "a timer that is not set"):
    check(select.select([timer], [], [], 0.3)[0] == [], "it rang")

for clock in (time.CLOCK_REALTIME, time.CLOCK_BOOTTIME):
    timer = create(clock)
    with takes(0.3, f"a moment of clock {clock}"):
        arm(timer, time.clock_gettime(clock) + 0.3, flags=ABSOLUTE)
        count(timer)
    with takes(0, f"a moment of clock {clock} that has been"):
        arm(timer, time.clock_gettime(clock) - 5, flags=ABSOLUTE)
        count(timer)

timer = create(flags=os.O_NONBLOCK)
arm(timer, 0.3)
try:
    os.read(timer, 8)
    check(False, "it rang at once")
except BlockingIOError:
    pass
with takes(0.3, "a timer that a child waits for", late=0.02):
    arm(timer, 0.3)
    if os.fork() == 0:
        os._exit(select.select([timer], [], [], 5)[0] != [timer])
    check(os.wait()[1] == 0, "it did not ring in the child")

if hasattr(os, "timerfd_create"):
    timer = os.timerfd_create(time.CLOCK_MONOTONIC)
    with takes(0.3, "a timer of Python's own"):
        os.timerfd_settime(timer, initial=0.3)
        count(timer)
finish()
