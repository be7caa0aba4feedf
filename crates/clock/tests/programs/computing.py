# clock: virtual steady real
# file: timing.py
# stdout: ok
"""What computing costs is seen in the time: a steady clock, which cannot show it, gives way to one that does."""

import time

from timing import check, finish

start, used = time.monotonic(), time.process_time()
total = sum(n * n for n in range(6_000_000))
took, used = time.monotonic() - start, time.process_time() - used
check(used > 0.1, "the computation was too short to tell:", used)
check(took >= used * 0.95, "computing for", used, "s took", took)
finish()
