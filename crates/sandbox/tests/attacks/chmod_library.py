# Changes the mode of a module.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.chmod(os.__file__, 0o777)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
