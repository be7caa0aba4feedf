# clock: steady
# stdout: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
# stdout: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
# stdout: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
"""Twenty threads sleep for the same time, and wake in the order in which they began to, every time."""

import sys
import threading
import time

# Else a thread that the machine stops between its start and its sleep would let a later one begin before it.
sys.setswitchinterval(10)


def sleeper(number, woken):
    for _ in range(3):
        time.sleep(0.5)
        woken.append(number)


woken = []
threads = [threading.Thread(target=sleeper, args=(number, woken)) for number in range(20)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
for again in range(3):
    print(*woken[again * 20 : again * 20 + 20])
