import asyncio, time

async def ticker():
    for _ in range(10):
        await asyncio.sleep(0.01)

async def worker():
    for _ in range(5):
        time.sleep(0.03)
        await asyncio.sleep(0)

async def main():
    await asyncio.gather(ticker(), worker())

asyncio.run(main())
