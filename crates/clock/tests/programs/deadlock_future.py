# clock: virtual steady
# outcome: deadlock
# line: 13
# waits: 13
"""A future whose result nobody sets."""

import asyncio


async def main():
    answer = asyncio.get_running_loop().create_future()
    print("asked", flush=True)
    print("answered", await answer)


asyncio.run(main())
