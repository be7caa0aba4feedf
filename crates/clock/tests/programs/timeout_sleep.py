# clock: virtual steady
# outcome: timeout
# limit: virtual_ms 60000
# stdout: good night
"""A sleep that is longer than the virtual time there is."""

import time

print("good night", flush=True)
time.sleep(3600)
print("good morning")
