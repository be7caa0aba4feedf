# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Futexes through `syscall`, as Rust's standard library waits, with deadlines and without."""

import ctypes
import errno
import platform
import threading
import time

from timing import check, finish, takes

libc = ctypes.CDLL(None, use_errno=True)
SECOND = 1_000_000_000
FUTEX = {"x86_64": 202, "aarch64": 98}[platform.machine()]
WAIT, WAKE, WAIT_BITSET, PRIVATE, REALTIME = 0, 1, 9, 128, 256
ANY = ctypes.c_uint(0xFFFFFFFF)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def lasting(nanoseconds):
    return ctypes.byref(Timespec(*divmod(nanoseconds, SECOND)))


def futex(word, operation, value, timeout, bits=ctypes.c_uint(0)):
    return libc.syscall(ctypes.c_long(FUTEX), ctypes.byref(word), operation | PRIVATE, value, timeout, None, bits)


word = ctypes.c_uint(0)
with takes(0.3, "FUTEX_WAIT"):
    check(futex(word, WAIT, 0, lasting(300_000_000)) == -1, "it was woken")
check(ctypes.get_errno() == errno.ETIMEDOUT, "FUTEX_WAIT gave", ctypes.get_errno())
with takes(0.3, "FUTEX_WAIT_BITSET"):
    futex(word, WAIT_BITSET, 0, lasting(time.monotonic_ns() + 300_000_000), ANY)
check(ctypes.get_errno() == errno.ETIMEDOUT, "FUTEX_WAIT_BITSET gave", ctypes.get_errno())
with takes(0.3, "FUTEX_WAIT_BITSET by the time of day"):
    futex(word, WAIT_BITSET | REALTIME, 0, lasting(time.time_ns() + 300_000_000), ANY)
check(ctypes.get_errno() == errno.ETIMEDOUT, "FUTEX_WAIT_BITSET gave", ctypes.get_errno())
with takes(0, "FUTEX_WAIT for another value"):
    check(futex(word, WAIT, 1, lasting(10 * SECOND)) == -1, "it waited")
check(ctypes.get_errno() == errno.EAGAIN, "FUTEX_WAIT gave", ctypes.get_errno())


def wake():
    time.sleep(0.3)
    word.value = 1
    # The place of the timeout means nothing here, and may hold anything.
    futex(word, WAKE, 1, ctypes.c_void_p(1))


for timeout in (None, lasting(10 * SECOND)):
    word.value = 0
    thread = threading.Thread(target=wake)
    with takes(0.3, "a futex that is woken"):
        thread.start()
        check(futex(word, WAIT, 0, timeout) == 0, "it was not woken:", ctypes.get_errno())
    thread.join()
finish()
