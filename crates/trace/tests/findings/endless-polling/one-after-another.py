import asyncio

parcels = []


async def deliver():
    await asyncio.sleep(300)
    parcels.append("a book")


async def collect(wanted):
    got = []
    while len(got) < wanted:
        if parcels:
            got.append(parcels.pop())
        await asyncio.sleep(900)
    return got


async def main():
    delivering = asyncio.create_task(deliver())
    collecting = asyncio.create_task(collect(2))
    await delivering
    print(await collecting)


asyncio.run(main())
