# clock: virtual steady
# outcome: deadlock
# line: 16
# waits: 16 24
"""Each of two threads holds the lock that the other wants."""

import threading
import time

tea, milk = threading.Lock(), threading.Lock()


def move(source, target):
    with source:
        time.sleep(1)
        with target:
            print("moved")


threads = [threading.Thread(target=move, args=pair) for pair in ((tea, milk), (milk, tea))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
