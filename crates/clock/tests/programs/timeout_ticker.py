# clock: virtual steady
# outcome: timeout
# limit: virtual_ms 4500
# stdout: tick 1
# stdout: tick 2
# stdout: tick 3
# stdout: tick 4
"""A clock that ticks for ever."""

import time

start = time.monotonic()
while True:
    time.sleep(1)
    print(f"tick {time.monotonic() - start:.0f}", flush=True)
