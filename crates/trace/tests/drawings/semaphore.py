import asyncio

async def job(limit, n):
    async with limit:
        print("job", n, "starts")
        await asyncio.sleep(0.1)
        print("job", n, "ends")

async def main():
    limit = asyncio.Semaphore(2)
    await asyncio.gather(*(job(limit, n) for n in range(1, 7)))

asyncio.run(main())
