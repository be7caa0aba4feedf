import asyncio

async def total(lock):
    async with lock:
        return 3

async def report(lock):
    async with lock:
        print(await total(lock))

async def main():
    await report(asyncio.Lock())

asyncio.run(main())
