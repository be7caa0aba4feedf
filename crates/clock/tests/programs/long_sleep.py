# clock: virtual steady
# file: timing.py
# stdout: ok
"""Hours pass, in every unit in which one can wait for it."""

import asyncio
import threading
import time

from timing import check, finish, takes

with takes(3600, "an hour"):
    time.sleep(3600)
with takes(7200, "two hours of asyncio"):
    asyncio.run(asyncio.sleep(7200))
with takes(10_800, "three hours of a lock"):
    check(not threading.Event().wait(10_800), "nobody set the event")
with takes(43_200, "twelve hours"):
    for _ in range(12 * 6):
        time.sleep(600)
finish()
