# Leaves files everywhere it may; the next run must not see them.
# outcome: ok
# stdout: blocked
import os
for folder in (".", "/tmp", "/dev/shm", "..", os.environ.get("TMPDIR", ".")):
    for name in ("leak", ".leak"):
        try:
            open(os.path.join(folder, name), "w").write("x")
        except OSError:
            pass
print("blocked")
