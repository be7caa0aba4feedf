# Only the three standard descriptors are open.
# outcome: ok
# stdout: blocked
import os
found = []
for fd in range(3, 1024):
    try:
        os.fstat(fd); found.append(fd)
    except OSError:
        pass
print("blocked" if not found else f"BREACH {found}")
