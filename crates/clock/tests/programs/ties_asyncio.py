# clock: virtual steady real
# stdout: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
"""Twenty tasks sleep for the same time, and wake in the order in which they began to."""

import asyncio

woken = []


async def sleeper(number):
    await asyncio.sleep(0.5)
    woken.append(number)


async def main():
    await asyncio.gather(*map(sleeper, range(20)))


asyncio.run(main())
print(*woken)
