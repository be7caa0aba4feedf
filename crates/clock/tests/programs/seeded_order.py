# clock: virtual steady
# seed: any
"""Ten threads wait for exactly the same moment: the order in which they wake is one for each seed."""

import ctypes
import threading
import time

libc = ctypes.CDLL(None)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def wait_until(nanoseconds):
    moment = Timespec(*divmod(nanoseconds, 1_000_000_000))
    libc.clock_nanosleep(time.CLOCK_MONOTONIC, 1, ctypes.byref(moment), None)


woken, threads, end = [], [], time.monotonic_ns() + 60_000_000_000
for number in range(10):
    thread = threading.Thread(target=lambda number: (wait_until(end), woken.append(number)), args=(number,))
    thread.start()
    threads.append(thread)
    # It is skipped only when the thread waits, and takes long enough on a busy machine.
    time.sleep(1)
[thread.join() for thread in threads]
print(*woken)
