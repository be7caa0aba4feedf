import asyncio

async def produce(queue):
    for burst in range(2):
        for n in range(150):
            await queue.put(n)
            if n % 10 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0.3)

async def consume(queue):
    while True:
        await queue.get()
        await asyncio.sleep(0.001)
        queue.task_done()

async def main():
    queue = asyncio.Queue()
    consumer = asyncio.ensure_future(consume(queue))
    await produce(queue)
    await queue.join()
    consumer.cancel()

asyncio.run(main())
