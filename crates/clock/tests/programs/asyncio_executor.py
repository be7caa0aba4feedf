# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Blocking calls in threads beside the event loop, and in its way."""

import asyncio
import time

from timing import check, finish, takes


async def blocks(seconds):
    time.sleep(seconds)


async def ticks(seen):
    while True:
        await asyncio.sleep(0.1)
        seen.append(time.monotonic())


async def main():
    loop = asyncio.get_running_loop()
    with takes(1, "a thread beside a sleep"):
        await asyncio.gather(loop.run_in_executor(None, time.sleep, 0.7), asyncio.sleep(1))
    with takes(1, "a sleep beside a thread"):
        await asyncio.gather(loop.run_in_executor(None, time.sleep, 1), asyncio.sleep(0.7))
    with takes(0.6, "four threads"):
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.6) for _ in range(4)))
    # The sleep begins only when the others are through.
    with takes(1.4, "blocking coroutines", late=0.02):
        await asyncio.gather(blocks(0.4), blocks(0.4), blocks(0.4), asyncio.sleep(0.2))

    seen = []
    ticker = asyncio.create_task(ticks(seen))
    await asyncio.to_thread(time.sleep, 1.05)
    check(len(seen) in (9, 10), "the loop ticked", len(seen), "times beside a thread of 1.05 s")
    seen.clear()
    time.sleep(1.05)
    check(not seen, "the loop ticked while it was blocked")
    ticker.cancel()


asyncio.run(main())
finish()
