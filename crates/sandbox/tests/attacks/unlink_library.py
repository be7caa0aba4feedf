# Removes a module.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.unlink(os.__file__)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
