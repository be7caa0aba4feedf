# clock: virtual steady
# outcome: deadlock
# line: 13
# waits: 13
"""A function that locks calls another that locks."""

import threading

lock = threading.Lock()


def brew():
    with lock:
        return "tea"


def serve():
    with lock:
        return brew()


print(serve())
