import asyncio
async def weather(city): await asyncio.sleep(0.1); return city, 20
async def main():
    report = {}
    for city in ["Rome", "Oslo", "Lima"]:
        name, degrees = await weather(city)
        report[name] = degrees
    print(report)
asyncio.run(main())
