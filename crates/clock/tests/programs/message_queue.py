# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Timed reads and writes of POSIX message queues, by `ctypes`, where the system lets one have such a queue."""

import ctypes
import errno
import os
import threading
import time

from timing import check, finish, takes

libc = ctypes.CDLL(None, use_errno=True)
SECOND = 1_000_000_000
NAME = b"/etude-clock-%d" % os.getpid()


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def until(seconds):
    return ctypes.byref(Timespec(*divmod(time.time_ns() + round(seconds * SECOND), SECOND)))


attributes = (ctypes.c_long * 8)(0, 1, 16, 0)
queue = libc.mq_open(NAME, os.O_CREAT | os.O_RDWR, 0o600, attributes)
if queue < 0:
    finish()
libc.mq_unlink(NAME)
room = ctypes.create_string_buffer(16)
with takes(0.3, "mq_timedreceive"):
    check(libc.mq_timedreceive(queue, room, ctypes.c_size_t(16), None, until(0.3)) == -1, "a message came")
check(ctypes.get_errno() == errno.ETIMEDOUT, "mq_timedreceive gave", ctypes.get_errno())
with takes(0.3, "a message"):
    threading.Timer(0.3, libc.mq_send, (queue, b"x", ctypes.c_size_t(1), 0)).start()
    check(libc.mq_timedreceive(queue, room, ctypes.c_size_t(16), None, until(10)) == 1, "no message came")
libc.mq_send(queue, b"x", ctypes.c_size_t(1), 0)
with takes(0.3, "mq_timedsend"):
    check(libc.mq_timedsend(queue, b"y", ctypes.c_size_t(1), 0, until(0.3)) == -1, "there was room")
check(ctypes.get_errno() == errno.ETIMEDOUT, "mq_timedsend gave", ctypes.get_errno())
finish()
