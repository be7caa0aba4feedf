# Writes to every descriptor it could have been left.
# outcome: ok
# stdout: blocked
import os
for fd in range(3, 300):
    try:
        os.write(fd, b"\x08\0tE" + b"\0" * 60)
        print("BREACH", fd)
    except OSError:
        pass
print("blocked")
