# clock: virtual steady
# profile: process
# limit: virtual_ms 20000000
# file: timing.py
# stdout: ok
"""Waits that look like the last ones, and are not: somebody else sleeps, computes, or is still being started."""

import os
import subprocess
import sys
import threading
import time

from timing import check, finish, takes

with takes(3600, "the sleep of a child", late=0.1):
    if os.fork() == 0:
        time.sleep(3600)
        os._exit(0)
    os.wait()

with takes(3600, "the sleep of an orphan", late=0.1):
    reader, writer = os.pipe()
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(3600)
            os.write(writer, b"x")
        os._exit(0)
    os.wait()
    os.close(writer)
    check(os.read(reader, 1) == b"x", "the orphan was lost")


def compute(event):
    end = time.thread_time() + 0.3
    while time.thread_time() < end:
        pass
    event.set()


event = threading.Event()
threading.Thread(target=compute, args=(event,)).start()
check(event.wait(), "the computation was lost")

child = subprocess.run([sys.executable, "-c", "import json, http.client; print('up')"], stdout=subprocess.PIPE, text=True)
check(child.stdout == "up\n", "the child said", child.stdout)

with takes(3600, "a sleep of a thread", late=0.1):
    thread = threading.Thread(target=time.sleep, args=(3600,))
    thread.start()
    thread.join()
finish()
