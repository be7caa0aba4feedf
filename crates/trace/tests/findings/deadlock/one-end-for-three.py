import asyncio

async def worker(queue, n):
    while True:
        item = await queue.get()
        if item is None:
            return
        await asyncio.sleep(0.01)

async def main():
    queue = asyncio.Queue()
    workers = [asyncio.ensure_future(worker(queue, n)) for n in range(3)]
    for n in range(6):
        queue.put_nowait(n)
    queue.put_nowait(None)
    await asyncio.gather(*workers)
    print("done")

asyncio.run(main())
