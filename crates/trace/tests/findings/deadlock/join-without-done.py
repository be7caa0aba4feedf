import asyncio

async def worker(queue):
    while True:
        item = await queue.get()
        print(item)

async def main():
    queue = asyncio.Queue()
    task = asyncio.ensure_future(worker(queue))
    for n in range(3):
        queue.put_nowait(n)
    await queue.join()
    task.cancel()

asyncio.run(main())
