# Writes whatever it likes over the memory of the run's clock: it spoils its own clock, and signals nobody else.
# outcome: ok failed timeout killed deadlock
# profile: process
# reduced: skip
import mmap, os, random, signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
try:
    file = os.open("/sandbox/.clock", os.O_RDWR)
    memory = mmap.mmap(file, 0)
except OSError:
    print("no clock")
else:
    chance = random.Random(1)
    for _ in range(200):
        at = chance.randrange(0, len(memory) - 64, 8)
        # Numbers of processes that are not of the run, and deadlines that have passed.
        memory[at : at + 8] = chance.choice([b"\1\0\0\0\1\0\0\0", b"\xff" * 8, b"\0" * 8, chance.randbytes(8)])
        time.sleep(0.0001)
    print("scribbled")
