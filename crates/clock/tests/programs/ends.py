# clock: virtual steady real
# count: 300
# file: timing.py
# stdout: ok
"""The end of a process or a thread is seen by those who wait for it before anything that comes later."""

import os
import signal
import threading
import time

from timing import check, finish, number

# What a clock would jump to that took the end of one for the sleep of all.
LATER = 100
COUNT = number(300)


def forked(action):
    child = os.fork()
    if child == 0:
        action()
        os._exit(0)
    return child


def waited_for():
    os.waitpid(forked(lambda: None), 0)


def orphaned():
    """The one who is waited for has a child of its own."""
    os.waitpid(forked(lambda: forked(lambda: None)), 0)


def end_of_file():
    reader, writer = os.pipe()
    child = forked(lambda: os.close(reader))
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    os.waitpid(child, 0)


def signalled():
    child = forked(lambda: None)
    os.read(woken, 1)
    os.waitpid(child, 0)


def joined():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def killed():
    child = forked(signal.pause)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def sleep_for_ever():
    while True:
        time.sleep(LATER)


sleeper = forked(sleep_for_ever)
for end in (waited_for, orphaned, end_of_file, killed, joined, signalled):
    if end is signalled:
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes)
    late = 0
    for _ in range(COUNT // 6):
        start = time.monotonic()
        end()
        late += time.monotonic() - start > LATER / 10
    check(not late, f"{end.__name__}: {late} of {COUNT // 6} were seen late")
os.kill(sleeper, signal.SIGKILL)
os.waitpid(sleeper, 0)
finish()
