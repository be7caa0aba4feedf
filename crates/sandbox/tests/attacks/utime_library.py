# Changes the times of a module.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.utime(os.__file__, (0, 0))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
