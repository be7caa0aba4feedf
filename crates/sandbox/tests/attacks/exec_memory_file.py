# Executes a file in memory.
# outcome: ok
# profile: process
# stdout: blocked
import os
try:
    fd = os.memfd_create("x")
    os.write(fd, open("/usr/bin/id", "rb").read())
except OSError:
    fd = 0
try:
    result = os.execve(fd, ["id"], {})
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
