import asyncio

async def poll(name, pause):
    for n in range(4):
        await asyncio.sleep(0.02)
    await asyncio.sleep(pause)
    for n in range(4):
        await asyncio.sleep(0.02)

async def main():
    await asyncio.gather(poll("a", 3), poll("b", 3.05))

asyncio.run(main())
