# Opens descriptors without end.
# outcome: ok
# stdout: blocked
import os
n = 0
try:
    while True:
        os.dup(1)
        n += 1
except OSError:
    print("blocked" if n < 1024 else "BREACH")
