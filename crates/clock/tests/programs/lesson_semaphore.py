# clock: virtual steady real
# stdout: [0, 1, 2, 3, 4, 5, 6, 7]
# stdout: 2 s
"""Eight loaves in an oven for two."""

import asyncio
import time


async def bake(number, oven):
    async with oven:
        await asyncio.sleep(0.5)
        return number


async def main():
    start, oven = time.monotonic(), asyncio.Semaphore(2)
    print(await asyncio.gather(*(bake(number, oven) for number in range(8))))
    print(f"{time.monotonic() - start:.0f} s")


asyncio.run(main())
