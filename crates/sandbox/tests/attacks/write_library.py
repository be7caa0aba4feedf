# Rewrites a module of the standard library.
# outcome: ok
# stdout: blocked
import os
try:
    result = open(os.__file__, "a").write("#")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
