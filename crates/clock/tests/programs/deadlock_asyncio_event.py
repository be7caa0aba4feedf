# clock: virtual steady
# outcome: deadlock
# line: 19
# waits: 19
"""The one who would set the event has failed, and nobody looked."""

import asyncio


async def cook(ready):
    await asyncio.sleep(5)
    raise ValueError("burnt")
    ready.set()


async def main():
    ready = asyncio.Event()
    task = asyncio.create_task(cook(ready))
    await ready.wait()
    await task


asyncio.run(main())
