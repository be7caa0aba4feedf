# Fills the disk.
# outcome: ok
# stdout: blocked
# reduced: skip
import os
n = 0
try:
    while True:
        open(str(n), "wb").write(b"x" * (1 << 20))
        n += 1
except OSError:
    pass
used = sum(os.path.getsize(f) for f in os.listdir("."))
print("blocked" if used <= 17 << 20 else f"BREACH {used}")
