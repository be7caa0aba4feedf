# Children share what one process may have.
# outcome: memory killed timeout
# reduced: skip
# clock: real
import os, time
def eat():
    blocks = []
    try:
        while True:
            blocks.append(b"x" * (4 << 20))
    except MemoryError:
        time.sleep(30)
for _ in range(8):
    if os.fork() == 0:
        eat()
eat()
