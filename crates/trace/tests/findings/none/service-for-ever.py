import asyncio

temperatures = []


async def measure():
    while True:
        temperatures.append(20)
        await asyncio.sleep(600)


async def warm_up():
    await asyncio.sleep(60)


async def main():
    measuring = asyncio.create_task(measure())
    await warm_up()
    asked_to_stop = asyncio.Event()
    asyncio.get_running_loop().call_later(100_000, asked_to_stop.set)
    await asked_to_stop.wait()
    measuring.cancel()


asyncio.run(main())
