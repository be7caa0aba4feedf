# clock: virtual steady real
# file: timing.py
# stdout: ok
"""A producer's items reach the consumer at once, and every wait for one ends before its timeout."""

import queue
import threading
import time

from timing import check, finish, near, takes

items = queue.Queue(3)


def produce():
    for number in range(6):
        time.sleep(0.2)
        items.put((number, time.monotonic()))
    items.put(None)


with takes(1.2, "six items", late=0.05):
    threading.Thread(target=produce).start()
    seen = []
    while item := items.get(timeout=0.7):
        near(time.monotonic() - item[1], 0, "an item on its way")
        seen.append(item[0])
check(seen == list(range(6)), "the consumer got", seen)

# Workers of a pool share the work.
work, done = queue.Queue(), []


def worker():
    while True:
        seconds = work.get()
        time.sleep(seconds)
        done.append(seconds)
        work.task_done()


with takes(0.8, "eight pieces of work by four workers", late=0.05):
    for _ in range(8):
        work.put(0.4)
    for _ in range(4):
        threading.Thread(target=worker, daemon=True).start()
    work.join()
check(len(done) == 8, "the workers did", len(done))
finish()
