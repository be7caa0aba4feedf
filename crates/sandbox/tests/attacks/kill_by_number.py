# No process of the host can be signalled.
# outcome: ok
# stdout: blocked
import os
found = []
for pid in range(3, 2000):
    try:
        os.kill(pid, 0)
        found.append(pid)
    except OSError:
        pass
print("blocked" if [p for p in found if p != os.getpid()] == [] else f"BREACH {found}")
