# clock: steady
# outcome: ok failed
# seed: any
"""Two threads lose a deposit if the one reads while the other sleeps: whether they do is one answer for each seed."""

import threading
import time

balance = 100


def deposit(amount, first):
    global balance
    time.sleep(first)
    found = balance
    time.sleep(0.1)
    balance = found + amount


threads = [threading.Thread(target=deposit, args=pair) for pair in ((10, 0.1), (20, 0.2))]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(balance)
assert balance == 130, "a deposit was lost"
