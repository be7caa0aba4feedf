# clock: virtual steady
# outcome: deadlock
# line: 13
# waits: 13
"""A task of a limited number starts another of them and waits for it."""

import asyncio

limit = asyncio.Semaphore(1)


async def fetch(depth):
    async with limit:
        await asyncio.sleep(1)
        if depth:
            await fetch(depth - 1)


asyncio.run(fetch(1))
