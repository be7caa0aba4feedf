# clock: virtual steady
# outcome: deadlock
# line: 12
# waits: 12 22
"""Somebody forgot to say that the work is done."""

import asyncio


async def worker(orders):
    while True:
        order = await orders.get()
        await asyncio.sleep(1)
        print("served", order)


async def main():
    orders = asyncio.Queue()
    for order in ("tea", "coffee"):
        orders.put_nowait(order)
    task = asyncio.create_task(worker(orders))
    await orders.join()
    task.cancel()


asyncio.run(main())
