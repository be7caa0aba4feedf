# clock: virtual steady
# outcome: timeout
# limit: virtual_ms 100000
# stdout: waiting
"""A deadlock of threads that look at the clock from time to time is none that can be proven."""

import threading

tea, milk = threading.Lock(), threading.Lock()
held = threading.Barrier(2)


def move(source, target):
    with source:
        held.wait()
        while not target.acquire(timeout=5):
            pass


print("waiting", flush=True)
threads = [threading.Thread(target=move, args=pair) for pair in ((tea, milk), (milk, tea))]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
