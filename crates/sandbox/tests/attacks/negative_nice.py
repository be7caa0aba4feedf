# Raises its priority.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.nice(-5)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
