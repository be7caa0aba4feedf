import asyncio, gc

async def work(n):
    await asyncio.sleep(0.01)
    return 1 // n

async def main():
    asyncio.ensure_future(work(0))
    await asyncio.sleep(0.05)
    gc.collect()
    print("all fine")

asyncio.run(main())
