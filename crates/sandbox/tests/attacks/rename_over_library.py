# Moves a file over a module.
# outcome: ok
# stdout: blocked
import os
open("f", "w").close()
try:
    result = os.rename("f", os.__file__)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
