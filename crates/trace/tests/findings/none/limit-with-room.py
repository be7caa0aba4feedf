import asyncio

async def job(limit, lock, n):
    async with limit:
        await asyncio.sleep(0.05)
    async with lock:
        await asyncio.sleep(0.02)

async def signal(sem):
    await asyncio.sleep(0.02)
    sem.release()

async def main():
    limit = asyncio.Semaphore(10)
    lock = asyncio.Lock()
    await asyncio.gather(*(job(limit, lock, n) for n in range(3)))
    sem = asyncio.Semaphore(0)
    task = asyncio.ensure_future(signal(sem))
    await sem.acquire()
    await task

asyncio.run(main())
