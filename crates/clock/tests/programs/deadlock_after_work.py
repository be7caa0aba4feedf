# clock: virtual steady
# outcome: deadlock
# line: 15
# waits: 15 20
# limit: virtual_ms 4000000
"""A program that works for an hour before it stops for good."""

import asyncio


async def worker(number, turn):
    for _ in range(60):
        await asyncio.sleep(60)
    async with turn:
        await turn.wait()


async def main():
    turn = asyncio.Condition()
    await asyncio.gather(*(worker(number, turn) for number in range(5)))


asyncio.run(main())
