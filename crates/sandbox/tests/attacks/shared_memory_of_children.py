# Children each fill shared memory, which is no process's own.
# outcome: ok memory killed timeout
# limit: wall_ms 4000
# reduced: skip
# clock: real
import mmap, os, select, time
reading, writing = os.pipe()
for _ in range(12):
    if os.fork() == 0:
        block = mmap.mmap(-1, 60 << 20)
        for at in range(0, 60 << 20, 4096):
            block[at] = 1
        os.write(writing, b"x")
        time.sleep(30)
filled, end = 0, time.time() + 3
while time.time() < end:
    if select.select([reading], [], [], 0.1)[0]:
        filled += len(os.read(reading, 100))
if filled > 6:
    print("BREACH", filled, flush=True)
