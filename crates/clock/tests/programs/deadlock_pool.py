# clock: virtual steady
# outcome: deadlock
# line: 17
# waits: 17 20
"""The only worker of a pool waits for work that it would have to do itself."""

from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(1)


def inner():
    return "tea"


def outer():
    return pool.submit(inner).result()


print(pool.submit(outer).result())
