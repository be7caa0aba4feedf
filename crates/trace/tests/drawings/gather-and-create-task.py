import asyncio

async def fetch(n):
    await asyncio.sleep(n / 10)
    print("fetched", n)
    return n

async def main():
    print(await asyncio.gather(fetch(1), fetch(2), fetch(3)))
    first = asyncio.create_task(fetch(2), name="first")
    second = asyncio.create_task(fetch(1), name="second")
    print("both started")
    print(await first + await second)

asyncio.run(main())
