import asyncio

async def fetch(limit, n):
    async with limit:
        await asyncio.sleep(0.04)
        print("got", n)

async def main():
    limit = asyncio.Semaphore(3)
    for n in range(6):
        await fetch(limit, n)

asyncio.run(main())
