# clock: virtual steady
# outcome: deadlock
# line: 22
# waits: 22
"""The producer has made all it wanted to, and the consumer waits for one more."""

import queue
import threading
import time

orders = queue.Queue()


def guest():
    for number in range(3):
        time.sleep(10)
        orders.put(number)


threading.Thread(target=guest).start()
for _ in range(4):
    print("order", orders.get())
