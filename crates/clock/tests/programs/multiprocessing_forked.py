# clock: virtual steady real
# file: timing.py
# stdout: ok
"""`multiprocessing` with forked processes: queues, pipes, events, locks and pools."""

import multiprocessing
import queue
import time
from concurrent.futures import ProcessPoolExecutor

from timing import check, finish, takes

context = multiprocessing.get_context("fork")


def sleep_and_tell(seconds, tell):
    time.sleep(seconds)
    tell(seconds)


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def holds(lock, held, seconds):
    with lock:
        held.set()
        time.sleep(seconds)


def main():
    items = context.Queue()
    with takes(0.3, "Queue.get", late=0.02):
        try:
            items.get(timeout=0.3)
            check(False, "something was in the queue")
        except queue.Empty:
            pass
    with takes(0.4, "an item of another process", late=0.1):
        process = context.Process(target=sleep_and_tell, args=(0.4, items.put))
        process.start()
        check(items.get(timeout=5) == 0.4, "another item came")
    process.join()

    here, there = context.Pipe()
    check(not here.poll(), "the pipe is not empty")
    with takes(0.3, "Connection.poll"):
        check(not here.poll(0.3), "something was in the pipe")
    with takes(0.4, "an object of another process", late=0.1):
        process = context.Process(target=sleep_and_tell, args=(0.4, there.send))
        process.start()
        check(here.poll(5) and here.recv() == 0.4, "another object came")
    process.join()

    event = context.Event()
    with takes(0.3, "Event.wait"):
        check(not event.wait(0.3), "nobody set the event")
    process = context.Process(target=sleep_and_tell, args=(0.3, lambda _: event.set()))
    with takes(0.3, "an event of another process", late=0.1):
        process.start()
        check(event.wait(5), "the event was lost")
    process.join()

    lock, held = context.Lock(), context.Event()
    process = context.Process(target=holds, args=(lock, held, 0.5))
    with takes(0.5, "a lock let go", late=0.1):
        process.start()
        held.wait()
        with takes(0.2, "Lock.acquire"):
            check(not lock.acquire(timeout=0.2), "the other process let go early")
        check(lock.acquire(timeout=5), "the other process did not let go")
    process.join()

    with takes(0.3, "Process.join"):
        process = context.Process(target=time.sleep, args=(100,))
        process.start()
        process.join(0.3)
    check(process.exitcode is None, "the process ended early")
    process.terminate()
    process.join()

    with takes(0.8, "ProcessPoolExecutor", late=0.2):
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            check(list(pool.map(sleep, [0.4] * 4)) == [0.4] * 4, "the pool lost something")
    with takes(0.8, "Pool", late=0.3):
        with context.Pool(2) as pool:
            check(pool.map(sleep, [0.4] * 4, chunksize=1) == [0.4] * 4, "the pool lost something")


main()
finish()
