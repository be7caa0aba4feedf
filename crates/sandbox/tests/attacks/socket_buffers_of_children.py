# Children each fill the buffers of socket pairs, which are the kernel's memory.
# outcome: ok memory killed timeout
# limit: wall_ms 4000
# reduced: skip
import os, select, socket, time
reading, writing = os.pipe()
for _ in range(12):
    if os.fork() == 0:
        pairs = []
        for _ in range(110):
            pair = socket.socketpair()
            pairs += pair
            for end in pair:
                end.setblocking(False)
                try:
                    while True:
                        end.send(b"x" * 32768)
                except BlockingIOError:
                    pass
        os.write(writing, b"x")
        time.sleep(30)
filled, end = 0, time.time() + 3
while time.time() < end:
    if select.select([reading], [], [], 0.1)[0]:
        filled += len(os.read(reading, 100))
if filled > 6:
    print("BREACH", filled, flush=True)
