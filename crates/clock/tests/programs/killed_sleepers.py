# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Processes that are ended or stopped while they wait hold up nobody."""

import os
import signal
import threading
import time

from timing import check, finish, near, takes


def sleeper(seconds):
    child = os.fork()
    if child == 0:
        threading.Thread(target=time.sleep, args=(seconds,)).start()
        time.sleep(seconds)
        os._exit(0)
    return child


children = [sleeper(seconds) for seconds in (0.6, 0.7, 100, 200)]
with takes(0.3, "a sleep beside others"):
    time.sleep(0.3)
for child in children:
    os.kill(child, signal.SIGKILL)
with takes(0, "the ends of the children", late=0.05):
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
check(codes == [-9] * 4, "the children ended with", codes)
with takes(1, "a sleep that the children would have interrupted"):
    time.sleep(1)

# A sleep goes on while its process is stopped, and ends when that may go on.
for seconds, wanted in ((0.5, 1), (1.5, 1.5)):
    start = time.monotonic()
    child = sleeper(seconds)
    time.sleep(0.2)
    os.kill(child, signal.SIGSTOP)
    with takes(0.8, "a sleep beside a stopped process", late=0.02):
        time.sleep(0.8)
    os.kill(child, signal.SIGCONT)
    check(os.waitpid(child, 0)[1] == 0, "the child was ended")
    near(time.monotonic() - start, wanted, "a process that was stopped", late=0.05)
finish()
