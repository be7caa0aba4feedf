# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Fifty tasks end in the order of their sleeps, each at its time."""

import asyncio
import random
import time

from timing import check, finish, near


async def sleeper(seconds, start, ends):
    await asyncio.sleep(seconds)
    near(time.monotonic() - start, seconds, "a sleep of fifty", late=0.02)
    ends.append(seconds)


async def main():
    sleeps = [random.uniform(0, 1.5) for _ in range(50)]
    ends = []
    start = time.monotonic()
    await asyncio.gather(*(sleeper(seconds, start, ends) for seconds in sleeps))
    # The tasks start one after another, so that nearly equal sleeps may swap.
    swaps = [one - other for one, other in zip(ends, ends[1:]) if one - other > 0.02]
    check(len(ends) == 50 and not swaps, "out of order by", swaps)


asyncio.run(main())
finish()
