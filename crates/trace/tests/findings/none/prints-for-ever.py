import asyncio


async def prepare():
    await asyncio.sleep(60)


async def tick():
    hour = 0
    while True:
        print("hour", hour)
        hour += 1
        await asyncio.sleep(3600)


async def main():
    await asyncio.gather(prepare(), tick())


asyncio.run(main())
