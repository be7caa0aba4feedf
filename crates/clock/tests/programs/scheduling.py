# clock: virtual steady real
# file: timing.py
# stdout: ok
"""`sched`, `threading.Timer` chains, and a loop that ticks without drift."""

import sched
import threading
import time

from timing import check, finish, near, takes

scheduler = sched.scheduler()
start, seen = time.monotonic(), []


def event(name, at):
    near(time.monotonic() - start, at, name)
    seen.append(name)


for at, priority, name in [(0.6, 1, "d"), (0.2, 2, "b"), (0.2, 1, "a"), (0.4, 1, "c"), (0.5, 1, "cancelled")]:
    entry = scheduler.enterabs(start + at, priority, event, (name, at))
    if name == "cancelled":
        scheduler.cancel(entry)
scheduler.run()
near(time.monotonic() - start, 0.6, "the scheduler")
check(seen == ["a", "b", "c", "d"], "the events came in the order", seen)

wall = sched.scheduler(time.time, time.sleep)
with takes(0.3, "a scheduler by the time of day"):
    wall.enter(0.3, 1, lambda: None)
    wall.run()

ticks = 0
start = time.monotonic()
for number in range(1, 11):
    time.sleep(max(0, start + number / 10 - time.monotonic()))
    near(time.monotonic() - start, number / 10, f"tick {number}")

done = threading.Event()


def chain(left):
    if left:
        threading.Timer(0.1, chain, (left - 1,)).start()
    else:
        done.set()


with takes(1, "a chain of timers", late=0.1):
    chain(10)
    done.wait()
finish()
