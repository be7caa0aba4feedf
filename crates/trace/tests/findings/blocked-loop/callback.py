import asyncio, time

def refresh():
    time.sleep(0.2)

async def ticker():
    for _ in range(10):
        await asyncio.sleep(0.02)

async def main():
    asyncio.get_running_loop().call_later(0.05, refresh)
    await ticker()

asyncio.run(main())
