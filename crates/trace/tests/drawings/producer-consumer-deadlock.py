import asyncio

async def producer(queue):
    for n in range(4):
        await queue.put(n)
        await asyncio.sleep(0.03)

async def consumer(queue, name):
    while True:
        item = await queue.get()
        if item is None:
            break
        await asyncio.sleep(0.05)

async def main():
    queue = asyncio.Queue(maxsize=2)
    consumers = [asyncio.create_task(consumer(queue, name)) for name in "ab"]
    await producer(queue)
    await asyncio.gather(*consumers)

asyncio.run(main())
