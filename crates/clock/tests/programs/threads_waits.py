# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Every wait of `threading` and `queue` that can end by time, and by what was waited for."""

import queue
import threading
import time

from timing import check, finish, takes


def later(seconds, action):
    threading.Timer(seconds, action).start()


def raises(kind, action):
    try:
        action()
    except kind:
        return True
    return False


def run_out():
    with takes(0.3, "Event.wait"):
        check(not threading.Event().wait(0.3), "nobody set the event")
    with takes(0.3, "Queue.get"):
        check(raises(queue.Empty, lambda: queue.Queue().get(timeout=0.3)), "nobody put anything")
    full = queue.Queue(1)
    full.put(1)
    with takes(0.3, "Queue.put"):
        check(raises(queue.Full, lambda: full.put(2, timeout=0.3)), "nobody took anything")
    with takes(0.3, "SimpleQueue.get"):
        check(raises(queue.Empty, lambda: queue.SimpleQueue().get(timeout=0.3)), "nobody put anything")
    condition = threading.Condition()
    with condition:
        with takes(0.3, "Condition.wait"):
            check(not condition.wait(0.3), "nobody notified")
        with takes(0.3, "Condition.wait_for"):
            check(not condition.wait_for(lambda: False, 0.3), "it was never true")
    with takes(0.3, "Semaphore.acquire"):
        check(not threading.Semaphore(0).acquire(timeout=0.3), "nobody released")
    lock = threading.Lock()
    with lock, takes(0.3, "Lock.acquire"):
        check(not lock.acquire(timeout=0.3), "nobody let go")
    with takes(0.3, "Barrier.wait"):
        check(raises(threading.BrokenBarrierError, lambda: threading.Barrier(2).wait(0.3)), "nobody came")
    sleeper = threading.Thread(target=time.sleep, args=(0.7,))
    with takes(0.7, "both joins"):
        sleeper.start()
        with takes(0.3, "Thread.join"):
            sleeper.join(0.3)
        check(sleeper.is_alive(), "the thread ended early")
        sleeper.join()


def come_in_time():
    event = threading.Event()
    with takes(0.3, "an event set"):
        later(0.3, event.set)
        check(event.wait(10), "the event was set")
    items = queue.Queue()
    with takes(0.3, "an item put"):
        later(0.3, lambda: items.put(1))
        check(items.get(timeout=10) == 1, "the item was put")
    condition, ready = threading.Condition(), []

    def notify():
        with condition:
            ready.append(1)
            condition.notify_all()

    with condition, takes(0.3, "a condition notified"):
        later(0.3, notify)
        check(condition.wait_for(lambda: ready, 10), "it became true")
    semaphore = threading.Semaphore(0)
    with takes(0.3, "a semaphore released"):
        later(0.3, semaphore.release)
        check(semaphore.acquire(timeout=10), "it was released")
    lock = threading.Lock()
    lock.acquire()
    with takes(0.3, "a lock let go"):
        later(0.3, lock.release)
        check(lock.acquire(timeout=10), "it was let go")
    barrier = threading.Barrier(3)
    with takes(0.3, "a barrier"):
        later(0.2, barrier.wait)
        later(0.3, barrier.wait)
        barrier.wait(10)
    stopped = threading.Timer(0.2, lambda: check(False, "a cancelled timer rang"))
    stopped.start()
    with takes(0.1, "a cancelled timer"):
        later(0.1, stopped.cancel)
        stopped.join()


run_out()
come_in_time()
finish()
