import asyncio, time

async def child(n):
    print("start", n)
    time.sleep(0.15)
    print("end", n)

async def main():
    await asyncio.gather(child(1), child(2), child(3))

asyncio.run(main())
