import asyncio, time

async def consumer(queue):
    print(await queue.get())

async def main():
    queue = asyncio.Queue()
    task = asyncio.ensure_future(consumer(queue))
    await asyncio.sleep(0.01)
    time.sleep(0.2)
    queue.put_nowait(1)
    await task

asyncio.run(main())
