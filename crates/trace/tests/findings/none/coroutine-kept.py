import asyncio

async def save(name):
    await asyncio.sleep(0.01)
    return name

async def main():
    later = save("a")
    unused = save("b")
    unused.close()
    await asyncio.sleep(0.01)
    print(await later)

asyncio.run(main())
