# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Handlers of signals that wait themselves, in the middle of other waits."""

import os
import select
import signal
import threading
import time

from timing import check, finish, near, takes

seen = []


def handler(*_):
    start = time.monotonic()
    time.sleep(0.3)
    near(time.monotonic() - start, 0.3, "the sleep of a handler")
    seen.append(start)


signal.signal(signal.SIGALRM, handler)
reader, _ = os.pipe()
for what, wait in {
    "sleep": lambda: time.sleep(1),
    "select": lambda: select.select([reader], [], [], 1),
    "Event.wait": lambda: threading.Event().wait(1),
}.items():
    with takes(1, f"{what} with a handler within"):
        signal.setitimer(signal.ITIMER_REAL, 0.4)
        wait()
check(len(seen) == 3, "the handler ran", len(seen), "times")

# The handler ends later than the wait it interrupted.
with takes(0.7, "a sleep that a handler outlasts"):
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    time.sleep(0.5)
finish()
