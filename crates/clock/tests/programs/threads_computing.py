# clock: virtual real
# file: timing.py
# stdout: ok
"""Sleeping overlaps with computing: the one costs nothing, the other what it costs, which on a busy machine is more."""

import threading
import time

from timing import check, finish, near

took = 0.0


def compute(seconds):
    global took
    start, end = time.monotonic(), time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    took = time.monotonic() - start


def beside(action, seconds):
    """How long both take together, and the longer of the two."""
    thread = threading.Thread(target=compute, args=(seconds,))
    start = time.monotonic()
    thread.start()
    action()
    alone = time.monotonic() - start
    thread.join()
    return time.monotonic() - start, max(alone, took)


both, longer = beside(lambda: time.sleep(1), 0.2)
check(both >= 1, "the sleep was cut short:", both)
near(both, longer, "sleeping beside a shorter computation", late=0.1)

both, longer = beside(lambda: time.sleep(0.1), 0.4)
check(both >= 0.4, "computing took no time:", both)
near(both, longer, "sleeping beside a longer computation", late=0.1)

# A lock that the computing thread lets go only every 5 ms.
event = threading.Event()
threading.Timer(0.3, event.set).start()
both, longer = beside(lambda: check(event.wait(30), "the event was lost"), 0.2)
near(both, longer, "an event beside a computation", late=0.1)
finish()
