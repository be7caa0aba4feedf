from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


async def ticks(n: int) -> AsyncIterator[int]:
    for i in range(n):
        await asyncio.sleep(0.1)
        yield i


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(i)) async for i in ticks(3)]
    while any(not task.done() for task in tasks) or later:
        try:
            await asyncio.wait_for(tasks[0], timeout=1)
        except (asyncio.TimeoutError, ValueError) as error:
            print(error)
        finally:
            log(name=later)


asyncio.run(main())
