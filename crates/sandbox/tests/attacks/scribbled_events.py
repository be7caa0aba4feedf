# Fills what a watched run tells of itself with nonsense: counts beyond all bounds, records that are none, half a text.
# outcome: ok
# profile: shell
# stdout: done
# reduced: skip
# limit: wall_ms 20000
import ctypes
import os

for line in open("/proc/self/maps"):
    if "memfd:events" in line:
        start = int(line.split("-")[0], 16)
        ctypes.memmove(start + 64, b'["v",1]\n["s",1,"\xff\xfe' + b"[" * 3000 + os.urandom(1 << 20), 1 << 20)
        ctypes.memset(start + (16 << 20), 0xFF, 1 << 20)
        ctypes.memset(start, 0xFF, 64)
print("done")
