# clock: virtual steady
# stdout: 0 1 2 3 4 5 6 7 8 9
# stdout: 0 1 2 3 4 5 6 7 8 9
"""Ten threads, then ten processes, wait for exactly the same moment, and wake in the order in which they began to."""

import ctypes
import os
import threading
import time

libc = ctypes.CDLL(None)
ABSOLUTE = 1


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def wait_until(nanoseconds):
    moment = Timespec(*divmod(nanoseconds, 1_000_000_000))
    libc.clock_nanosleep(time.CLOCK_MONOTONIC, ABSOLUTE, ctypes.byref(moment), None)


def moment():
    return time.monotonic_ns() + 60_000_000_000


woken, threads, end = [], [], moment()
for number in range(10):
    thread = threading.Thread(target=lambda number: (wait_until(end), woken.append(number)), args=(number,))
    thread.start()
    threads.append(thread)
    # It is skipped only when the thread waits, and takes long enough on a busy machine.
    time.sleep(1)
[thread.join() for thread in threads]
print(*woken, flush=True)

# What processes write to a pipe comes in the order in which they woke.
reader, writer = os.pipe()
end = moment()
for number in range(10):
    if os.fork() == 0:
        wait_until(end)
        os.write(writer, b"%d " % number)
        os._exit(0)
    time.sleep(1)
for _ in range(10):
    os.wait()
print(os.read(reader, 100).decode().strip())
