# The root of pid 1 is no way out.
# outcome: ok
# stdout: blocked
import os
os.symlink("/proc/1/root", "r")
try:
    result = open("r/etc/shadow").read()
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
