# Takes memory in files that belong to no folder.
# outcome: ok memory killed
import os
files = []
try:
    for _ in range(100):
        fd = os.memfd_create("x")
        files.append(fd)
        os.write(fd, b"x" * (7 << 20))
    print("BREACH")
except OSError:
    print("blocked")
