# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Many threads sleep at once, each as long as it wants to."""

import threading
import time

from timing import check, finish, near, takes


def sleeper(seconds, ends):
    start = time.monotonic()
    time.sleep(seconds)
    near(time.monotonic() - start, seconds, "one of twenty", late=0.02)
    ends.append(seconds)


def all_of(threads):
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]


ends = []
with takes(1, "twenty threads"):
    all_of([threading.Thread(target=sleeper, args=(number / 20, ends)) for number in range(20, 0, -1)])
check(ends == sorted(ends) and len(ends) == 20, "they ended in the order", ends)


def ticker(pause, times, start):
    for number in range(1, times + 1):
        time.sleep(pause)
        near(time.monotonic() - start, number * pause, "a tick", late=number * 0.02)


start = time.monotonic()
with takes(1, "tickers", late=0.1):
    all_of([threading.Thread(target=ticker, args=(1 / times, times, start)) for times in (1, 2, 4, 5, 10, 20)])
finish()
