# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Processes are forked while threads wait: the children go their own way, and the waits are still their parent's."""

import os
import threading
import time
import warnings

from timing import check, finish, takes

warnings.simplefilter("ignore", DeprecationWarning)


def wait(seconds):
    with takes(seconds, "a wait in a thread", late=0.02):
        check(not threading.Event().wait(seconds), "nobody set the event")


def child(seconds):
    code = 1
    try:
        with takes(seconds, "a sleep in a child", late=0.02):
            time.sleep(seconds)
        code = 0
    finally:
        os._exit(code)


with takes(1, "everything", late=0.05):
    threads = [threading.Thread(target=wait, args=(seconds,)) for seconds in (0.2, 0.4, 0.6, 0.8, 1)]
    [thread.start() for thread in threads]
    for seconds in (0.9, 0.1, 0.5):
        if os.fork() == 0:
            child(seconds)
        time.sleep(0.05)
    codes = [os.wait()[1] for _ in range(3)]
    [thread.join() for thread in threads]
check(codes == [0, 0, 0], "the children ended with", codes)
finish()
