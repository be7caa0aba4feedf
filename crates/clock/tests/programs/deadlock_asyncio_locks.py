# clock: virtual steady
# outcome: deadlock
# line: 13
# waits: 13 19
"""Each of two tasks holds the lock that the other wants."""

import asyncio


async def move(name, source, target):
    async with source:
        await asyncio.sleep(1)
        async with target:
            print(name, "moved")


async def main():
    tea, milk = asyncio.Lock(), asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(move("left", tea, milk))
        group.create_task(move("right", milk, tea))


asyncio.run(main())
