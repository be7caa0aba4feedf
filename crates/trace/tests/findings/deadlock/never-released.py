import asyncio

async def fetch(limit, n):
    await limit.acquire()
    await asyncio.sleep(0.01)
    return n

async def main():
    limit = asyncio.Semaphore(2)
    print(await asyncio.gather(*(fetch(limit, n) for n in range(3))))

asyncio.run(main())
