# clock: virtual steady real
# file: timing.py
# stdout: ok
"""A loop that only looks at a clock ends, whichever clock it looks at."""

import datetime
import time

from timing import finish, takes

with takes(0.5, "a busy wait by monotonic"):
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        pass
with takes(0.1, "a busy wait by time"):
    end = time.time() + 0.1
    while time.time() < end:
        pass
with takes(0.1, "a busy wait by perf_counter_ns"):
    end = time.perf_counter_ns() + 100_000_000
    while time.perf_counter_ns() < end:
        pass
with takes(0.1, "a busy wait by datetime"):
    end = datetime.datetime.now() + datetime.timedelta(seconds=0.1)
    while datetime.datetime.now() < end:
        pass
with takes(0.1, "a busy wait that yields"):
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        time.sleep(0)
finish()
