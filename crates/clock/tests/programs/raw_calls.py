# clock: virtual steady real
# unmanaged: maybe
# file: timing.py
# stdout: ok
"""A sleep by a bare system call may take real time, but what the clock says of it must be true all the same."""

import ctypes
import platform
import threading
import time

from timing import check, finish, takes

libc = ctypes.CDLL(None, use_errno=True)
NANOSLEEP = {"x86_64": 35, "aarch64": 101}[platform.machine()]


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def bare_sleep():
    with takes(0.5, "the bare sleep", late=0.05):
        found = libc.syscall(ctypes.c_long(NANOSLEEP), ctypes.byref(Timespec(0, 500_000_000)), None)
    check(found == 0, "the bare sleep failed")


bare_sleep()
# Whoever skips the longer sleep must not skip the bare one with it.
with takes(2, "a sleep beside it", late=0.05):
    thread = threading.Thread(target=bare_sleep)
    thread.start()
    time.sleep(2)
    thread.join()
finish()
