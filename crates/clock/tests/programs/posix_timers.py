# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Timers of POSIX that send a signal, by `ctypes`."""

import ctypes
import signal
import time

from timing import check, finish, near, takes

libc = ctypes.CDLL(None, use_errno=True)
SECOND = 1_000_000_000
ABSOLUTE = 1


class Event(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("signal", ctypes.c_int), ("notify", ctypes.c_int), ("rest", ctypes.c_char * 48)]


def create(clock, number):
    timer = ctypes.c_void_p()
    found = libc.timer_create(clock, ctypes.byref(Event(None, number, 0)), ctypes.byref(timer))
    check(found == 0, "a timer could not be made")
    return timer


def arm(timer, first, interval=0.0, flags=0):
    parts = [*divmod(round(interval * SECOND), SECOND), *divmod(round(first * SECOND), SECOND)]
    check(libc.timer_settime(timer, flags, (ctypes.c_long * 4)(*parts), None) == 0, "a timer could not be set")


rings = []
signal.signal(signal.SIGUSR1, lambda *_: rings.append(time.monotonic()))
signal.signal(signal.SIGUSR2, lambda *_: rings.append(time.monotonic()))

timer = create(time.CLOCK_MONOTONIC, signal.SIGUSR1)
with takes(0.4, "a timer"):
    arm(timer, 0.4)
    signal.pause()
rings.clear()
start = time.monotonic()
with takes(0.8, "a timer that repeats"):
    arm(timer, 0.2, 0.3)
    while len(rings) < 3:
        signal.pause()
for number, ring in enumerate(rings):
    near(ring - start, 0.2 + number * 0.3, f"ring {number}")
found = (ctypes.c_long * 4)()
libc.timer_gettime(timer, found)
check(0.1 < found[2] + found[3] / SECOND <= 0.3, "until the next ring it is", found[3] / SECOND)
arm(timer, 0)
time.sleep(1)
check(len(rings) == 3, "a timer that was stopped rang")

other = create(time.CLOCK_REALTIME, signal.SIGUSR2)
with takes(0.3, "a moment of the time of day"):
    arm(other, time.time() + 0.3, flags=ABSOLUTE)
    signal.pause()
libc.timer_delete(other)

rings.clear()
with takes(0.6, "a timer during a sleep"):
    start = time.monotonic()
    arm(timer, 0.3)
    time.sleep(0.6)
near(rings[0] - start, 0.3, "its ring")
libc.timer_delete(timer)
finish()
