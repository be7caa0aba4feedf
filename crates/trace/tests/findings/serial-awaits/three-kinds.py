import asyncio

async def users():
    await asyncio.sleep(0.1)
    return 3

async def prices(currency):
    await asyncio.sleep(0.2)
    return {currency: 7}

async def weather():
    await asyncio.sleep(0.06)
    return "sun"

async def page():
    people = await users()
    table = await prices("EUR")
    sky = await weather()
    return people, table, sky

async def main():
    print(await page())

asyncio.run(main())
