# Other folders share the same limit.
# outcome: ok
# stdout: blocked
# reduced: skip
import os
total = 0
for folder in ("/tmp", "/dev/shm", "..", "."):
    try:
        for n in range(100):
            total += open(f"{folder}/{total}-{n}", "wb").write(b"x" * (1 << 20))
    except OSError:
        pass
print("blocked" if total <= 17 << 20 else f"BREACH {total}")
