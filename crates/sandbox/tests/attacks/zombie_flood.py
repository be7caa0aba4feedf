# Leaves thousands of ended children.
# outcome: ok
# stdout: blocked
import os
try:
    for _ in range(5000):
        if os.fork() == 0:
            os._exit(0)
except OSError:
    print("blocked")
