# Fills the page that the report is taken from.
# outcome: failed
# stdout: blocked
import os
for fd in (0x3FFFFFF0, 0x3FFFFFF1):
    try:
        os.write(fd, b"A" * 1_000_000)
        os.write(fd, b"x\0" * 1000)
    except OSError:
        pass
print("blocked")
os._exit(3)
