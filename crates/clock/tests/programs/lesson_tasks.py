# clock: virtual steady real
# stdout: ordered
# stdout: cook 1 begins
# stdout: cook 2 begins
# stdout: set the table
# stdout: cook 2 ends
# stdout: cook 1 ends
# stdout: ['soup', 'salad']
# stdout: 2 s
"""Tasks begin when the one who made them waits, and their results come in the order in which one asks for them."""

import asyncio
import time


async def cook(number, dish, seconds):
    print("cook", number, "begins")
    await asyncio.sleep(seconds)
    print("cook", number, "ends")
    return dish


async def main():
    start = time.perf_counter()
    tasks = [asyncio.create_task(cook(1, "soup", 2)), asyncio.create_task(cook(2, "salad", 1))]
    print("ordered")
    await asyncio.sleep(0.1)
    print("set the table")
    print(await asyncio.gather(*tasks))
    print(f"{time.perf_counter() - start:.0f} s")


asyncio.run(main())
