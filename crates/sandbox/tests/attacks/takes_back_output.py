# Takes back what it wrote between the moment the supervisor hears of it and the moment it reads, then falls silent.
# outcome: timeout output
import fcntl, os, random, struct, time
try:
    back = os.open("/proc/self/fd/1", os.O_RDONLY | os.O_NONBLOCK)
except OSError:
    time.sleep(1e6)
def spin(microseconds):
    end = time.perf_counter_ns() + microseconds * 1000
    while time.perf_counter_ns() < end:
        pass
def pending(fd):
    return struct.unpack("i", fcntl.ioctl(fd, 0x541B, bytes(4)))[0]
while True:
    for _ in range(60):
        os.write(1, b"x")
        spin(random.random() * 40)
        try:
            os.read(back, 100)
        except BlockingIOError:
            pass
    os.write(2, b".")
    for _ in range(20):
        time.sleep(0.001)
        if pending(2) == 0:
            break
    else:
        # Nobody reads any more: the supervisor waits for us, and would for ever.
        time.sleep(1e6)
