import asyncio

async def fetch(limit, n):
    await limit.acquire()
    await asyncio.sleep(0.02)
    return n

async def main():
    limit = asyncio.Semaphore(2)
    print(await asyncio.gather(fetch(limit, 1), fetch(limit, 2)))

asyncio.run(main())
