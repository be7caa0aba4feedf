# Asks the clock to signal pid 1, everybody, and processes that are not there.
# outcome: ok failed timeout killed deadlock
# profile: process
# reduced: skip
import mmap, os, struct, time
try:
    memory = mmap.mmap(os.open("/sandbox/.clock", os.O_RDWR), 0)
except OSError:
    print("no clock")
else:
    high = struct.unpack_from("I", memory, 8)[0]
    slots = len(memory) - 4096 * 64
    struct.pack_into("I", memory, 8, 0xFFFFFFFF)
    for index, (tid, pid) in enumerate([(1, 1), (0xFFFFFFFF, 0xFFFFFFFF), (2, 1), (1, 2), (0, 0), (99999, 99999)]):
        for kind, aux in enumerate([0, 9, 1, 0x7FFFFFFF]):
            # Thread, process, deadline, order, woken, kind, aux, interval, tries, call.
            struct.pack_into("<IIqQIIqqII", memory, slots + 64 * (40 + 4 * index + kind), tid, pid, 1, 0, 0, kind, aux, 1, 0, 0)
    time.sleep(0.5)
    print("forged")
