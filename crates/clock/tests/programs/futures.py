# clock: virtual steady real
# file: timing.py
# stdout: ok
"""`concurrent.futures`: results in time, and too late."""

import concurrent.futures
import time
from concurrent.futures import ThreadPoolExecutor

from timing import check, finish, takes


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def times_out(seconds, what, action):
    with takes(seconds, what):
        try:
            action()
            check(False, what, "did not time out")
        except concurrent.futures.TimeoutError:
            pass


with takes(0.9, "the whole pool", late=0.05), ThreadPoolExecutor(3) as pool:
    slow = pool.submit(sleep, 0.9)
    times_out(0.2, "result", lambda: slow.result(timeout=0.2))
    times_out(0.2, "map", lambda: list(pool.map(sleep, [0.1, 0.4], timeout=0.2)))
    futures = [pool.submit(sleep, seconds) for seconds in (0.2, 0.1)]
    done, pending = concurrent.futures.wait(futures + [slow], timeout=0.25)
    check(slow in pending, "the slow one was done early")
    check(slow.result() == 0.9, "another result")

with ThreadPoolExecutor(4) as pool:
    with takes(0.4, "as_completed", late=0.02):
        futures = [pool.submit(sleep, seconds) for seconds in (0.4, 0.1, 0.3, 0.2)]
        order = [future.result() for future in concurrent.futures.as_completed(futures)]
    check(order == [0.1, 0.2, 0.3, 0.4], "completed in the order", order)
    with takes(0.1, "the first", late=0.02):
        futures = [pool.submit(sleep, seconds) for seconds in (0.4, 0.1, 0.3)]
        concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_COMPLETED)

with takes(0.6, "six by two", late=0.05), ThreadPoolExecutor(2) as pool:
    check(list(pool.map(sleep, [0.2] * 6)) == [0.2] * 6, "the pool lost something")
finish()
