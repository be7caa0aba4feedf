# Pid 1 of the run ignores what its children send.
# outcome: ok
# stdout: blocked
import os
for s in range(1, 32):
    try:
        os.kill(1, s)
    except OSError:
        pass
try:
    os.kill(1, 9)
except OSError:
    pass
print("blocked")
