import asyncio

async def save(name):
    await asyncio.sleep(0.01)
    print("saved", name)

async def main():
    save("a")
    await asyncio.sleep(0.02)

asyncio.run(main())
