# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Waits that are as long as can be, and as short, beside an ordinary one."""

import os
import queue
import select
import threading
import time

from timing import check, finish, takes

reader, writer = os.pipe()
epoll = select.epoll()
epoll.register(reader, select.EPOLLIN)


def poll(milliseconds):
    one = select.poll()
    one.register(reader, select.POLLIN)
    one.poll(milliseconds)


waits = [
    lambda: threading.Event().wait(threading.TIMEOUT_MAX),
    lambda: queue.Queue().get(timeout=1e9),
    lambda: time.sleep(2**32),
    lambda: time.sleep(9e9),
    lambda: select.select([reader], [], [], 1e9),
    lambda: poll(2**31 - 1),
    lambda: poll(-1),
    lambda: epoll.poll(2e6),
    lambda: epoll.poll(-1),
]
for wait in waits:
    threading.Thread(target=wait, daemon=True).start()
with takes(1, "a sleep beside huge ones", late=0.02):
    time.sleep(1)

with takes(0, "waits of no length", late=0.05):
    for seconds in (0, 1e-12, 1e-9):
        time.sleep(seconds)
        threading.Event().wait(seconds)
        select.select([reader], [], [], seconds)
    threading.Event().wait(-1)
start = time.monotonic()
for _ in range(500):
    time.sleep(1e-4)
check(0.05 <= time.monotonic() - start < 1, "five hundred tiny sleeps took", time.monotonic() - start)
finish()
