# clock: virtual real
# file: timing.py
# stdout: ok
"""Sleeping overlaps with computing: the one costs nothing, the other what it costs."""

import threading
import time

from timing import check, finish, near, takes


def compute(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


with takes(1, "sleeping beside a shorter computation"):
    thread = threading.Thread(target=compute, args=(0.2,))
    thread.start()
    time.sleep(1)
    thread.join()

start = time.monotonic()
thread = threading.Thread(target=compute, args=(0.4,))
thread.start()
with takes(0.1, "sleeping beside a longer computation"):
    time.sleep(0.1)
check(thread.is_alive(), "the computation ended early")
thread.join()
check(time.monotonic() - start >= 0.4, "computing took no time")

# A lock that the computing thread lets go only every 5 ms.
event = threading.Event()
thread = threading.Thread(target=compute, args=(0.2,))
with takes(0.3, "an event beside a computation"):
    threading.Timer(0.3, event.set).start()
    thread.start()
    check(event.wait(10), "the event was lost")
thread.join()
finish()
