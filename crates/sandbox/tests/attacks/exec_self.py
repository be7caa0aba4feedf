# Replaces itself.
# outcome: ok
# stdout: blocked
import os, sys
try:
    result = os.execv(sys.executable, ["python", "-c", "print('BREACH')"])
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
