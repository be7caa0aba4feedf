# clock: virtual steady
# outcome: deadlock
# line: 21
# waits: 21
"""The notification came before the wait."""

import threading
import time

condition = threading.Condition()


def notify():
    with condition:
        condition.notify_all()


threading.Thread(target=notify).start()
time.sleep(1)
with condition:
    condition.wait()
