# Makes a block device.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.mknod("b", 0o60600, os.makedev(254, 0))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
