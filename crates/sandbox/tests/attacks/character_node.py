# Makes a character device.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.mknod("c", 0o20600, os.makedev(1, 1))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
