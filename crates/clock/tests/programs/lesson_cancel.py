# clock: virtual steady real
# stdout: waiting for guests
# stdout: nobody comes: clearing the table
# stdout: cleared
# stdout: cancelled after 1 s
"""A task that is cancelled cleans up, which may take time."""

import asyncio
import time


async def dinner():
    try:
        print("waiting for guests")
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("nobody comes: clearing the table")
        await asyncio.sleep(0.5)
        print("cleared")
        raise


async def main():
    start = time.monotonic()
    task = asyncio.create_task(dinner())
    await asyncio.sleep(0.5)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(f"cancelled after {time.monotonic() - start:.0f} s")


asyncio.run(main())
