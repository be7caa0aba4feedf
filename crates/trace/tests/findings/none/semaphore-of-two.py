import asyncio

async def job(limit, n):
    async with limit:
        print("start", n)
        await asyncio.sleep(0.05)
        print("end", n)

async def main():
    limit = asyncio.Semaphore(2)
    await asyncio.gather(*(job(limit, n) for n in range(6)))

asyncio.run(main())
