import asyncio

async def produce(queue):
    for n in range(5):
        await queue.put(n)
    await queue.put(None)

async def consume(queue):
    while (item := await queue.get()) is not None:
        print(item)

async def main():
    queue = asyncio.Queue(maxsize=2)
    await produce(queue)
    await consume(queue)

asyncio.run(main())
