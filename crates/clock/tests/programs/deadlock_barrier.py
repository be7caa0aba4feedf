# clock: virtual steady
# outcome: deadlock
# line: 15
# waits: 15 22
"""Three are expected, and two come."""

import threading
import time

barrier = threading.Barrier(3)


def guest(after):
    time.sleep(after)
    barrier.wait()


threads = [threading.Thread(target=guest, args=(after,)) for after in (1, 2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
