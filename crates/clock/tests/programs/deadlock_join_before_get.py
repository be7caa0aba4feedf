# clock: virtual steady
# outcome: deadlock
# line: 19 18
# waits: 19
"""A process ends only when its queue has been read, and the reader waits for its end."""

import multiprocessing

context = multiprocessing.get_context("fork")
items = context.Queue()


def produce():
    items.put("tea" * 1_000_000)


process = context.Process(target=produce)
process.start()
process.join()
print(len(items.get()))
