# Makes orphans as fast as it can.
# outcome: ok
# stdout: blocked
import os
try:
    for _ in range(40):
        if os.fork() == 0:
            if os.fork() == 0:
                os._exit(0)
            os._exit(0)
        os.wait()
except OSError:
    pass
print("blocked")
