# A file of the library cannot be linked into the work folder.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.link(os.__file__, "l")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
