import asyncio

async def fetch(n):
    async with asyncio.Semaphore(2):
        await asyncio.sleep(0.05)
        return n

async def main():
    print(await asyncio.gather(*(fetch(n) for n in range(6))))

asyncio.run(main())
