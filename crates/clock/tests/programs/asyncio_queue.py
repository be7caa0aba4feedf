# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Producers and consumers, at speeds that make now the one wait and now the other."""

import asyncio
import time

from timing import check, finish, near, takes


async def producer(queue, pause):
    for number in range(5):
        await asyncio.sleep(pause)
        await queue.put((number, time.monotonic()))


async def consumer(queue, pause, seen):
    while True:
        number, put = await asyncio.wait_for(queue.get(), 1)
        if pause == 0:
            near(time.monotonic() - put, 0, "a queued item")
        seen.append(number)
        await asyncio.sleep(pause)
        queue.task_done()


async def main():
    for made, used, expected in [(0.2, 0, 1.0), (0, 0.2, 1.0), (0.2, 0.1, 1.1)]:
        queue, seen = asyncio.Queue(maxsize=2), []
        reader = asyncio.create_task(consumer(queue, used, seen))
        with takes(expected, f"making one in {made} s, using one in {used} s", late=0.02):
            await producer(queue, made)
            await queue.join()
        check(seen == list(range(5)), "the consumer got", seen)
        reader.cancel()

    # Four consumers share what one slow producer makes.
    queue, seen = asyncio.Queue(), []
    readers = [asyncio.create_task(consumer(queue, 0.4, seen)) for _ in range(4)]
    with takes(0.9, "four consumers", late=0.02):
        await producer(queue, 0.1)
        await queue.join()
    check(seen == list(range(5)), "four consumers got", seen)
    [reader.cancel() for reader in readers]


asyncio.run(main())
finish()
