# Overwrites every shared mapping it can find.
# outcome: failed
# stdout: blocked
import ctypes, os, sys
print("blocked", flush=True)
try:
    maps = open("/proc/self/maps").read()
except OSError:
    maps = ""
for line in maps.splitlines():
    if "rw-s" in line:
        start, end = (int(x, 16) for x in line.split()[0].split("-"))
        ctypes.memset(start, 0xFF, end - start)
sys.exit(4)
