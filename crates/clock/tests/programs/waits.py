# clock: virtual steady real
# count: 20000
# file: timing.py
# stdout: ok
"""Random waits of six kinds in thirty-two threads of four processes: none ends early, and none is lost."""

import os
import queue
import random
import select
import threading
import time

from timing import EARLY, LATE, check, faults, finish, number

PROCESSES, THREADS = 4, 8
COUNT = number(20_000)
# So many threads want to run at once that a wait may be late by what all of them take.
MOST = 20 * LATE + 1


def kinds():
    """Each thread has things of its own to wait for that never come."""
    event, condition, items = threading.Event(), threading.Condition(), queue.Queue()
    reader, writer = os.pipe()
    poll, epoll = select.poll(), select.epoll()
    poll.register(reader, select.POLLIN)
    epoll.register(reader, select.EPOLLIN)

    def wait_condition(seconds):
        with condition:
            condition.wait(seconds)

    def wait_item(seconds):
        try:
            items.get(timeout=seconds)
        except queue.Empty:
            pass

    return [
        time.sleep,
        event.wait,
        wait_condition,
        wait_item,
        lambda seconds: select.select([reader], [], [], seconds),
        lambda seconds: (poll.poll(seconds * 1000), epoll.poll(0)) if seconds > 0.05 else epoll.poll(seconds),
    ]


def worker(seed, turns, done):
    chance, ways = random.Random(seed), kinds()
    for _ in range(turns):
        seconds, way = chance.uniform(0, 0.1), chance.randrange(len(ways))
        start = time.monotonic()
        ways[way](seconds)
        took = time.monotonic() - start
        check(seconds - EARLY <= took <= seconds + MOST, f"way {way} took {took:.6f} and not {seconds:.6f}")
        done.append(took)


def process(seed):
    turns, done = COUNT // (PROCESSES * THREADS), []
    threads = [threading.Thread(target=worker, args=(seed * 100 + n, turns, done)) for n in range(THREADS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    check(len(done) == turns * THREADS, "of", turns * THREADS, "waits ended", len(done))
    if faults:
        print("\n".join(faults[:10]), flush=True)
    return bool(faults)


children = []
for seed in range(PROCESSES):
    if (child := os.fork()) == 0:
        code = 99
        try:
            code = process(seed)
        finally:
            os._exit(code)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
check(codes == [0] * PROCESSES, "the processes ended with", codes)
finish()
