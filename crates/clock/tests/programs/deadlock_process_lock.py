# clock: virtual steady
# outcome: deadlock
# line: 22
# waits: 22
"""A process ended while it held the lock."""

import multiprocessing
import os

context = multiprocessing.get_context("fork")
lock = context.Lock()


def leave():
    lock.acquire()
    os._exit(0)


process = context.Process(target=leave)
process.start()
process.join()
with lock:
    print("mine")
