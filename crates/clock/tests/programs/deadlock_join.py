# clock: virtual steady
# outcome: deadlock
# line: 14
# waits: 14 21
"""Two threads wait for each other to end."""

import threading

started = threading.Event()


def wait_for(other):
    started.wait()
    threads[other].join()


threads = [threading.Thread(target=wait_for, args=(other,)) for other in (1, 0)]
for thread in threads:
    thread.start()
started.set()
threads[0].join()
