# clock: virtual steady real
# profile: process
# file: timing.py
# stdout: ok
"""`multiprocessing` with processes that start Python anew: spawned, and forked by a server."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

from timing import check, finish, near, takes


def sleep_and_tell(seconds, items):
    time.sleep(seconds)
    items.put(time.monotonic())


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def main():
    for method, starts in (("spawn", 1), ("forkserver", 2)):
        context = multiprocessing.get_context(method)
        items = context.Queue()
        # Beside the process itself one is started that tracks shared resources.
        with takes(1, method, late=0.1, starts=starts + 1):
            process = context.Process(target=sleep_and_tell, args=(1, items))
            process.start()
            sent = items.get(timeout=30)
            near(time.monotonic() - sent, 0, "the child's clock", late=0.1)
            process.join()
        check(process.exitcode == 0, method, "ended with", process.exitcode)
    with takes(1, "a pool", late=0.3, starts=3):
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
            check(list(pool.map(sleep, [0.5] * 4)) == [0.5] * 4, "the pool lost something")


if __name__ == "__main__":
    main()
    finish()
